"""Semgrep as a detector: what it saw becomes matches, what it may have missed becomes skips."""

import os
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from debtd.adapters.semgrep.choice import chosen_way
from debtd.adapters.semgrep.command_line import CommandLineWay
from debtd.adapters.semgrep.core import OtherEngine
from debtd.adapters.semgrep.dialect import refusal
from debtd.adapters.semgrep.report import Report, failed
from debtd.adapters.semgrep.results import detection_of, joined
from debtd.adapters.semgrep.tree import Tree, plant
from debtd.adapters.semgrep.way import Way
from debtd.model.coverage import SkipReason
from debtd.model.project import Project
from debtd.model.repo import Source
from debtd.model.scan import Detection
from debtd.ports import Progress
from debtd.rulekit.rule import Rule, SemgrepPattern

_MOST_JOBS = 8  # each takes some 200 MB


@dataclass(frozen=True, slots=True)
class SemgrepDetector:
    """`folder` is where private copies are made and removed (None: the system's folder for such files). `way` is one
    of the two ways to run semgrep (None: the better one that this installation allows, see choice.py).

    A shard of the files may take `base_seconds` plus `seconds_per_file` for each file. One that takes longer is tried
    again without the large files; should that take too long as well, all its files are skipped(timeout).
    """

    folder: Path | None = None
    jobs: int | None = None
    base_seconds: float = 120.0
    seconds_per_file: float = 0.2
    way: Way | None = None

    @property
    def name(self) -> str:
        return "semgrep"

    @property
    def version(self) -> str:
        """The same for both ways: they see the same."""
        return version("semgrep")

    def accepts(self, rule: Rule) -> bool:
        return isinstance(rule.detect, SemgrepPattern)

    def facts(self, rules: Sequence[Rule], project: Project) -> str:
        del rules, project
        return ""

    def reads_paths(self, rules: Sequence[Rule]) -> bool:
        return any("paths" in rule.detect.body for rule in rules if isinstance(rule.detect, SemgrepPattern))

    def detect(
        self, sources: Sequence[Source], rules: Sequence[Rule], project: Project, progress: Progress
    ) -> Detection:
        """See `ports.Detector`. Files in a language of no rule are left alone and are not in `skipped`."""
        del project  # no semgrep rule depends on it
        accepted = [rule for rule in rules if self.accepts(rule)]
        languages = {language for rule in accepted for language in rule.languages}
        wanted = [source for source in sources if source.language in languages]
        if not wanted:
            return Detection()
        if self.folder is not None:
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        jobs = self.jobs or min(_MOST_JOBS, len(os.sched_getaffinity(0)))
        try:
            return self._detect(self.way or chosen_way(jobs), wanted, accepted, progress)
        except OtherEngine:
            return self._detect(CommandLineWay(jobs), wanted, accepted, progress)

    def _detect(self, way: Way, sources: Sequence[Source], rules: Sequence[Rule], progress: Progress) -> Detection:
        broken = {rule.id: why for rule in rules if (why := refusal(rule)) is not None}
        able = [rule for rule in rules if rule.id not in broken]
        with tempfile.TemporaryDirectory(prefix="semgrep-", dir=self.folder, ignore_cleanup_errors=True) as name:
            tree = plant(Path(name).resolve(), sources, able, in_place=way.reads_in_place)
            shards = way.shards(tree)
            with _workers(len(shards)) as (pool, stop_fd):
                futures = [pool.submit(self._scan, way, shard, able, progress, stop_fd) for shard in shards]
                ended = wait(futures, return_when=FIRST_EXCEPTION).done  # all of them, or one that failed
                scanned = [future.result() for future in futures if future in ended]
        progress.advance(self.name, len(tree.skipped))
        return joined(scanned, skipped=tree.skipped, broken=broken)

    def _scan(
        self, way: Way, shard: Tree, rules: Sequence[Rule], progress: Progress, stop_fd: int
    ) -> tuple[Report, Detection]:
        report, tree = self._run(way, shard, rules, stop_fd), shard
        if report.overloaded and report.failure is not None:
            # Semgrep's own limits are not enforced everywhere. What stalls it is large; the rest gets a chance.
            tree = shard.without(dict.fromkeys(shard.large_files(), report.failure))
            report = self._run(way, tree, rules, stop_fd)
        detection = detection_of(report, tree, rules)
        progress.advance(self.name, len(shard.planted))
        return report, detection

    def _run(self, way: Way, tree: Tree, rules: Sequence[Rule], stop_fd: int) -> Report:
        if not rules:
            return failed(SkipReason.ENGINE_ERROR, "no rule is left that could be run")
        seconds = self.base_seconds + self.seconds_per_file * len(tree.planted)
        return way.run(tree, rules, timeout_seconds=seconds, stop_fd=stop_fd)


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
