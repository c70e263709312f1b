"""`debtd fix`: mend a working tree or a plain folder, with the same proof as a pull request."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from debtd.cli.diff import render_diff
from debtd.cli.exit_codes import ExitCode
from debtd.cli.options import (
    PATH,
    config_option,
    no_cache_option,
    rule_folders_option,
    rule_option,
    target_python_option,
)
from debtd.cli.output import plural, put, say
from debtd.cli.views import say_coverage
from debtd.model.printable import printable

if TYPE_CHECKING:
    from debtd.model.scan import ScanResult
    from debtd.pipeline.mend import Mended


@click.command()
@click.argument("path", type=PATH)
@click.option("--diff", is_flag=True, help="Print the changes as a unified diff; change nothing.")
@click.option("--write", is_flag=True, help="Change the files in place.")
@rule_option
@rule_folders_option
@target_python_option
@no_cache_option
@config_option
def fix(
    path: Path,
    *,
    diff: bool,
    write: bool,
    rule: tuple[str, ...],
    rule_folders: tuple[Path, ...],
    target_python: str | None,
    config: Path | None,
    no_cache: bool,
) -> None:
    """Fix what can be proven, in place or as a diff.

    PATH is a folder or a file. Needs no database and no git.
    """
    if diff == write:
        raise click.BadParameter("give exactly one of --diff and --write.", param_hint="--diff / --write")
    from debtd.cli.folder_scan import scanned_folder  # noqa: PLC0415
    from debtd.pipeline.mend import Workbench, mend  # noqa: PLC0415
    from debtd.wiring import engines  # noqa: PLC0415  (the engines are slow to import)

    with scanned_folder(
        path,
        rule_ids=rule,
        rule_folders=rule_folders,
        target_python=target_python,
        config=config,
        no_cache=no_cache,
    ) as scanned:
        result, folder = scanned.result, scanned.folder
        wanted = {match.path for match in result.matches if match.edits}
        before = folder.read([file for file in folder.tree.files if file.path in wanted])
        bench = Workbench(
            rules=scanned.rules,
            detectors=scanned.tools.engines.detectors,
            project=scanned.project,
            scratch=scanned.tools.scratch,
            progress=scanned.progress,
        )
        mended = mend(result, folder.tree.files, before, bench)
    for file in mended.files:
        if write:
            engines.write_file(folder.root, file.source.path, file.source.blob, file.after)
        else:
            put(render_diff(file.source.path, file.before, file.after))
    _say_summary(mended, result, write=write)
    if result.broken:
        raise click.exceptions.Exit(ExitCode.CONFIGURATION)


def _say_summary(mended: "Mended", result: "ScanResult", *, write: bool) -> None:
    say_coverage(result.coverage)
    for refusal in mended.refused:
        check = refusal.check
        say(printable(f"not fixed {refusal.path}: {refusal.rule_id}: {check.gate} failed ({check.detail})"))
    waiting: dict[str, int] = {}
    for match in result.matches:
        if match.no_fix is not None:
            waiting[match.no_fix.reason] = waiting.get(match.no_fix.reason, 0) + 1
    for reason, count in waiting.items():
        hint = "; say --target-python X.Y or declare requires-python" if reason == "version-unknown" else ""
        say(f"{plural(count, 'finding')} left without a fix: {reason}{hint}.")
    for rule_id, why in sorted(result.broken.items()):
        say(printable(f"the rule {rule_id} failed: {why}"))
    fixed = sum(count for file in mended.files for count in file.fixed.values())
    verb = "fixed" if write else "would be fixed"
    say(f"{plural(fixed, 'finding')} {verb} in {plural(len(mended.files), 'file')}.")
