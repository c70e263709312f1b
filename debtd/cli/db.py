"""`debtd db`: the database's version and health."""

from pathlib import Path

import click

from debtd.cli.exit_codes import ExitCode
from debtd.cli.options import format_option, settings_of, state_options
from debtd.cli.output import Format, put, put_json, say
from debtd.wiring import durable

url_option = click.option("--url", help="A database URL (default: the settings', or the embedded one).")


@click.group()
def db() -> None:
    """Upgrade and check the database."""


@db.command()
@url_option
@state_options
def upgrade(*, url: str | None, state_dir: Path | None, config: Path | None) -> None:
    """Bring the database to this version's tables. Safe to repeat."""
    say(f"the database is at version {durable.upgrade_database(settings_of(state_dir, config), url)}.")


@db.command()
@url_option
@format_option
@state_options
def check(*, url: str | None, output: Format, state_dir: Path | None, config: Path | None) -> None:
    """Check the database: its version, its integrity, and what it holds."""
    report = durable.check_database(settings_of(state_dir, config), url)
    if output is Format.JSON:
        put_json(
            {
                "database": report.where,
                "version": report.version,
                "needed_version": report.newest,
                "ok": report.ok,
                "problems": list(report.problems),
                "rows": dict(report.rows),
            }
        )
    else:
        put(f"{report.where}: version {report.version or 'none'}, needed {report.newest}")
        for table, count in report.rows.items():
            put(f"{count:>9,}  {table}")
        for problem in report.problems:
            put(f"problem: {problem}")
        put("whole" if report.ok else "not usable as it is; run `debtd db upgrade`, or restore a backup")
    if not report.ok:
        raise click.exceptions.Exit(ExitCode.STATE)
