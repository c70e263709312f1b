"""The dashboard on the road: what is ticked is done, and everything else that people write there is not."""

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from debtd.model.budget import BudgetKind, Budgets
from debtd.model.discovery import Terms
from debtd.model.errors import RepoUnusable
from debtd.model.policy import Policy
from debtd.model.repository_file import FILE_NAME
from debtd.pipeline.order import Outcome, Rooms, Stage
from debtd.settings import load_settings
from debtd.wiring.schedules import schedule_of
from tests.support.place import Place

SHOWN = Policy(dashboard=True)
NO_ROOM = replace(SHOWN, budgets=Budgets(sizes={BudgetKind.OPEN_IN_REPOSITORY: 0}))


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


def run(place: Place, policy: Policy = SHOWN, **values: Any) -> Outcome:
    return place.run(terms=Terms(), policy=policy, **values)


def tick(wish: str, rule_id: str = "") -> Callable[[str], str]:
    """Tick the box of this wish in the line that names the rule."""

    def change(body: str) -> str:
        changed, count = re.subn(rf"- \[ \] (<!-- debtd:{wish} \w+ -->[^\n]*{rule_id})", r"- [x] \1", body, count=1)
        assert count == 1, body
        return changed

    return change


def ticked(place: Place) -> int:
    return str(place.issues()[0]["body"]).count("- [x]")


def test_it_is_off_unless_the_operator_wants_it(place: Place) -> None:
    run(place, Policy())
    assert place.issues() == []


def test_pain_25_it_says_what_is_open_and_what_waits_for_what(place: Place) -> None:
    run(place, replace(SHOWN, budgets=Budgets(sizes={BudgetKind.OPEN_IN_REPOSITORY: 1})))
    (issue,) = place.issues()
    body = issue["body"]
    assert "## Open pull requests (1)" in body
    assert "## Proven, and waiting (1)" in body
    assert "`waits for room: 1 open pull requests in the repository" in body


def test_it_is_not_written_again_while_it_says_the_same(place: Place) -> None:
    run(place)
    path = place.settings.state_dir / "forge" / place.repository.id / "issues" / "1.json"
    before = path.stat().st_ino
    run(place)
    assert path.stat().st_ino == before


def test_nothing_to_say_makes_no_issue(place: Place) -> None:
    place.files.clear()
    place.commits("a.py", b"nothing\n")
    run(place)
    assert place.issues() == []


def test_a_dry_run_writes_and_hears_nothing(place: Place) -> None:
    run(place, stop_after=Stage.VERIFY)
    assert place.issues() == []


def test_approved_is_published_in_spite_of_budgets(place: Place) -> None:
    assert run(place, NO_ROOM).published == ()
    place.edits_issue(tick("approve", "word-bad"))
    outcome = run(place, NO_ROOM)
    assert [pull.rule_id for pull in outcome.published] == ["word-bad"]
    assert [held.rule_id for held in outcome.held] == ["word-old"]
    assert ticked(place) == 0


def test_approved_takes_its_place_in_the_budget(place: Place) -> None:
    run(place, NO_ROOM)
    place.edits_issue(tick("approve", "word-bad"))
    one = replace(SHOWN, budgets=Budgets(sizes={BudgetKind.OPEN_IN_REPOSITORY: 1}))
    assert [pull.rule_id for pull in run(place, one).published] == ["word-bad"]


def test_approved_waits_for_the_window_and_stays_ticked(place: Place, tmp_path: Path) -> None:
    (tmp_path / "debtd.toml").write_text('[schedule]\nzone = "UTC"\npublish = "22:00-23:00"\n')
    settings = load_settings(config=tmp_path / "debtd.toml", state_dir=place.settings.state_dir)
    schedule = schedule_of(settings, place.repository, place.clock.now())
    run(place, NO_ROOM)
    place.edits_issue(tick("approve", "word-bad"))
    assert run(place, NO_ROOM, schedule=schedule).published == ()
    assert ticked(place) == 1
    place.clock.advance(hours=21, minutes=30)
    assert len(run(place, NO_ROOM, schedule=schedule).published) == 1


def test_retry_makes_it_again_once(place: Place) -> None:
    assert run(place, cures={"old": "old", "bad": "good"}).published[0].rule_id == "word-bad"
    assert "## Given up" in place.issues()[0]["body"]
    place.edits_issue(tick("retry"))
    assert len(run(place, cures={"old": "old", "bad": "good"}).judged) == 1
    assert ticked(place) == 0, "what was heard is unticked"
    assert run(place, cures={"old": "old", "bad": "good"}).judged == ()


def test_pain_8_bring_back_takes_a_no_back(place: Place) -> None:
    run(place)
    place.ends("closed", 1)
    place.ends("closed", 2)
    assert run(place).published == ()
    body = place.issues()[0]["body"]
    assert "## Said no to (2)" in body
    assert " not again: `somebody closed " in body
    place.edits_issue(tick("bring-back", "word-old"))
    assert [pull.rule_id for pull in run(place).published] == ["word-old"]
    assert "## Said no to (1)" in place.issues()[0]["body"]
    assert run(place).published == ()


def test_other_edits_are_overwritten_and_mean_nothing(place: Place) -> None:
    run(place, NO_ROOM)
    before = place.issues()[0]["body"]
    box = "- [x] <!-- debtd:{} {} --> hello @everyone\n"
    forged = box.format("bring-back", "0" * 12) + box.format("merge", "0" * 12)
    place.edits_issue(lambda body: f"<script>\n{forged}{body.replace('waits', 'dances')}")
    assert run(place, NO_ROOM).published == ()
    assert place.issues()[0]["body"] == before


def test_a_closed_one_is_left_alone_and_not_heard(place: Place) -> None:
    run(place, NO_ROOM)
    place.edits_issue(tick("approve"), state="closed")
    closed = place.issues()
    place.commits("new.py", b"bad\n")
    assert run(place, NO_ROOM).published == ()
    assert place.issues() == closed


def test_pain_25_a_file_that_cannot_be_followed_is_told_there(place: Place) -> None:
    place.commits(FILE_NAME, b"enable = false")
    assert run(place).published == ()
    assert "## Something is wrong (1)" in place.issues()[0]["body"]
    place.commits(FILE_NAME, b"")
    run(place)
    assert "Something is wrong" not in place.issues()[0]["body"]


def test_a_repository_that_is_left_alone_gets_no_issue(place: Place) -> None:
    place.commits(FILE_NAME, b"enabled = false")
    run(place)
    assert place.issues() == []


def test_a_forge_without_issues_hinders_nothing(place: Place) -> None:
    class NoIssues:
        def __init__(self, real: Any) -> None:
            self._real = real

        def __getattr__(self, name: str) -> Any:
            if "issue" in name:
                raise RepoUnusable("issues are off there")
            return getattr(self._real, name)

    def change(rooms: Rooms) -> Rooms:
        forge: Any = NoIssues(rooms.forge)
        return replace(rooms, forge=forge)

    outcome = run(place, change=change)
    assert len(outcome.published) == 2
    assert {str(fault) for fault in outcome.faults} == {"issues are off there"}
