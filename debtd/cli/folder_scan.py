"""What `scan` and `fix` begin with: a folder, scanned."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from debtd.cli.options import settings_of, target_of
from debtd.cli.progress import progress_bars
from debtd.cli.repos import find_one
from debtd.model.errors import ConfigError
from debtd.model.finding import Finding
from debtd.model.project import Project
from debtd.model.scan import ScanResult
from debtd.pipeline.floor import project_of
from debtd.pipeline.scan import languages_of, scan
from debtd.ports import Progress
from debtd.rulekit.loader import select_rules
from debtd.rulekit.rule import Rule
from debtd.settings import Settings
from debtd.wiring.durable import open_store
from debtd.wiring.engines import Folder, Toolbox, open_folder, toolbox


@dataclass(frozen=True, slots=True, kw_only=True)
class FolderScan:
    """A scanned folder, and the tools to go on with."""

    tools: Toolbox
    rules: tuple[Rule, ...]
    folder: Folder
    project: Project
    result: ScanResult
    progress: Progress


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What the store knows of a repository: its findings, and the fingerprints of its baseline; None without one."""

    repository_id: str = ""
    findings: tuple[Finding, ...] = ()
    baseline: frozenset[str] | None = None

    def has(self, finding: Finding) -> bool:
        """Whether the baseline has it."""
        return self.baseline is not None and finding.fingerprint in self.baseline

    def mark(self, finding: Finding) -> dict[str, object]:
        return {} if self.baseline is None else {"in_baseline": self.has(finding)}


def known_of(name: str, settings: Settings) -> Known:
    """Of the repository of this name. Raises ConfigError when there is none, or it has no baseline."""
    with open_store(settings) as store:
        repository = find_one(store, name)
        baseline = store.baseline(repository.id)
        if not baseline:
            raise ConfigError(f"{repository.source} has no baseline; `debtd repos baseline` sets one.")
        return Known(repository_id=repository.id, findings=store.findings(repository.id), baseline=baseline)


@contextmanager
def scanned_folder(
    path: Path,
    *,
    rule_ids: Sequence[str],
    rule_folders: tuple[Path, ...],
    target_python: str | None,
    config: Path | None,
    no_cache: bool,
) -> Iterator[FolderScan]:
    """Scan a folder or a file with the chosen rules; the tools last as long as the context."""
    target = target_of(target_python)
    settings = settings_of(config=config, rule_folders=rule_folders, no_cache=no_cache)
    with progress_bars() as progress, toolbox(settings) as tools:
        rules = select_rules(tools.rules, rule_ids)
        folder = open_folder(path, languages_of(rules))
        project = project_of(dict(folder.tree.texts), target)
        yield FolderScan(
            tools=tools,
            rules=rules,
            folder=folder,
            project=project,
            result=scan(folder.tree, folder, rules, tools.engines, project, progress),
            progress=progress,
        )
