"""`debtd findings list`: the same cost for the first page, however many findings there are."""

from collections.abc import Sequence
from pathlib import Path

import click

from debtd.cli.options import format_option, settings_of, state_options
from debtd.cli.output import Format, plural, put_json_each, put_table, say
from debtd.cli.views import finding_json, suppression_json
from debtd.model.finding import FindingState
from debtd.ports import ListedFinding
from debtd.wiring import durable

_PAGE = 1_000


@click.command("list")
@click.option("--rule", "rule_id", metavar="ID", help="Only findings of this rule.")
@click.option(
    "--state",
    "states",
    type=click.Choice(FindingState, case_sensitive=False),
    multiple=True,
    default=(FindingState.OPEN, FindingState.UNVERIFIED),
    help="Only in this state; may be given several times (default: open and unverified).",
)
@click.option(
    "--limit",
    type=click.IntRange(min=0),
    help=f"At most so many; 0 is no limit (default: {_PAGE:,} as text, no limit as JSON).",
)
@format_option
@state_options
def list_findings(
    *,
    rule_id: str | None,
    states: Sequence[FindingState],
    limit: int | None,
    output: Format,
    state_dir: Path | None,
    config: Path | None,
) -> None:
    """List findings, by path and position. What stands in the baseline of its repository is marked as old."""
    most = limit if limit is not None else 0 if output is Format.JSON else _PAGE
    now = durable.SystemClock().now()
    with (
        durable.open_store(settings_of(state_dir, config)) as store,
        store.list_findings(now, tuple(states), rule_id, most) as listing,
    ):
        old = frozenset().union(*(store.baseline(one.id) for one in store.repositories()))
        if output is Format.JSON:
            put_json_each(_json(one, old) for one in listing.findings)
        else:
            put_table(("fingerprint", "state", "rule", "place"), (_row(one, old) for one in listing.findings))
    if most and listing.total > most:
        say(f"{most:,} of {plural(listing.total, 'finding')} shown; --limit 0 shows all.")
    elif output is Format.TEXT:
        say(f"{plural(listing.total, 'finding')}.")


def _json(listed: ListedFinding, old: frozenset[str]) -> dict[str, object]:
    in_baseline = listed.finding.fingerprint in old
    return finding_json(listed.finding) | {
        "in_baseline": in_baseline,
        "suppression": suppression_json(listed.suppression),
    }


def _row(listed: ListedFinding, old: frozenset[str]) -> tuple[str, str, str, str]:
    finding, match = listed.finding, listed.finding.match
    state = finding.state.value if listed.suppression is None else "suppressed"
    state += ", old" if finding.fingerprint in old else ""
    return finding.fingerprint[:12], state, match.rule_id, f"{match.path}:{match.span.line}:{match.span.column}"
