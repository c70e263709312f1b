"""`ports.Store` on SQL: each method is one transaction; the modules by noun hold what happens in it."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime

from sqlalchemy import Engine

from debtd.adapters.db import findings, journal, patches, pull_requests, repositories, scans, suppressions, tasks
from debtd.adapters.db.engine import reading, writing
from debtd.adapters.db.journal import Tx
from debtd.model.coverage import Coverage
from debtd.model.event import Event
from debtd.model.evidence import Evidence
from debtd.model.finding import Finding, FindingState
from debtd.model.pull_request import PullRequest, PullRequestState
from debtd.model.repo import Repository, Revision
from debtd.model.suppression import Suppression
from debtd.model.task import FixTask, Patch, TaskState
from debtd.ports import Clock, ScanRecord


class SqlStore:
    """The store over an engine whose database is up to date (see migrate.py). Safe to share between threads."""

    def __init__(self, engine: Engine, clock: Clock) -> None:
        self._engine = engine
        self._clock = clock

    def close(self) -> None:
        """Close all connections. The store can still be used and then opens new ones."""
        self._engine.dispose()

    @contextmanager
    def _write(self) -> Iterator[Tx]:
        with writing(self._engine) as connection:
            yield Tx(connection, self._clock.now())

    def ensure_repository(self, repository: Repository) -> None:
        with self._write() as tx:
            repositories.ensure(tx, repository)

    def repositories(self) -> tuple[Repository, ...]:
        with reading(self._engine) as connection:
            return repositories.all_of_them(connection)

    def begin_scan(self, repository_id: str, revision: Revision, inputs: str) -> int:
        with self._write() as tx:
            return scans.begin(tx, repository_id, revision, inputs)

    def finish_scan(self, scan_id: int, record: ScanRecord) -> None:
        with self._write() as tx:
            scans.finish(tx, scan_id, record)

    def last_scan(self, repository_id: str) -> tuple[str, str, Coverage] | None:
        with reading(self._engine) as connection:
            return scans.last(connection, repository_id)

    def findings(
        self,
        repository_id: str | None = None,
        states: Sequence[FindingState] = (),
        rule_id: str | None = None,
    ) -> tuple[Finding, ...]:
        with reading(self._engine) as connection:
            return findings.by_filter(connection, repository_id, states, rule_id)

    def find_finding(self, prefix: str) -> tuple[Finding, ...]:
        with reading(self._engine) as connection:
            return findings.by_prefix(connection, prefix)

    def add_suppression(self, suppression: Suppression) -> None:
        with self._write() as tx:
            suppressions.add(tx, suppression)

    def lift_suppressions(self, fingerprint: str, author: str, reason: str, now: datetime) -> int:
        with self._write() as tx:
            return suppressions.lift(tx, fingerprint, author, reason, now)

    def suppressions(self, now: datetime, repository_id: str | None = None) -> tuple[Suppression, ...]:
        with reading(self._engine) as connection:
            return suppressions.active(connection, now, repository_id)

    def plan_tasks(self, tasks_to_plan: Sequence[FixTask]) -> None:
        with self._write() as tx:
            tasks.plan(tx, tasks_to_plan)

    def tasks(self, repository_id: str, states: Sequence[TaskState] = ()) -> tuple[FixTask, ...]:
        with reading(self._engine) as connection:
            return tasks.by_state(connection, repository_id, states)

    def task_findings(self, key: str) -> tuple[Finding, ...]:
        with reading(self._engine) as connection:
            return findings.of_task(connection, key)

    def move_task(self, key: str, state: TaskState, reason: str = "") -> None:
        with self._write() as tx:
            tasks.put_aside(tx, key, state, reason)

    def save_patch(self, patch: Patch) -> None:
        with self._write() as tx:
            patches.save_patch(tx, patch)

    def patch(self, task_key: str) -> Patch | None:
        with reading(self._engine) as connection:
            return patches.patch_of(connection, task_key)

    def save_evidence(self, evidence: Evidence) -> None:
        with self._write() as tx:
            patches.save_evidence(tx, evidence)

    def evidence(self, task_key: str) -> Evidence | None:
        with reading(self._engine) as connection:
            return patches.evidence_of(connection, task_key)

    def save_pull_request(self, pull_request: PullRequest) -> None:
        with self._write() as tx:
            pull_requests.save(tx, pull_request)

    def pull_requests(
        self, repository_id: str | None = None, states: Sequence[PullRequestState] = ()
    ) -> tuple[PullRequest, ...]:
        with reading(self._engine) as connection:
            return pull_requests.by_state(connection, repository_id, states)

    def events(self, subject: str | None = None, limit: int = 100) -> tuple[Event, ...]:
        with reading(self._engine) as connection:
            return journal.events(connection, subject, limit)
