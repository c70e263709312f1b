"""Semgrep as a detector. What a scan needs is imported when there is one (see scanning.py)."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from debtd.adapters.installed import version_of
from debtd.model.project import Project
from debtd.model.repo import Source
from debtd.model.scan import Detection
from debtd.ports import Progress
from debtd.rulekit.rule import Rule, SemgrepPattern

if TYPE_CHECKING:
    from debtd.adapters.semgrep.way import Way

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
    way: "Way | None" = None

    @property
    def name(self) -> str:
        return "semgrep"

    @property
    def version(self) -> str:
        """The same for both ways: they see the same."""
        return version_of("semgrep")

    def accepts(self, rule: Rule) -> bool:
        return isinstance(rule.detect, SemgrepPattern)

    def facts(self, rules: Sequence[Rule], project: Project) -> str:
        del rules, project
        return ""

    def reads_paths(self, rules: Sequence[Rule]) -> bool:
        del rules
        return False  # those with `paths` are refused, see dialect.py

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
        from debtd.adapters.semgrep.scanning import scan  # noqa: PLC0415  (only where there is something to scan)

        return scan(self, jobs, wanted, accepted, progress)
