"""Writers queue before they read, a transaction is all or nothing, and every write leaves an event."""

import signal
import sqlite3
import subprocess
import sys
import textwrap
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Connection, event, insert, select

from debtd.adapters.db import schema
from debtd.adapters.db.engine import make_engine, reading, writing
from debtd.adapters.db.migrate import open_embedded
from debtd.adapters.db.store import SqlStore
from debtd.model.errors import Retryable, StateUnusable
from debtd.ports import ScanRecord, Store
from tests.support import db, samples
from tests.support.samples import NOW, REPOSITORY, REVISION, FixedClock, Record, key

ROOT = Path(__file__).parents[3]
WRITES = ("INSERT", "UPDATE", "DELETE")
ROW = {"id": "x", "source": "s", "name": "n", "enrolled_at": NOW}


def test_every_write_of_the_store_is_in_an_immediate_transaction(store: SqlStore) -> None:
    begun: list[str] = []
    seen: set[tuple[str, str]] = set()

    @event.listens_for(store._engine, "before_cursor_execute")
    def watch(_c: Connection, _cursor: object, statement: str, *_: object) -> None:
        word = statement.split(maxsplit=1)[0]
        if word == "BEGIN":
            begun.append(statement)
        else:
            seen.add((begun[-1], "write" if word in WRITES else "read"))

    db.tour(store)
    assert seen == {("BEGIN IMMEDIATE", "write"), ("BEGIN IMMEDIATE", "read"), ("BEGIN", "read")}


def test_a_reader_that_then_writes_is_never_refused_for_its_snapshot(database: Path, store: SqlStore) -> None:
    first, second = make_engine(f"sqlite:///{database}"), make_engine(f"sqlite:///{database}", busy_timeout_seconds=0.0)
    with writing(first) as connection:
        connection.execute(select(schema.repositories)).all()
        with pytest.raises(Retryable, match="locked"), writing(second) as other:
            other.execute(insert(schema.repositories).values(**ROW))
        connection.execute(insert(schema.repositories).values(**ROW))
    first.dispose()
    second.dispose()
    assert len(store.repositories()) == 1


def test_the_same_with_a_deferred_transaction_would_be_refused(database: Path, store: SqlStore) -> None:
    """The reason for BEGIN IMMEDIATE; should SQLite ever change, this test says so."""
    with closing(sqlite3.connect(database, isolation_level=None, timeout=30)) as connection:
        connection.execute("BEGIN")
        connection.execute("SELECT * FROM repositories").fetchall()
        store.ensure_repository(REPOSITORY)
        with pytest.raises(sqlite3.OperationalError) as refused:
            connection.execute("DELETE FROM scan_skips")
    assert refused.value.sqlite_errorname == "SQLITE_BUSY_SNAPSHOT"


def test_a_reader_sees_one_moment_while_others_write(database: Path, store: SqlStore) -> None:
    engine = make_engine(f"sqlite:///{database}")
    with reading(engine) as connection:
        before = connection.execute(select(schema.repositories)).all()
        store.ensure_repository(REPOSITORY)
        assert connection.execute(select(schema.repositories)).all() == before == []
    engine.dispose()


def test_the_connection_is_set_up_for_safety(database: Path, store: SqlStore) -> None:
    engine = make_engine(f"sqlite:///{database}")
    with reading(engine) as connection:
        names = ("journal_mode", "synchronous", "busy_timeout", "foreign_keys")
        values = [connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in names]
    engine.dispose()
    assert values == ["wal", 2, 30_000, 1]


