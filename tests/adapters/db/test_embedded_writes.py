"""What a scan writes by the standard library's driver: queued, all or nothing, and in one sentence when it fails."""

import signal
import sqlite3
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from debtd.adapters.db import sqlite_file
from debtd.adapters.db.embedded import EmbeddedStore
from debtd.adapters.db.store import SqlStore
from debtd.model.errors import Retryable, StateUnusable
from tests.adapters.db.test_transactions import begun, large_record
from tests.support import db, samples
from tests.support.command import ROOT
from tests.support.samples import REPOSITORY, REVISION, FixedClock, Record, key

_connect = sqlite_file.connect


@pytest.fixture
def embedded(store: SqlStore, database: Path, clock: FixedClock) -> Iterator[EmbeddedStore]:
    """The store on the file of the other one, which is closed."""
    store.close()
    opened = EmbeddedStore(database, clock)
    yield opened
    opened.close()


def test_every_write_is_in_an_immediate_transaction(embedded: EmbeddedStore, monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []

    def connect(path: Path, *, writes: bool = False) -> sqlite3.Connection:
        connection = _connect(path, writes=writes)
        connection.set_trace_callback(lambda statement: said.append(statement.split(maxsplit=1)[0]))
        return connection

    monkeypatch.setattr(sqlite_file, "connect", connect)
    scan_id = begun(embedded)
    said.clear()
    embedded.finish_scan(scan_id, large_record())
    assert (said[:2], said[-1]) == (["BEGIN", "SELECT"], "COMMIT")
    assert said.count("BEGIN") == 1
    assert said.count("INSERT") > 6_000


def test_writers_take_their_place_before_they_read(
    embedded: EmbeddedStore, database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite_file, "BUSY_TIMEOUT_SECONDS", 0.05)
    scan_id = begun(embedded)
    with closing(sqlite3.connect(database, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        for write in (
            lambda: embedded.begin_scan(REPOSITORY.id, REVISION, "inputs"),
            lambda: embedded.finish_scan(scan_id, Record().made()),
        ):
            with pytest.raises(Retryable, match=r"another process keeps the database .*debtd\.db locked"):
                write()
        assert embedded.repositories() == (REPOSITORY,)
    embedded.finish_scan(scan_id, Record().made())


def test_the_connection_is_set_up_for_safety(embedded: EmbeddedStore, database: Path) -> None:
    with closing(sqlite_file.connect(database, writes=True)) as connection:
        names = ("journal_mode", "synchronous", "busy_timeout", "foreign_keys", "query_only")
        values = [connection.execute(f"PRAGMA {name}").fetchone()[0] for name in names]
    assert values == ["wal", 2, 30_000, 1, 0]


def test_an_exception_in_between_leaves_nothing(
    embedded: EmbeddedStore, database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scan_id = begun(embedded)
    before = db.dump(database)

    def fail(*_: object) -> None:
        raise RuntimeError("in between")

    monkeypatch.setattr("debtd.adapters.db.suppressions.replace_in_source", fail)
    with pytest.raises(RuntimeError, match="in between"):
        embedded.finish_scan(scan_id, Record(new=samples.findings(50)).made())
    assert db.dump(database) == before


def test_an_abandoned_scan_is_refused_and_a_finished_one_stays(embedded: EmbeddedStore, database: Path) -> None:
    slow = begun(embedded)
    quick = embedded.begin_scan(REPOSITORY.id, REVISION, "inputs")
    with pytest.raises(Retryable, match=f"another run began a scan of repository {REPOSITORY.id}"):
        embedded.finish_scan(slow, Record(resolved=(key(0),)).made())
    embedded.finish_scan(quick, Record().made())
    before = db.dump(database)
    embedded.finish_scan(quick, Record(resolved=(key(0),)).made())
    with pytest.raises(StateUnusable, match="the database knows no scan 99"):
        embedded.finish_scan(99, Record().made())
    assert db.dump(database) == before


KILLED = textwrap.dedent("""
    import os, signal, sys
    from pathlib import Path
    from debtd.adapters.db import sqlite_file
    from debtd.adapters.db.embedded import EmbeddedStore
    from tests.adapters.db.test_transactions import large_record
    from tests.support.samples import FixedClock

    path, scan_id, victim = Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
    store = EmbeddedStore(path, FixedClock())
    real, statements = sqlite_file.connect, 0

    def executed(statement):
        global statements
        statements += 1
        if victim in (str(statements), statement):
            os.kill(os.getpid(), signal.SIGKILL)

    def connect(path, *, writes=False):
        connection = real(path, writes=writes)
        connection.set_trace_callback(executed)
        return connection

    sqlite_file.connect = connect
    store.finish_scan(scan_id, large_record())
""")


@pytest.mark.parametrize("victim", ["4", "12", "9000", "COMMIT"])
def test_killed_in_the_middle_of_a_record_leaves_nothing_of_it(
    embedded: EmbeddedStore, database: Path, victim: str
) -> None:
    scan_id = begun(embedded)
    before = db.dump(database)
    argv = [sys.executable, "-c", KILLED, str(database), str(scan_id), victim]
    died = subprocess.run(argv, capture_output=True, text=True, cwd=ROOT, timeout=120, check=False)
    assert died.returncode == -signal.SIGKILL, died.stderr
    assert db.dump(database) == before
    embedded.finish_scan(scan_id, large_record())
    assert len(embedded.findings()) == 6_000


def test_a_full_disk_loses_nothing_and_work_goes_on_after_it(
    embedded: EmbeddedStore, database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scan_id = begun(embedded)
    before = db.dump(database)
    with closing(sqlite3.connect(database)) as connection:
        used = connection.execute("PRAGMA page_count").fetchone()[0]
    with monkeypatch.context() as full:
        full.setattr(sqlite_file, "DURABLE", (*sqlite_file.DURABLE, f"max_page_count={used + 4}"))
        with pytest.raises(StateUnusable, match=r"the disk that holds the database .* is full; free some space"):
            embedded.finish_scan(scan_id, Record(new=samples.findings(5_000)).made())
    assert db.dump(database) == before
    with closing(sqlite3.connect(database)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    embedded.finish_scan(scan_id, Record(new=samples.findings(5_000)).made())
    assert len(embedded.findings()) == 5_000
