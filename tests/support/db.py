"""Ways to bring a store into a state, and a tour through all that it can do."""

import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from debtd.model.acceptance import RuleStanding, Standing
from debtd.model.enrolment import Enrolment, EnrolmentState
from debtd.model.evidence import Gate
from debtd.model.finding import FindingState
from debtd.model.pull_request import Attention, CloseReason, HandsOff, PullRequest, PullRequestOutcome, PullRequestState
from debtd.model.suppression import SuppressionKind
from debtd.model.task import FixTask, Patch, TaskState
from debtd.model.window import WindowKind
from debtd.ports import Store
from tests.support import samples
from tests.support.samples import NOW, REPOSITORY, REVISION, Record, key


def scan(store: Store, record: Record) -> int:
    """Enrol the repository and do one scan."""
    store.ensure_repository(REPOSITORY)
    scan_id = store.begin_scan(REPOSITORY.id, REVISION, "inputs")
    store.finish_scan(scan_id, record.made())
    return scan_id


def planned(store: Store) -> FixTask:
    scan(store, Record(new=samples.findings()))
    task = samples.task(key(0), key(1))
    store.plan_tasks([task])
    return task


def patched(store: Store) -> tuple[FixTask, Patch]:
    task = planned(store)
    patch = samples.patch(task)
    store.save_patch(patch)
    return task, patch


def accepted(store: Store) -> FixTask:
    task, patch = patched(store)
    store.save_evidence(samples.evidence(task, patch))
    return task


def published(store: Store) -> tuple[FixTask, PullRequest]:
    task = accepted(store)
    pending = samples.pull_request(task)
    store.save_pull_request(pending)
    opened = replace(pending, state=PullRequestState.OPEN, number=1, url="u")
    store.save_pull_request(opened)
    return task, opened


def replanned(store: Store) -> tuple[FixTask, PullRequest]:
    """A task that is planned again, with one of its findings, for its open pull request."""
    task, opened = published(store)
    again = replace(task, base_commit="e" * 40, inputs="new", fingerprints=task.fingerprints[:1])
    store.replan_task(again)
    return again, opened


def accepted_again(store: Store) -> tuple[FixTask, PullRequest]:
    task, opened = replanned(store)
    patch = samples.patch(task)
    store.save_patch(patch)
    store.save_evidence(samples.evidence(task, patch))
    return task, opened


def moving(store: Store) -> tuple[FixTask, PullRequest]:
    """An open pull request whose branch is about to be moved."""
    task, opened = accepted_again(store)
    recorded = replace(opened, next_commit="a" * 40)
    store.save_pull_request(recorded)
    return task, recorded


def state_of(store: Store, task: FixTask) -> TaskState:
    return next(row.state for row in store.tasks(REPOSITORY.id) if row.key == task.key)


def tour(store: Store) -> None:
    """Call every method of the store, on the way from the first scan to a closed pull request, and read it all."""
    task = a_life(store)
    made = samples.findings()
    silenced = samples.suppression(key(0), SuppressionKind.IN_SOURCE)
    scan(store, Record(seen=made[:1], unverified=(key(1),), in_source=(silenced,)))
    scan(store, Record(resolved=(key(0), key(1))))
    scan(store, Record(seen=made))
    store.add_suppression(samples.suppression(key(1), expires_at=NOW + timedelta(days=1)))
    store.add_suppression(samples.suppression(key(1), reason="never"))
    store.lift_suppressions(key(1), "bob", "changed my mind", NOW)
    other = samples.task(key(1))
    store.plan_tasks([other])
    store.move_task(other.key, TaskState.SKIPPED, "why")
    store.plan_tasks([other])
    patch = samples.patch(other)
    store.save_patch(patch)
    store.save_evidence(samples.evidence(other, patch, failing=Gate.PARSES))
    records(store)
    read_all(store, task)


def a_life(store: Store) -> FixTask:
    """A pull request from the first push over a second one to its end, with all that can be known about it."""
    task, recorded = moving(store)
    store.hold_tasks({task.key: "the forge is slow"})
    store.hold_tasks({task.key: ""})
    moved = replace(recorded, commit=recorded.next_commit, next_commit="", attention=Attention.RED, owners=("@ann",))
    store.save_pull_request(moved)
    parked = replace(moved, hands_off=HandsOff.COMMIT, attention=Attention.PARKED, heard=7)
    store.save_pull_request(parked)
    over = replace(parked, state=PullRequestState.REJECTED, reason="no", close_reason=CloseReason.BY_PERSON)
    store.save_pull_request(replace(over, outcome=PullRequestOutcome.REFUSED, ended_at=NOW))
    return task


def records(store: Store) -> None:
    """All that a store keeps beside findings and tasks, each replaced once."""
    for days in (0, 1):
        at = NOW + timedelta(days=days)
        store.complete_stage(REPOSITORY.id, WindowKind.SCAN, at)
        for place in ("", REPOSITORY.id):
            store.save_standing(standing(repository_id=place, since=at))
        store.save_enrolment(enrolment(changed_at=at))
    store.set_baseline(REPOSITORY.id)


def standing(**values: object) -> RuleStanding:
    given = RuleStanding(
        rule_id="class-inherits-object",
        repository_id=REPOSITORY.id,
        standing=Standing.DRAFT,
        since=NOW,
        author="ann",
        reason="too many edits",
    )
    return replace(given, **values)  # type: ignore[arg-type]


def enrolment(**values: object) -> Enrolment:
    given = Enrolment(
        repository_id=REPOSITORY.id,
        state=EnrolmentState.ASKED,
        changed_at=NOW,
        reason="found on the forge",
        branch="debtd/onboarding",
        commit="d" * 40,
        number=3,
        url="https://forge.example/3",
    )
    return replace(given, **values)  # type: ignore[arg-type]


def read_all(store: Store, task: FixTask) -> None:
    store.repositories()
    store.last_scan(REPOSITORY.id)
    store.findings(REPOSITORY.id, (FindingState.OPEN,), "class-inherits-object")
    store.findings()
    store.count_findings(REPOSITORY.id, (FindingState.OPEN,))
    with store.list_findings(NOW, (FindingState.OPEN,), "class-inherits-object", 10) as listing:
        list(listing.findings)
    store.find_finding("0")
    store.suppressions(NOW)
    store.suppressions(NOW, REPOSITORY.id)
    store.tasks(REPOSITORY.id, (TaskState.PLANNED,))
    store.task_findings(task.key)
    store.patch(task.key)
    store.evidence(task.key)
    store.pull_requests()
    store.pull_requests(REPOSITORY.id, (PullRequestState.OPEN,))
    store.completed_stages(REPOSITORY.id)
    store.standings()
    store.enrolments()
    store.baseline(REPOSITORY.id)
    store.events()
    store.events(task.key)


def dump(database: Path) -> list[str]:
    """Everything in a SQLite file, as SQL."""
    with closing(sqlite3.connect(database)) as connection:
        return list(connection.iterdump())
