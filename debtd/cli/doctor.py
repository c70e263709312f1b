"""`debtd doctor`: can debtd work here, and with what?"""

from pathlib import Path

import click

from debtd.cli.exit_codes import ExitCode
from debtd.cli.options import format_option, rule_folders_option, settings_of, state_options
from debtd.cli.output import Format, put, put_json
from debtd.model.printable import printable


@click.command()
@rule_folders_option
@format_option
@state_options
def doctor(*, rule_folders: tuple[Path, ...], output: Format, state_dir: Path | None, config: Path | None) -> None:
    """Check everything that debtd works with.

    That is git, the engines, the rules, the state directory, the database, and the forges that are set up.
    """
    from debtd.wiring.doctor import diagnose  # noqa: PLC0415  (the engines are slow to import)

    found = diagnose(settings_of(state_dir, config, rule_folders))
    if output is Format.JSON:
        put_json([{"name": d.name, "ok": d.ok, "detail": d.detail} for d in found])
    else:
        for diagnosis in found:
            put(printable(f"{'ok  ' if diagnosis.ok else 'FAIL'}  {diagnosis.name:<16} {diagnosis.detail}"))
    if not all(diagnosis.ok for diagnosis in found):
        raise click.exceptions.Exit(ExitCode.CONFIGURATION)
