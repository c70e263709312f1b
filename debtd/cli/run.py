"""`debtd run`: the whole road for one repository, on the embedded database and the local forge."""

from pathlib import Path

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
from debtd.cli.output import Format, put_json
from debtd.telemetry import log_event


@click.command()
@click.argument("location", metavar="PATH|URL")
@click.option("--stop-after", type=click.Choice(("scan", "fix", "verify")), help="A dry run, stopped there.")
@rule_option
@rule_folders_option
@target_python_option
@no_cache_option
@format_option
@state_options
def run(
    location: str,
    *,
    stop_after: str | None,
    rule: tuple[str, ...],
    rule_folders: tuple[Path, ...],
    target_python: str | None,
    output: Format,
    state_dir: Path | None,
    config: Path | None,
    no_cache: bool,
) -> None:
    """Scan, fix, verify and publish.

    The repository is only read: branches go to the local forge.
    """
    from debtd.cli.progress import progress_bars  # noqa: PLC0415
    from debtd.cli.run_summary import put_summary, summary_json  # noqa: PLC0415
    from debtd.pipeline.order import Order, Stage  # noqa: PLC0415
    from debtd.pipeline.road import run_road  # noqa: PLC0415
    from debtd.rulekit.loader import select_rules  # noqa: PLC0415
    from debtd.wiring.durable import one_at_a_time, open_store  # noqa: PLC0415
    from debtd.wiring.rooms import open_rooms  # noqa: PLC0415  (the engines are slow to import)

    target = target_of(target_python)
    settings = settings_of(state_dir, config, rule_folders, no_cache=no_cache)
    with progress_bars() as progress, open_rooms(settings, progress) as (rooms, all_rules):
        order = Order(
            rules=select_rules(all_rules, rule), stop_after=Stage(stop_after or "publish"), target_python=target
        )
        repository = rooms.workspaces.identify(location)
        log_event("run.started", repository=repository.source, stop_after=order.stop_after, rules=len(order.rules))
        with one_at_a_time(settings, repository):
            outcome = run_road(repository, order, rooms)
    log_event(
        "run.finished",
        repository=repository.source,
        commit=outcome.revision.commit,
        listed=outcome.scanned.coverage.listed,
        scanned=len(outcome.scanned.coverage.scanned),
        judged=len(outcome.judged),
        published=len(outcome.published),
    )
    with open_store(settings) as store:
        if output is Format.JSON:
            put_json(summary_json(outcome, order, store))
        else:
            put_summary(outcome, order, store, state_dir)
    if outcome.scanned.broken:
        raise click.exceptions.Exit(ExitCode.CONFIGURATION)
