"""The Python engine: every rule over every Python file, in children that may hang, crash and be killed.

What a scan needs is imported when there is one: most runs find that nothing changed, and ask for the version only.
"""

import os
from collections.abc import Sequence
from pathlib import Path

from debtd.adapters.installed import version_of
from debtd.model.language import Language
from debtd.model.project import Project
from debtd.model.repo import Source
from debtd.model.scan import Detection
from debtd.ports import Progress
from debtd.rulekit.rule import Rule, SemgrepPattern


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
        return version_of("libcst")

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
        from debtd.adapters.cst_pool.results import Results  # noqa: PLC0415  (only where there is something to scan)
        from debtd.adapters.cst_pool.two_steps import TwoSteps  # noqa: PLC0415

        steps = TwoSteps(
            folders=self._folders,
            workers=self._workers,
            wall_seconds=self._wall_seconds,
            temporary_folder=self._temporary_folder,
            sieve=self._sieve,
        )
        return steps.detect(python, rules, project, Results(self.name, progress, python))
