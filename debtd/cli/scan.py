"""`debtd scan`: look at a folder, change nothing, keep nothing."""

from pathlib import Path
from typing import Annotated

import typer

from debtd.cli.exit_codes import ExitCode
from debtd.cli.options import Config, RuleFolders, RuleIds, TargetPython
from debtd.cli.output import plural, put, put_json, say
from debtd.cli.views import ScanFormat, coverage_json, finding_json, say_coverage
from debtd.model.printable import printable


def scan(
    path: Annotated[Path, typer.Argument(help="A folder or a file. A git work tree leaves out what git ignores.")],
    *,
    output: Annotated[ScanFormat, typer.Option("--format", help="How to print the findings.")] = ScanFormat.TEXT,
    rule: RuleIds = None,
    rules: RuleFolders = None,
    target_python: TargetPython = None,
    show_skipped: Annotated[bool, typer.Option("--show-skipped", help="List every skipped file.")] = False,
    fail_on_findings: Annotated[bool, typer.Option(help="Exit with 1 when there are findings.")] = False,
    config: Config = None,
) -> None:
    """Report the debt in a folder. Needs no database and changes nothing."""
    from debtd.cli.folder_scan import scanned_folder  # noqa: PLC0415  (the engines are slow to import)
    from debtd.cli.sarif import render_sarif  # noqa: PLC0415
    from debtd.model.fingerprint import pair  # noqa: PLC0415

    with scanned_folder(path, rule_ids=rule, rule_folders=rules, target_python=target_python, config=config) as scanned:
        result, project = scanned.result, scanned.project
    found = sorted(pair("", (), result.matches, ()).new, key=lambda f: (f.match.path, f.match.span.start))
    match output:
        case ScanFormat.SARIF:
            put_json(render_sarif(found, result, scanned.rules))
        case ScanFormat.JSON:
            put_json(
                {
                    "findings": [finding_json(f) for f in found],
                    "coverage": coverage_json(result.coverage),
                    "broken_rules": dict(result.broken),
                }
            )
        case ScanFormat.TEXT:
            for finding in found:
                span, match = finding.match.span, finding.match
                note = " [fix]" if match.edits else ""
                note += f" [silenced by {match.suppressed_by}]" if match.suppressed_by else ""
                put(printable(f"{match.path}:{span.line}:{span.column}: {match.rule_id}: {match.message}{note}"))
    say_coverage(result.coverage, show_skipped=show_skipped)
    fixable = sum(bool(finding.match.edits) for finding in found)
    say(f"{plural(len(found), 'finding')}, {fixable:,} with a fix; {project.render_min_python()}.")
    if result.broken:
        for rule_id, why in sorted(result.broken.items()):
            say(printable(f"the rule {rule_id} failed: {why}"))
        raise typer.Exit(ExitCode.CONFIGURATION)
    if found and fail_on_findings:
        raise typer.Exit(ExitCode.FINDINGS)
