"""The way of a discovered repository: nothing before its people agreed, a no for good, and a baseline at enrolment.

Cases of the specification: o) onboarding, pain 12 (old debt floods the team), pain 8 (a no is remembered), pain 25
(nobody can tell why nothing was done).
"""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from debtd.model.coverage import SkipReason
from debtd.model.discovery import Terms
from debtd.model.enrolment import EnrolmentState
from debtd.model.errors import RepoUnusable
from debtd.model.policy import Policy
from debtd.model.repository_file import FILE_NAME, RepositoryFile, read_repository_file
from debtd.model.task import TaskState
from debtd.model.window import WindowKind
from debtd.pipeline.onboarding import FILE_TEXT, onboarding_branch
from debtd.pipeline.order import Outcome, Rooms, Stage
from debtd.wiring.schedules import schedule_of
from tests.support.command import make_repository
from tests.support.git_repo import add_commit, git
from tests.support.place import Place


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


def test_o_nothing_is_done_before_the_onboarding_pull_request_is_merged(place: Place) -> None:
    place.found()
    outcomes = [place.run() for _ in range(3)]
    (pull,) = place.pulls()
    assert (pull["head"], pull["base"], pull["title"]) == (
        "debtd/onboarding",
        "main",
        "Let debtd pay down technical debt here",
    )
    assert place.branches() == ["debtd/onboarding"]
    assert [(outcome.published, outcome.judged) for outcome in outcomes] == [((), ())] * 3
    assert "its people have not agreed yet: onboarding pull request 1 asks them" in outcomes[2].left_alone
    assert place.enrolment().state is EnrolmentState.ASKED
    with place.store() as store:
        assert store.pull_requests() == (), "it counts in no budget"
        assert store.tasks(place.repository.id) == ()


def test_o_the_pull_request_adds_one_file_and_tells_what_was_found(place: Place) -> None:
    place.found()
    place.run()
    home = place.settings.state_dir / "forge" / place.repository.id / "repository.git"
    assert git(home, "show", "--format=", "--name-status", "debtd/onboarding") == f"A\t{FILE_NAME}"
    assert read_repository_file(FILE_TEXT.encode()) == RepositoryFile(), "as it stands, it changes nothing"
    body = place.pulls()[0]["body"]
    assert "| `word-old` | 2 |" in body
    assert "**Until it is merged, debtd does nothing here.**" in body
    assert "Close this pull request: debtd will not ask again" in body


def test_every_key_that_the_file_explains_is_one_that_is_read() -> None:
    explained = FILE_TEXT.replace("# [budgets]", "[budgets]")
    lines = [
        line.removeprefix("# ") if " = " in line and line[2:3].islower() else line for line in explained.splitlines()
    ]
    file = read_repository_file("\n".join(lines).encode())
    assert file.leave_out_rules
    assert file.lines_to_review == 300
    assert file.draft
    assert not file.old_debt


def test_o_merged_means_enrolled_and_the_work_begins(place: Place) -> None:
    place.found()
    place.run()
    place.merges()
    outcome = place.run()
    assert place.enrolment().state is EnrolmentState.ENROLLED
    assert (outcome.left_alone, len(outcome.published)) == ("", 2)


def test_o_closed_means_no_for_good_with_one_comment(place: Place) -> None:
    place.found()
    place.run()
    place.ends("closed")
    outcome = place.run()
    assert place.enrolment().state is EnrolmentState.OPTED_OUT
    assert outcome.left_alone.startswith("its people said no on 2026-03-29: onboarding pull request 1 was closed")
    for _ in range(2):
        assert place.run().published == ()
    (pull,) = place.pulls()
    assert [name for _, name, _, _ in pull["comments"]] == ["opted-out"]
    assert place.branches() == []


def test_o_asked_again_only_by_a_person_and_with_a_new_identity(place: Place) -> None:
    place.found()
    place.run()
    place.ends("closed")
    place.run()
    assert onboarding_branch(place.enrolment().branch) == "debtd/onboarding-2"
    assert onboarding_branch("debtd/onboarding-2") == "debtd/onboarding-3"
    place.found(branch="debtd/onboarding-2")
    place.run()
    first, second = place.pulls()
    assert (first["state"], second["state"], second["head"]) == ("closed", "open", "debtd/onboarding-2")


def test_o_a_file_that_is_there_already_is_leave_enough(place: Place) -> None:
    place.commits(FILE_NAME, b"")
    place.found()
    assert len(place.run().published) == 2
    assert [pull["head"] for pull in place.pulls() if "onboarding" in pull["head"]] == []


def test_o_a_file_that_came_another_way_closes_the_open_question(place: Place) -> None:
    place.found()
    place.run()
    place.commits(FILE_NAME, b"")
    place.run()
    first = place.pulls()[0]
    assert (first["state"], first["reason"]) == ("closed", "the default branch has a `.debtd.toml` already")
    assert place.enrolment().state is EnrolmentState.ENROLLED


