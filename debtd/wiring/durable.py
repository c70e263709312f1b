"""What outlives a run: the state directory, the database, the mirrors, the local forge."""

import getpass
import os
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from debtd.adapters.filelock import locked
from debtd.model.errors import Busy, Retryable, StateUnusable
from debtd.model.repo import Repository
from debtd.settings import Settings

if TYPE_CHECKING:
    from debtd.adapters.db.check import DatabaseReport
    from debtd.adapters.db.embedded import EmbeddedStore
    from debtd.adapters.db.store import SqlStore
    from debtd.ports import Forge, Store, Workspaces


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)  # noqa: TID251  (this is the Clock port)


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
def open_store(settings: Settings) -> "Iterator[Store]":
    """The database: embedded (made and upgraded as needed) or the one that the settings name."""
    with closing(_shared_store(settings) if settings.database_url else _embedded_store(settings)) as store:
        yield store


def _shared_store(settings: Settings) -> "SqlStore":
    from debtd.adapters.db.migrate import open_database  # noqa: PLC0415  (SQLAlchemy is slow to import)
    from debtd.adapters.db.store import SqlStore  # noqa: PLC0415

    return SqlStore(open_database(settings.database_url), SystemClock())


def _embedded_store(settings: Settings) -> "EmbeddedStore":
    from debtd.adapters.db.embedded import EmbeddedStore  # noqa: PLC0415  (only where it is used)

    ensure_state_dir(settings)
    return EmbeddedStore(settings.database_path, SystemClock())


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


def workspaces(settings: Settings) -> "Workspaces":
    from debtd.adapters.git import GitWorkspaces  # noqa: PLC0415
    from debtd.wiring.forges import git_access  # noqa: PLC0415  (it needs this module)

    return GitWorkspaces(ensure_state_dir(settings), git_access(settings) if settings.forges else None)


def login_name() -> str:
    """Who is at the keyboard; "unknown" where the system cannot tell."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "unknown"


def local_forge(settings: Settings) -> "Forge":
    from debtd.adapters.forge.local import LocalForge  # noqa: PLC0415  (only where it is used)
    from debtd.adapters.git import BareBranches  # noqa: PLC0415

    return LocalForge(settings.state_dir, BareBranches(), SystemClock())


@contextmanager
def one_at_a_time(settings: Settings, repository: Repository) -> Iterator[None]:
    """One writer per repository and state directory. Raises Retryable while another one is at work."""
    with locked(settings.state_dir / "locks" / f"{repository.id}.lock", repository.source, wait_seconds=0):
        yield


@contextmanager
def one_pass_at_a_time(settings: Settings) -> Iterator[None]:
    """One nightly pass per state directory. Raises Busy while another one is at work."""
    with ExitStack() as stack:
        try:
            stack.enter_context(locked(settings.state_dir / "locks" / "nightly.lock", "the pass", wait_seconds=0))
        except Retryable:
            raise Busy("another nightly pass is at work on this state directory; nothing was done.") from None
        yield
