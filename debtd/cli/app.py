"""The commands, put together. Each command imports what it needs when it runs: `--help` stays quick."""

from typing import Annotated

import typer

from debtd import __version__
from debtd.cli import db, doctor, findings, fix, pull_requests, rules, run, scan
from debtd.cli.exit_codes import MEANING
from debtd.telemetry import configure_logging

_CODES = "  ".join(f"{code.value}: {text}." for code, text in MEANING.items())

app = typer.Typer(
    name="debtd",
    help="Finds technical debt, fixes what it can prove, and opens small pull requests with the evidence.",
    epilog=f"Exit codes: {_CODES}",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
    rich_markup_mode=None,
)
app.command("run")(run.run)
app.command("scan")(scan.scan)
app.command("fix")(fix.fix)
app.add_typer(findings.app, name="findings")
app.add_typer(pull_requests.app, name="pr")
app.add_typer(rules.app, name="rules")
app.add_typer(db.app, name="db")
app.command("doctor")(doctor.doctor)


def _show_version(wanted: bool) -> None:
    if wanted:
        print(f"debtd {__version__}")
        raise typer.Exit


@app.callback()
def root(
    *,
    log_level: Annotated[str, typer.Option(help="debug, info, warning or error.")] = "warning",
    log_json: Annotated[bool, typer.Option("--log-json", help="Logs as JSON lines instead of text.")] = False,
    version: Annotated[  # noqa: ARG001  (its callback does the work)
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Options for all commands; logs go to stderr."""
    if log_level not in {"debug", "info", "warning", "error"}:
        raise typer.BadParameter("choose debug, info, warning or error.", param_hint="--log-level")
    configure_logging(level=log_level, as_json=log_json)
