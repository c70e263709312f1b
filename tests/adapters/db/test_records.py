"""Runs of stages, standings of rules, enrolments and the baseline: what was said last, and no more than said."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta, timezone
from pathlib import Path

import pytest

from debtd.model.acceptance import Standing
from debtd.model.enrolment import EnrolmentState
from debtd.model.errors import StateUnusable
from debtd.model.window import WindowKind
from debtd.ports import Store
from tests.support import db, samples
from tests.support.samples import HOSTILE, NOW, REPOSITORY, Record, key

OTHER = replace(REPOSITORY, id="0" * 16, name="other")
LATER = NOW + timedelta(hours=1)


def test_the_newest_run_of_a_stage_is_kept(either: Store, database: Path) -> None:
    either.ensure_repository(REPOSITORY)
    assert either.completed_stages(REPOSITORY.id) == {}
    either.complete_stage(REPOSITORY.id, WindowKind.SCAN, NOW)
    either.complete_stage(REPOSITORY.id, WindowKind.MERGE, NOW)
    either.complete_stage(REPOSITORY.id, WindowKind.SCAN, LATER.astimezone(timezone(timedelta(hours=-8))))
    before = db.dump(database)
    either.complete_stage(REPOSITORY.id, WindowKind.SCAN, NOW)
    either.complete_stage(REPOSITORY.id, WindowKind.SCAN, LATER)
    assert db.dump(database) == before
    assert either.completed_stages(REPOSITORY.id) == {WindowKind.SCAN: LATER, WindowKind.MERGE: NOW}
    assert either.completed_stages(OTHER.id) == {}
    told = either.events(REPOSITORY.id)[0]
    assert (told.kind, told.fields) == ("stage.completed", (("stage", "scan"),))


def test_the_present_standing_of_each_rule_and_place(either: Store, database: Path) -> None:
    either.ensure_repository(REPOSITORY)
    assert either.standings() == ()
    here, everywhere = db.standing(author=HOSTILE, reason=HOSTILE), db.standing(repository_id="")
    first = db.standing(rule_id="a-rule", standing=Standing.REPORT_ONLY)
    for given in (here, everywhere, first):
        either.save_standing(given)
    assert either.standings() == (first, everywhere, here)
    better = replace(here, standing=Standing.PULL_REQUEST, since=LATER)
    either.save_standing(better)
    assert either.standings() == (first, everywhere, better)
    before = db.dump(database)
    either.save_standing(better)
    assert db.dump(database) == before
    kinds = [event.kind for event in either.events(here.rule_id)]
    assert kinds == ["rule.pull-request", "rule.draft", "rule.draft"]


def test_an_enrolment_is_replaced_and_they_come_in_order(either: Store, database: Path) -> None:
    for repository in (REPOSITORY, OTHER):
        either.ensure_repository(repository)
    assert either.enrolments() == ()
    found = db.enrolment(state=EnrolmentState.FOUND, reason=HOSTILE, url=HOSTILE, branch="", commit="", number=0)
    second = db.enrolment(repository_id=OTHER.id)
    for given in (second, found):
        either.save_enrolment(given)
    assert either.enrolments() == (found, second)
    out = db.enrolment(state=EnrolmentState.OPTED_OUT, changed_at=LATER)
    either.save_enrolment(out)
    assert either.enrolments() == (out, second)
    before = db.dump(database)
    either.save_enrolment(out)
    assert db.dump(database) == before
    assert [event.kind for event in either.events(REPOSITORY.id)][:2] == ["enrolment.opted-out", "enrolment.found"]


def test_the_baseline_is_what_is_there_now(either: Store, database: Path) -> None:
    made = samples.findings(4)
    db.scan(either, Record(new=made))
    assert either.baseline(REPOSITORY.id) == frozenset()
    db.scan(either, Record(seen=made[:2], resolved=(key(2),), unverified=(key(3),)))
    assert either.set_baseline(REPOSITORY.id) == 3
    assert either.baseline(REPOSITORY.id) == {key(0), key(1), key(3)}
    assert either.events(REPOSITORY.id)[0].fields == (("findings", 3),)
    before = db.dump(database)
    assert either.set_baseline(REPOSITORY.id) == 3
    assert db.dump(database) == before
    db.scan(either, Record(seen=made[1:3], resolved=(key(0), key(3))))
    assert either.baseline(REPOSITORY.id) == {key(0), key(1), key(3)}
    assert either.set_baseline(REPOSITORY.id) == 2
    assert either.baseline(REPOSITORY.id) == {key(1), key(2)}
    assert either.baseline(OTHER.id) == frozenset()


def test_a_repository_without_findings_has_an_empty_baseline(either: Store) -> None:
    db.scan(either, Record(new=samples.findings()))
    either.ensure_repository(OTHER)
    assert either.set_baseline(OTHER.id) == 0
    assert either.set_baseline(REPOSITORY.id) == 2
    assert either.baseline(OTHER.id) == frozenset()


@pytest.mark.parametrize(
    "write",
    [
        lambda store: store.complete_stage("x", WindowKind.SCAN, NOW),
        lambda store: store.save_standing(db.standing(repository_id="x")),
        lambda store: store.save_enrolment(db.enrolment(repository_id="x")),
        lambda store: store.set_baseline("x"),
    ],
)
def test_an_unknown_repository_is_a_sentence(either: Store, write: Callable[[Store], object]) -> None:
    with pytest.raises(StateUnusable, match="knows no repository x"):
        write(either)
    assert either.events() == ()
