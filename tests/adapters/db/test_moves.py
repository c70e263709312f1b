"""States move only along the road, once, and a late word never overwrites an earlier one."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from debtd.adapters.db.store import SqlStore
from debtd.model.errors import Retryable, StateUnusable
from debtd.model.evidence import Gate
from debtd.model.pull_request import PullRequestState
from debtd.model.suppression import SuppressionKind
from debtd.model.task import FixTask, TaskState
from tests.support import db, samples
from tests.support.samples import NOW, REPOSITORY, FixedClock, Record, key

S, P = TaskState, PullRequestState


def rejected(store: SqlStore) -> FixTask:
    task, patch = db.patched(store)
    store.save_evidence(samples.evidence(task, patch, failing=Gate.NOTHING_NEW))
    return task


def put_aside(state: TaskState) -> Callable[[SqlStore], FixTask]:
    def made(store: SqlStore) -> FixTask:
        task = db.planned(store)
        store.move_task(task.key, state, "because")
        return task

    return made


IN_STATE: dict[TaskState, Callable[[SqlStore], FixTask]] = {
    S.PLANNED: db.planned,
    S.PATCHED: lambda store: db.patched(store)[0],
    S.ACCEPTED: db.accepted,
    S.PUBLISHED: lambda store: db.published(store)[0],
    S.REJECTED: rejected,
    S.SKIPPED: put_aside(S.SKIPPED),
    S.SUPERSEDED: put_aside(S.SUPERSEDED),
}


def test_every_task_state_is_reached(store: SqlStore, tmp_path: Path) -> None:
    assert set(IN_STATE) == set(TaskState)


@pytest.mark.parametrize("state", TaskState)
@pytest.mark.parametrize("target", [S.SKIPPED, S.SUPERSEDED])
def test_a_task_is_put_aside_only_before_it_is_published(
    store: SqlStore, database: Path, state: TaskState, target: TaskState
) -> None:
    task = IN_STATE[state](store)
    assert db.state_of(store, task) is state
    refused = state is S.PUBLISHED or (target is S.SKIPPED and state in {S.REJECTED, S.SUPERSEDED})
    before = db.dump(database)
    if refused:
        with pytest.raises(Retryable, match="nothing was changed"):
            store.move_task(task.key, target, "late")
        assert db.dump(database) == before
        return
    store.move_task(task.key, target, "late")
    store.move_task(task.key, target, "again")
    assert db.state_of(store, task) is target
    told = [event for event in store.events(task.key) if event.kind == f"task.{target.value}"]
    assert len(told) == 1


@pytest.mark.parametrize("target", [S.PLANNED, S.PATCHED, S.ACCEPTED, S.PUBLISHED, S.REJECTED])
def test_no_task_gets_a_state_without_what_goes_with_it(store: SqlStore, target: TaskState) -> None:
    task = db.planned(store)
    with pytest.raises(ValueError, match="only together"):
        store.move_task(task.key, target)


def test_an_unknown_task_is_refused(store: SqlStore) -> None:
    with pytest.raises(Retryable, match="unknown"):
        store.move_task("k", S.SKIPPED)


@pytest.mark.parametrize("state", [S.PLANNED, S.PATCHED, S.ACCEPTED, S.PUBLISHED])
def test_planning_leaves_a_task_under_way_alone(store: SqlStore, database: Path, state: TaskState) -> None:
    task = IN_STATE[state](store)
    before = db.dump(database)
    store.plan_tasks([replace(task, base_commit="e" * 40, inputs="new")])
    assert db.dump(database) == before


@pytest.mark.parametrize("state", [S.REJECTED, S.SKIPPED, S.SUPERSEDED])
def test_planning_starts_an_ended_task_again(store: SqlStore, state: TaskState) -> None:
    task = IN_STATE[state](store)
    fresh = replace(task, base_commit="e" * 40, inputs="new", fingerprints=task.fingerprints[::-1])
    store.plan_tasks([fresh])
    assert store.tasks(REPOSITORY.id) == (fresh,)
    assert store.patch(task.key) is None
    assert store.evidence(task.key) is None
    assert store.events(task.key)[0].kind == "task.planned-again"


def test_a_patch_is_written_once(store: SqlStore, database: Path) -> None:
    task, patch = db.patched(store)
    before = db.dump(database)
    store.save_patch(patch)
    with pytest.raises(Retryable, match="another patch"):
        store.save_patch(samples.patch(task, b"(other)"))
    assert db.dump(database) == before


def test_a_patch_for_another_base_is_refused(store: SqlStore) -> None:
    task = db.planned(store)
    with pytest.raises(Retryable, match="another base"):
        store.save_patch(samples.patch(replace(task, base_commit="e" * 40)))
    assert store.patch(task.key) is None


@pytest.mark.parametrize("state", [S.SKIPPED, S.SUPERSEDED])
def test_a_task_put_aside_gets_no_patch(store: SqlStore, state: TaskState) -> None:
    task = IN_STATE[state](store)
    with pytest.raises(Retryable, match=f"is {state.value} and cannot be patched"):
        store.save_patch(samples.patch(task))
    assert store.patch(task.key) is None


@pytest.mark.parametrize(("failing", "state"), [(None, S.ACCEPTED), (Gate.PARSES, S.REJECTED)])
def test_evidence_decides_once(store: SqlStore, database: Path, failing: Gate | None, state: TaskState) -> None:
    task, patch = db.patched(store)
    store.save_evidence(samples.evidence(task, patch, failing=failing))
    assert db.state_of(store, task) is state
    before = db.dump(database)
    store.save_evidence(samples.evidence(task, patch, failing=failing))
    with pytest.raises(Retryable, match="nothing was changed"):
        store.save_evidence(samples.evidence(task, patch, failing=Gate.IDEMPOTENT))
    assert db.dump(database) == before


def test_evidence_about_another_patch_is_refused(store: SqlStore) -> None:
    task, _ = db.patched(store)
    with pytest.raises(Retryable, match="no longer the one that was judged"):
        store.save_evidence(samples.evidence(task, samples.patch(task, b"(other)")))
    assert db.state_of(store, task) is S.PATCHED


@pytest.mark.parametrize("state", [S.PLANNED, S.PATCHED, S.REJECTED, S.SKIPPED, S.SUPERSEDED])
def test_only_an_accepted_task_gets_a_pull_request(store: SqlStore, state: TaskState) -> None:
    task = IN_STATE[state](store)
    with pytest.raises(Retryable, match="not accepted"):
        store.save_pull_request(samples.pull_request(task))
    assert store.pull_requests() == ()


def test_a_task_with_a_recorded_pull_request_is_not_put_aside(store: SqlStore) -> None:
    task = db.accepted(store)
    store.save_pull_request(samples.pull_request(task))
    with pytest.raises(Retryable, match="already has a pull request"):
        store.move_task(task.key, S.SUPERSEDED)
    assert db.state_of(store, task) is S.ACCEPTED


ALLOWED = {
    P.PENDING: set(P),
    P.OPEN: {P.OPEN, P.MERGED, P.REJECTED, P.CLOSED},
    P.CLOSED: {P.CLOSED, P.MERGED, P.REJECTED},
    P.REJECTED: {P.REJECTED, P.MERGED},
    P.MERGED: {P.MERGED},
}


@pytest.mark.parametrize("old", P)
@pytest.mark.parametrize("new", P)
def test_moves_of_a_pull_request(store: SqlStore, database: Path, old: PullRequestState, new: PullRequestState) -> None:
    task = db.accepted(store)
    first = samples.pull_request(task, state=old)
    store.save_pull_request(first)
    assert db.state_of(store, task) is (S.ACCEPTED if old is P.PENDING else S.PUBLISHED)
    second = replace(first, state=new, number=5, url="u", reason="r", title="T")
    before = db.dump(database)
    if new not in ALLOWED[old]:
        with pytest.raises(Retryable, match=f"is {old.value} and cannot be {new.value}"):
            store.save_pull_request(second)
        assert db.dump(database) == before
        return
    store.save_pull_request(second)
    store.save_pull_request(second)
    assert store.pull_requests(REPOSITORY.id, (new,)) == (second,)
    assert db.state_of(store, task) is (S.ACCEPTED if new is P.PENDING else S.PUBLISHED)


@pytest.mark.parametrize("change", [{"commit": "0" * 40}, {"branch": "debtd/x"}, {"rule_id": "x"}])
def test_what_was_recorded_before_the_push_never_changes(store: SqlStore, change: dict[str, str]) -> None:
    task = db.accepted(store)
    recorded = samples.pull_request(task)
    store.save_pull_request(recorded)
    with pytest.raises(Retryable, match="already recorded"):
        store.save_pull_request(replace(recorded, **change))  # type: ignore[arg-type]
    assert store.pull_requests() == (recorded,)


def test_a_suppression_of_an_unknown_finding_is_refused(store: SqlStore) -> None:
    with pytest.raises(StateUnusable, match="no finding"):
        store.add_suppression(samples.suppression(key(0)))


def test_suppressions_end_when_they_expire_or_are_lifted(store: SqlStore, clock: FixedClock) -> None:
    db.scan(store, Record(new=samples.findings()))
    soon = NOW + timedelta(hours=1)
    given = samples.suppression(key(0), expires_at=soon), samples.suppression(key(0), SuppressionKind.REJECTED)
    for one in (*given, *given):
        store.add_suppression(one)
    assert store.suppressions(NOW, REPOSITORY.id) == given
    assert store.suppressions(NOW, "elsewhere") == ()
    assert store.suppressions(soon) == given[1:]
    assert store.lift_suppressions(key(0), "bob", "why", soon) == 1
    assert store.lift_suppressions(key(0), "bob", "why", soon) == 0
    assert store.suppressions(soon) == ()
    assert ("author", "bob") in store.events(key(0))[0].fields


def test_comments_of_the_repository_are_not_lifted_by_hand(store: SqlStore) -> None:
    given = samples.suppression(key(0), SuppressionKind.IN_SOURCE)
    db.scan(store, Record(new=samples.findings(), in_source=(given,)))
    assert store.lift_suppressions(key(0), "bob", "why", NOW) == 0
    assert store.suppressions(NOW) == (given,)


def test_a_new_decision_replaces_the_old_one_of_its_kind(store: SqlStore) -> None:
    db.scan(store, Record(new=samples.findings()))
    for days in (1, 30):
        store.add_suppression(samples.suppression(key(0), expires_at=NOW + timedelta(days=days)))
    (standing,) = store.suppressions(NOW)
    assert standing.expires_at == NOW + timedelta(days=30)


def test_an_expired_decision_can_be_made_again(store: SqlStore, clock: FixedClock) -> None:
    db.scan(store, Record(new=samples.findings()))
    store.add_suppression(samples.suppression(key(0), expires_at=NOW))
    clock.advance(days=1)
    again = samples.suppression(key(0), created_at=clock.now())
    store.add_suppression(again)
    assert store.suppressions(clock.now()) == (again,)
