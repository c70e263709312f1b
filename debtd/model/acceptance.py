"""What people make of a rule's pull requests, and what follows: a rule falls by itself and rises by a person."""

import math
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from debtd.model.pull_request import PullRequest, PullRequestOutcome, PullRequestState

ALLOWED_REFUSALS = 0.3
"""The share of pull requests that may be closed, edited or reverted before a rule falls a step."""

_Z = 1.96  # 95 in 100 times the true share lies above a lower bound and below the upper one
_ENOUGH = 5


class Standing(StrEnum):
    """What a rule may do, best first."""

    PULL_REQUEST = "pull-request"
    DRAFT = "draft"
    REPORT_ONLY = "report-only"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """How many pull requests ended how."""

    merged: int = 0
    edited: int = 0
    refused: int = 0
    reverted: int = 0

    @property
    def decided(self) -> int:
        return self.merged + self.edited + self.refused + self.reverted

    @property
    def unwelcome(self) -> int:
        """Those that were not taken as they were."""
        return self.decided - self.merged

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(
            merged=self.merged + other.merged,
            edited=self.edited + other.edited,
            refused=self.refused + other.refused,
            reverted=self.reverted + other.reverted,
        )


def lower_bound(successes: int, trials: int) -> float:
    """Wilson's lower confidence bound (95 %, two-sided) of a share, at most the share itself; 0 without trials."""
    if not 0 <= successes <= trials:
        raise ValueError(f"{successes} of {trials} is no share")
    if not successes:
        return 0.0
    share, square = successes / trials, _Z * _Z
    centre = share + square / (2 * trials)
    spread = _Z * math.sqrt(share * (1 - share) / trials + square / (4 * trials * trials))
    return min(max((centre - spread) / (1 + square / trials), 0.0), share)


def tally(outcomes: Iterable[tuple[str, str, PullRequestOutcome]]) -> dict[tuple[str, str], Tally]:
    """Tallies by rule and repository, from (rule id, repository id, outcome)."""
    tallies: defaultdict[tuple[str, str], Tally] = defaultdict(Tally)
    for rule_id, repository_id, outcome in outcomes:
        tallies[rule_id, repository_id] += Tally(**{outcome.value: 1})
    return dict(tallies)


def careful_acceptance(here: Tally, everywhere: Tally) -> float:
    """The lower bound of the share taken as it was, for ranking: of this repository where enough was decided there,
    else of the rule everywhere, else a neutral half."""
    for one in (here, everywhere):
        if one.decided >= _ENOUGH:
            return lower_bound(one.merged, one.decided)
    return 0.5


def next_standing(standing: Standing, since: Tally) -> tuple[Standing, str]:
    """The standing that follows, and why it fell ("" when it stays). Never a better one: that is for people to say.

    `since` counts what was decided under the present standing, so that one failure is not paid for twice. A rule falls
    one step when more of its pull requests were surely unwelcome than are allowed, or when one was reverted.
    """
    order = list(Standing)
    fallen = order[min(order.index(standing) + 1, len(order) - 1)]
    if fallen is standing:
        return standing, ""
    if since.reverted:
        return fallen, f"{since.reverted} of {since.decided} pull requests were reverted"
    if lower_bound(since.unwelcome, since.decided) > ALLOWED_REFUSALS:
        return fallen, f"{since.unwelcome} of {since.decided} pull requests were closed or edited"
    return standing, ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleStanding:
    """The standing of a rule in a repository, or everywhere (`repository_id` ""), with who or what decided it and why.
    A rule may do what the worse of the two allows; without one it may open pull requests."""

    rule_id: str
    repository_id: str
    standing: Standing
    since: datetime
    author: str
    reason: str


def standing_of(rule_id: str, repository_id: str, standings: Iterable[RuleStanding]) -> Standing:
    """What a rule may do in a repository: the worse of what was decided there and everywhere."""
    decided = (s.standing for s in standings if s.rule_id == rule_id and s.repository_id in {"", repository_id})
    return max(decided, key=list(Standing).index, default=Standing.PULL_REQUEST)


def outcome_of(pull_request: PullRequest) -> PullRequestOutcome | None:
    """What people made of it; None while that is open, and where it says nothing about the rule."""
    if pull_request.outcome is not None or pull_request.close_reason is not None:
        return pull_request.outcome
    before_outcomes_were_kept = {
        PullRequestState.MERGED: PullRequestOutcome.MERGED,
        PullRequestState.REJECTED: PullRequestOutcome.REFUSED,
    }
    return before_outcomes_were_kept.get(pull_request.state)
