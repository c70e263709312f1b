"""Whatever is put into the store comes back equal, in order, and in UTC."""

import os
from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest

from debtd.adapters.db.escaping import escape, unescape
from debtd.adapters.db.store import SqlStore
from debtd.model.coverage import Coverage, Skipped, SkippedFile, SkipReason
from debtd.model.edit import Edit
from debtd.model.finding import FindingState
from debtd.model.suppression import SuppressionKind
from tests.support import db, samples
from tests.support.builders import finding, match
from tests.support.samples import HOSTILE, NOW, REPOSITORY, REVISION, FixedClock, Record, key


@pytest.mark.parametrize(
    "text", ["", "plain", "back\\slash \\x00", HOSTILE, "\x1a", "\x1a001a", os.fsdecode(b"\xff\xfe/a")]
)
def test_any_text_is_stored_as_valid_unicode(text: str) -> None:
    stored = escape(text)
    assert "\0" not in stored
    stored.encode("utf-8")
    assert unescape(stored) == text


def test_ordinary_text_stays_readable_in_the_database() -> None:
    assert escape("src/caf\xe9 \U0001f600\n\t\\.py") == "src/caf\xe9 \U0001f600\n\t\\.py"


def test_repositories_come_back_in_the_order_of_enrolment(store: SqlStore) -> None:
    others = [replace(REPOSITORY, id="0", source=HOSTILE, name=HOSTILE), REPOSITORY]
    for repository in (*others, *others):
        store.ensure_repository(repository)
    assert store.repositories() == tuple(others)


def test_a_repository_takes_over_a_new_name(store: SqlStore) -> None:
    store.ensure_repository(REPOSITORY)
    renamed = replace(REPOSITORY, name="other")
    store.ensure_repository(renamed)
    assert store.repositories() == (renamed,)


def test_findings_come_back_as_they_were(store: SqlStore) -> None:
    full = match(HOSTILE, path=f"{HOSTILE}.py", line_text=HOSTILE, scope=HOSTILE, edits=(Edit(1, 3, b"\0\xff", b"ab"),))
    bare = replace(match(path="z.py"), no_fix=Skipped(SkipReason.NO_FIX, HOSTILE), suppressed_by="nosem", blob="")
    made = finding(key(7), replace(full, message=HOSTILE)), finding(key(8), bare)
    db.scan(store, Record(new=made))
    assert store.findings() == made
    assert store.find_finding(key(7)) == made[:1]


def test_findings_are_ordered_by_path_and_position_and_filtered(store: SqlStore) -> None:
    spots = [("b.py", 5, "one"), ("a.py", 70, "one"), ("a.py", 9, "two"), ("B.py", 1, "two")]
    made = [finding(key(n), match(path=p, start=s, rule_id=r)) for n, (p, s, r) in enumerate(spots)]
    db.scan(store, Record(new=tuple(made)))
    assert [f.fingerprint for f in store.findings()] == [key(3), key(2), key(1), key(0)]
    assert [f.fingerprint for f in store.findings(rule_id="two")] == [key(3), key(2)]
    assert store.findings("elsewhere") == ()
    assert store.findings(REPOSITORY.id, (FindingState.RESOLVED,)) == ()


@pytest.mark.parametrize(
    ("prefix", "count"),
    [("", 2), ("0" * 39, 2), (key(1), 1), (key(1).upper(), 1), ("f", 0), ("%", 0), ("0_", 0), ("g", 0)],
)
def test_a_prefix_finds_at_most_two(store: SqlStore, prefix: str, count: int) -> None:
    db.scan(store, Record(new=samples.findings(3)))
    assert len(store.find_finding(prefix)) == count


def test_coverage_comes_back_equal_and_in_order(store: SqlStore) -> None:
    odd = os.fsdecode(b"caf\xe9/\xff.py")
    skipped = tuple(
        SkippedFile(path, Skipped(reason, HOSTILE)) for path, reason in zip("zay", SkipReason, strict=False)
    )
    coverage = Coverage(
        listed=6,
        scanned=frozenset({"b.py", HOSTILE}),
        skipped=(*skipped, SkippedFile(odd, Skipped(SkipReason.SYMLINK))),
    )
    db.scan(store, Record(coverage=coverage))
    assert store.last_scan(REPOSITORY.id) == (REVISION.tree, "inputs", coverage)


def test_tasks_patches_evidence_and_pull_requests_come_back_equal(store: SqlStore) -> None:
    task, opened = db.published(store)
    patch = samples.patch(task)
    assert store.patch(task.key) == patch
    assert store.evidence(task.key) == samples.evidence(task, patch)
    assert store.pull_requests() == (opened,)
    (stored,) = store.tasks(REPOSITORY.id)
    assert replace(stored, state=task.state) == task
    assert store.task_findings(task.key) == samples.findings()


def test_tasks_come_in_planning_order_with_their_findings_in_order(store: SqlStore) -> None:
    db.scan(store, Record(new=samples.findings(3)))
    tasks = [samples.task(key(2), key(0)), samples.task(key(1))]
    store.plan_tasks(tasks)
    assert store.tasks(REPOSITORY.id) == tuple(tasks)


def test_what_was_never_stored_is_none_or_empty(store: SqlStore) -> None:
    assert store.last_scan("r") is None
    assert store.patch("k") is None
    assert store.evidence("k") is None
    assert (store.findings(), store.tasks("r"), store.pull_requests(), store.events()) == ((), (), (), ())


def test_times_of_any_zone_come_back_in_utc(store: SqlStore) -> None:
    db.scan(store, Record(new=samples.findings()))
    zone = timezone(timedelta(hours=-8))
    given = samples.suppression(key(0), created_at=NOW.astimezone(zone), expires_at=NOW + timedelta(days=400))
    store.add_suppression(given)
    (stored,) = store.suppressions(NOW)
    assert stored == given
    assert stored.created_at.utcoffset() == timedelta(0)


def test_a_naive_time_is_refused(store: SqlStore) -> None:
    db.scan(store, Record(new=samples.findings()))
    naive = datetime(2026, 1, 1)  # noqa: DTZ001  (the point of the test)
    with pytest.raises(ValueError, match="naive datetime"):
        store.add_suppression(samples.suppression(key(0), SuppressionKind.EXTERNAL, created_at=naive))
    assert store.suppressions(NOW) == ()


def test_events_are_the_newest_first_and_of_one_subject(store: SqlStore, clock: FixedClock) -> None:
    store.ensure_repository(REPOSITORY)
    clock.advance(seconds=5)
    scan_id = store.begin_scan(REPOSITORY.id, REVISION, "i")
    newest, oldest = store.events(REPOSITORY.id)
    assert (newest.kind, oldest.kind) == ("scan.started", "repository.enrolled")
    assert newest.at == NOW + timedelta(seconds=5)
    assert newest.fields == (("scan", scan_id), ("commit", REVISION.commit), ("abandoned", 0))
    assert store.events(limit=1) == (newest,)
    assert store.events("another") == ()