def test_a_lock_that_lasts_too_long_can_be_tried_again(database: Path, store: SqlStore, clock: FixedClock) -> None:
    impatient = SqlStore(make_engine(f"sqlite:///{database}", busy_timeout_seconds=0.05), clock)
    with closing(sqlite3.connect(database)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(Retryable, match=r"another process keeps the database .*debtd\.db locked"):
            impatient.ensure_repository(REPOSITORY)
        assert impatient.repositories() == ()
    impatient.ensure_repository(REPOSITORY)
    impatient.close()
    assert store.repositories() == (REPOSITORY,)


def test_an_exception_in_between_leaves_nothing(
    store: SqlStore, database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scan_id = begun(store)
    before = db.dump(database)

    def fail(*_: object) -> None:
        raise RuntimeError("in between")

    monkeypatch.setattr("debtd.adapters.db.suppressions.replace_in_source", fail)
    with pytest.raises(RuntimeError, match="in between"):
        store.finish_scan(scan_id, Record(new=samples.findings(50)).made())
    assert db.dump(database) == before


def begun(store: Store) -> int:
    db.scan(store, Record(new=samples.findings(3)))
    return store.begin_scan(REPOSITORY.id, REVISION, "inputs")


KILLED = textwrap.dedent("""
    import os, signal, sys
    from pathlib import Path
    from sqlalchemy import event
    from debtd.adapters.db.migrate import open_embedded
    from debtd.adapters.db.store import SqlStore
    from tests.adapters.db.test_transactions import large_record
    from tests.support.samples import FixedClock

    path, scan_id, victim = Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
    engine = open_embedded(path)
    statements = 0

    @event.listens_for(engine, "after_cursor_execute")
    def executed(*_):
        global statements
        statements += 1
        if victim == str(statements):
            os.kill(os.getpid(), signal.SIGKILL)

    @event.listens_for(engine, "commit")
    def committing(_):
        if victim == "commit":
            os.kill(os.getpid(), signal.SIGKILL)

    SqlStore(engine, FixedClock()).finish_scan(scan_id, large_record())
""")


def large_record() -> ScanRecord:
    """Two findings seen, one resolved, and more new ones than are written at once."""
    return Record(seen=samples.findings(2), resolved=(key(2),), new=samples.findings(6_000)[3:]).made()


@pytest.mark.parametrize("victim", ["4", "9", "12", "commit"])
def test_killed_in_the_middle_of_a_record_leaves_nothing_of_it(store: SqlStore, database: Path, victim: str) -> None:
    scan_id = begun(store)
    before = db.dump(database)
    argv = [sys.executable, "-c", KILLED, str(database), str(scan_id), victim]
    died = subprocess.run(argv, capture_output=True, text=True, cwd=ROOT, check=False)
    assert died.returncode == -signal.SIGKILL, died.stderr
    assert db.dump(database) == before
    store.finish_scan(scan_id, large_record())
    assert len(store.findings()) == 6_000


def test_a_full_disk_loses_nothing_and_work_goes_on_after_it(store: SqlStore, database: Path) -> None:
    scan_id = begun(store)
    before = db.dump(database)
    limit = pages(store)
    event.listen(store._engine, "begin", limit)
    with pytest.raises(StateUnusable, match=r"the disk that holds the database .* is full; free some space"):
        store.finish_scan(scan_id, Record(new=samples.findings(5_000)).made())
    event.remove(store._engine, "begin", limit)
    assert db.dump(database) == before
    with closing(sqlite3.connect(database)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    store.close()
    store.finish_scan(scan_id, Record(new=samples.findings(5_000)).made())
    assert len(store.findings()) == 5_000


def pages(store: SqlStore) -> Callable[[Connection], None]:
    """What keeps the database from growing by more than a few pages."""

    def limit(connection: Connection) -> None:
        used = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        connection.exec_driver_sql(f"PRAGMA max_page_count={used + 4}")

    return limit


def test_each_writing_method_tells_the_journal(store: SqlStore) -> None:
    db.tour(store)
    told = {happened.kind for happened in store.events(limit=1000)}
    assert told == {
        "repository.enrolled", "scan.started", "scan.finished",
        "finding.new", "finding.resolved", "finding.unverified", "finding.reopened",
        "suppression.added", "suppression.lifted",
        "task.planned", "task.planned-again", "task.patched", "task.accepted", "task.rejected", "task.skipped",
        "task.published", "task.held", "task.released",
        "pull-request.recorded", "pull-request.open", "pull-request.rejected", "pull-request.moving",
        "pull-request.moved", "pull-request.waiting", "pull-request.hands-off", "pull-request.outcome-refused",
        "stage.completed", "rule.draft", "enrolment.asked", "baseline.set",
    }  # fmt: skip


def test_the_store_serves_threads(store: SqlStore) -> None:
    repositories = [replace(REPOSITORY, id=str(number)) for number in range(20)]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(store.ensure_repository, repositories))
        list(pool.map(lambda _: store.repositories(), range(20)))
    assert len(store.repositories()) == 20


def test_a_closed_store_leaves_no_connection(database: Path, clock: FixedClock) -> None:
    opened = SqlStore(open_embedded(database), clock)
    opened.ensure_repository(REPOSITORY)
    opened.close()
    handles = {handle.readlink() for handle in Path("/proc/self/fd").iterdir() if handle.exists()}
    assert not any(str(handle).startswith(str(database)) for handle in handles)
