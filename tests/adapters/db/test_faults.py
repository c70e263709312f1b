"""Databases that cannot be used: one sentence that names the file and what to do, and no harm done."""

import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import textwrap
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from debtd.adapters.db.check import check
from debtd.adapters.db.engine import make_engine
from debtd.adapters.db.migrate import open_database, open_embedded, upgrade
from debtd.adapters.db.store import SqlStore
from debtd.model.errors import ConfigError, DebtdError, StateUnusable
from tests.support import db, samples
from tests.support.samples import NOW, REPOSITORY, FixedClock, Record

ROOT = Path(__file__).parents[3]
NOBODY = 65534


def refusal(path: Path) -> str:
    """What opening the database says, which is also what the check says about the same file."""
    with pytest.raises(StateUnusable) as refused:
        open_embedded(path)
    return str(refused.value)


@pytest.fixture
def closed(store: SqlStore, database: Path) -> Path:
    """The file of a database with content, not open anywhere."""
    db.scan(store, Record(new=samples.findings(500)))
    store.close()
    assert not database.with_name("debtd.db-wal").exists()
    return database


@pytest.mark.parametrize("data", [b"#!/bin/sh\necho no database\n" * 100, b"SQLite format 3\0" + b"\xff" * 5000])
def test_a_file_that_is_no_database(database: Path, data: bytes) -> None:
    database.parent.mkdir()
    database.write_bytes(data)
    assert refusal(database).startswith(f"the database {database} is damaged or is no debtd database; restore")
    assert database.read_bytes() == data


