"""`debtd scan`: look at a folder, change nothing in it."""

from pathlib import Path

import click

from debtd.cli.exit_codes import ExitCode
from debtd.cli.options import (
    PATH,
    config_option,
    no_cache_option,
    rule_folders_option,
    rule_option,
    settings_of,
    state_dir_option,
    target_python_option,
)
from debtd.cli.output import plural, put, put_json, say
from debtd.cli.views import ScanFormat, candidates_json, coverage_json, finding_json, say_coverage
from debtd.model.printable import printable


@click.command()
@click.argument("path", type=PATH)
@click.option(
    "--format",
    "output",
    type=click.Choice(ScanFormat, case_sensitive=False),
    default=ScanFormat.TEXT,
    show_default="text",
    help="How to print the findings.",
)
@rule_option
@rule_folders_option
@target_python_option
@no_cache_option
@click.option("--baseline", metavar="REPOSITORY", help="Mark what is in the baseline of this repository (a NAME).")
@state_dir_option
@click.option("--show-skipped", is_flag=True, help="List every skipped file.")
@click.option("--fail-on-findings/--no-fail-on-findings", help="Exit with 1 when there are findings.")
@config_option
def scan(
    path: Path,
    *,
    output: ScanFormat,
    rule: tuple[str, ...],
    rule_folders: tuple[Path, ...],
    target_python: str | None,
    baseline: str | None,
    state_dir: Path | None,
    show_skipped: bool,
    fail_on_findings: bool,
    config: Path | None,
    no_cache: bool,
) -> None:
    """Report the debt in a folder.

    PATH is a folder or a file; of a git work tree, what git ignores is left out. Needs no database and changes nothing.
    """
    from debtd.cli.folder_scan import Known, known_of, scanned_folder  # noqa: PLC0415  (the engines are slow to import)
    from debtd.cli.sarif import render_sarif  # noqa: PLC0415
    from debtd.model.fingerprint import pair  # noqa: PLC0415

    with scanned_folder(
        path,
        rule_ids=rule,
        rule_folders=rule_folders,
        target_python=target_python,
        config=config,
        no_cache=no_cache,
    ) as scanned:
        result, project = scanned.result, scanned.project
    known = known_of(baseline, settings_of(state_dir, config)) if baseline else Known()
    paired = pair(known.repository_id, known.findings, result.matches, result.coverage.listed_paths)
    found = sorted((*paired.seen, *paired.new), key=lambda f: (f.match.path, f.match.span.start))
    match output:
        case ScanFormat.SARIF:
            put_json(render_sarif(found, result, scanned.rules, known.baseline))
        case ScanFormat.JSON:
            report = {
                "findings": [finding_json(f) | known.mark(f) for f in found],
                "coverage": coverage_json(result.coverage),
                "broken_rules": dict(result.broken),
            }
            put_json(report | ({"candidates": candidates_json(result.candidates)} if no_cache else {}))
        case ScanFormat.TEXT:
            for finding in found:
                span, match = finding.match.span, finding.match
                note = " [fix]" if match.edits else ""
                note += " [old]" if known.has(finding) else ""
                note += f" [silenced by {match.suppressed_by}]" if match.suppressed_by else ""
                put(printable(f"{match.path}:{span.line}:{span.column}: {match.rule_id}: {match.message}{note}"))
    say_coverage(result.coverage, show_skipped=show_skipped)
    fixable = sum(bool(finding.match.edits) for finding in found)
    say(f"{plural(len(found), 'finding')}, {fixable:,} with a fix; {project.render_min_python()}.")
    if result.broken:
        for rule_id, why in sorted(result.broken.items()):
            say(printable(f"the rule {rule_id} failed: {why}"))
        raise click.exceptions.Exit(ExitCode.CONFIGURATION)
    if found and fail_on_findings:
        raise click.exceptions.Exit(ExitCode.FINDINGS)
