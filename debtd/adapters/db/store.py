"""`ports.Store` on SQL: each method is one transaction; the modules by noun hold what happens in it."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime

from sqlalchemy import Engine

from debtd.adapters.db import (
    baseline,
    enrolments,
    patches,
    pull_requests,
    stages,
    standings,
    tasks,
)
from debtd.adapters.db import engine as connections
from debtd.adapters.db.engine import EngineChanges
from debtd.adapters.db.journal import Tx
from debtd.adapters.db.reads.rows import Rows
from debtd.adapters.db.scanning_store import ScanningStore
from debtd.model.acceptance import RuleStanding
from debtd.model.enrolment import Enrolment
from debtd.model.evidence import Evidence
from debtd.model.pull_request import PullRequest
from debtd.model.task import FixTask, Patch, TaskState
from debtd.model.window import WindowKind
from debtd.ports import Clock


class SqlStore(ScanningStore):
    """The store over an engine whose database is up to date (see migrate.py). Safe to share between threads."""

    def __init__(self, engine: Engine, clock: Clock) -> None:
        self._engine = engine
        self._clock = clock

    def close(self) -> None:
        """Close all connections. The store can still be used and then opens new ones."""
        self._engine.dispose()

    @contextmanager
    def reading(self) -> Iterator[Rows]:
        with connections.reading(self._engine) as connection:
            yield EngineChanges(connection)

    @contextmanager
    def writing(self) -> Iterator[Tx]:
        with connections.writing(self._engine) as connection:
            yield Tx(EngineChanges(connection), self._clock.now(), connection)

    def plan_tasks(self, tasks_to_plan: Sequence[FixTask]) -> None:
        with self.writing() as tx:
            tasks.plan(tx, tasks_to_plan)

    def move_task(self, key: str, state: TaskState, reason: str = "") -> None:
        with self.writing() as tx:
            tasks.put_aside(tx, key, state, reason)

    def save_patch(self, patch: Patch) -> None:
        with self.writing() as tx:
            patches.save_patch(tx, patch)

    def save_evidence(self, evidence: Evidence) -> None:
        with self.writing() as tx:
            patches.save_evidence(tx, evidence)

    def hold_tasks(self, reasons: Mapping[str, str]) -> None:
        with self.writing() as tx:
            tasks.hold(tx, reasons)

    def replan_task(self, task: FixTask) -> None:
        with self.writing() as tx:
            tasks.replan(tx, task)

    def save_pull_request(self, pull_request: PullRequest) -> None:
        with self.writing() as tx:
            pull_requests.save(tx, pull_request)

    def complete_stage(self, repository_id: str, kind: WindowKind, at: datetime) -> None:
        with self.writing() as tx:
            stages.complete(tx, repository_id, kind, at)

    def save_standing(self, standing: RuleStanding) -> None:
        with self.writing() as tx:
            standings.save(tx, standing)

    def save_enrolment(self, enrolment: Enrolment) -> None:
        with self.writing() as tx:
            enrolments.save(tx, enrolment)

    def set_baseline(self, repository_id: str) -> int:
        with self.writing() as tx:
            return baseline.set_present(tx, repository_id)

    def drop_baseline(self, repository_id: str) -> int:
        with self.writing() as tx:
            return baseline.drop(tx, repository_id)
