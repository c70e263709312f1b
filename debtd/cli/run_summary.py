"""What `debtd run` says at the end: what was found, proven, skipped and why, and what to type next."""

import os
import shlex
import shutil
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from debtd.cli.output import plural, put
from debtd.cli.views import coverage_json, pull_request_json, render_coverage
from debtd.model.coverage import SkipReason
from debtd.model.evidence import Evidence
from debtd.model.finding import FindingState
from debtd.model.printable import printable
from debtd.model.pull_request import PullRequest, PullRequestState
from debtd.pipeline.order import Held, Order, Outcome, Stage
from debtd.ports import Store
from debtd.telemetry import redact

_SHOWN = 15  # pull requests listed one by one
_SKIP_SAYS = {
    SkipReason.VERSION_UNKNOWN: "need a declared Python version: set requires-python, or say --target-python X.Y",
    SkipReason.NO_FIX: "have no automatic fix",
    SkipReason.REPORT_ONLY: "are of rules that may only report (`debtd rules stats`)",
    SkipReason.OLD_DEBT: "were there at enrolment, and old_debt is false",
    SkipReason.LEFT_OUT: "are left out by .debtd.toml",
    SkipReason.SUPPRESSED: "are suppressed by a recorded decision",
    SkipReason.FILE_NOT_SCANNED: "are in files that could not be read in full",
    SkipReason.ROUND_TRIP: "are in files that the parser does not reproduce byte for byte",
    SkipReason.ENCODING: "cannot be fixed in the file's encoding",
}


def put_summary(outcome: Outcome, order: Order, store: Store, state_dir: Path | None) -> None:
    """The summary as text; `state_dir` is the option as it was given, for the hints."""
    _put_scan(outcome, order, store)
    if outcome.left_alone:
        put()
        put(printable(f"Left alone {outcome.left_alone}."))
    if order.stop_after is not Stage.SCAN:
        _put_skipped(outcome)
    _put_verdicts(outcome, store)
    if order.stop_after is Stage.PUBLISH:
        _put_pull_requests(outcome, store)
        _put_waiting(outcome)
    _put_next(outcome, store, state_dir)


def summary_json(outcome: Outcome, order: Order, store: Store) -> dict[str, object]:
    """The summary as JSON."""
    record = outcome.scanned.record
    findings = _counts(outcome, order, store)
    judged = [evidence for key in outcome.judged if (evidence := store.evidence(key)) is not None]
    return {
        "repository": {"id": outcome.repository.id, "source": outcome.repository.source},
        "commit": outcome.revision.commit,
        "branch": outcome.revision.branch,
        "stop_after": order.stop_after,
        "scanned_now": record is not None,
        "python_floor": outcome.scanned.project.render_min_python(),
        "coverage": coverage_json(outcome.scanned.coverage),
        "findings": findings,
        "new_findings": len(record.new) if record else 0,
        "resolved_findings": len(record.resolved) if record else 0,
        "unverified_findings": len(record.unverified) if record else 0,
        "without_fix": dict(Counter(skipped.reason for skipped in outcome.skipped.values())),
        "accepted": sum(evidence.accepted for evidence in judged),
        "rejected": sum(not evidence.accepted for evidence in judged),
        "new_pull_requests": [pull_request_json(pr) for pr in outcome.published],
        "open_pull_requests": len(_open(outcome, store)),
        "waiting": [{"key": one.task_key, "rule": one.rule_id, "waits_for": one.waits_for} for one in outcome.held],
        "withheld": withheld_of(outcome),
        "left_alone": outcome.left_alone or None,
        "broken_rules": dict(outcome.scanned.broken),
        "faults": [printable(redact(str(fault))) for fault in outcome.faults],
    }


def _counts(outcome: Outcome, order: Order, store: Store) -> dict[str, int]:
    """What is owed by the rules of this run, most frequent first."""
    ids = {rule.id for rule in order.rules}
    counts = store.count_findings(outcome.repository.id, (FindingState.OPEN, FindingState.UNVERIFIED))
    return {rule_id: count for rule_id, count in counts.items() if rule_id in ids}


def _open(outcome: Outcome, store: Store) -> tuple[PullRequest, ...]:
    return store.pull_requests(outcome.repository.id, (PullRequestState.OPEN,))


