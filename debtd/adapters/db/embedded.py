"""The store in a SQLite file of debtd's own, without SQLAlchemy as far as possible.

SQLAlchemy is imported when the file must be made or upgraded, and for fix tasks and all that follows from them: what a
scan reads and writes goes through the standard library's driver.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, closing, contextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from debtd.adapters.db import sqlite_file
from debtd.adapters.db.changes import Transaction
from debtd.adapters.db.reads.rows import Rows
from debtd.adapters.db.scanning_store import ScanningStore
from debtd.adapters.db.versions import known_versions, migrations_folder
from debtd.model.evidence import Evidence
from debtd.model.pull_request import PullRequest
from debtd.model.repo import Repository
from debtd.model.task import FixTask, Patch, TaskState
from debtd.ports import Clock

if TYPE_CHECKING:
    from debtd.adapters.db.store import SqlStore


class EmbeddedStore(ScanningStore):
    """The store in the file at `path`, which is made or upgraded when needed. Safe to share between threads.

    Raises what `migrate.open_embedded` raises, when it is used.
    """

    def __init__(self, path: Path, clock: Clock) -> None:
        self._path = path.absolute()
        self._clock = clock
        self._ready = _is_ready(self._path)
        if not self._ready:
            self._writer.close()  # it is ready now, or the fault is told here and not in the middle of the work

    def close(self) -> None:
        """Close all connections. The store can still be used and then opens new ones."""
        if "_writer" in vars(self):
            self._writer.close()

    @cached_property
    def _writer(self) -> "SqlStore":
        from debtd.adapters.db.migrate import open_embedded  # noqa: PLC0415  (SQLAlchemy takes 0.2 s to import)
        from debtd.adapters.db.store import SqlStore  # noqa: PLC0415

        return SqlStore(open_embedded(self._path), self._clock)

    def reading(self) -> AbstractContextManager[Rows]:
        return sqlite_file.reading(self._path)

    @contextmanager
    def writing(self) -> Iterator[Transaction]:
        with sqlite_file.writing(self._path) as changes:
            yield Transaction(changes, self._clock.now())

    def ensure_repository(self, repository: Repository) -> None:
        if repository not in self.repositories():
            super().ensure_repository(repository)

    def plan_tasks(self, tasks: Sequence[FixTask]) -> None:
        if tasks:
            self._writer.plan_tasks(tasks)

    def move_task(self, key: str, state: TaskState, reason: str = "") -> None:
        self._writer.move_task(key, state, reason)

    def save_patch(self, patch: Patch) -> None:
        self._writer.save_patch(patch)

    def save_evidence(self, evidence: Evidence) -> None:
        self._writer.save_evidence(evidence)

    def save_pull_request(self, pull_request: PullRequest) -> None:
        self._writer.save_pull_request(pull_request)


def _is_ready(path: Path) -> bool:
    """Whether the file can be read as it is. Anything odd is left to `open_embedded`, which mends or explains it."""
    if not path.is_file():
        return False
    try:
        with closing(sqlite_file.connect(path)) as connection:
            found = connection.execute("SELECT version_num FROM alembic_version").fetchall()
    except sqlite3.Error:
        return False
    return found == [(known_versions(migrations_folder())[-1],)]