def test_a_truncated_database(closed: Path, clock: FixedClock) -> None:
    whole = closed.read_bytes()
    closed.write_bytes(whole[: len(whole) // 2 - 100])
    with pytest.raises(StateUnusable, match="is damaged or is no debtd database"):
        use(closed, clock)


def test_a_database_with_a_damaged_page(closed: Path, clock: FixedClock) -> None:
    data = bytearray(closed.read_bytes())
    for page in range(4, len(data) // 4096):
        data[page * 4096 : page * 4096 + 64] = b"\xa5" * 64
    closed.write_bytes(data)
    with pytest.raises(StateUnusable, match="is damaged or is no debtd database"):
        use(closed, clock)


def use(path: Path, clock: FixedClock) -> None:
    store = SqlStore(open_embedded(path), clock)
    try:
        store.findings()
        store.last_scan(REPOSITORY.id)
        db.scan(store, Record(new=samples.findings(600)))
    finally:
        store.close()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE scans SET scanned_paths = x'00ff'",
        "UPDATE findings SET edits = '[[0, 1, \"'",
        'UPDATE findings SET edits = \'[[0, 3, "***", "x"]]\'',
        "UPDATE findings SET path = CAST(x'ff' AS TEXT)",
    ],
)
def test_a_damaged_value(closed: Path, clock: FixedClock, statement: str) -> None:
    with closing(sqlite3.connect(closed)) as connection, connection:
        connection.execute(statement)
    with pytest.raises(StateUnusable, match="is damaged or is no debtd database"):
        use(closed, clock)


def test_a_database_of_another_program_is_left_alone(database: Path) -> None:
    database.parent.mkdir()
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute("CREATE TABLE bookmarks (url)")
    assert "belongs to another program" in refusal(database)
    assert [line for line in db.dump(database) if "CREATE" in line] == ["CREATE TABLE bookmarks (url);"]


def test_a_newer_database_is_left_alone(closed: Path) -> None:
    with closing(sqlite3.connect(closed)) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    before = db.dump(closed)
    said = refusal(closed)
    assert said.startswith(f"the database {closed} was written by a newer debtd (its version is 9999")
    assert said.endswith("upgrade debtd.")
    for refused in (upgrade, open_database, check):
        with pytest.raises(StateUnusable, match="newer debtd"):
            refused(f"sqlite:///{closed}")
    assert db.dump(closed) == before


def test_a_folder_that_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("no folder")
    assert "cannot be opened" in refusal(tmp_path / "state" / "debtd.db")


def test_a_database_that_is_a_folder(database: Path) -> None:
    database.mkdir(parents=True)
    assert refusal(database).startswith(f"the database {database} cannot be opened; check that its folder exists")


CHILD = textwrap.dedent("""
    import os, sys
    from pathlib import Path
    from debtd.adapters.db.migrate import open_embedded, upgrade
    from debtd.adapters.db.store import SqlStore
    from debtd.model.errors import DebtdError
    from debtd.model.repo import Repository
    from tests.support.samples import FixedClock

    if os.geteuid() == 0:
        os.setgid(65534)
        os.setuid(65534)
    try:
        store = SqlStore(open_embedded(Path(sys.argv[1])), FixedClock())
        store.ensure_repository(Repository(id="new", source="s", name="n"))
    except DebtdError as error:
        print(type(error).__name__, error)
""")


def use_unprivileged(path: Path) -> str:
    """What a user without rights is told; root would be let through."""
    argv = [sys.executable, "-W", "error", "-c", CHILD, str(path)]
    ran = subprocess.run(argv, capture_output=True, text=True, cwd=ROOT, check=False)
    assert ran.returncode == 0, ran.stderr
    return ran.stdout.strip()


@pytest.fixture
def reachable(closed: Path) -> Iterator[Path]:
    """A database where another user may look, but not write. Not below pytest's folder, which is private, as TMPDIR
    may be."""
    with tempfile.TemporaryDirectory(prefix="debtd-test-", dir="/tmp") as name:
        folder = Path(name)
        folder.chmod(0o755)
        for file in closed.parent.iterdir():
            shutil.copy(file, folder)
        yield folder / closed.name
        folder.chmod(0o700)


def hand_over(path: Path) -> None:
    """Make the unprivileged user the owner of the folder and of all that is in it: that is us, unless we are root."""
    if os.geteuid() != 0:
        return
    for handed_over in (path.parent, *path.parent.iterdir()):
        os.chown(handed_over, NOBODY, NOBODY)


def test_a_read_only_folder(reachable: Path) -> None:
    reachable.parent.chmod(0o555)
    assert use_unprivileged(reachable).startswith("StateUnusable")
    assert use_unprivileged(reachable.parent / "new" / "debtd.db").startswith("StateUnusable")


def test_a_read_only_database(reachable: Path) -> None:
    reachable.chmod(0o444)
    hand_over(reachable)
    before = reachable.read_bytes()
    assert use_unprivileged(reachable) == (
        f"StateUnusable the database {reachable} is read-only; make the file and its folder writable for this user."
    )
    assert reachable.read_bytes() == before


def test_a_database_that_may_not_be_read(reachable: Path) -> None:
    reachable.chmod(0o000)
    hand_over(reachable)
    assert use_unprivileged(reachable).startswith(f"StateUnusable the database {reachable} cannot be opened")


@pytest.mark.parametrize(
    "url", ["nonsense", "mysql://root:hunter2@db/debtd", "oracle+x://h/", "postgresql://a:hunter2@h:port/x"]
)
def test_a_url_that_is_of_no_use_is_not_repeated(url: str) -> None:
    for use_url in (upgrade, open_database, check):
        with pytest.raises(ConfigError, match="the database URL cannot be used") as refused:
            use_url(url)
        assert "hunter2" not in str(refused.value)


def test_a_missing_driver_is_named_and_the_password_is_not() -> None:
    with pytest.raises(ConfigError, match="needs the Python package pg8000") as refused:
        open_database("postgresql+pg8000://ann:hunter2@db/debtd")
    assert "hunter2" not in str(refused.value)


def test_a_check_makes_nothing(tmp_path: Path) -> None:
    with pytest.raises(StateUnusable, match="there is no database at"):
        check(f"sqlite:///{tmp_path}/none.db")
    assert list(tmp_path.iterdir()) == []


def test_a_check_counts_and_finds_nothing_in_a_whole_database(closed: Path) -> None:
    report = check(f"sqlite:///{closed}")
    assert report.ok
    assert (report.version, report.problems) == (report.newest, ())
    assert (report.rows["findings"], report.rows["scans"], report.rows["patches"]) == (500, 1, 0)


def test_a_check_finds_orphans(closed: Path) -> None:
    with closing(sqlite3.connect(closed)) as connection, connection:
        connection.execute("DELETE FROM repositories")
    report = check(f"sqlite:///{closed}")
    assert not report.ok
    assert any("points to a row of repositories that is missing" in problem for problem in report.problems)


def test_a_check_finds_a_broken_index(closed: Path) -> None:
    with closing(sqlite3.connect(closed)) as connection, connection:
        connection.execute("PRAGMA writable_schema=ON")
        connection.execute(
            "UPDATE sqlite_schema SET sql = replace(sql, 'state, rule_id', 'rule_id, state') WHERE type='index'"
        )
    report = check(f"sqlite:///{closed}")
    assert not report.ok
    assert report.problems


def test_a_check_says_when_an_upgrade_is_due(database: Path) -> None:
    database.parent.mkdir()
    with closing(sqlite3.connect(database)) as connection:
        connection.execute("VACUUM")
    report = check(f"sqlite:///{database}")
    assert (report.ok, report.version, report.rows) == (False, None, {})


def test_a_damaged_database_is_damaged_for_the_check_too(database: Path) -> None:
    database.parent.mkdir()
    database.write_bytes(b"no database at all " * 1000)
    with pytest.raises(StateUnusable, match="is damaged"):
        check(f"sqlite:///{database}")


def test_a_shared_database_is_not_upgraded_by_itself(database: Path) -> None:
    database.parent.mkdir()
    with pytest.raises(StateUnusable, match=r"has version none, .* run `debtd db upgrade`"):
        open_database(f"sqlite:///{database}")
    upgrade(f"sqlite:///{database}")
    upgrade(f"sqlite:///{database}")
    store = SqlStore(open_database(f"sqlite:///{database}"), FixedClock(NOW))
    store.ensure_repository(REPOSITORY)
    store.close()


def test_a_fault_that_nobody_foresaw_stays_a_bug(database: Path, store: SqlStore) -> None:
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute("DROP TABLE events")
    with pytest.raises(Exception, match="no such table") as bug:
        store.ensure_repository(REPOSITORY)
    assert not isinstance(bug.value, DebtdError)
    make_engine("sqlite://").dispose()