def _put_scan(outcome: Outcome, order: Order, store: Store) -> None:
    record = outcome.scanned.record
    revision = outcome.revision
    put(printable(f"{outcome.repository.name} at {revision.commit[:12]} on {revision.branch}"))
    put()
    if outcome.scanned.waits_for and not outcome.scanned.is_current:
        put(printable(f"{'Scan':<10}waits for {outcome.scanned.waits_for}"))
    elif record is None:
        put("Scan      nothing changed since the last scan: no file was read again")
    put(f"{'Files' if record is None else 'Scan ':<10}{render_coverage(outcome.scanned.coverage)}")
    put(f"{'Floor':<10}{outcome.scanned.project.render_min_python()}")
    counts = _counts(outcome, order, store)
    news = f"{len(record.new):,} new, {len(record.resolved):,} gone" if record else "no new ones"
    put(f"{'Findings':<10}{sum(counts.values()):,} ({news})")
    if record and record.unverified:
        count = len(record.unverified)
        stay = "stays" if count == 1 else "stay"
        put(f"{'':<10}{plural(count, 'finding')} could not be looked at again and {stay}")
    for rule_id, count in counts.items():
        put(f"{'':<10}{count:>6,}  {rule_id}")
    for rule_id, why in sorted(outcome.scanned.broken.items()):
        put(printable(f"{'':<10}the rule {rule_id} failed: {why}"))


def _put_skipped(outcome: Outcome) -> None:
    counts = Counter(skipped.reason for skipped in outcome.skipped.values())
    if counts:
        put()
        put(f"{'No fix':<10}{plural(sum(counts.values()), 'finding')} left alone")
        for reason, count in counts.most_common():
            put(f"{'':<10}{count:>6,}  {_SKIP_SAYS.get(reason, reason)}")


def _put_verdicts(outcome: Outcome, store: Store) -> None:
    judged = [evidence for key in outcome.judged if (evidence := store.evidence(key)) is not None]
    if not judged:
        return
    accepted = sum(evidence.accepted for evidence in judged)
    put()
    put(f"{'Proof':<10}{plural(accepted, 'patch', 'patches')} accepted, {len(judged) - accepted:,} rejected")
    for evidence in judged:
        _put_rejected(evidence)


def _put_rejected(evidence: Evidence) -> None:
    failure = evidence.failure
    if failure is not None:
        why = f"{failure.gate}: {failure.detail}" + (f" in {failure.path}" if failure.path else "")
        put(printable(f"{'':<10}rejected {evidence.rule_id} {evidence.task_key[:12]}: {why}"))


def _put_pull_requests(outcome: Outcome, store: Store) -> None:
    put()
    opened = _open(outcome, store)
    if not outcome.published:
        put(f"{'Published':<10}no new pull requests; {len(opened):,} open from before")
        return
    put(f"{'Published':<10}{plural(len(outcome.published), 'new pull request')}, {len(opened):,} open in all")
    for pull_request in outcome.published[:_SHOWN]:
        put(printable(f"{'':<10}{pull_request.key[:12]}  {pull_request.title}"))
    if len(outcome.published) > _SHOWN:
        put(f"{'':<10}and {len(outcome.published) - _SHOWN} more; `debtd pr list` shows all")


def withheld_of(outcome: Outcome) -> dict[str, str]:
    """What the stages wait for that may not be done now."""
    scan = {"scan": outcome.scanned.waits_for} if outcome.scanned.waits_for else {}
    return scan | {kind.value: reason for kind, reason in outcome.withheld.items()}


def put_held(held: Sequence[Held]) -> None:
    """Proven patches that wait, counted by what they wait for."""
    if held:
        patches = plural(len(held), "proven patch waits", "proven patches wait")
        put(f"{'Waiting':<10}{patches}; `debtd pr waiting` shows each")
        for words, count in Counter(one.waits_for for one in held).most_common():
            put(printable(f"{'':<10}{count:>6,}  for {words}"))


def _put_waiting(outcome: Outcome) -> None:
    for kind, reason in outcome.withheld.items():
        put(printable(f"{kind:<10}waits for {reason}"))
    put_held(outcome.held)


def _put_next(outcome: Outcome, store: Store, state_dir: Path | None) -> None:
    program = _program()
    state = f" --state-dir {shlex.quote(str(state_dir))}" if state_dir else ""
    put()
    put("Next:")
    opened = _open(outcome, store)
    if opened:
        key = opened[0].key[:12]
        put(f"  {program} pr show {key}{state}    what it changes, why, and the proof")
        put(f"  {program} pr diff {key}{state}    the change itself")
        put(f'  {program} pr reject {key} --reason "..."{state}    say no, for good')
    put(f"  {program} findings list{state}    all that is owed")


def _program() -> str:
    """How this program is called here, so that the hints can be typed as they stand."""
    started = Path(sys.argv[0])
    if started.name == "__main__.py":
        return "python -m debtd"
    return "debtd" if shutil.which("debtd") else os.path.relpath(started)
