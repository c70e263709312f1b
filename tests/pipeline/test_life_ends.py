"""How pull requests end: a) closed by people, e) while debtd runs, h) nothing left to fix."""

import pytest

from debtd.model.coverage import Skipped, SkipReason
from debtd.model.errors import RepoUnusable
from debtd.model.forge import ForgeState
from debtd.model.pull_request import Attention, CloseReason, PullRequestOutcome, PullRequestState
from debtd.model.suppression import SuppressionKind
from tests.support.night import Nights
from tests.support.town import Pull, Town


@pytest.fixture
def pull(nights: Nights, town: Town) -> Pull:
    """The one about a.py."""
    nights.run()
    return next(pull for pull in town.pulls if "word-old" in pull.head)


def test_a_closed_by_a_person_is_never_proposed_again(nights: Nights, town: Town, pull: Pull) -> None:
    town.close(pull)
    nights.run()
    row = nights.row(pull)
    assert (row.state, row.close_reason, row.outcome) == (
        PullRequestState.REJECTED,
        CloseReason.BY_PERSON,
        PullRequestOutcome.REFUSED,
    )
    assert (list(pull.named), pull.head in town.branches) == (["refused"], False)
    assert f"debtd pr reopen {row.key[:12]}" in pull.named["refused"]
    (no,) = nights.store.suppressions(town.clock.now())
    assert (no.kind, no.author, no.expires_at) == (SuppressionKind.REJECTED, "ann", None)
    town.push(files={"a.py": b"# moved\nx\nold\n", "d.py": b"old\n"})
    for _ in range(3):
        nights.run()
    about_a = [one for one in town.pulls if "a.py" in one.title or "2 files" in one.title]
    assert about_a == [pull], "neither under another key nor in a group with what is new"
    assert len(pull.named) == 1


def test_a_its_branch_stays_where_somebody_else_has_worked_on_it(nights: Nights, town: Town, pull: Pull) -> None:
    theirs = town.push(pull.head, {"a.py": b"x\nmine\n"})
    town.close(pull)
    nights.run()
    assert town.branches[pull.head] == theirs
    assert nights.row(pull).state is PullRequestState.REJECTED


def test_a_closed_after_everything_was_fixed_by_hand_blames_no_rule(nights: Nights, town: Town, pull: Pull) -> None:
    town.push(files={"a.py": b"x\nmine\n"})
    town.close(pull)
    nights.run()
    assert (nights.row(pull).close_reason, nights.row(pull).outcome) == (CloseReason.BY_PERSON, None)


def test_a_no_survives_a_lost_database(nights: Nights, town: Town, pull: Pull, tmp_path_factory) -> None:
    town.close(pull)
    again = Nights(tmp_path_factory.mktemp("fresh"), town)
    for _ in range(3):
        again.run()
    assert again.row(pull).state is PullRequestState.REJECTED
    assert (len(town.pulls), pull.head in town.branches) == (2, False)


def test_merged(nights: Nights, town: Town, pull: Pull) -> None:
    merged = town.merge(pull)
    nights.run()
    row = nights.row(pull)
    assert (row.state, row.outcome, row.merge_commit) == (PullRequestState.MERGED, PullRequestOutcome.MERGED, merged)
    assert (row.ended_at, pull.named, pull.head in town.branches) == (town.clock.now(), {}, False)


@pytest.mark.parametrize("seen_before", [True, False])
def test_merged_with_commits_of_others_is_edited(nights: Nights, town: Town, pull: Pull, seen_before: bool) -> None:
    town.push(pull.head, {"a.py": b"x\nnew # ours\n"})
    if seen_before:
        nights.run()
    town.merge(pull)
    nights.run()
    assert nights.row(pull).outcome is PullRequestOutcome.EDITED
    nights.run()
    assert nights.row(pull).outcome is PullRequestOutcome.EDITED


