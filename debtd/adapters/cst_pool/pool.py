"""The Python engine: every rule over every Python file, in children that may hang, crash and be killed.

Two steps: the sieve, which needs no LibCST, proves most rules silent in most files; LibCST reads the files that have a
candidate, has the last word, and makes the edits.
"""

import os
from collections.abc import Iterable, Sequence
from functools import partial
from importlib.metadata import version
from pathlib import Path

from debtd.adapters.cst_pool.controls import planted
from debtd.adapters.cst_pool.crew import Crew, Terms
from debtd.adapters.cst_pool.messages import Orders, Reply, Request, decode_reply, encode_orders, encode_request
from debtd.adapters.cst_pool.results import Results
from debtd.adapters.cst_pool.sieving import Sieved, sieve_all
from debtd.model.language import Language
from debtd.model.project import Project
from debtd.model.repo import Source
from debtd.model.scan import Detection
from debtd.ports import Progress
from debtd.rulekit.rule import Rule, SemgrepPattern

_SOURCES_PER_CHILD = 20  # a child takes half a second to start: fewer files are not worth another one
_REQUESTS_PER_CHILD = 400
_MAX_MEMORY = 220_000_000


class CstDetector:
    """`rule_folders` are those that the caller's rules were loaded from; the children load them again, by id and
    digest. A file that takes longer than `wall_seconds` is skipped. Controls are planted below
    `temporary_folder` (an existing one; None: the system's): a killed process leaves its folder of them there.
    Without `sieve`, LibCST reads every file that has a rule's words: the slow way, to compare with.
    """

    def __init__(
        self,
        rule_folders: Sequence[Path],
        workers: int | None = None,
        *,
        wall_seconds: float = 30.0,
        temporary_folder: Path | None = None,
        sieve: bool = True,
    ) -> None:
        self._folders = tuple(str(folder.resolve()) for folder in rule_folders)
        self._workers = workers or len(os.sched_getaffinity(0))
        self._wall_seconds = wall_seconds
        self._temporary_folder = temporary_folder
        self._sieve = sieve

    @property
    def name(self) -> str:
        return "libcst"

    @property
    def version(self) -> str:
        return version("libcst")

    def accepts(self, rule: Rule) -> bool:
        return not isinstance(rule.detect, SemgrepPattern)

    def facts(self, rules: Sequence[Rule], project: Project) -> str:
        del rules
        return "no floor" if project.min_python is None else "floor {}.{}".format(*project.min_python)

    def reads_paths(self, rules: Sequence[Rule]) -> bool:
        del rules
        return False

    def detect(
        self, sources: Sequence[Source], rules: Sequence[Rule], project: Project, progress: Progress
    ) -> Detection:
        """See `Detector`. Sources in other languages than Python are not this engine's and are passed over."""
        rules = [rule for rule in rules if self.accepts(rule)]
        python = [source for source in sources if source.language is Language.PYTHON]
        if not rules:
            return Detection()
        results = Results(self.name, progress, python)
        every = tuple(rule.id for rule in rules)
        files = [Request(source.path, source.location, source.size, every) for source in python]
        with planted(rules, self._temporary_folder) as controls:
            if self._sieve:
                sieved = sieve_all(files, controls, rules, self._wall_seconds, self._workers)
                results.take_sieved(sieved)
                files = list(_left(files, sieved))
                asked = {rule_id for request in files for rule_id in request.rule_ids}
                to_confirm = results.take_controls(controls, sieved, asked=asked)
            else:
                to_confirm = controls
            self._examine(files, to_confirm, rules, project, results)
        return results.detection()

    def _examine(
        self,
        files: Sequence[Request],
        controls: Sequence[Request],
        rules: Sequence[Rule],
        project: Project,
        results: Results,
    ) -> None:
        if not files and not controls:
            return
        asked = {rule_id for request in (*files, *controls) for rule_id in request.rule_ids}
        orders = Orders(self._folders, {rule.id: rule.digest for rule in rules if rule.id in asked}, project)
        terms: Terms[Request, Reply] = Terms(
            module="worker",
            orders=encode_orders(orders),
            encode=encode_request,
            decode=partial(_decode, rule_ids=frozenset(orders.digests)),
            give_up=lambda _request, skipped: Reply(skipped=skipped),
            wall_seconds=self._wall_seconds,
            workers=max(1, min(self._workers, -(-len(files) // _SOURCES_PER_CHILD))),
            requests_per_child=_REQUESTS_PER_CHILD,
            max_memory_bytes=_MAX_MEMORY,
        )
        largest_first = sorted(files, key=lambda request: -request.size)
        Crew(terms, [*controls, *largest_first], results.take).run()


def _decode(line: bytes, request: Request, rule_ids: frozenset[str]) -> tuple[Reply, int]:
    reply = decode_reply(line, request, rule_ids)
    return reply, reply.memory


def _left(files: Iterable[Request], sieved: Sieved) -> Iterable[Request]:
    """What LibCST has to read: files with candidates, by these rules, and files that could not be sifted."""
    for request in files:
        sifted = sieved.files.get(request.path)
        if sifted is None:
            yield request
        elif sifted.candidates:
            yield Request(request.path, request.location, request.size, tuple(sorted(sifted.candidates)))
