"""The store in a SQLite file of debtd's own, without SQLAlchemy as far as possible.

SQLAlchemy is imported when the file must be made or upgraded, and for fix tasks and all that follows from them: what a
scan reads and writes goes through the standard library's driver.
"""

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, closing, contextmanager
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from debtd.adapters.db import sqlite_file
from debtd.adapters.db.changes import Transaction
from debtd.adapters.db.reads.rows import Rows
from debtd.adapters.db.scanning_store import ScanningStore
from debtd.adapters.db.versions import known_versions, migrations_folder
from debtd.model.acceptance import RuleStanding
from debtd.model.enrolment import Enrolment
from debtd.model.evidence import Evidence
from debtd.model.pull_request import PullRequest
from debtd.model.repo import Repository
from debtd.model.task import FixTask, Patch, TaskState
from debtd.model.window import WindowKind
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

    def hold_tasks(self, reasons: Mapping[str, str]) -> None:
        if reasons:
            self._writer.hold_tasks(reasons)

    def replan_task(self, task: FixTask) -> None:
        self._writer.replan_task(task)

    def save_pull_request(self, pull_request: PullRequest) -> None:
        self._writer.save_pull_request(pull_request)

    def complete_stage(self, repository_id: str, kind: WindowKind, at: datetime) -> None:
        self._writer.complete_stage(repository_id, kind, at)

    def save_standing(self, standing: RuleStanding) -> None:
        self._writer.save_standing(standing)

    def save_enrolment(self, enrolment: Enrolment) -> None:
        if enrolment not in self.enrolments():
            self._writer.save_enrolment(enrolment)

    def set_baseline(self, repository_id: str) -> int:
        return self._writer.set_baseline(repository_id)

    def drop_baseline(self, repository_id: str) -> int:
        return self._writer.drop_baseline(repository_id)


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
