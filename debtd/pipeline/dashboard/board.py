"""What a dashboard says: gathered from the store, before it becomes text."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from debtd.model.coverage import SkipReason
from debtd.model.pull_request import Attention, PullRequest, PullRequestState
from debtd.model.suppression import Suppression, SuppressionKind
from debtd.model.task import FixTask, TaskState
from debtd.pipeline.backlog import Backlog
from debtd.pipeline.dashboard.boxes import KEY_LENGTH, Box, Wish
from debtd.pipeline.unwanted import unfixable, why_unwanted
from debtd.ports import Clock, Store

_BUSY = (TaskState.PLANNED, TaskState.PATCHED, TaskState.ACCEPTED, TaskState.PUBLISHED)
_GAVE_UP = (TaskState.REJECTED, TaskState.SKIPPED)
_OPEN_SAYS = {
    Attention.PEOPLE: "waits for people",
    Attention.DRAFT: "is a draft",
    Attention.PARKED: "was taken over by people",
    Attention.RED: "has checks that fail, or a conflict",
    Attention.CHANGES_REQUESTED: "waits for the changes that a review asks for",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line. `state` is debtd's own words; `title` and `why` may be anybody's, and are hostile; `url` and `number`
    are those of a pull request, "" and 0 without one."""

    key: str
    title: str
    state: str = ""
    why: str = ""
    number: int = 0
    url: str = ""
    box: Box | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """`unfixed` counts the findings without a fix by the reason; `silenced` those that the operator or the source
    silence; `notes` are sentences about the repository as a whole."""

    opened: tuple[Row, ...] = ()
    waiting: tuple[Row, ...] = ()
    refused: tuple[Row, ...] = ()
    given_up: tuple[Row, ...] = ()
    unfixed: Mapping[str, int] = field(default_factory=dict)
    silenced: int = 0
    notes: tuple[str, ...] = ()

    @property
    def boxes(self) -> frozenset[Box]:
        """All that are offered."""
        rows = (*self.waiting, *self.refused, *self.given_up)
        return frozenset(row.box for row in rows if row.box is not None)

    @property
    def is_empty(self) -> bool:
        return self == Board()


def gather(work: Backlog, store: Store, clock: Clock, notes: Sequence[str] = ()) -> Board:
    """The dashboard of a repository, as the store has it now."""
    pull_requests = store.pull_requests(work.repository.id)
    tasks = {task.key: task for task in store.tasks(work.repository.id)}
    recorded = {one.key for one in pull_requests}
    suppressions = store.suppressions(clock.now(), work.repository.id)
    refused, spoken_for = _refused(pull_requests, tasks, suppressions)
    accepted = [task for task in tasks.values() if task.state is TaskState.ACCEPTED and task.key not in recorded]
    unfixed = Counter(skipped.reason for skipped in unfixable(work, store, clock).values())
    silenced = {one.fingerprint for one in suppressions} - spoken_for
    return Board(
        opened=tuple(_opened(one) for one in pull_requests if one.state is PullRequestState.OPEN),
        waiting=tuple(_row(task, Wish.APPROVE, task.reason) for task in accepted),
        refused=refused,
        given_up=tuple(_given_up(work, store, clock, tasks.values())),
        unfixed={reason.value: unfixed[reason] for reason in sorted(unfixed) if reason is not SkipReason.SUPPRESSED},
        silenced=len(silenced),
        notes=tuple(notes),
    )


def _opened(pull_request: PullRequest) -> Row:
    hands_off = f"debtd keeps its hands off it: {pull_request.hands_off}" if pull_request.hands_off else ""
    return Row(
        key=pull_request.key,
        title=pull_request.title,
        state=hands_off or _OPEN_SAYS[pull_request.attention],
        number=pull_request.number,
        url=pull_request.url,
    )


def _row(task: FixTask, wish: Wish, why: str) -> Row:
    places = f"{len(task.fingerprints)} place{'s' if len(task.fingerprints) > 1 else ''}"
    return Row(key=task.key, title=f"{task.rule_id}: {places}", why=why, box=Box(wish, task.key[:KEY_LENGTH]))


def _refused(
    pull_requests: Sequence[PullRequest], tasks: Mapping[str, FixTask], suppressions: Collection[Suppression]
) -> tuple[tuple[Row, ...], set[str]]:
    """The pull requests that people said no to, and the findings in them. A no that was said to debtd itself stays
    with its operator: it has no box."""
    rejected = {one.fingerprint: one for one in suppressions if one.kind is SuppressionKind.REJECTED}
    by_operator = {one.fingerprint for one in suppressions if one.kind is SuppressionKind.EXTERNAL}
    rows: list[Row] = []
    spoken_for: set[str] = set()
    for one in pull_requests:
        fingerprints = tasks[one.key].fingerprints if one.state is PullRequestState.REJECTED else ()
        noes = [rejected[fingerprint] for fingerprint in fingerprints if fingerprint in rejected]
        if not noes or spoken_for.issuperset(fingerprints):
            continue
        spoken_for.update(fingerprints)
        until = (
            None if any(no.expires_at is None for no in noes) else max(no.expires_at for no in noes if no.expires_at)
        )
        has_box = by_operator.isdisjoint(fingerprints)
        rows.append(
            Row(
                key=one.key,
                title=one.title,
                state=f"not before {until:%Y-%m-%d}" if until else "not again",
                why=noes[0].reason,
                number=one.number,
                url=one.url,
                box=Box(Wish.BRING_BACK, one.key[:KEY_LENGTH]) if has_box else None,
            )
        )
    return tuple(rows), spoken_for


def _given_up(work: Backlog, store: Store, clock: Clock, tasks: Collection[FixTask]) -> list[Row]:
    """Patches that a gate rejected, or that could not be made, and that nothing else has taken up since."""
    unwanted = why_unwanted(work, store, clock)
    busy = {f for task in tasks if task.state in _BUSY for f in task.fingerprints}
    ids = {rule.id for rule in work.rules}
    left = [
        task
        for task in tasks
        if task.state in _GAVE_UP and task.rule_id in ids and busy.isdisjoint(task.fingerprints) and not unwanted(task)
    ]
    return [_row(task, Wish.RETRY, _why_given_up(task, store)) for task in left]


def _why_given_up(task: FixTask, store: Store) -> str:
    evidence = store.evidence(task.key)
    failure = None if evidence is None else evidence.failure
    return task.reason if failure is None else f"{failure.gate}: {failure.detail}"
