"""The only room that builds adapters."""

import getpass
import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from debtd.adapters.cst_pool.pool import CstDetector
from debtd.adapters.disposable import disposable
from debtd.adapters.filelock import locked
from debtd.adapters.folder import open_folder
from debtd.adapters.regular_file import write_file
from debtd.adapters.scratch import TemporaryScratch
from debtd.adapters.semgrep import SemgrepDetector
from debtd.model.errors import ConfigError, StateUnusable
from debtd.model.repo import Repository
from debtd.pipeline.order import Rooms
from debtd.ports import Detector, Forge, Progress, Store, Workspaces
from debtd.rulekit.loader import load_rules
from debtd.rulekit.rule import Rule, SemgrepPattern
from debtd.settings import Settings

if TYPE_CHECKING:
    from debtd.adapters.db.check import DatabaseReport

__all__ = [
    "SystemClock",
    "Toolbox",
    "all_rules",
    "check_database",
    "check_rules",
    "local_forge",
    "login_name",
    "one_at_a_time",
    "open_folder",
    "open_rooms",
    "open_store",
    "toolbox",
    "upgrade_database",
    "workspaces",
    "write_file",
]


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)  # noqa: TID251  (this is the Clock port)


def bundled_rules() -> Path:
    """The rules that ship with debtd: inside the installed package, or beside it in a source checkout."""
    package = Path(__file__).parent.parent
    for folder in (package / "_rules", package.parent / "rules"):
        if folder.is_dir():
            return folder
    raise ConfigError(f"the bundled rules are missing from {package}; install debtd again.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Toolbox:
    """Rules and the engines that run them."""

    rules: tuple[Rule, ...]
    detectors: tuple[Detector, ...]
    scratch: TemporaryScratch


def all_rules(settings: Settings) -> tuple[Rule, ...]:
    """The bundled and the site's rules."""
    return load_rules((bundled_rules(), *settings.rule_folders))


@contextmanager
def toolbox(settings: Settings, parent: Path | None = None) -> Iterator[Toolbox]:
    """Load the bundled and the site's rules. What the engines write stands until the end in a folder below `parent`,
    where the next run sweeps what a killed one left; without it, in the system's temporary folder."""
    folders = (bundled_rules(), *settings.rule_folders)
    with disposable(parent) if parent else tempfile.TemporaryDirectory(prefix="debtd-") as name:
        folder = Path(name)
        yield Toolbox(
            rules=all_rules(settings),
            detectors=(
                CstDetector(folders, settings.workers, temporary_folder=folder),
                SemgrepDetector(folder, settings.workers),
            ),
            scratch=TemporaryScratch(folder),
        )


def ensure_state_dir(settings: Settings) -> Path:
    """Create the state directory, private to its owner. Raises StateUnusable."""
    folder = settings.state_dir
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not os.access(folder, os.W_OK | os.X_OK):
            raise PermissionError(0, "Permission denied")
    except OSError as error:
        raise StateUnusable(
            f"the state directory {folder} cannot be written: {error.strerror}; name another with --state-dir."
        ) from None
    return folder


@contextmanager
def open_store(settings: Settings) -> Iterator[Store]:
    """The database: embedded (made and upgraded as needed) or the one that the settings name."""
    from debtd.adapters.db.migrate import open_database, open_embedded  # noqa: PLC0415  (SQLAlchemy is slow to import)
    from debtd.adapters.db.store import SqlStore  # noqa: PLC0415

    if settings.database_url:
        engine = open_database(settings.database_url)
    else:
        ensure_state_dir(settings)
        engine = open_embedded(settings.database_path)
    try:
        yield SqlStore(engine, SystemClock())
    finally:
        engine.dispose()


def upgrade_database(settings: Settings, url: str | None) -> str:
    """Bring the database to this version's tables; the version it is at."""
    from debtd.adapters.db.migrate import upgrade  # noqa: PLC0415  (SQLAlchemy is slow to import)

    return upgrade(_database_url(settings, url))


def check_database(settings: Settings, url: str | None) -> "DatabaseReport":
    """Version, integrity and contents of the database."""
    from debtd.adapters.db.check import check  # noqa: PLC0415  (SQLAlchemy is slow to import)

    return check(_database_url(settings, url))


def _database_url(settings: Settings, url: str | None) -> str:
    if url or settings.database_url:
        return url or settings.database_url
    ensure_state_dir(settings)
    return f"sqlite:///{settings.database_path}"


def workspaces(settings: Settings) -> Workspaces:
    from debtd.adapters.git import GitWorkspaces  # noqa: PLC0415  (GitPython is slow to import)

    return GitWorkspaces(ensure_state_dir(settings))


def login_name() -> str:
    """Who is at the keyboard; "unknown" where the system cannot tell."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "unknown"


def check_rules(rules: Sequence[Rule]) -> dict[str, tuple[str, ...]]:
    """What is wrong with each rule by its own examples; only rules with problems appear."""
    from debtd.rulekit.examples import example_problems  # noqa: PLC0415

    patterns = [rule for rule in rules if isinstance(rule.detect, SemgrepPattern)]
    problems = {rule.id: example_problems(rule) for rule in rules if rule not in patterns}
    if patterns:
        from debtd.adapters.semgrep.examples import pattern_problems  # noqa: PLC0415

        problems |= pattern_problems(patterns)
    return {rule_id: found for rule_id, found in problems.items() if found}


def local_forge(settings: Settings) -> Forge:
    from debtd.adapters.forge.local import LocalForge  # noqa: PLC0415  (only where it is used)
    from debtd.adapters.git import ensure_bare  # noqa: PLC0415  (GitPython is slow to import)

    return LocalForge(settings.state_dir, ensure_bare)


@contextmanager
def open_rooms(settings: Settings, progress: Progress) -> Iterator[tuple[Rooms, tuple[Rule, ...]]]:
    """Everything that the road needs, and all rules."""
    ensure_state_dir(settings)
    with toolbox(settings, settings.state_dir / "scratch") as tools, open_store(settings) as store:
        rooms = Rooms(
            workspaces=workspaces(settings),
            scratch=tools.scratch,
            detectors=tools.detectors,
            store=store,
            forge=local_forge(settings),
            clock=SystemClock(),
            progress=progress,
        )
        yield rooms, tools.rules


@contextmanager
def one_at_a_time(settings: Settings, repository: Repository) -> Iterator[None]:
    """One writer per repository and state directory. Raises Retryable while another one is at work."""
    with locked(settings.state_dir / "locks" / f"{repository.id}.lock", repository.source, wait_seconds=0):
        yield