def test_e_a_branch_deleted_or_a_close_during_the_run(nights: Nights, town: Town, pull: Pull) -> None:
    town.push(files={"a.py": b"# moved\nx\nold\n"})

    def close(name: str, when: str) -> None:
        if (name, when) == ("save_evidence", "after"):
            town.close(pull)
            town.branches.pop(pull.head, None)

    nights.run(hook=close)
    assert (pull.head in town.branches, nights.row(pull).state) == (False, PullRequestState.OPEN)
    nights.run()
    assert (pull.head in town.branches, nights.row(pull).state) == (False, PullRequestState.REJECTED)


def test_h_all_findings_proven_gone(nights: Nights, town: Town, pull: Pull) -> None:
    town.push(files={"a.py": b"x\nmine\n"})
    nights.run()
    row = nights.row(pull)
    assert (row.state, row.close_reason, row.outcome) == (PullRequestState.CLOSED, CloseReason.VANISHED, None)
    assert (pull.state, pull.head in town.branches) == (ForgeState.CLOSED, False)
    assert pull.named == {"closed": "Closed by debtd: none of its findings is found on main now"}
    town.push(files={"a.py": b"x\nold\n"})
    nights.run()
    assert town.pulls[-1].head != pull.head, "what comes back gets a pull request of its own"
    assert (town.pulls[-1].title, nights.store.suppressions(town.clock.now())) == (pull.title, ())


def test_h_what_could_not_be_looked_at_stays(nights: Nights, town: Town, pull: Pull) -> None:
    """Pains 9 and 13: a scan that failed says nothing."""
    town.push(files={"a.py": b"y\nold\n"})
    nights.detector._skipped = {"a.py": Skipped(SkipReason.TIMEOUT)}
    nights.detector._deaf = ["old"]
    nights.run()
    assert (nights.row(pull).state, pull.state, pull.named) == (PullRequestState.OPEN, ForgeState.OPEN, {})


@pytest.mark.parametrize("reason", [CloseReason.VANISHED, CloseReason.NOT_PROVEN])
def test_debtds_own_closing_is_never_taken_for_a_no(
    nights: Nights, town: Town, pull: Pull, reason: CloseReason
) -> None:
    from dataclasses import replace

    nights.store.save_pull_request(replace(nights.row(pull), close_reason=reason, reason="gone"))
    town.close(pull, "debtd-bot")  # and the process was killed here
    nights.run()
    assert (nights.row(pull).state, nights.row(pull).outcome) == (PullRequestState.CLOSED, None)
    assert nights.store.suppressions(town.clock.now()) == ()


@pytest.mark.parametrize("refused", ["ensure_comment", "delete_branch"])
@pytest.mark.parametrize("end", ["close", "merge", "hands off", "gone"])
def test_n_a_locked_conversation_or_a_protected_branch_holds_nothing_up(
    refused: str, end: str, nights: Nights, town: Town, pull: Pull
) -> None:
    def refuse(name: str, when: str) -> None:
        if (name, when) == (refused, "before"):
            raise RepoUnusable("it is locked")

    if end == "hands off":
        town.push(pull.head, {"a.py": b"mine\n"})
    elif end == "gone":
        town.push(files={"a.py": b"clean\n"})
    else:
        getattr(town, end)(pull)
    told = ["it is locked" in str(fault) for fault in nights.run(hook=refuse).faults]
    assert told == [True] * len(told)
    row = nights.row(pull)
    assert row.state is not PullRequestState.OPEN or row.attention is Attention.PARKED
    assert nights.run(hook=refuse).faults == ()


def test_a_pull_request_that_the_forge_lost_is_told_and_stays(nights: Nights, town: Town, pull: Pull) -> None:
    town.pulls.remove(pull)
    outcome = nights.run()
    assert ["the forge does not have it any more" in str(fault) for fault in outcome.faults] == [True]
    assert nights.row(pull).state is PullRequestState.OPEN
