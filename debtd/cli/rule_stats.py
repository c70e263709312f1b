"""`debtd rules stats`: what people made of each rule's pull requests."""

from collections import Counter
from pathlib import Path

import click

from debtd.cli.options import format_option, settings_of, state_options
from debtd.cli.output import Format, put_json, put_table, say
from debtd.model.acceptance import Standing, Tally, lower_bound, next_standing, tally
from debtd.model.pull_request import PullRequest, PullRequestOutcome, PullRequestState

_OUTCOMES = {
    PullRequestState.MERGED: PullRequestOutcome.MERGED,
    PullRequestState.REJECTED: PullRequestOutcome.REFUSED,
}
_UNDECIDED = (PullRequestState.OPEN, PullRequestState.PENDING)


@click.command()
@format_option
@state_options
def stats(*, output: Format, state_dir: Path | None, config: Path | None) -> None:
    """Show what people made of each rule's pull requests.

    "taken, surely" is the 95 % lower bound of the share that was merged as it was. Those that debtd closed because
    nothing was left to fix do not count.
    """
    from debtd.wiring import durable  # noqa: PLC0415  (the other commands of the group need no database)

    with durable.open_store(settings_of(state_dir, config)) as store:
        pull_requests = store.pull_requests()
        names = {repository.id: repository.name for repository in store.repositories()}
    rows = _rows(pull_requests)
    if output is Format.JSON:
        put_json([_row_json(where, one, undecided) for where, one, undecided in rows])
        return
    headers = ("rule", "repository", "open", "merged", "refused", "taken, surely", "advice")
    put_table(headers, [_cells(where, one, undecided, names) for where, one, undecided in rows])
    if not rows:
        say("No pull requests yet.")


def _rows(pull_requests: tuple[PullRequest, ...]) -> list[tuple[tuple[str, str], Tally, int]]:
    tallies = tally((p.rule_id, p.repository_id, _OUTCOMES[p.state]) for p in pull_requests if p.state in _OUTCOMES)
    undecided = Counter((p.rule_id, p.repository_id) for p in pull_requests if p.state in _UNDECIDED)
    places = sorted({(p.rule_id, p.repository_id) for p in pull_requests})
    return [(place, tallies.get(place, Tally()), undecided[place]) for place in places]


def _cells(where: tuple[str, str], one: Tally, undecided: int, names: dict[str, str]) -> tuple[str, ...]:
    rule_id, repository_id = where
    surely = f"{lower_bound(one.merged, one.decided):.0%}" if one.decided else "-"
    counts = (str(undecided), str(one.merged), str(one.refused))
    return rule_id, names.get(repository_id, repository_id), *counts, surely, _advice(one)


def _advice(one: Tally) -> str:
    standing, why = next_standing(Standing.PULL_REQUEST, one)
    return f"{standing}: {why}" if why else ""


def _row_json(where: tuple[str, str], one: Tally, undecided: int) -> dict[str, object]:
    rule_id, repository_id = where
    return {
        "rule": rule_id,
        "repository": repository_id,
        "open": undecided,
        "merged": one.merged,
        "refused": one.refused,
        "acceptance_lower_bound": lower_bound(one.merged, one.decided) if one.decided else None,
        "advice": _advice(one) or None,
    }
