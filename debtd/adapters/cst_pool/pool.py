"""The LibCST engine: every rule over every Python file, in children that may hang, crash and be killed."""

import os
import shutil
import tempfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path

from debtd.adapters.cst_pool.crew import Crew, Terms
from debtd.adapters.cst_pool.messages import Orders, Reply, Request
from debtd.model.coverage import Skipped, SkipReason
from debtd.model.errors import ConfigError
from debtd.model.finding import Match
from debtd.model.language import Language
from debtd.model.project import Project
from debtd.model.repo import Source
from debtd.model.scan import Detection
from debtd.ports import Progress
from debtd.rulekit.rule import Rule, SemgrepPattern, control_of

_SOURCES_PER_CHILD = 20  # a child takes half a second to start: fewer files are not worth another one


class CstDetector:
    """`rule_folders` are those that the caller's rules were loaded from; the children load them again, by id and
    digest. A file that takes longer than `wall_seconds` is skipped. Controls are planted below
    `temporary_folder` (an existing one; None: the system's): a killed process leaves its folder of them there.
    """

    def __init__(
        self,
        rule_folders: Sequence[Path],
        workers: int | None = None,
        *,
        wall_seconds: float = 30.0,
        temporary_folder: Path | None = None,
    ) -> None:
        self._folders = tuple(str(folder.resolve()) for folder in rule_folders)
        self._workers = workers or os.cpu_count() or 1
        self._wall_seconds = wall_seconds
        self._temporary_folder = temporary_folder

    @property
    def name(self) -> str:
        return "libcst"

    @property
    def version(self) -> str:
        return version("libcst")

    def accepts(self, rule: Rule) -> bool:
        return not isinstance(rule.detect, SemgrepPattern)

    def detect(
        self, sources: Sequence[Source], rules: Sequence[Rule], project: Project, progress: Progress
    ) -> Detection:
        """See `Detector`. Sources in other languages than Python are not this engine's and are passed over."""
        rules = [rule for rule in rules if self.accepts(rule)]
        python = [source for source in sources if source.language is Language.PYTHON]
        if not rules:
            return Detection()
        results = _Results(self.name, progress, python)
        orders = Orders(self._folders, {rule.id: rule.digest for rule in rules}, project)
        workers = max(1, min(self._workers, -(-len(python) // _SOURCES_PER_CHILD)))
        terms = Terms(orders=orders, wall_seconds=self._wall_seconds, workers=workers)
        files = [Request(source.path, source.location, source.size) for source in python]
        with _planted(rules, self._temporary_folder) as controls:
            Crew(terms, [*controls, *files], results.take).run()
        return results.detection()


@contextmanager
def _planted(rules: Sequence[Rule], parent: Path | None) -> Iterator[list[Request]]:
    """Every rule's control as a private file, until the context ends."""
    folder = ""
    try:
        try:
            folder = tempfile.mkdtemp(prefix="debtd-controls-", dir=parent)
            controls = [_plant(rule, Path(folder)) for rule in rules]
        except OSError as error:
            raise ConfigError(
                f"no file can be written to {parent or tempfile.gettempdir()}: {error.strerror}; make room there."
            ) from None
        yield controls
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _plant(rule: Rule, folder: Path) -> Request:
    location = folder / f"{rule.id}.py"
    data = control_of(rule).encode("utf-8")
    location.write_bytes(data)
    return Request(location.name, str(location), len(data), control=rule.id)


class _Results:
    """Collects replies from many threads. A source that got none is skipped, never clean."""

    def __init__(self, stage: str, progress: Progress, sources: Sequence[Source]) -> None:
        self._stage = stage
        self._progress = progress
        self._lock = threading.Lock()
        self._matches: list[Match] = []
        silence = Skipped(SkipReason.ENGINE_ERROR, "the engine gave no answer")
        self._skipped = {source.path: silence for source in sources}
        self._fired: set[str] = set()
        self._broken: dict[str, str] = {}

    def take(self, request: Request, reply: Reply) -> None:
        with self._lock:
            if request.control:
                self._take_control(request.control, reply)
                return
            self._matches += reply.matches
            del self._skipped[request.path]
            if reply.skipped:
                self._skipped[request.path] = reply.skipped
            for rule_id, why in reply.broken.items():
                self._broken.setdefault(rule_id, f"{why} (in {request.path})")
        self._progress.advance(self._stage)

    def _take_control(self, rule_id: str, reply: Reply) -> None:
        if reply.skipped:
            self._broken[rule_id] = f"its control: {reply.skipped.reason}, {reply.skipped.detail}"
        elif reply.matches:
            self._fired.add(rule_id)

    def detection(self) -> Detection:
        return Detection(
            matches=tuple(sorted(self._matches, key=lambda m: (m.path, m.span.start, m.span.end, m.rule_id))),
            skipped=dict(sorted(self._skipped.items())),
            fired=frozenset(self._fired),
            broken=dict(sorted(self._broken.items())),
        )
