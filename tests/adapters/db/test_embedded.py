"""The embedded database is read without SQLAlchemy, and so does a scan write. Both stores do exactly the same."""

import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest

from debtd.adapters.db.embedded import EmbeddedStore
from debtd.adapters.db.engine import make_engine
from debtd.adapters.db.reads.store import ReadingStore
from debtd.adapters.db.store import SqlStore
from debtd.model.errors import Retryable, StateUnusable
from debtd.model.finding import FindingState
from debtd.model.pull_request import PullRequestState
from debtd.model.suppression import SuppressionKind
from debtd.model.task import TaskState
from tests.support import db, samples
from tests.support.builders import finding, match
from tests.support.command import ROOT
from tests.support.samples import HOSTILE, NOW, REPOSITORY, REVISION, FixedClock, Record, key

IN_SOURCE = SuppressionKind.IN_SOURCE

READ = """
import sys
from pathlib import Path
from debtd.adapters.db.embedded import EmbeddedStore
from debtd.wiring.durable import SystemClock
from tests.support import db, samples
from tests.support.samples import NOW, Record, key
store = EmbeddedStore(Path(sys.argv[1]), SystemClock())
(repository,) = store.repositories()
store.ensure_repository(repository)
store.plan_tasks(())
db.scan(store, Record(new=samples.findings(3), resolved=(key(1),)))
store.add_suppression(samples.suppression(key(0)))
store.lift_suppressions(key(0), "bob", "changed my mind", NOW)
print(len(store.findings()))
store.close()
print([name for name in ("sqlalchemy", "alembic") if name in sys.modules])
"""


def all_told(store: ReadingStore) -> list[object]:
    """The answer to every question that the store takes."""
    states = (FindingState.OPEN, FindingState.UNVERIFIED)
    found = store.findings()
    tasks = store.tasks(REPOSITORY.id)
    told: list[object] = [
        store.repositories(), store.last_scan(REPOSITORY.id), store.last_scan("none"), found,
        store.findings(REPOSITORY.id, states, "class-inherits-object"), store.count_findings(),
        store.count_findings(REPOSITORY.id, states), [store.find_finding(f.fingerprint) for f in found],
        store.suppressions(NOW), store.suppressions(NOW, REPOSITORY.id), tasks,
        store.tasks(REPOSITORY.id, (TaskState.PUBLISHED,)), [store.task_findings(t.key) for t in tasks],
        [store.patch(t.key) for t in tasks], [store.evidence(t.key) for t in tasks], store.pull_requests(),
        store.pull_requests(REPOSITORY.id, (PullRequestState.REJECTED,)), store.events(), store.events(key(1), 2),
        store.completed_stages(REPOSITORY.id), store.standings(), store.enrolments(), store.baseline(REPOSITORY.id),
    ]  # fmt: skip
    for limit in (0, 1):
        with store.list_findings(NOW, states, limit=limit) as listing:
            told.append((listing.total, list(listing.findings)))
    return told


def test_both_stores_tell_the_same(store: SqlStore, database: Path, clock: FixedClock) -> None:
    db.tour(store)
    db.scan(store, Record(new=(finding(key(9), match(HOSTILE, path=f"{HOSTILE}.py")),)))
    store.add_suppression(samples.suppression(key(9), reason=HOSTILE, expires_at=NOW + timedelta(days=1)))
    expected = all_told(store)
    assert not any(answer in ([], (), {}, frozenset()) for answer in expected[3:])
    assert all_told(EmbeddedStore(database, clock)) == expected


def test_both_stores_write_the_same(store: SqlStore, database: Path, tmp_path: Path, clock: FixedClock) -> None:
    embedded = EmbeddedStore(tmp_path / "other.db", clock)
    odd = finding(key(9), match(HOSTILE, path=f"{HOSTILE}.py"))
    for each in (store, embedded):
        db.tour(each)
        each.ensure_repository(replace(REPOSITORY, name=HOSTILE))
        each.begin_scan(REPOSITORY.id, replace(REVISION, branch=HOSTILE), "never finished")
        db.scan(each, Record(new=(odd,), in_source=(samples.suppression(key(9), IN_SOURCE, reason=HOSTILE),)))
        db.scan(each, Record(resolved=(key(9),)))
        each.close()
    assert db.dump(tmp_path / "other.db") == db.dump(database)


