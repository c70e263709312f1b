"""One `semgrep scan` for each call: what it saw becomes matches, what it may have missed becomes skips."""

import os
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from debtd.adapters.semgrep.report import Report, read_report
from debtd.adapters.semgrep.results import detection_of
from debtd.adapters.semgrep.run import run_semgrep
from debtd.adapters.semgrep.tree import Tree, plant
from debtd.model.coverage import Skipped, SkipReason
from debtd.model.project import Project
from debtd.model.repo import Source
from debtd.model.scan import Detection
from debtd.ports import Progress
from debtd.rulekit.rule import Rule, SemgrepPattern

_MAX_REFUSED_RULES = 3


def _processors() -> int:
    return max(1, min(4, len(os.sched_getaffinity(0))))


@dataclass(frozen=True, slots=True)
class SemgrepDetector:
    """`folder` is where the private copies are made and removed (None: the system's folder for such files).

    A scan may take `base_seconds` plus `seconds_per_file` for each file. One that takes longer is tried again
    without the large files; should that take too long as well, every file is skipped(timeout).
    """

    folder: Path | None = None
    jobs: int = 0
    base_seconds: float = 120.0
    seconds_per_file: float = 0.2

    @property
    def name(self) -> str:
        return "semgrep"

    @property
    def version(self) -> str:
        return version("semgrep")

    def accepts(self, rule: Rule) -> bool:
        return isinstance(rule.detect, SemgrepPattern)

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
        with tempfile.TemporaryDirectory(prefix="semgrep-", dir=self.folder, ignore_cleanup_errors=True) as name:
            tree = plant(Path(name).resolve(), wanted, accepted)
            unread = len(tree.skipped)
            progress.advance(self.name, unread)
            report = self._scan(tree, accepted)
            if report.overloaded and report.failure is not None:
                # Semgrep's own limits are not enforced everywhere. What stalls it is large; the rest gets a chance.
                tree = tree.without_large_files(report.failure)
                report = self._scan(tree, accepted)
            detection = detection_of(report, tree, accepted)
        progress.advance(self.name, len(wanted) - unread)
        return detection

    def _scan(self, tree: Tree, rules: Sequence[Rule]) -> Report:
        """Run the rules; one that semgrep refuses to read spoils its run, so the others run again without it."""
        seconds = self.base_seconds + self.seconds_per_file * len(tree.planted)
        left, refused, apart = list(rules), dict[str, str](), False
        while left and len(refused) <= _MAX_REFUSED_RULES:
            outcome = run_semgrep(tree, left, jobs=self.jobs or _processors(), timeout_seconds=seconds, apart=apart)
            report = read_report(outcome)
            if report.refused is None:
                return report.with_broken(refused)
            if not apart:
                apart = True  # in one file rules load fastest; in files of their own the refused one has a name
                continue
            rule_id, why = report.refused
            if rule_id not in {rule.id for rule in left}:
                break
            refused[rule_id] = why
            left = [rule for rule in left if rule.id != rule_id]
        return Report(failure=Skipped(SkipReason.ENGINE_ERROR, "semgrep refuses the rules")).with_broken(refused)
