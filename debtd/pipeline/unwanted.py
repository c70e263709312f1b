"""Which findings get no fix, and which fix tasks are not to be followed up, because somebody wants it so."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from debtd.model.acceptance import Standing, standing_of
from debtd.model.coverage import Skipped
from debtd.model.finding import Finding
from debtd.model.repository_file import left_out
from debtd.model.task import FixTask
from debtd.pipeline.triage import TriageInput, triage
from debtd.ports import Clock, Store

if TYPE_CHECKING:
    from debtd.pipeline.backlog import Backlog


def why_unwanted(work: "Backlog", store: Store, clock: Clock) -> Callable[[FixTask], str]:
    """Why a task is not to be followed up; "" when it is."""
    findings = work.findings(store)
    present, unasked = set(findings), left_out(findings.values(), work.file)
    reporting, old = _reporting(work, store), _old(work, store)
    refused = {suppression.fingerprint for suppression in store.suppressions(clock.now(), work.repository.id)}

    def reason(task: FixTask) -> str:
        if task.rule_id in reporting:
            return "its rule may only report"
        if not refused.isdisjoint(task.fingerprints):
            return "one of its findings is suppressed"
        if not old.isdisjoint(task.fingerprints):
            return "one of its findings is old debt, which is to be left"
        if why := next((unasked[key].detail for key in task.fingerprints if key in unasked), ""):
            return why
        return "" if present.issuperset(task.fingerprints) else "one of its findings is gone"

    return reason


def unfixable(work: "Backlog", store: Store, clock: Clock) -> Mapping[str, Skipped]:
    """Why findings get no fix, by fingerprint. Nothing is planned."""
    return triage(to_sort_out(work, work.findings(store), store, clock)).skipped


def to_sort_out(work: "Backlog", findings: Mapping[str, Finding], store: Store, clock: Clock) -> TriageInput:
    """All that decides which findings get a fix, but for the tasks that there are."""
    ids = {rule.id for rule in work.rules}
    return TriageInput(
        repository_id=work.repository.id,
        base_commit=work.revision.commit,
        findings=[f for f in findings.values() if f.match.rule_id in ids],
        scanned=work.scanned,
        inputs=work.inputs,
        suppressed={s.fingerprint for s in store.suppressions(clock.now(), work.repository.id)},
        reporting=_reporting(work, store),
        old=_old(work, store),
        left_out=left_out(findings.values(), work.file),
    )


def _reporting(work: "Backlog", store: Store) -> frozenset[str]:
    """The ids of the rules that may only report here."""
    standings = store.standings()
    here = ((rule.id, standing_of(rule.id, work.repository.id, standings)) for rule in work.rules)
    return frozenset(rule_id for rule_id, standing in here if standing is Standing.REPORT_ONLY)


def _old(work: "Backlog", store: Store) -> frozenset[str]:
    return frozenset() if work.old_debt else store.baseline(work.repository.id)
