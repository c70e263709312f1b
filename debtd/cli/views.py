"""How findings, coverage and pull requests are shown."""

from collections.abc import Mapping
from enum import StrEnum

from debtd.cli.output import plural, say
from debtd.model.coverage import Coverage, SkipReason
from debtd.model.finding import Finding
from debtd.model.printable import printable
from debtd.model.pull_request import PullRequest, PullRequestState
from debtd.model.scan import Candidates
from debtd.model.suppression import Suppression


class ScanFormat(StrEnum):
    TEXT = "text"
    JSON = "json"
    SARIF = "sarif"


def finding_json(finding: Finding) -> dict[str, object]:
    """A finding as JSON. Byte offsets count from the start of the file; columns count characters from 1."""
    match = finding.match
    return {
        "fingerprint": finding.fingerprint,
        "rule": match.rule_id,
        "path": printable(match.path),
        "line": match.span.line,
        "column": match.span.column,
        "end_line": match.span.end_line,
        "end_column": match.span.end_column,
        "start_byte": match.span.start,
        "end_byte": match.span.end,
        "scope": match.scope,
        "text": match.text,
        "message": match.message,
        "state": finding.state,
        "has_fix": bool(match.edits),
        "no_fix": None if match.no_fix is None else {"reason": match.no_fix.reason, "detail": match.no_fix.detail},
        "silenced_by": match.suppressed_by or None,
    }


def suppression_json(suppression: Suppression | None) -> dict[str, object] | None:
    if suppression is None:
        return None
    return {
        "kind": suppression.kind,
        "reason": suppression.reason,
        "author": suppression.author,
        "created_at": suppression.created_at.isoformat(),
        "expires_at": suppression.expires_at.isoformat() if suppression.expires_at else None,
    }


def candidates_json(candidates: Mapping[str, Candidates]) -> dict[str, object]:
    """How sharp the rules' declarations were, by rule id; it speaks for the files that were read in this very run."""
    return {rule_id: {"files": count.files, "without_finding": count.refused} for rule_id, count in candidates.items()}


def coverage_json(coverage: Coverage) -> dict[str, object]:
    """The account of every listed file: `listed` = `scanned` + the length of `skipped`."""
    return {
        "listed": coverage.listed,
        "scanned": len(coverage.scanned),
        "skipped": [
            {"path": printable(entry.path), "reason": entry.skipped.reason, "detail": printable(entry.skipped.detail)}
            for entry in coverage.skipped
        ],
    }


def say_coverage(coverage: Coverage, *, show_skipped: bool = False) -> None:
    """What was read and what was not, on stderr; the files that no rule reads only as a number."""
    telling = [s for s in coverage.skipped if show_skipped or s.skipped.reason is not SkipReason.NO_RULE]
    for entry in telling if show_skipped else telling[:20]:
        detail = f" ({entry.skipped.detail})" if entry.skipped.detail else ""
        say(printable(f"skipped {entry.path}: {entry.skipped.reason}{detail}"))
    if not show_skipped and len(telling) > 20:
        say(f"skipped {len(telling) - 20} more; --show-skipped lists all.")
    say(render_coverage(coverage))


def render_coverage(coverage: Coverage) -> str:
    """One sentence: files listed, scanned, and skipped by reason."""
    reasons = ", ".join(f"{count:,} {reason}" for reason, count in coverage.by_reason().items())
    skipped = f"{len(coverage.skipped):,} skipped ({reasons})" if reasons else "none skipped"
    return f"{plural(coverage.listed, 'file')} listed: {len(coverage.scanned):,} scanned, {skipped}."


def pull_request_json(pull_request: PullRequest) -> dict[str, object]:
    return {
        "key": pull_request.key,
        "number": pull_request.number,
        "state": pull_request.state,
        "rule": pull_request.rule_id,
        "title": pull_request.title,
        "branch": pull_request.branch,
        "base_branch": pull_request.base_branch,
        "commit": pull_request.commit,
        "url": pull_request.url,
        "reason": pull_request.reason or None,
        "draft": pull_request.draft,
        "waits_for": pull_request.attention if pull_request.state is PullRequestState.OPEN else None,
        "hands_off": pull_request.hands_off,
        "close_reason": pull_request.close_reason,
        "outcome": pull_request.outcome,
        "owners": list(pull_request.owners),
        "lines": pull_request.lines,
        "group": pull_request.group or None,
        "merge_commit": pull_request.merge_commit or None,
        "published_at": pull_request.published_at.isoformat() if pull_request.published_at else None,
        "ended_at": pull_request.ended_at.isoformat() if pull_request.ended_at else None,
    }


def render_status(pull_request: PullRequest) -> str:
    """What it waits for, or how it ended; "" while that is unknown."""
    if pull_request.state is PullRequestState.OPEN:
        return pull_request.attention.value
    return (pull_request.close_reason or pull_request.outcome or "").replace("-", " ")
