"""What a scan does to the findings, and what it must never do."""

from dataclasses import replace
from pathlib import Path

import pytest

from debtd.adapters.db.store import SqlStore
from debtd.model.coverage import Coverage
from debtd.model.errors import Retryable, StateUnusable
from debtd.model.finding import FindingState
from debtd.model.suppression import Suppression, SuppressionKind
from tests.support import db, samples
from tests.support.builders import finding, match
from tests.support.samples import COVERAGE, NOW, REPOSITORY, REVISION, Record, key

OPEN, UNVERIFIED, RESOLVED = FindingState.OPEN, FindingState.UNVERIFIED, FindingState.RESOLVED
IN_SOURCE = SuppressionKind.IN_SOURCE


def states(store: SqlStore) -> dict[str, FindingState]:
    return {found.fingerprint: found.state for found in store.findings()}


def kinds(store: SqlStore, subject: str) -> list[str]:
    return [event.kind for event in reversed(store.events(subject))]


def test_a_scan_that_saw_nothing_changes_no_finding(store: SqlStore) -> None:
    db.scan(store, Record(new=samples.findings()))
    db.scan(store, Record())
    assert states(store) == {key(0): OPEN, key(1): OPEN}


@pytest.mark.parametrize(
    ("records", "state", "told"),
    [
        ([Record(resolved=(key(0),))], RESOLVED, ["resolved"]),
        ([Record(unverified=(key(0),))], UNVERIFIED, ["unverified"]),
        ([Record(unverified=(key(0),)), Record(unverified=(key(0),))], UNVERIFIED, ["unverified"]),
        ([Record(unverified=(key(0),)), Record(resolved=(key(0),))], RESOLVED, ["unverified", "resolved"]),
        ([Record(unverified=(key(0),)), Record(seen=samples.findings(1))], OPEN, ["unverified", "verified"]),
        ([Record(resolved=(key(0),)), Record(seen=samples.findings(1))], OPEN, ["resolved", "reopened"]),
        ([Record(resolved=(key(0),)), Record(unverified=(key(0),))], RESOLVED, ["resolved"]),
        ([Record(resolved=(key(0),)), Record(resolved=(key(0),))], RESOLVED, ["resolved"]),
        ([Record(seen=samples.findings(1))], OPEN, []),
    ],
)
def test_moves_of_a_finding(store: SqlStore, records: list[Record], state: FindingState, told: list[str]) -> None:
    db.scan(store, Record(new=samples.findings()))
    for record in records:
        db.scan(store, record)
    assert states(store) == {key(0): state, key(1): OPEN}
    assert kinds(store, key(0)) == ["finding.new", *(f"finding.{kind}" for kind in told)]


def test_a_seen_finding_takes_its_present_match(store: SqlStore) -> None:
    db.scan(store, Record(new=samples.findings(1)))
    moved = finding(key(0), match("class  A", path="moved.py", start=99, line=9))
    db.scan(store, Record(seen=(moved,)))
    assert store.findings() == (moved,)


def test_a_new_finding_that_is_known_already_is_seen(store: SqlStore) -> None:
    db.scan(store, Record(new=samples.findings()))
    db.scan(store, Record(new=samples.findings(3)))
    assert store.findings() == samples.findings(3)


def test_finishing_twice_changes_nothing(store: SqlStore, database: Path) -> None:
    scan_id = db.scan(store, Record(new=samples.findings()))
    before = db.dump(database)
    store.finish_scan(scan_id, Record(resolved=(key(0), key(1))).made())
    assert db.dump(database) == before


def test_an_abandoned_scan_is_refused_and_changes_nothing(store: SqlStore) -> None:
    db.scan(store, Record(new=samples.findings()))
    slow = store.begin_scan(REPOSITORY.id, REVISION, "slow")
    quick = store.begin_scan(REPOSITORY.id, REVISION, "quick")
    with pytest.raises(Retryable, match="another run began a scan"):
        store.finish_scan(slow, Record(resolved=(key(0),)).made())
    assert states(store)[key(0)] is OPEN
    store.finish_scan(quick, Record(resolved=(key(1),)).made())
    assert states(store) == {key(0): OPEN, key(1): RESOLVED}


def test_a_running_scan_of_another_repository_goes_on(store: SqlStore) -> None:
    store.ensure_repository(REPOSITORY)
    other = replace(REPOSITORY, id="other")
    store.ensure_repository(other)
    running = store.begin_scan(other.id, REVISION, "i")
    db.scan(store, Record())
    store.finish_scan(running, Record().made())
    assert store.last_scan(other.id) is not None


def test_an_unknown_scan_is_refused(store: SqlStore) -> None:
    with pytest.raises(StateUnusable, match="no scan 77"):
        store.finish_scan(77, Record().made())


def test_only_a_finished_scan_counts_as_the_last(store: SqlStore) -> None:
    store.ensure_repository(REPOSITORY)
    store.begin_scan(REPOSITORY.id, REVISION, "begun")
    assert store.last_scan(REPOSITORY.id) is None
    db.scan(store, Record())
    empty = Coverage(listed=0, scanned=frozenset(), skipped=())
    db.scan(store, Record(coverage=empty))
    store.begin_scan(REPOSITORY.id, REVISION, "begun")
    assert store.last_scan(REPOSITORY.id) == (REVISION.tree, "inputs", empty)


def test_paths_are_kept_for_the_last_scan_only(store: SqlStore, database: Path) -> None:
    for _ in range(3):
        db.scan(store, Record())
    text = "\n".join(db.dump(database))
    assert text.count('INSERT INTO "scan_skips"') == len(COVERAGE.skipped)


def silenced(number: int) -> Suppression:
    return samples.suppression(key(number), IN_SOURCE, reason="the code says nosem", author="repository")


def test_a_comment_that_stands_is_recorded_once(store: SqlStore) -> None:
    db.scan(store, Record(new=samples.findings(), in_source=(silenced(0),)))
    db.scan(store, Record(seen=samples.findings(), in_source=(silenced(0),)))
    assert store.suppressions(NOW, REPOSITORY.id) == (silenced(0),)
    assert kinds(store, key(0)).count("suppression.added") == 1


def test_a_comment_that_is_gone_is_lifted(store: SqlStore) -> None:
    db.scan(store, Record(new=samples.findings(), in_source=(silenced(0), silenced(1))))
    db.scan(store, Record(seen=samples.findings(1), resolved=(key(1),)))
    assert store.suppressions(NOW) == ()
    assert kinds(store, key(1))[-1] == "suppression.lifted"


def test_a_scan_keeps_the_comments_that_it_did_not_look_for(store: SqlStore) -> None:
    db.scan(store, Record(new=samples.findings(), in_source=(silenced(0), silenced(1))))
    db.scan(store, Record(unverified=(key(0),)))
    assert store.suppressions(NOW) == (silenced(0), silenced(1))


def test_a_scan_never_touches_what_people_decided(store: SqlStore) -> None:
    db.scan(store, Record(new=samples.findings()))
    decided = samples.suppression(key(0)), samples.suppression(key(0), SuppressionKind.REJECTED)
    for one in decided:
        store.add_suppression(one)
    db.scan(store, Record(seen=samples.findings(1), resolved=(key(1),)))
    assert store.suppressions(NOW) == decided
