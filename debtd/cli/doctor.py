"""`debtd doctor`: can debtd work here, and with what?"""

import typer

from debtd.cli.exit_codes import ExitCode
from debtd.cli.options import Config, OutputFormat, RuleFolders, StateDir, settings_of
from debtd.cli.output import Format, put, put_json
from debtd.model.printable import printable


def doctor(
    *, rules: RuleFolders = None, output: OutputFormat = Format.TEXT, state_dir: StateDir = None, config: Config = None
) -> None:
    """Check git, the engines, the rules, the state directory and the database."""
    from debtd.wiring.doctor import diagnose  # noqa: PLC0415  (the engines are slow to import)

    found = diagnose(settings_of(state_dir, config, rules))
    if output is Format.JSON:
        put_json([{"name": d.name, "ok": d.ok, "detail": d.detail} for d in found])
    else:
        for diagnosis in found:
            put(printable(f"{'ok  ' if diagnosis.ok else 'FAIL'}  {diagnosis.name:<16} {diagnosis.detail}"))
    if not all(diagnosis.ok for diagnosis in found):
        raise typer.Exit(ExitCode.CONFIGURATION)
