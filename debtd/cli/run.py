"""`debtd run`: the whole road for one repository or several, each to its forge."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from debtd.cli.exit_codes import ExitCode
from debtd.cli.options import (
    format_option,
    no_cache_option,
    rule_folders_option,
    rule_option,
    settings_of,
    state_options,
    target_of,
    target_python_option,
)
from debtd.cli.output import Format, put, put_json, say
from debtd.cli.run_all import End, run_all
from debtd.model.printable import printable
from debtd.telemetry import redact

if TYPE_CHECKING:
    from debtd.pipeline.order import Order
    from debtd.settings import Settings


@click.command()
@click.argument("locations", metavar="PATH|URL...", nargs=-1, required=True)
@click.option("--stop-after", type=click.Choice(("scan", "fix", "verify")), help="A dry run, stopped there.")
@click.option("--now", "at_once", is_flag=True, help="Keep to no windows, budgets or load limits: publish at once.")
@click.option("--forge", default="", metavar="KIND", help="local, or one that debtd.toml sets up for the repository.")
@rule_option
@rule_folders_option
@target_python_option
@no_cache_option
@format_option
@state_options
def run(
    locations: tuple[str, ...],
    *,
    stop_after: str | None,
    at_once: bool,
    forge: str,
    rule: tuple[str, ...],
    rule_folders: tuple[Path, ...],
    target_python: str | None,
    output: Format,
    state_dir: Path | None,
    config: Path | None,
    no_cache: bool,
) -> None:
    """Scan, fix, verify and publish.

    Branches and pull requests go to a forge on this disk, unless debtd.toml names another one for the repository. One
    that cannot be worked on stops no other.

    Windows, budgets and load limits of debtd.toml are kept to: what has to wait is told. Where none are set, everything
    is published at once.
    """
    from debtd.cli.progress import progress_bars  # noqa: PLC0415
    from debtd.pipeline.order import Order, Stage  # noqa: PLC0415
    from debtd.rulekit.loader import select_rules  # noqa: PLC0415
    from debtd.wiring.rooms import open_rooms  # noqa: PLC0415  (the engines are slow to import)

    target = target_of(target_python)
    settings = settings_of(state_dir, config, rule_folders, no_cache=no_cache)
    with progress_bars() as progress, open_rooms(settings, progress) as (rooms, all_rules):
        order = Order(
            rules=select_rules(all_rules, rule), stop_after=Stage(stop_after or "publish"), target_python=target
        )
        if at_once and order.stop_after is Stage.PUBLISH:
            say("Publishing at once, as --now says: no windows, budgets or load limits are kept to.")
        ends = run_all(locations, order, rooms, settings, forge, at_once=at_once)
    _show(ends, order, settings, state_dir, output, as_list=len(locations) > 1)
    code = next((end.code for end in ends if end.code is not ExitCode.DONE), ExitCode.DONE)
    if code is not ExitCode.DONE:
        raise click.exceptions.Exit(code)


def _show(
    ends: Sequence[End],
    order: "Order",
    settings: "Settings",
    state_dir: Path | None,
    output: Format,
    *,
    as_list: bool,
) -> None:
    """A summary of each; in JSON one object, or a list of them."""
    from debtd.cli.run_summary import put_summary, summary_json  # noqa: PLC0415
    from debtd.wiring.durable import open_store  # noqa: PLC0415

    summaries: list[dict[str, object]] = []
    with open_store(settings) as store:
        for number, end in enumerate(ends):
            if end.outcome is not None and output is Format.JSON:
                summaries.append(summary_json(end.outcome, order, store))
            elif end.outcome is not None:
                if number:
                    put()
                put_summary(end.outcome, order, store, state_dir)
            for fault in end.outcome.faults if end.outcome is not None else ():
                say(f"debtd: {printable(redact(str(fault)))}")
            if end.fault is not None:
                sentence = printable(redact(str(end.fault)))
                say(f"debtd: {sentence}")
                summaries.append({"repository": {"source": end.location}, "error": sentence, "exit_code": end.code})
    if output is Format.JSON:
        put_json(summaries if as_list else summaries[0])
