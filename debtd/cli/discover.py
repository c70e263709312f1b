"""`debtd repos discover`: what the forges list, and what is left out and why."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from debtd.cli.exit_codes import exit_code_of
from debtd.cli.options import format_option, settings_of, state_options
from debtd.cli.output import Format, plural, put_json, put_table, say
from debtd.model.errors import ConfigError, RepoUnusable, Retryable
from debtd.model.printable import printable
from debtd.telemetry import redact
from debtd.wiring import durable

if TYPE_CHECKING:
    from debtd.model.discovery import Discovery
    from debtd.pipeline.discover import Discovered
    from debtd.ports import Store
    from debtd.settings import Settings

Fault = RepoUnusable | Retryable


@click.command()
@click.option("--dry-run", is_flag=True, help="Only show what would be found.")
@format_option
@state_options
def discover(*, dry_run: bool, output: Format, state_dir: Path | None, config: Path | None) -> None:
    """Look for repositories where the [[discover]] tables of debtd.toml say, and keep new ones.

    Nothing is done in a repository until the next nightly pass. What is left out is told, with the reason.
    """
    settings = settings_of(state_dir, config)
    if not settings.discoveries:
        raise ConfigError("debtd.toml has no [[discover]]; write one with `owner` (docs/guides/onboarding.md).")
    found: list[tuple[Discovery, Discovered]] = []
    faults: list[Fault] = []
    with durable.open_store(settings) as store:
        for wanted in settings.discoveries:
            try:
                found.append((wanted, _discover(wanted, settings, store, dry_run=dry_run)))
            except (RepoUnusable, Retryable) as fault:
                say(f"debtd: {wanted.owner}: {printable(redact(str(fault)))}")
                faults.append(fault)
    if output is Format.JSON:
        put_json([_json(wanted, discovered) for wanted, discovered in found])
    else:
        _put(found)
    if faults:
        raise click.exceptions.Exit(exit_code_of(faults[0]))


def _discover(wanted: "Discovery", settings: "Settings", store: "Store", *, dry_run: bool) -> "Discovered":
    from debtd.pipeline.discover import discover as look  # noqa: PLC0415
    from debtd.pipeline.discover import enrol_found  # noqa: PLC0415
    from debtd.wiring.forges import connect  # noqa: PLC0415  (httpx is slow to import)

    discovered = look(wanted, connect(settings, wanted.forge).directory, store, durable.workspaces(settings))
    if not dry_run:
        enrol_found(discovered.new, wanted, store, durable.SystemClock())
    return discovered


def _put(found: "Sequence[tuple[Discovery, Discovered]]") -> None:
    rows = []
    for _, one in found:
        rows += [("new", repository.source, "") for repository in one.new]
        rows += [("known", repository.source, "") for repository in one.known]
        rows += [("left out", left.project, left.reason) for left in one.left_out]
        rows += [("not listed", source, "found earlier; it stays as it is") for source in one.vanished]
    put_table(("what", "repository", "reason"), rows)
    counts = [sum(len(getattr(one, kind)) for _, one in found) for kind in ("new", "known", "left_out")]
    say(f"{plural(counts[0], 'new repository', 'new repositories')}, {counts[1]:,} known, {counts[2]:,} left out.")


def _json(wanted: "Discovery", found: "Discovered") -> dict[str, object]:
    return {
        "forge": wanted.forge.base_url,
        "owner": wanted.owner,
        "topic": wanted.topic or None,
        "new": [one.source for one in found.new],
        "known": [one.source for one in found.known],
        "left_out": [{"project": printable(one.project), "reason": one.reason} for one in found.left_out],
        "not_listed": list(found.vanished),
    }
