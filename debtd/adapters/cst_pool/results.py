"""What became of the files of one run, from both steps. A source that got no answer is skipped, never clean."""

import threading
from collections import Counter
from collections.abc import Collection, Sequence

from debtd.adapters.cst_pool.messages import Reply, Request
from debtd.adapters.cst_pool.sieving import Sieved
from debtd.model.coverage import Skipped, SkipReason
from debtd.model.finding import Match
from debtd.model.repo import Source
from debtd.model.scan import Candidates, Detection
from debtd.ports import Progress


class Results:
    """Collects replies from many threads."""

    def __init__(self, stage: str, progress: Progress, sources: Sequence[Source]) -> None:
        self._stage = stage
        self._progress = progress
        self._lock = threading.Lock()
        self._matches: list[Match] = []
        silence = Skipped(SkipReason.ENGINE_ERROR, "the engine gave no answer")
        self._skipped = {source.path: silence for source in sources}
        self._blobs = {source.path: source.blob for source in sources}
        self._words: dict[str, str] = {}
        self._fired: set[str] = set()
        self._broken: dict[str, str] = {}
        self._candidates: Counter[str] = Counter()
        self._refused: Counter[str] = Counter()

    def take_sieved(self, sieved: Sieved) -> None:
        """Close the files that no rule can match in, and those that cannot be read."""
        closed = 0
        for path, sifted in sieved.files.items():
            if sifted.skipped is None:
                self._words[self._blobs[path]] = sifted.words
            if sifted.candidates:
                self._candidates.update(sifted.candidates.keys())
                continue
            del self._skipped[path]
            if sifted.skipped is not None:
                self._skipped[path] = sifted.skipped
            closed += 1
        self._progress.advance(self._stage, closed)

    def take_controls(self, controls: Sequence[Request], sieved: Sieved, *, asked: Collection[str]) -> list[Request]:
        """The controls that LibCST has to confirm. A rule that LibCST is not asked about was silent by the sieve alone:
        then its control shows what it must when the sieve lets it through."""
        self._fired |= sieved.controls - set(asked)
        return [control for control in controls if control.rule_ids[0] in asked]

    def take(self, request: Request, reply: Reply) -> None:
        """The answer of LibCST to a file or a control."""
        with self._lock:
            if request.control:
                self._take_control(request.rule_ids[0], reply)
                return
            self._matches += reply.matches
            if reply.skipped is None:
                self._refused.update(set(request.rule_ids) - {match.rule_id for match in reply.matches})
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
            words=self._words,
            candidates={
                rule_id: Candidates(files=count, refused=self._refused[rule_id])
                for rule_id, count in sorted(self._candidates.items())
            },
        )
