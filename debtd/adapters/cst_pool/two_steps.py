"""Two steps: the sieve, which needs no LibCST, proves most rules silent in most files; LibCST reads the files that have
a candidate, has the last word, and makes the edits.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from debtd.adapters.cst_pool.controls import planted
from debtd.adapters.cst_pool.crew import Crew, Terms
from debtd.adapters.cst_pool.messages import Orders, Reply, Request, decode_reply, encode_orders, encode_request
from debtd.adapters.cst_pool.results import Results
from debtd.adapters.cst_pool.sieving import Sieved, sieve_all
from debtd.model.project import Project
from debtd.model.repo import Source
from debtd.model.scan import Detection
from debtd.rulekit.rule import Rule

_SOURCES_PER_CHILD = 20  # a child takes half a second to start: fewer files are not worth another one
_REQUESTS_PER_CHILD = 400
_MAX_MEMORY = 220_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class TwoSteps:
    """What `CstDetector` was told."""

    folders: tuple[str, ...]
    workers: int
    wall_seconds: float
    temporary_folder: Path | None
    sieve: bool

    def detect(self, python: Sequence[Source], rules: Sequence[Rule], project: Project, results: Results) -> Detection:
        """Run LibCST rules over Python sources."""
        every = tuple(rule.id for rule in rules)
        files = [Request(source.path, source.location, source.size, every) for source in python]
        with planted(rules, self.temporary_folder) as controls:
            if self.sieve:
                sieved = sieve_all(files, controls, rules, self.wall_seconds, self.workers)
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
        orders = Orders(self.folders, {rule.id: rule.digest for rule in rules if rule.id in asked}, project)
        terms: Terms[Request, Reply] = Terms(
            module="worker",
            orders=encode_orders(orders),
            encode=encode_request,
            decode=partial(_decode, rule_ids=frozenset(orders.digests)),
            give_up=lambda _request, skipped: Reply(skipped=skipped),
            wall_seconds=self.wall_seconds,
            workers=max(1, min(self.workers, -(-len(files) // _SOURCES_PER_CHILD))),
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