def test_leave_goes_with_the_file(place: Place) -> None:
    place.found()
    place.run()
    place.merges()
    assert place.run().left_alone == ""
    del place.files[FILE_NAME]
    make_repository(place.folder / "code", place.files | {"new.py": b"old\n"})
    outcome = place.run()
    assert outcome.published == ()
    assert ".debtd.toml is not on main any more" in outcome.left_alone


def test_o_a_dry_run_asks_nobody(place: Place) -> None:
    place.found()
    outcome = place.run(stop_after=Stage.VERIFY)
    assert (place.pulls(), place.branches(), place.enrolment().state) == ([], [], EnrolmentState.FOUND)
    assert outcome.left_alone == "it is not enrolled yet: found in acme"


def test_o_people_are_asked_in_the_publish_window_only(place: Place, tmp_path: Path) -> None:
    from debtd.settings import load_settings

    (tmp_path / "debtd.toml").write_text('[schedule]\nzone = "UTC"\npublish = "22:00-23:00"\n')
    settings = load_settings(config=tmp_path / "debtd.toml", state_dir=place.settings.state_dir)
    schedule = schedule_of(settings, place.repository, place.clock.now())
    assert not schedule[WindowKind.PUBLISH].is_open(place.clock.now())
    place.found()
    place.run(schedule=schedule)
    assert place.pulls() == []
    place.clock.advance(hours=21, minutes=30)
    place.run(schedule=schedule)
    assert len(place.pulls()) == 1


def test_without_onboarding_a_found_repository_is_enrolled_at_its_first_scan(place: Place) -> None:
    place.found()
    assert len(place.run(terms=Terms()).published) == 2
    assert place.enrolment() == replace(place.enrolment(), state=EnrolmentState.ENROLLED, reason="found in acme")


def test_pain_12_old_debt_is_known_at_enrolment_and_left(place: Place) -> None:
    place.found()
    outcome = place.run(terms=Terms(baseline=True), policy=Policy(old_debt=False))
    assert outcome.published == ()
    assert {skipped.reason for skipped in outcome.skipped.values()} == {SkipReason.OLD_DEBT}
    with place.store() as store:
        assert len(store.baseline(place.repository.id)) == 3
    make_repository(place.folder / "code", place.files | {"new.py": b"old\n"})
    fresh = place.run(terms=Terms(baseline=True), policy=Policy(old_debt=False))
    assert ["new.py" in pull.title for pull in fresh.published] == [True]
    with place.store() as store:
        assert len(store.baseline(place.repository.id)) == 3, "set once"


def test_pain_12_a_run_by_hand_sets_no_baseline(place: Place) -> None:
    assert len(place.run(terms=Terms()).published) == 2
    with place.store() as store:
        assert store.baseline(place.repository.id) == frozenset()


class Killed(BaseException):
    """Stands for `kill -9`: nothing catches it."""


def killed_at(call: str, *, after: bool) -> Callable[[Rooms], Rooms]:
    """Rooms in which this call of a room ends the process, before or after it did its work."""
    room, _, method = call.partition(".")

    class Dying:
        def __init__(self, real: Any) -> None:
            self._real = real

        def __getattr__(self, name: str) -> Any:
            real = getattr(self._real, name)
            if name != method:
                return real

            def die(*args: Any, **kwargs: Any) -> Any:
                if after:
                    real(*args, **kwargs)
                raise Killed

            return die

    def change(rooms: Rooms) -> Rooms:
        dying: Any = {room: Dying(getattr(rooms, room))}
        return replace(rooms, **dying)

    return change


STEPS = ("workspaces.ensure_commits", "workspaces.push_new_branch", "forge.ensure_pull_request", "store.save_enrolment")


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("step", STEPS)
def test_o_killed_while_asking(step: str, after: bool, place: Place) -> None:
    place.found()
    with pytest.raises(Killed):
        place.run(change=killed_at(step, after=after))
    place.commits("d.py", b"nothing\n")  # the base moves on in between
    place.run()
    (pull,) = place.pulls()
    assert (pull["state"], place.branches()) == ("open", ["debtd/onboarding"])
    assert place.enrolment().number == 1


@pytest.mark.parametrize("step", ["forge.ensure_comment", "forge.delete_branch", "store.save_enrolment"])
def test_o_killed_while_hearing_a_no(step: str, place: Place) -> None:
    place.found()
    place.run()
    place.ends("closed")
    with pytest.raises(Killed):
        place.run(change=killed_at(step, after=True))
    place.run()
    (pull,) = place.pulls()
    assert (len(pull["comments"]), place.branches(), place.enrolment().state) == (1, [], EnrolmentState.OPTED_OUT)


