"""Matches as SARIF 2.1.0, with fingerprints, fixes, suppressions, and every skipped file as a notification."""

import base64
from collections.abc import Sequence
from urllib.parse import quote

from debtd import __version__
from debtd.model.finding import Finding, Match, Severity
from debtd.model.scan import ScanResult
from debtd.rulekit.rule import Rule

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_LEVEL = {Severity.LOW: "note", Severity.MEDIUM: "warning", Severity.HIGH: "error"}
_Json = dict[str, object]


def render_sarif(
    findings: Sequence[Finding], result: ScanResult, rules: Sequence[Rule], baseline: frozenset[str] | None = None
) -> _Json:
    """One run. URIs are relative to the scanned root (`SRCROOT`). With a `baseline` (fingerprints), each result says
    whether it is new or unchanged since."""
    used = sorted(rules, key=lambda rule: rule.id)
    index = {rule.id: number for number, rule in enumerate(used)}
    severity = {rule.id: rule.severity for rule in used}
    return {
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "debtd",
                        "version": __version__,
                        "semanticVersion": __version__,
                        "informationUri": "https://pypi.org/project/debtd/",
                        "rules": [_rule(rule) for rule in used],
                    }
                },
                "columnKind": "unicodeCodePoints",
                "originalUriBaseIds": {"SRCROOT": {"description": {"text": "The folder that was scanned."}}},
                "results": [
                    _result(f, index[f.match.rule_id], severity[f.match.rule_id]) | _since(f, baseline)
                    for f in findings
                ],
                "invocations": [
                    {"executionSuccessful": not result.broken, "toolExecutionNotifications": _notifications(result)}
                ],
            }
        ],
    }


def _rule(rule: Rule) -> _Json:
    return {
        "id": rule.id,
        "name": "".join(part.capitalize() for part in rule.id.split("-")),
        "shortDescription": {"text": rule.summary.rstrip(".") + "."},
        "fullDescription": {"text": rule.description},
        "help": {
            "text": f"{rule.description}\n\nFix safety: {rule.fix_safety}",
            "markdown": f"{rule.description}\n\n**Fix safety:** {rule.fix_safety}",
        },
        "helpUri": rule.references[0],
        "defaultConfiguration": {"level": _LEVEL[rule.severity]},
        "properties": {"tags": list(rule.tags)},
    }


def _result(finding: Finding, rule_index: int, severity: Severity) -> _Json:
    match = finding.match
    result: _Json = {
        "ruleId": match.rule_id,
        "ruleIndex": rule_index,
        "level": _LEVEL[severity],
        "message": {"text": match.message},
        "locations": [{"physicalLocation": {"artifactLocation": _artifact(match.path), "region": _region(match)}}],
        "partialFingerprints": {"debtdFingerprint/v1": finding.fingerprint},
    }
    if match.suppressed_by:
        result["suppressions"] = [{"kind": "inSource", "justification": match.suppressed_by}]
    if match.edits:
        result["fixes"] = [_fix(match)]
    return result


def _since(finding: Finding, baseline: frozenset[str] | None) -> _Json:
    if baseline is None:
        return {}
    return {"baselineState": "unchanged" if finding.fingerprint in baseline else "new"}


def _artifact(path: str) -> _Json:
    return {"uri": quote(path.encode("utf-8", "surrogateescape"), safe="/"), "uriBaseId": "SRCROOT"}


def _region(match: Match) -> _Json:
    span = match.span
    return {
        "startLine": span.line,
        "startColumn": span.column,
        "endLine": span.end_line,
        "endColumn": span.end_column,
        "byteOffset": span.start,
        "byteLength": span.end - span.start,
        "snippet": {"text": match.text},
    }


def _fix(match: Match) -> _Json:
    return {
        "description": {"text": f"The codemod of {match.rule_id}."},
        "artifactChanges": [
            {
                "artifactLocation": _artifact(match.path),
                "replacements": [
                    {
                        "deletedRegion": {"byteOffset": edit.start, "byteLength": edit.end - edit.start},
                        "insertedContent": _content(edit.replacement),
                    }
                    for edit in match.edits
                ],
            }
        ],
    }


def _content(data: bytes) -> _Json:
    try:
        return {"text": data.decode("utf-8")}
    except UnicodeDecodeError:
        return {"binary": base64.b64encode(data).decode("ascii")}


def _notifications(result: ScanResult) -> list[_Json]:
    skipped: list[_Json] = [
        {
            "level": "note" if entry.skipped.reason == "no-rule" else "warning",
            "message": {"text": f"Skipped ({entry.skipped.reason}). {entry.skipped.detail}".strip()},
            "locations": [{"physicalLocation": {"artifactLocation": _artifact(entry.path)}}],
        }
        for entry in result.coverage.skipped
    ]
    broken: list[_Json] = [
        {"level": "error", "message": {"text": f"The rule {rule_id} failed: {why}."}}
        for rule_id, why in sorted(result.broken.items())
    ]
    return skipped + broken
