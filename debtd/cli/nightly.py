"""`debtd nightly`: one pass over all repositories that keeps to windows, budgets and load. For cron."""

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from debtd.cli.exit_codes import ExitCode, exit_code_of
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
from debtd.cli.output import Format, put, put_json
from debtd.model.errors import ConfigError, DebtdError, RepoUnusable, Retryable
from debtd.model.printable import printable
from debtd.telemetry import log_event, redact

if TYPE_CHECKING:
    from datetime import datetime

    from debtd.pipeline.nightly import RepositoryNight
    from debtd.pipeline.order import Order, Rooms
    from debtd.pipeline.visit import Visit
    from debtd.settings import Settings

_Faults = list[tuple[str, DebtdError]]


@click.command()
@click.option(
    "--deadline", type=click.FloatRange(min=0), metavar="MINUTES", help="Begin nothing more after so many minutes."
)
@rule_option
@rule_folders_option
@target_python_option
@no_cache_option
@format_option
@state_options
def nightly(
    *,
    deadline: float | None,
    rule: tuple[str, ...],
    rule_folders: tuple[Path, ...],
    target_python: str | None,
    output: Format,
    state_dir: Path | None,
    config: Path | None,
    no_cache: bool,
) -> None:
    """Visit all repositories whose windows are open, within budgets.

    Repositories are those that `debtd run` has seen and those that debtd.toml names. Patches of all of them are made
    and proven first; then the best are published, as many as fit. Of two passes at once the second does nothing.
    """
    from debtd.cli.nightly_summary import night_json, render_night  # noqa: PLC0415
    from debtd.cli.progress import progress_bars  # noqa: PLC0415
    from debtd.pipeline.nightly import run_night  # noqa: PLC0415
    from debtd.pipeline.order import Order  # noqa: PLC0415
    from debtd.rulekit.loader import select_rules  # noqa: PLC0415
    from debtd.wiring.durable import one_pass_at_a_time  # noqa: PLC0415
    from debtd.wiring.rooms import open_rooms  # noqa: PLC0415  (the engines are slow to import)

    target = target_of(target_python)
    settings = settings_of(state_dir, config, rule_folders, no_cache=no_cache)
    with (
        one_pass_at_a_time(settings),
        progress_bars() as progress,
        open_rooms(settings, progress) as (rooms, all_rules),
    ):
        began_at = rooms.clock.now()
        until = None if deadline is None else began_at + timedelta(minutes=deadline)
        order = Order(rules=select_rules(all_rules, rule), target_python=target)
        visits, unvisited = _visits(settings, order, rooms, began_at, until, serves=not rule)
        log_event("nightly.started", repositories=len(visits))
        night = run_night(visits, rooms.store, rooms.clock)
        log_event("nightly.finished", repositories=len(visits))
    if output is Format.JSON:
        put_json(night_json(night, unvisited))
    else:
        for line in render_night(night, unvisited):
            put(printable(redact(line)))
    _end([*(fault for _, fault in unvisited), *(fault for one in night.repositories for fault in _faults(one))])


def _visits(
    settings: "Settings",
    order: "Order",
    rooms: "Rooms",
    began_at: "datetime",
    deadline: "datetime | None",
    *,
    serves: bool,
) -> "tuple[list[Visit], _Faults]":
    """A visit to each repository, and what cannot be visited at all."""
    from debtd.wiring.visits import repositories_to_visit, visit_by_night  # noqa: PLC0415

    there = repositories_to_visit(settings, rooms)
    unvisited: _Faults = list(there.faults)
    visits: list[Visit] = []
    for repository in there.repositories:
        try:
            visits.append(
                visit_by_night(settings, repository, order, rooms, began_at=began_at, deadline=deadline, serves=serves)
            )
        except (RepoUnusable, Retryable, ConfigError) as fault:
            unvisited.append((repository.source, fault))
    return visits, unvisited


def _faults(one: "RepositoryNight") -> Sequence[DebtdError]:
    broken = {} if one.outcome is None else one.outcome.scanned.broken
    return (*one.all_faults, *(ConfigError(f"the rule {rule_id} failed") for rule_id in broken))


def _end(faults: Sequence[DebtdError]) -> None:
    code = next((exit_code_of(fault) for fault in faults), ExitCode.DONE)
    if code is not ExitCode.DONE:
        raise click.exceptions.Exit(code)
