"""One scan by semgrep: what it saw becomes matches, what it may have missed becomes skips."""

import os
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from debtd.adapters.semgrep.choice import chosen_way
from debtd.adapters.semgrep.command_line import CommandLineWay
from debtd.adapters.semgrep.core import OtherEngine
from debtd.adapters.semgrep.detector import SemgrepDetector
from debtd.adapters.semgrep.dialect import refusal
from debtd.adapters.semgrep.planting import plant
from debtd.adapters.semgrep.report import Report, failed
from debtd.adapters.semgrep.results import detection_of, joined
from debtd.adapters.semgrep.tree import Tree
from debtd.adapters.semgrep.way import Way
from debtd.model.coverage import SkipReason
from debtd.model.repo import Source
from debtd.model.scan import Detection
from debtd.ports import Progress
from debtd.rulekit.rule import Rule


def scan(
    detector: SemgrepDetector, jobs: int, sources: Sequence[Source], rules: Sequence[Rule], progress: Progress
) -> Detection:
    """Run semgrep rules over sources of their languages, with `jobs` at a time."""
    try:
        return _Scan(detector, detector.way or chosen_way(jobs), progress).detect(sources, rules)
    except OtherEngine:
        return _Scan(detector, CommandLineWay(jobs), progress).detect(sources, rules)


@dataclass(frozen=True, slots=True)
class _Scan:
    detector: SemgrepDetector
    way: Way
    progress: Progress

    def detect(self, sources: Sequence[Source], rules: Sequence[Rule]) -> Detection:
        broken = {rule.id: why for rule in rules if (why := refusal(rule)) is not None}
        able = [rule for rule in rules if rule.id not in broken]
        with tempfile.TemporaryDirectory(
            prefix="semgrep-", dir=self.detector.folder, ignore_cleanup_errors=True
        ) as name:
            tree = plant(Path(name).resolve(), sources, able, in_place=self.way.reads_in_place)
            shards = self.way.shards(tree)
            with _workers(len(shards)) as (pool, stop_fd):
                futures = [pool.submit(self._scan, shard, able, stop_fd) for shard in shards]
                ended = wait(futures, return_when=FIRST_EXCEPTION).done  # all of them, or one that failed
                scanned = [future.result() for future in futures if future in ended]
        self.progress.advance(self.detector.name, len(tree.skipped))
        return joined(scanned, skipped=tree.skipped, broken=broken)

    def _scan(self, shard: Tree, rules: Sequence[Rule], stop_fd: int) -> tuple[Report, Detection]:
        report, tree = self._run(shard, rules, stop_fd), shard
        if report.overloaded and report.failure is not None:
            # Semgrep's own limits are not enforced everywhere. What stalls it is large; the rest gets a chance.
            tree = shard.without(dict.fromkeys(shard.large_files(), report.failure))
            report = self._run(tree, rules, stop_fd)
        detection = detection_of(report, tree, rules)
        self.progress.advance(self.detector.name, len(shard.planted))
        return report, detection

    def _run(self, tree: Tree, rules: Sequence[Rule], stop_fd: int) -> Report:
        if not rules:
            return failed(SkipReason.ENGINE_ERROR, "no rule is left that could be run")
        seconds = self.detector.base_seconds + self.detector.seconds_per_file * len(tree.planted)
        return self.way.run(tree, rules, timeout_seconds=seconds, stop_fd=stop_fd)


@contextmanager
def _workers(count: int) -> Iterator[tuple[ThreadPoolExecutor, int]]:
    """Threads, and a descriptor that tells their children to stop as soon as the block is left, however that comes."""
    reader, writer = os.pipe()
    try:
        with ThreadPoolExecutor(count) as pool:
            try:
                yield pool, reader
            finally:
                os.close(writer)
    finally:
        os.close(reader)
