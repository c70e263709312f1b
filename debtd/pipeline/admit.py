"""Which proposals of all repositories become pull requests now, and what the others wait for."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from debtd.model.admission import admit
from debtd.model.budget import Budgets, BudgetState, OpenOne, Pot
from debtd.model.policy import Policy
from debtd.model.pull_request import UNDER_WAY, PullRequest, PullRequestState
from debtd.pipeline.overlap import Neighbours
from debtd.pipeline.proposals import Proposal


@dataclass(frozen=True, slots=True)
class Admitted:
    """`first` go now, in this order; `waiting` says for people what the others wait for, by key."""

    first: tuple[Proposal, ...]
    waiting: Mapping[str, str]


def admit_proposals(
    proposals: Sequence[Proposal],
    state: BudgetState,
    budgets: Budgets,
    neighbours: Mapping[str, Neighbours],
    now: datetime,
    approved: Collection[str] = (),
) -> Admitted:
    """The best that fit into the budgets and lie in nobody's way; `neighbours` are by repository. Those that people
    `approved` (keys) go first, whether they fit or not, and take their place in the budgets.

    Only what would go is compared with people's pull requests: what those hold up gives its place to the next.
    """
    by_key = {proposal.key: proposal for proposal in proposals}
    chosen = [proposal for proposal in proposals if proposal.key in approved]
    held_up = {one.key: obstacle for one in chosen if (obstacle := _obstacle(one, neighbours))}
    first = [one for one in chosen if one.key not in held_up]
    state = _with(state, first, now)
    going = dict.fromkeys(one.key for one in first)
    clear: set[str] = set()
    while True:
        left = [p.candidate for key, p in by_key.items() if key not in held_up and key not in going]
        admission = admit(left, state, budgets, now)
        unseen = [by_key[one.key] for one in admission.admitted if one.key not in clear]
        if not unseen:
            break
        for proposal in unseen:
            if obstacle := _obstacle(proposal, neighbours):
                held_up[proposal.key] = obstacle
            else:
                clear.add(proposal.key)
    waiting = {wait.candidate.key: f"room: {wait.sentence}" for wait in admission.waiting}
    return Admitted((*first, *(by_key[one.key] for one in admission.admitted)), held_up | waiting)


def _obstacle(proposal: Proposal, neighbours: Mapping[str, Neighbours]) -> str:
    base_branch = proposal.prepared.work.revision.branch
    return neighbours[proposal.candidate.repository_id].in_the_way(proposal.changed, base_branch)


def _with(state: BudgetState, first: Sequence[Proposal], now: datetime) -> BudgetState:
    """The budgets as if these were published already."""
    opened = [
        OpenOne(
            key=one.key,
            repository_id=one.candidate.repository_id,
            lines=one.candidate.lines,
            teams=one.candidate.teams,
            group=one.candidate.group,
        )
        for one in first
    ]
    return replace(state, opened=(*state.opened, *opened), published_at=(*state.published_at, *(now for _ in first)))


def budget_state(pull_requests: Sequence[PullRequest], night_began_at: datetime, now: datetime) -> BudgetState:
    """What all recorded pull requests take. One that was recorded and is not open yet is about to be published."""
    return BudgetState(
        opened=[_open_one(one) for one in pull_requests if one.state in UNDER_WAY],
        published_at=[at for one in pull_requests if (at := _published_at(one, now)) is not None],
        night_began_at=night_began_at,
    )


def _open_one(pull_request: PullRequest) -> OpenOne:
    return OpenOne(
        key=pull_request.key,
        repository_id=pull_request.repository_id,
        lines=pull_request.lines,
        attention=pull_request.attention,
        teams=pull_request.owners,
        group=pull_request.group,
    )


def _published_at(pull_request: PullRequest, now: datetime) -> datetime | None:
    return now if pull_request.state is PullRequestState.PENDING else pull_request.published_at


def joint_budgets(policies: Sequence[Policy]) -> Budgets:
    """One set for several repositories: what is over all is the same for each of them, the rest names its own."""
    singles: dict[Pot, int] = {}
    for policy in policies:
        singles |= policy.budgets.of_single
    return Budgets(sizes=policies[0].budgets.sizes if policies else {}, of_single=singles)