@pytest.mark.parametrize("step", ["store.set_baseline", "store.save_enrolment"])
def test_pain_12_killed_while_enrolling(step: str, place: Place) -> None:
    place.found()
    with pytest.raises(Killed):
        place.run(terms=Terms(baseline=True), change=killed_at(step, after=True))
    place.run(terms=Terms(baseline=True))
    assert place.enrolment().state is EnrolmentState.ENROLLED
    with place.store() as store:
        assert len(store.baseline(place.repository.id)) == 3


def test_a_person_who_pushed_to_the_branch_keeps_it(place: Place) -> None:
    place.found()
    with pytest.raises(Killed):
        place.run(change=killed_at("forge.ensure_pull_request", after=True))
    home = place.settings.state_dir / "forge" / place.repository.id / "repository.git"
    theirs = add_commit(home, {FILE_NAME: b"draft = true\n"}, branch="debtd/onboarding")
    place.run()
    place.ends("closed")
    place.run()
    assert git(home, "rev-parse", "debtd/onboarding") == theirs


def test_somebody_elses_branch_of_that_name_is_left_alone(place: Place) -> None:
    place.found()
    home = Path(place.forge.remote(place.repository))
    theirs = add_commit(home, {"x": b"theirs\n"}, branch="debtd/onboarding")
    with pytest.raises(RepoUnusable, match="branch debtd/onboarding exists"):
        place.run()
    assert git(home, "rev-parse", "debtd/onboarding") == theirs
    assert place.pulls() == []


# -- the repository's own file ------------------------------------------------------------------------------------


def with_file(place: Place, text: bytes) -> Outcome:
    place.commits(FILE_NAME, text)
    return place.run(terms=Terms())


@pytest.mark.parametrize(
    ("text", "titles"),
    [
        (b'leave_out_rules = ["word-old"]', ["Fix word-bad: 1 place in b.py"]),
        (b'leave_out_paths = ["gen/", "b.py"]', ["Fix word-old: 1 place in a.py"]),
    ],
)
def test_what_the_file_leaves_out_is_skipped_with_a_reason_and_never_resolved(
    text: bytes, titles: list[str], place: Place
) -> None:
    outcome = with_file(place, text)
    assert [pull.title for pull in outcome.published] == titles
    assert {skipped.reason for skipped in outcome.skipped.values()} == {SkipReason.LEFT_OUT}
    assert len(outcome.skipped) == 2
    with place.store() as store:
        assert sum(store.count_findings(place.repository.id).values()) == 3
        assert {finding.state.value for finding in store.findings(place.repository.id)} == {"open"}


def test_what_was_proven_already_is_withdrawn_and_comes_back_with_the_permission(place: Place) -> None:
    assert len(place.run(terms=Terms(), stop_after=Stage.VERIFY).judged) == 2
    assert len(with_file(place, b'leave_out_rules = ["word-old"]').published) == 1
    with place.store() as store:
        superseded = store.tasks(place.repository.id, (TaskState.SUPERSEDED,))
        assert [task.reason for task in superseded] == [".debtd.toml leaves this rule out"]
    assert [pull.rule_id for pull in with_file(place, b"").published] == ["word-old"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (b"enabled = false", "its .debtd.toml says `enabled = false`"),
        (b"enable = false", "its .debtd.toml cannot be followed: the key `enable` is not known"),
        (b"\x00", "its .debtd.toml cannot be followed: it is not valid TOML"),
        (b"#" * 2_000_000, "its .debtd.toml is not a regular file of at most 1 MiB"),
    ],
    ids=["off", "unknown key", "no TOML", "too large"],
)
def test_pain_25_a_file_that_forbids_or_cannot_be_read_means_hands_off(text: bytes, words: str, place: Place) -> None:
    outcome = with_file(place, text)
    assert outcome.left_alone.startswith(words)
    assert (outcome.published, outcome.judged, place.pulls()) == ((), (), [])
    with place.store() as store:
        assert sum(store.count_findings(place.repository.id).values()) == 3, "what is owed stays known"


def test_a_link_is_no_way_around_the_file(place: Place) -> None:
    place.files["real.toml"] = b"enabled = false\n"
    code = make_repository(place.folder / "code", place.files)
    (code / FILE_NAME).symlink_to("real.toml")
    git(code, "add", "--all")
    git(code, "commit", "--quiet", "--message", "link")
    assert "is not a regular file" in place.run(terms=Terms()).left_alone


def test_what_was_proven_before_a_no_waits_and_says_so(place: Place) -> None:
    place.run(terms=Terms(), stop_after=Stage.VERIFY)
    outcome = with_file(place, b"enabled = false")
    assert {held.waits_for for held in outcome.held} == {
        "its repository, which is left alone: its .debtd.toml says `enabled = false`"
    }


def test_budgets_of_the_file_hold(place: Place) -> None:
    outcome = with_file(place, b"[budgets]\nopen_pull_requests = 1\n")
    assert (len(outcome.published), len(outcome.held)) == (1, 1)
