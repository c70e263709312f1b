"""The writes of `ports.Store` that need no SQLAlchemy: what a scan changes, and what people decide."""

from abc import abstractmethod
from contextlib import AbstractContextManager
from datetime import datetime

from debtd.adapters.db import repositories, scans, suppressions
from debtd.adapters.db.changes import Transaction
from debtd.adapters.db.reads.store import ReadingStore
from debtd.model.repo import Repository, Revision
from debtd.model.suppression import Suppression
from debtd.ports import ScanRecord


class ScanningStore(ReadingStore):
    """What a scan writes, however the database is reached. Each method is one transaction."""

    @abstractmethod
    def writing(self) -> AbstractContextManager[Transaction]:
        """One transaction that may write; all of it is committed, or nothing."""

    def ensure_repository(self, repository: Repository) -> None:
        with self.writing() as tx:
            repositories.ensure(tx, repository)

    def begin_scan(self, repository_id: str, revision: Revision, inputs: str) -> int:
        with self.writing() as tx:
            return scans.begin(tx, repository_id, revision, inputs)

    def finish_scan(self, scan_id: int, record: ScanRecord) -> None:
        with self.writing() as tx:
            scans.finish(tx, scan_id, record)

    def add_suppression(self, suppression: Suppression) -> None:
        with self.writing() as tx:
            suppressions.add(tx, suppression)

    def lift_suppressions(self, fingerprint: str, author: str, reason: str, now: datetime) -> int:
        with self.writing() as tx:
            return suppressions.lift(tx, fingerprint, author, reason, now)
