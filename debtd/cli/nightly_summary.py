"""What `debtd nightly` tells in the morning: a text that can be mailed, and JSON."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime

from debtd.cli.output import plural
from debtd.cli.run_summary import withheld_of
from debtd.cli.views import pull_request_json
from debtd.model.errors import DebtdError
from debtd.pipeline.nightly import Night, RepositoryNight
from debtd.pipeline.order import Outcome
from debtd.telemetry import redact

_INDENT = "  "
Faults = Sequence[tuple[str, DebtdError]]


def render_night(night: Night, unvisited: Faults) -> Iterator[str]:
    """The whole first, then each repository of which there is something to tell."""
    yield _headline(night, unvisited)
    for one in night.repositories:
        if one.outcome is not None or one.all_faults or one.unreached:
            yield ""
            yield f"{one.repository.name} ({one.repository.source})"
            yield from _repository(one)
    for location, fault in unvisited:
        yield ""
        yield location
        yield f"{_INDENT}{'failed':<11}{fault}"
    quiet = [one for one in night.repositories if one.outcome is None and not one.all_faults and not one.unreached]
    if quiet:
        yield ""
        yield f"Nothing was due in {plural(len(quiet), 'repository', 'repositories')}."
        held = sum(one.waiting for one in quiet)
        if held:
            yield f"{plural(held, 'proven patch', 'proven patches')} there wait; `debtd pr waiting` shows what for."
    yield ""
    yield f"Next: {_moment(night.next_at)}." if night.next_at else "Next: no window opens within a year."


def _headline(night: Night, unvisited: Faults) -> str:
    outcomes = [one.outcome for one in night.repositories if one.outcome is not None]
    failed = len(unvisited) + sum(1 for one in night.repositories if one.all_faults)
    unreached = sum(1 for one in night.repositories if one.unreached)
    parts = [
        f"{len(outcomes)} of {plural(len(night.repositories) + len(unvisited), 'repository', 'repositories')} visited",
        f"{sum(len(outcome.published) for outcome in outcomes)} published",
        f"{sum(one.waiting for one in night.repositories)} waiting",
    ]
    parts += [f"{failed} failed"] if failed else []
    parts += [f"{unreached} not reached"] if unreached else []
    return f"debtd nightly, {_moment(night.began_at)}: {', '.join(parts)}"


def _repository(one: RepositoryNight) -> Iterator[str]:
    if one.owed.overdue:
        missed = ", ".join(sorted(one.owed.overdue))
        yield f"{_INDENT}{'caught up':<11}windows that had passed without a run: {missed}"
    if one.outcome is not None:
        for word, sentence in _facts(one.outcome):
            yield f"{_INDENT}{word:<11}{sentence}"
    if one.unreached:
        yield f"{_INDENT}{'not reached':<11} {one.unreached}"
    for fault in one.all_faults:
        yield f"{_INDENT}{'failed':<11}{fault}"


def _facts(outcome: Outcome) -> Iterator[tuple[str, str]]:
    record = outcome.scanned.record
    if record is not None:
        news = f"{plural(len(record.new), 'new finding')}, {len(record.resolved):,} gone"
        yield "scanned", f"{plural(len(record.coverage.scanned), 'file')}: {news}"
    elif outcome.scanned.waits_for:
        yield "scan", f"waits for {outcome.scanned.waits_for}"
    else:
        yield "scanned", "nothing has changed"
    for rule_id, why in sorted(outcome.scanned.broken.items()):
        yield "broken", f"the rule {rule_id} failed: {why}"
    if outcome.left_alone:
        yield "left alone", outcome.left_alone
    for kind, reason in outcome.withheld.items():
        yield kind.value, f"waits for {reason}"
    if outcome.judged:
        yield "proven", f"{plural(len(outcome.judged), 'patch', 'patches')} judged"
    for pull_request in outcome.published:
        yield "published", f"{pull_request.title} {pull_request.url}".rstrip()
    for words, count in Counter(held.waits_for for held in outcome.held).most_common():
        yield "waiting", f"{count:,} for {words}"


def night_json(night: Night, unvisited: Faults) -> dict[str, object]:
    """The same as data. Times are ISO 8601 in UTC."""
    return {
        "began_at": _utc(night.began_at),
        "ended_at": _utc(night.ended_at),
        "next_at": _utc(night.next_at),
        "repositories": [_repository_json(one) for one in night.repositories],
        "unvisited": [{"location": location, "error": redact(str(fault))} for location, fault in unvisited],
    }


def _repository_json(one: RepositoryNight) -> dict[str, object]:
    return {
        "repository": {"id": one.repository.id, "name": one.repository.name, "source": one.repository.source},
        "owed": sorted(one.owed.kinds),
        "overdue": sorted(one.owed.overdue),
        "next_at": _utc(one.owed.next_at),
        "outcome": None if one.outcome is None else _outcome_json(one.outcome),
        "unreached": one.unreached or None,
        "errors": [redact(str(fault)) for fault in one.all_faults],
    }


def _outcome_json(outcome: Outcome) -> dict[str, object]:
    record = outcome.scanned.record
    return {
        "commit": outcome.revision.commit,
        "scanned_now": record is not None,
        "new_findings": len(record.new) if record else 0,
        "resolved_findings": len(record.resolved) if record else 0,
        "judged": len(outcome.judged),
        "published": [pull_request_json(pull_request) for pull_request in outcome.published],
        "waiting": [{"key": h.task_key, "rule": h.rule_id, "waits_for": redact(h.waits_for)} for h in outcome.held],
        "withheld": withheld_of(outcome),
        "broken_rules": dict(outcome.scanned.broken),
    }


def _moment(moment: datetime) -> str:
    return f"{moment:%a %Y-%m-%d %H:%M} UTC"


def _utc(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat().replace("+00:00", "Z")
