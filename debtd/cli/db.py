"""`debtd db`: the database's version and health."""

from typing import Annotated

import typer

from debtd.cli.exit_codes import ExitCode
from debtd.cli.options import Config, OutputFormat, StateDir, settings_of
from debtd.cli.output import Format, put, put_json, say
from debtd.wiring import durable

app = typer.Typer(help="Upgrade and check the database.", no_args_is_help=True)

Url = Annotated[str | None, typer.Option("--url", help="A database URL (default: the settings', or the embedded one).")]


@app.command("upgrade")
def upgrade(*, url: Url = None, state_dir: StateDir = None, config: Config = None) -> None:
    """Bring the database to this version's tables. Safe to repeat."""
    say(f"the database is at version {durable.upgrade_database(settings_of(state_dir, config), url)}.")


@app.command("check")
def check(
    *, url: Url = None, output: OutputFormat = Format.TEXT, state_dir: StateDir = None, config: Config = None
) -> None:
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
        raise typer.Exit(ExitCode.STATE)
