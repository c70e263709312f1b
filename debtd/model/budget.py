"""How much may wait for people at once, and how much may be published. Reviewers are the scarce resource."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from debtd.model.pull_request import Attention
from debtd.model.ranking import Candidate

HOUR = timedelta(hours=1)


class BudgetKind(StrEnum):
    """What a budget counts. OPEN ones count pull requests that wait for people; LINES those to review in them."""

    OPEN = "open pull requests over all"
    OPEN_IN_REPOSITORY = "open pull requests in the repository"
    OPEN_OF_TEAM = "open pull requests of the team"
    OPEN_IN_GROUP = "open pull requests of the group"
    LINES_IN_REPOSITORY = "lines to review in the repository"
    LINES_OF_TEAM = "lines to review of the team"
    PER_NIGHT = "published this night"
    PER_HOUR = "published within an hour"


DEFAULT_SIZES: Mapping[BudgetKind, int] = {
    BudgetKind.OPEN: 30,
    BudgetKind.OPEN_IN_REPOSITORY: 5,
    BudgetKind.OPEN_OF_TEAM: 10,
    BudgetKind.LINES_IN_REPOSITORY: 800,
    BudgetKind.PER_NIGHT: 10,
}
"""What a pass by itself keeps to where nothing is set; docs/budgets.md says why."""


@dataclass(frozen=True, slots=True)
class Pot:
    """One budget: its kind, and of which repository, team or group ("" over all)."""

    kind: BudgetKind
    of: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Budgets:
    """Sizes by kind, and of single pots where one differs. A kind that is missing has no limit; 0 lets nothing through.

    Raises ValueError for a size below 0: a budget is never unlimited by accident.
    """

    sizes: Mapping[BudgetKind, int] = field(default_factory=dict)
    of_single: Mapping[Pot, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for size in (*self.sizes.values(), *self.of_single.values()):
            if size < 0:
                raise ValueError(f"a budget of {size} is none; write 0 for nothing, or leave it out for no limit")

    def size(self, pot: Pot) -> int | None:
        return self.of_single.get(pot, self.sizes.get(pot.kind))


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenOne:
    """An open pull request, as far as budgets care."""

    key: str
    repository_id: str
    lines: int
    attention: Attention = Attention.PEOPLE
    teams: tuple[str, ...] = ()
    group: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BudgetState:
    """What is open on the forges, and when pull requests were published; `night_began_at` opens the present window."""

    opened: Sequence[OpenOne] = ()
    published_at: Sequence[datetime] = ()
    night_began_at: datetime


def pots_of(one: Candidate | OpenOne) -> dict[Pot, int]:
    """What it takes from each standing pot while it waits for people."""
    takes = {Pot(BudgetKind.OPEN): 1, Pot(BudgetKind.OPEN_IN_REPOSITORY, one.repository_id): 1}
    takes[Pot(BudgetKind.LINES_IN_REPOSITORY, one.repository_id)] = max(one.lines, 0)
    for team in one.teams:
        takes[Pot(BudgetKind.OPEN_OF_TEAM, team)] = 1
        takes[Pot(BudgetKind.LINES_OF_TEAM, team)] = max(one.lines, 0)
    if one.group:
        takes[Pot(BudgetKind.OPEN_IN_GROUP, one.group)] = 1
    return takes


def publishing(one: Candidate) -> dict[Pot, int]:
    """What it takes from every pot when it is published."""
    return pots_of(one) | {Pot(BudgetKind.PER_NIGHT): 1, Pot(BudgetKind.PER_HOUR): 1}


def used(state: BudgetState, now: datetime) -> Counter[Pot]:
    """What each pot holds now. An hour is the last sixty minutes, so that no clock hour can be filled twice."""
    pots: Counter[Pot] = Counter()
    for one in _waiting_for_people(state.opened):
        pots.update(pots_of(one))
    pots[Pot(BudgetKind.PER_NIGHT)] = sum(1 for at in state.published_at if at >= state.night_began_at)
    pots[Pot(BudgetKind.PER_HOUR)] = sum(1 for at in state.published_at if at > now - HOUR)
    return pots


def _waiting_for_people(opened: Iterable[OpenOne]) -> Iterable[OpenOne]:
    return (one for one in opened if one.attention is Attention.PEOPLE)
