"""What people made of the pull requests decides what a rule may do. A rule falls by itself and rises by a person."""

from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import datetime

from debtd.model.acceptance import RuleStanding, Standing, Tally, next_standing, outcome_of, tally
from debtd.model.pull_request import PullRequest, PullRequestState
from debtd.ports import Store

AUTHOR = "debtd"
_DECIDED = (PullRequestState.MERGED, PullRequestState.REJECTED)


def learn(repository_id: str, store: Store, now: datetime) -> None:
    """Save the standings that fall, of the rules that have pull requests in this repository."""
    for standing in fallen(repository_id, store.pull_requests(states=_DECIDED), store.standings(), now):
        store.save_standing(standing)


def fallen(
    repository_id: str, decided: Collection[PullRequest], standings: Iterable[RuleStanding], now: datetime
) -> tuple[RuleStanding, ...]:
    """The standings that fall, here and everywhere, by what was decided since the present ones began."""
    present = {(standing.rule_id, standing.repository_id): standing for standing in standings}
    rule_ids = sorted({one.rule_id for one in decided if one.repository_id == repository_id})
    places = [(rule_id, place) for rule_id in rule_ids for place in (repository_id, "")]
    found = (_fallen(rule_id, place, decided, present.get((rule_id, place)), now) for rule_id, place in places)
    return tuple(standing for standing in found if standing is not None)


def tally_since(rule_id: str, place: str, decided: Iterable[PullRequest], standing: RuleStanding | None) -> Tally:
    """What was decided about the rule in a repository ("": everywhere) under its present standing."""
    chosen = [
        ("", "", outcome)
        for one in decided
        if one.rule_id == rule_id and place in {"", one.repository_id} and _is_since(one, standing)
        if (outcome := outcome_of(one)) is not None
    ]
    return tally(chosen).get(("", ""), Tally())


def _is_since(pull_request: PullRequest, standing: RuleStanding | None) -> bool:
    if standing is None:
        return True
    return pull_request.ended_at is not None and pull_request.ended_at > standing.since


def _fallen(
    rule_id: str, place: str, decided: Iterable[PullRequest], present: RuleStanding | None, now: datetime
) -> RuleStanding | None:
    since = tally_since(rule_id, place, decided, present)
    if not place:  # one revert makes a rule fall in its repository; everywhere, only the share counts
        since = replace(since, refused=since.refused + since.reverted, reverted=0)
    before = Standing.PULL_REQUEST if present is None else present.standing
    standing, why = next_standing(before, since)
    if standing is before:
        return None
    return RuleStanding(rule_id=rule_id, repository_id=place, standing=standing, since=now, author=AUTHOR, reason=why)
