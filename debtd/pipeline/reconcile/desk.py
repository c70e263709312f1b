"""What a reconciliation works with."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from debtd.model.acceptance import RuleStanding
from debtd.model.errors import RepoUnusable, Retryable
from debtd.model.finding import Finding
from debtd.model.pull_request import PullRequest
from debtd.model.suppression import Suppression, SuppressionKind
from debtd.model.task import FixTask, TaskState
from debtd.pipeline.backlog import Backlog
from debtd.pipeline.order import Order, Rooms
from debtd.pipeline.reconcile.case import Case, Ground
from debtd.ports import Forge
from debtd.rulekit.rule import Rule


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """One repository at the moment of the run, and the adapters that act on it. `rows` are the open pull requests as
    the store has them; `reverted` the rules of which a pull request here was reverted once."""

    work: Backlog
    order: Order
    rooms: Rooms
    rows: dict[str, PullRequest]
    tasks: Mapping[str, FixTask]
    findings: Mapping[str, Finding]
    suppressions: Collection[Suppression]
    standings: Collection[RuleStanding]
    reverted: frozenset[str]

    @property
    def ground(self) -> Ground:
        ids = frozenset(rule.id for rule in self.work.rules)
        revision = self.work.revision
        return Ground(branch=revision.branch, commit=revision.commit, rule_ids=ids, is_current=self.work.is_current)

    def now(self) -> datetime:
        return self.rooms.clock.now()

    def forge(self, pull_request: PullRequest) -> Forge:
        return self.rooms.forge_at(pull_request)

    def rule(self, rule_id: str) -> Rule | None:
        return next((rule for rule in self.work.rules if rule.id == rule_id), None)

    def case(self, pull_request: PullRequest, head: str) -> Case:
        """`head` is where the forge has its branch."""
        task = self.tasks[pull_request.key]
        is_known = head in {pull_request.commit, pull_request.next_commit}
        return Case(
            pull_request=pull_request,
            task=task,
            findings=tuple(self.findings[fingerprint] for fingerprint in task.fingerprints),
            patch=self.rooms.store.patch(task.key) if task.state is TaskState.PUBLISHED else None,
            silenced=frozenset(suppression.fingerprint for suppression in self.suppressions),
            former=frozenset() if is_known else self._former_commits(pull_request),
        )

    def save(self, pull_request: PullRequest) -> PullRequest:
        """Save a row, unless the store has just that."""
        if self.rows.get(pull_request.key) != pull_request:
            self.rooms.store.save_pull_request(pull_request)
            self.rows[pull_request.key] = pull_request
        return pull_request

    def _former_commits(self, pull_request: PullRequest) -> frozenset[str]:
        """Every commit that debtd ever recorded for its branch."""
        events = self.rooms.store.events(pull_request.key, limit=1_000)
        pushes = [event for event in events if event.kind.startswith("pull-request.")]
        return frozenset(str(value) for one in pushes for name, value in one.fields if name in {"commit", "next"})

    def say_no(
        self, fingerprints: Iterable[str], reason: str, author: str, at: datetime, until: datetime | None = None
    ) -> None:
        """Remember a no to findings. One that is remembered already is not said again."""
        known = {(s.fingerprint, s.reason, s.author) for s in self.suppressions if s.kind is SuppressionKind.REJECTED}
        for fingerprint in fingerprints:
            if (fingerprint, reason, author) in known:
                continue
            self.rooms.store.add_suppression(
                Suppression(
                    fingerprint=fingerprint,
                    kind=SuppressionKind.REJECTED,
                    reason=reason,
                    author=author,
                    created_at=at,
                    expires_at=until,
                )
            )


def told(pull_request: PullRequest, fault: RepoUnusable | Retryable) -> RepoUnusable | Retryable:
    """A fault, with the pull request that it is about."""
    sentence = f"pull request {pull_request.url or pull_request.key[:12]}: {fault}"
    if isinstance(fault, Retryable):
        return Retryable(sentence, after_seconds=fault.after_seconds)
    return RepoUnusable(sentence)
