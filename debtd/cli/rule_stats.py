"""`debtd rules stats`: what people made of each rule's pull requests, and what the rule may do."""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import click

from debtd.cli.options import format_option, settings_of, state_options
from debtd.cli.output import Format, put_json, put_table, say
from debtd.model.acceptance import RuleStanding, Standing, Tally, lower_bound, outcome_of, standing_of, tally
from debtd.model.pull_request import UNDER_WAY, PullRequest

EVERYWHERE = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    """A rule in a repository, or everywhere ("")."""

    rule_id: str
    repository_id: str
    tally: Tally
    undecided: int
    standing: Standing
    decided: RuleStanding | None


@click.command()
@click.option("--by-repository", is_flag=True, help="A row for each repository, instead of one over all.")
@format_option
@state_options
def stats(*, by_repository: bool, output: Format, state_dir: Path | None, config: Path | None) -> None:
    """Show what people made of each rule's pull requests, and what the rule may do.

    "taken, surely" is the 95 % lower bound of the share that was merged as it was. What says nothing about the rule
    does not count, such as those that debtd closed because nothing was left to fix.
    """
    from debtd.wiring import durable  # noqa: PLC0415  (the other commands of the group need no database)

    with durable.open_store(settings_of(state_dir, config)) as store:
        pull_requests = store.pull_requests()
        standings = store.standings()
        names = {repository.id: repository.name for repository in store.repositories()}
    rows = _rows(pull_requests, standings, by_repository=by_repository)
    if output is Format.JSON:
        put_json([_row_json(row) for row in rows])
        return
    headers = ("rule", "repository", "open", "merged", "edited", "refused", "reverted", "taken, surely", "may", "why")
    put_table(headers, [_cells(row, names) for row in rows])
    if not rows:
        say("No pull requests yet.")


def _rows(
    pull_requests: tuple[PullRequest, ...], standings: tuple[RuleStanding, ...], *, by_repository: bool
) -> list[_Row]:
    def place(pull_request: PullRequest) -> tuple[str, str]:
        return pull_request.rule_id, pull_request.repository_id if by_repository else EVERYWHERE

    outcomes = ((*place(one), outcome) for one in pull_requests if (outcome := outcome_of(one)) is not None)
    tallies = tally(outcomes)
    undecided = Counter(place(one) for one in pull_requests if one.state in UNDER_WAY)
    decided = {(one.rule_id, one.repository_id): one for one in standings}
    places = {place(one) for one in pull_requests}
    places |= {where for where in decided if by_repository == (where[1] != EVERYWHERE)}
    return [
        _Row(
            rule_id=rule_id,
            repository_id=repository_id,
            tally=tallies.get((rule_id, repository_id), Tally()),
            undecided=undecided[rule_id, repository_id],
            standing=standing_of(rule_id, repository_id, standings),
            decided=_worse(decided.get((rule_id, repository_id)), decided.get((rule_id, EVERYWHERE))),
        )
        for rule_id, repository_id in sorted(places)
    ]


def _worse(here: RuleStanding | None, everywhere: RuleStanding | None) -> RuleStanding | None:
    known = [one for one in (here, everywhere) if one is not None]
    return max(known, key=lambda one: list(Standing).index(one.standing), default=None)


def _cells(row: _Row, names: dict[str, str]) -> tuple[str, ...]:
    one, decided = row.tally, row.decided
    where = names.get(row.repository_id, row.repository_id) if row.repository_id else "all"
    counts = (row.undecided, one.merged, one.edited, one.refused, one.reverted)
    surely = f"{lower_bound(one.merged, one.decided):.0%}" if one.decided else "-"
    why = f"since {decided.since:%Y-%m-%d}, by {decided.author}: {decided.reason}" if decided is not None else ""
    return row.rule_id, where, *map(str, counts), surely, row.standing.value, why


def _row_json(row: _Row) -> dict[str, object]:
    one, decided = row.tally, row.decided
    return {
        "rule": row.rule_id,
        "repository": row.repository_id or None,
        "open": row.undecided,
        "merged": one.merged,
        "edited": one.edited,
        "refused": one.refused,
        "reverted": one.reverted,
        "acceptance_lower_bound": lower_bound(one.merged, one.decided) if one.decided else None,
        "standing": row.standing,
        "since": decided.since.isoformat() if decided is not None else None,
        "author": decided.author if decided is not None else None,
        "reason": decided.reason if decided is not None else None,
    }
