"""The reading half of `ports.Store`. Each method is one transaction; SQLAlchemy takes no part in it."""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime

from debtd.adapters.db.reads import (
    baseline,
    enrolments,
    findings,
    pull_requests,
    scans,
    stages,
    standings,
    suppressions,
    work,
)
from debtd.adapters.db.reads.rows import Rows
from debtd.model.acceptance import RuleStanding
from debtd.model.coverage import Coverage
from debtd.model.enrolment import Enrolment
from debtd.model.event import Event
from debtd.model.evidence import Evidence
from debtd.model.finding import Finding, FindingState
from debtd.model.pull_request import PullRequest, PullRequestState
from debtd.model.repo import Repository
from debtd.model.suppression import Suppression
from debtd.model.task import FixTask, Patch, TaskState
from debtd.model.window import WindowKind
from debtd.ports import Listing


class ReadingStore(ABC):
    """What can be asked of a database, however it is reached."""

    @abstractmethod
    def reading(self) -> AbstractContextManager[Rows]:
        """One transaction that only reads: everything in it is of one moment."""

    def repositories(self) -> tuple[Repository, ...]:
        with self.reading() as rows:
            return work.repositories(rows)

    def last_scan(self, repository_id: str) -> tuple[str, str, Coverage] | None:
        with self.reading() as rows:
            return scans.last(rows, repository_id)

    def findings(
        self,
        repository_id: str | None = None,
        states: Sequence[FindingState] = (),
        rule_id: str | None = None,
    ) -> tuple[Finding, ...]:
        with self.reading() as rows:
            return findings.by_filter(rows, repository_id, states, rule_id)

    def count_findings(self, repository_id: str | None = None, states: Sequence[FindingState] = ()) -> dict[str, int]:
        with self.reading() as rows:
            return findings.count_by_rule(rows, repository_id, states)

    @contextmanager
    def list_findings(
        self, now: datetime, states: Sequence[FindingState] = (), rule_id: str | None = None, limit: int = 0
    ) -> Iterator[Listing]:
        with self.reading() as rows:
            yield Listing(
                total=findings.count(rows, states, rule_id),
                findings=findings.listed(rows, states, rule_id, limit, now),
            )

    def find_finding(self, prefix: str) -> tuple[Finding, ...]:
        with self.reading() as rows:
            return findings.by_prefix(rows, prefix)

    def suppressions(self, now: datetime, repository_id: str | None = None) -> tuple[Suppression, ...]:
        with self.reading() as rows:
            return suppressions.all_active(rows, now, repository_id)

    def tasks(self, repository_id: str, states: Sequence[TaskState] = ()) -> tuple[FixTask, ...]:
        with self.reading() as rows:
            return work.tasks(rows, repository_id, states)

    def task_findings(self, key: str) -> tuple[Finding, ...]:
        with self.reading() as rows:
            return findings.of_task(rows, key)

    def patch(self, task_key: str) -> Patch | None:
        with self.reading() as rows:
            return work.patch(rows, task_key)

    def evidence(self, task_key: str) -> Evidence | None:
        with self.reading() as rows:
            return work.evidence(rows, task_key)

    def pull_requests(
        self, repository_id: str | None = None, states: Sequence[PullRequestState] = ()
    ) -> tuple[PullRequest, ...]:
        with self.reading() as rows:
            return pull_requests.by_filter(rows, repository_id, states)

    def completed_stages(self, repository_id: str) -> dict[WindowKind, datetime]:
        with self.reading() as rows:
            return stages.completed(rows, repository_id)

    def standings(self) -> tuple[RuleStanding, ...]:
        with self.reading() as rows:
            return standings.standings(rows)

    def enrolments(self) -> tuple[Enrolment, ...]:
        with self.reading() as rows:
            return enrolments.enrolments(rows)

    def baseline(self, repository_id: str) -> frozenset[str]:
        with self.reading() as rows:
            return baseline.fingerprints(rows, repository_id)

    def events(self, subject: str | None = None, limit: int = 100) -> tuple[Event, ...]:
        with self.reading() as rows:
            return work.events(rows, subject, limit)