def test_looking_and_scanning_import_no_sqlalchemy(store: SqlStore, database: Path) -> None:
    db.published(store)
    done = subprocess.run(
        [sys.executable, "-c", READ, str(database)], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (done.stdout.splitlines(), done.stderr) == (["3", "[]"], "")


def test_a_repository_under_a_new_name_is_written(store: SqlStore, database: Path, clock: FixedClock) -> None:
    store.ensure_repository(REPOSITORY)
    renamed = replace(REPOSITORY, name="other")
    EmbeddedStore(database, clock).ensure_repository(renamed)
    assert store.repositories() == (renamed,)


def test_a_list_is_of_one_moment(store: SqlStore, database: Path, clock: FixedClock) -> None:
    db.scan(store, Record(new=samples.findings(5)))
    with EmbeddedStore(database, clock).list_findings(NOW) as listing:
        first = next(listing.findings)
        db.scan(store, Record(resolved=tuple(key(number) for number in range(5))))
        rest = list(listing.findings)
    assert [listed.finding.state for listed in (first, *rest)] == [FindingState.OPEN] * 5
    assert store.count_findings(states=(FindingState.OPEN,)) == {}


def test_a_list_tells_the_newest_active_suppression(store: SqlStore, clock: FixedClock) -> None:
    db.scan(store, Record(new=samples.findings(3)))
    over = samples.suppression(key(1), expires_at=NOW)
    for suppression in (samples.suppression(key(0)), samples.suppression(key(0), SuppressionKind.REJECTED), over):
        store.add_suppression(suppression)
    with store.list_findings(NOW) as listing:
        told = [(listed.finding.fingerprint, listed.suppression) for listed in listing.findings]
    assert told == [(key(0), samples.suppression(key(0), SuppressionKind.REJECTED)), (key(1), None), (key(2), None)]


def test_a_read_only_look_cannot_write(store: SqlStore, database: Path, clock: FixedClock) -> None:
    embedded = EmbeddedStore(database, clock)
    with pytest.raises(StateUnusable, match="read-only"), embedded.reading() as rows:
        list(rows.select("DELETE FROM repositories"))


def test_a_file_that_breaks_under_a_reader_is_a_sentence(store: SqlStore, database: Path, clock: FixedClock) -> None:
    db.scan(store, Record(new=samples.findings()))
    store.close()
    embedded = EmbeddedStore(database, clock)
    database.write_bytes(b"no database at all" * 1000)
    with pytest.raises(StateUnusable, match="damaged or is no debtd database"):
        embedded.findings()


def test_a_locked_file_can_be_tried_again(
    store: SqlStore, database: Path, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("debtd.adapters.db.sqlite_file.BUSY_TIMEOUT_SECONDS", 0.05)
    monkeypatch.setattr("debtd.adapters.db.migrate.make_engine", partial(make_engine, busy_timeout_seconds=0.05))
    with store._engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA locking_mode=EXCLUSIVE")
        connection.exec_driver_sql("CREATE TABLE held (x)")
        with pytest.raises(Retryable, match="locked"):
            EmbeddedStore(database, clock).repositories()


def test_the_first_rows_of_a_list_need_no_sorting(store: SqlStore) -> None:
    seen: list[str] = []
    with store.reading() as rows:
        plan = rows.select(
            "EXPLAIN QUERY PLAN SELECT f.fingerprint, f.message FROM findings f WHERE f.state IN ('open', 'unverified')"
            " ORDER BY f.path, f.start_byte, f.end_byte, f.rule_id, f.fingerprint LIMIT 10"
        )
        seen += [row[3] for row in plan]
    assert seen == ["SCAN f USING INDEX ix_findings_in_order"]
