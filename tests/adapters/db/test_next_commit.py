"""The branch of an open pull request moves only to what was recorded before the push."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from debtd.model.errors import Retryable
from debtd.model.pull_request import (
    Attention,
    CloseReason,
    HandsOff,
    PullRequest,
    PullRequestOutcome,
    PullRequestState,
)
from debtd.model.task import TaskState
from debtd.ports import Store
from tests.support import db, samples
from tests.support.samples import HOSTILE, NOW

S, P, O = TaskState, PullRequestState, PullRequestOutcome  # noqa: E741  (beside the others it is clear)
OVER = [P.MERGED, P.REJECTED, P.CLOSED]


def full(opened: PullRequest) -> PullRequest:
    """Every field is another than at first."""
    return replace(
        opened,
        title=HOSTILE,
        draft=True,
        attention=Attention.CHANGES_REQUESTED,
        hands_off=HandsOff.TARGET,
        lines=12,
        owners=("@ann", HOSTILE),
        group=HOSTILE,
        heard=2**40,
        close_reason=CloseReason.NOT_NOW,
        outcome=O.EDITED,
        merge_commit="b" * 40,
        published_at=NOW,
        ended_at=NOW + timedelta(days=1),
    )


def test_every_field_comes_back(either: Store, database: Path) -> None:
    _, opened = db.published(either)
    given = full(opened)
    either.save_pull_request(given)
    assert either.pull_requests() == (given,)
    before = db.dump(database)
    either.save_pull_request(given)
    assert db.dump(database) == before


def test_a_next_commit_is_recorded_and_then_taken_over(either: Store) -> None:
    task, recorded = db.moving(either)
    assert either.pull_requests() == (recorded,)
    assert db.state_of(either, task) is S.ACCEPTED
    moved = replace(recorded, commit=recorded.next_commit, next_commit="")
    for _ in range(2):
        either.save_pull_request(moved)
        assert either.pull_requests() == (moved,)
        assert db.state_of(either, task) is S.PUBLISHED
    kinds = [event.kind for event in either.events(task.key)]
    assert kinds[:3] == ["task.published", "pull-request.moved", "pull-request.moving"]


def test_the_same_commit_again_is_a_next_one_too(either: Store) -> None:
    """A new base may be a base whose commit gives the same one."""
    task, opened = db.accepted_again(either)
    either.save_pull_request(replace(opened, next_commit=opened.commit))
    assert db.state_of(either, task) is S.ACCEPTED
    either.save_pull_request(opened)
    assert db.state_of(either, task) is S.PUBLISHED


def test_other_changes_leave_a_task_that_waits_for_its_push(either: Store) -> None:
    task, opened = db.accepted_again(either)
    either.save_pull_request(replace(opened, attention=Attention.RED))
    assert db.state_of(either, task) is S.ACCEPTED
    either.save_pull_request(replace(opened, attention=Attention.RED, next_commit="a" * 40))
    either.save_pull_request(replace(opened, heard=9, next_commit="a" * 40))
    assert db.state_of(either, task) is S.ACCEPTED


@pytest.mark.parametrize("made", [db.published, db.replanned])
def test_only_an_accepted_task_gives_a_next_commit(either: Store, database: Path, made: object) -> None:
    _, opened = made(either)  # type: ignore[operator]
    before = db.dump(database)
    with pytest.raises(Retryable, match="gets no next commit"):
        either.save_pull_request(replace(opened, next_commit="a" * 40))
    assert db.dump(database) == before


@pytest.mark.parametrize(
    "change",
    [
        {"commit": "0" * 40},
        {"commit": "0" * 40, "next_commit": ""},
        {"commit": "a" * 40},
        {"commit": "a" * 40, "next_commit": "0" * 40},
        {"next_commit": "0" * 40},
        {"branch": "debtd/x", "commit": "a" * 40, "next_commit": ""},
    ],
)
def test_what_was_recorded_before_a_push_stays(either: Store, database: Path, change: dict[str, str]) -> None:
    _, recorded = db.moving(either)
    before = db.dump(database)
    with pytest.raises(Retryable, match="already recorded"):
        either.save_pull_request(replace(recorded, **change))  # type: ignore[arg-type]
    assert db.dump(database) == before


def test_a_push_that_was_refused_can_be_given_up(either: Store) -> None:
    task, recorded = db.moving(either)
    parked = replace(recorded, next_commit="", hands_off=HandsOff.COMMIT, attention=Attention.PARKED)
    either.save_pull_request(parked)
    assert either.pull_requests() == (parked,)
    assert db.state_of(either, task) is S.ACCEPTED
    either.move_task(task.key, S.SKIPPED, "people have taken it over")


@pytest.mark.parametrize("state", OVER)
def test_an_end_in_the_middle_of_a_push(either: Store, state: PullRequestState) -> None:
    """Nobody knows whether the push arrived: both commits are kept, and the next word may say."""
    task, recorded = db.moving(either)
    over = replace(recorded, state=state, ended_at=NOW)
    either.save_pull_request(over)
    assert db.state_of(either, task) is S.PUBLISHED
    told = replace(over, commit=over.next_commit, next_commit="")
    either.save_pull_request(told)
    assert either.pull_requests() == (told,)


@pytest.mark.parametrize("state", OVER)
def test_what_is_over_is_not_open_again(either: Store, database: Path, state: PullRequestState) -> None:
    _, recorded = db.moving(either)
    either.save_pull_request(replace(recorded, state=state))
    before = db.dump(database)
    with pytest.raises(Retryable, match=f"is {state.value} and cannot be open"):
        either.save_pull_request(recorded)
    assert db.dump(database) == before


def test_a_merge_may_be_reverted_and_that_stays(either: Store, database: Path) -> None:
    task, opened = db.published(either)
    merged = replace(opened, state=P.MERGED, outcome=O.MERGED, merge_commit="b" * 40, ended_at=NOW)
    reverted = replace(merged, outcome=O.REVERTED)
    either.save_pull_request(merged)
    either.save_pull_request(reverted)
    assert either.pull_requests() == (reverted,)
    assert either.events(task.key)[0].kind == "pull-request.outcome-reverted"
    before = db.dump(database)
    with pytest.raises(Retryable, match="was reverted by now"):
        either.save_pull_request(merged)
    assert db.dump(database) == before


def test_a_pending_one_is_not_open_yet(either: Store) -> None:
    task = db.accepted(either)
    pending = samples.pull_request(task)
    either.save_pull_request(pending)
    either.save_pull_request(replace(pending, lines=3, owners=("@ann",)))
    assert db.state_of(either, task) is S.ACCEPTED
    either.save_pull_request(replace(pending, state=P.OPEN, number=1, published_at=NOW))
    assert db.state_of(either, task) is S.PUBLISHED
