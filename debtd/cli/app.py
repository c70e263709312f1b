"""The commands, put together. Only the command that runs is imported: what `--help` says of the others stands here."""

from importlib import import_module

import click

from debtd import __version__
from debtd.cli.exit_codes import MEANING, ExitCode

# Where each command is, and the sentence about it in `debtd --help`.
COMMANDS = {
    "run": ("debtd.cli.run:run", "Scan, fix, verify and publish."),
    "nightly": ("debtd.cli.nightly:nightly", "Visit all repositories whose windows are open, within budgets."),
    "scan": ("debtd.cli.scan:scan", "Report the debt in a folder."),
    "fix": ("debtd.cli.fix:fix", "Fix what can be proven, in place or as a diff."),
    "findings": ("debtd.cli.findings:findings", "Review findings and record decisions."),
    "pr": ("debtd.cli.pull_requests:pull_requests", "Review pull requests."),
    "repos": ("debtd.cli.repos:repos", "Find, list, add and remove repositories."),
    "rules": ("debtd.cli.rules:rules", "List, show, check and write rules."),
    "schedule": ("debtd.cli.schedule:schedule", "The windows: when debtd may do what."),
    "db": ("debtd.cli.db:db", "Upgrade and check the database."),
    "doctor": ("debtd.cli.doctor:doctor", "Check everything that debtd works with."),
}
_CODES = "  ".join(f"{code.value}: {text}." for code, text in MEANING.items())


class _Commands(click.Group):
    """A group whose commands are imported when they are called."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  (click's signature)
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name][0].partition(":")
        command = getattr(import_module(module), name)
        assert isinstance(command, click.Command)  # noqa: S101  (the table names commands only; a test calls each)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        with formatter.section("Commands"):
            formatter.write_dl([(name, sentence) for name, (_, sentence) in COMMANDS.items()])


@click.group(
    cls=_Commands,
    epilog=f"Exit codes: {_CODES}",
    help="Finds technical debt, fixes what it can prove, and opens small pull requests with the evidence.",
)
@click.option(
    "--log-level",
    type=click.Choice(("debug", "info", "warning", "error")),
    default="warning",
    show_default=True,
    help="What the log tells.",
)
@click.option("--log-json", is_flag=True, help="Logs as JSON lines instead of text.")
@click.version_option(__version__, message="%(prog)s %(version)s", help="Print the version.")
def app(log_level: str, log_json: bool) -> None:
    from debtd.telemetry import configure_logging  # noqa: PLC0415  (help writes no logs)

    configure_logging(level=log_level, as_json=log_json)


def call() -> int:
    """Do what the command line says; the exit code. Faults of debtd's own are the caller's to tell."""
    try:
        code = app.main(prog_name="debtd", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except click.Abort:
        return ExitCode.INTERRUPTED
    return code if isinstance(code, int) else ExitCode.DONE
