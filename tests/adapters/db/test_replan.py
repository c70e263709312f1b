"""A published task starts again for its open pull request, and whatever comes too late changes nothing."""

import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from debtd.model.errors import Retryable
from debtd.model.evidence import Gate
from debtd.model.pull_request import Attention, PullRequestState
from debtd.model.task import FixTask, TaskState
from debtd.ports import Store
from tests.support import db, samples
from tests.support.samples import REPOSITORY, key

S, P = TaskState, PullRequestState


def test_all_but_the_key_may_be_new(either: Store) -> None:
    task, opened = db.published(either)
    again = replace(task, base_commit="e" * 40, inputs="new", fingerprints=(key(1),))
    either.replan_task(again)
    assert either.tasks(REPOSITORY.id) == (again,)
    assert [finding.fingerprint for finding in either.task_findings(task.key)] == [key(1)]
    assert (either.patch(task.key), either.evidence(task.key)) == (None, None)
    assert either.pull_requests() == (opened,)
    assert either.events(task.key)[0].kind == "task.planned-again"


def test_it_goes_the_whole_road_again(either: Store) -> None:
    task, opened = db.replanned(either)
    patch = samples.patch(task)
    either.save_patch(patch)
    assert db.state_of(either, task) is S.PATCHED
    either.save_evidence(samples.evidence(task, patch))
    assert db.state_of(either, task) is S.ACCEPTED
    assert either.pull_requests() == (opened,)


def test_a_gate_may_reject_it(either: Store) -> None:
    task, opened = db.replanned(either)
    patch = samples.patch(task)
    either.save_patch(patch)
    either.save_evidence(samples.evidence(task, patch, failing=Gate.FINDING_GONE))
    assert db.state_of(either, task) is S.REJECTED
    either.save_pull_request(replace(opened, state=P.CLOSED))
    assert db.state_of(either, task) is S.REJECTED


@pytest.mark.parametrize("made", [db.replanned, db.accepted_again, db.moving])
def test_one_that_is_under_way_again_is_left_alone(either: Store, database: Path, made: object) -> None:
    task, _ = made(either)  # type: ignore[operator]
    before = db.dump(database)
    either.replan_task(task)
    either.replan_task(replace(task, base_commit="9" * 40, inputs="newer"))
    assert db.dump(database) == before


@pytest.mark.parametrize("state", [P.PENDING, P.MERGED, P.REJECTED, P.CLOSED, None])
def test_only_for_an_open_pull_request(either: Store, database: Path, state: PullRequestState | None) -> None:
    task = db.accepted(either)
    if state is not None:
        either.save_pull_request(samples.pull_request(task, state=state))
    before = db.dump(database)
    with pytest.raises(Retryable, match="is not open"):
        either.replan_task(task)
    assert db.dump(database) == before


def test_an_unknown_task_is_refused(either: Store) -> None:
    db.published(either)
    with pytest.raises(Retryable, match="is not open"):
        either.replan_task(samples.task(key(1)))


def test_a_skipped_one_does_not_start_again_by_this(either: Store, database: Path) -> None:
    task, _ = db.replanned(either)
    either.move_task(task.key, S.SKIPPED, "no fix on the new base")
    before = db.dump(database)
    with pytest.raises(Retryable, match="is skipped and cannot be started again"):
        either.replan_task(task)
    assert db.dump(database) == before


@pytest.mark.parametrize("fingerprints", [(), (key(0), key(2))])
def test_no_findings_but_those_it_had(either: Store, database: Path, fingerprints: tuple[str, ...]) -> None:
    task, _ = db.published(either)
    before = db.dump(database)
    with pytest.raises(ValueError, match="none of its findings, or with others"):
        either.replan_task(replace(task, fingerprints=fingerprints))
    assert db.dump(database) == before


def test_what_people_do_in_between_does_not_stop_it(either: Store) -> None:
    task, opened = db.replanned(either)
    either.save_pull_request(replace(opened, attention=Attention.RED, heard=3))
    assert db.state_of(either, task) is S.PLANNED
    either.save_pull_request(replace(opened, state=P.MERGED))
    assert db.state_of(either, task) is S.PLANNED


@pytest.mark.parametrize("made", [db.replanned, db.accepted_again])
def test_it_may_be_skipped_but_not_superseded(either: Store, made: object) -> None:
    task, opened = made(either)  # type: ignore[operator]
    with pytest.raises(Retryable, match="already has a pull request and cannot be superseded"):
        either.move_task(task.key, S.SUPERSEDED)
    either.move_task(task.key, S.SKIPPED, "no fix on the new base")
    assert db.state_of(either, task) is S.SKIPPED
    assert either.pull_requests() == (opened,)


def test_a_push_that_may_be_under_way_keeps_it(either: Store) -> None:
    task, _ = db.moving(either)
    with pytest.raises(Retryable, match="already has a pull request and cannot be skipped"):
        either.move_task(task.key, S.SKIPPED)
    assert db.state_of(either, task) is S.ACCEPTED


def test_a_published_one_is_not_skipped(either: Store) -> None:
    task, _ = db.published(either)
    with pytest.raises(Retryable, match="is published and cannot be skipped"):
        either.move_task(task.key, S.SKIPPED)


def reasons(database: Path) -> dict[str, str]:
    with closing(sqlite3.connect(database)) as connection:
        return dict(connection.execute("SELECT key, reason FROM fix_tasks"))


def test_accepted_tasks_wait_for_a_reason(either: Store, database: Path) -> None:
    task = db.accepted(either)
    either.hold_tasks({task.key: "the window opens at 22:00", "unknown": "x"})
    assert reasons(database) == {task.key: "the window opens at 22:00"}
    told = either.events(task.key)
    assert (told[0].kind, told[0].fields) == ("task.held", (("reason", "the window opens at 22:00"),))
    before = db.dump(database)
    either.hold_tasks({task.key: "the window opens at 22:00"})
    either.hold_tasks({})
    assert db.dump(database) == before
    either.hold_tasks({task.key: ""})
    assert reasons(database) == {task.key: ""}
    assert either.events(task.key)[0].kind == "task.released"
    assert db.state_of(either, task) is S.ACCEPTED


def test_a_reason_is_gone_when_the_task_goes_on(either: Store, database: Path) -> None:
    task = db.accepted(either)
    either.hold_tasks({task.key: samples.HOSTILE})
    either.save_pull_request(samples.pull_request(task, state=P.OPEN))
    assert reasons(database) == {task.key: ""}


def test_tasks_in_other_states_are_not_held(either: Store, database: Path) -> None:
    made: list[FixTask] = [db.planned(either)]
    for move in (db.patched, db.published):
        before = db.dump(database)
        either.hold_tasks({made[-1].key: "wait"})
        assert db.dump(database) == before
        made.append(move(either)[0])
    before = db.dump(database)
    either.hold_tasks({made[-1].key: "wait"})
    assert db.dump(database) == before
