"""Databases get to the version that the code needs: completely, once, or not at all."""

import logging
import shutil
import signal
import sqlite3
import subprocess
import sys
import textwrap
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from debtd.adapters.db.alembic_config import alembic_config
from debtd.adapters.db.engine import make_engine, reading, writer
from debtd.adapters.db.migrate import open_embedded, upgrade
from debtd.adapters.db.schema import metadata
from debtd.adapters.db.store import SqlStore
from debtd.adapters.db.versions import known_versions, migrations_folder
from debtd.model.errors import Retryable
from tests.support import db
from tests.support.samples import REPOSITORY, FixedClock

ROOT = Path(__file__).parents[3]


def run(database: Path, work: Callable[..., object], *arguments: object, folder: Path | None = None) -> None:
    """One of Alembic's commands, over a connection like that of an upgrade."""
    engine = make_engine(f"sqlite:///{database}", migrates=True)
    with writer(engine.connect()) as connection:
        work(alembic_config(connection, folder or migrations_folder()), *arguments)


def schema_of(database: Path) -> list[tuple[str, str]]:
    with closing(sqlite3.connect(database)) as connection:
        rows = connection.execute("SELECT name, sql FROM sqlite_schema WHERE name != 'alembic_version' ORDER BY 1")
        return [row for row in rows if "alembic" not in row[0]]


def test_the_migrations_make_exactly_the_tables_of_the_code(database: Path, store: SqlStore) -> None:
    engine = make_engine(f"sqlite:///{database}")
    with reading(engine) as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, metadata) == []
    engine.dispose()


def test_the_comparison_would_see_a_difference(database: Path, store: SqlStore) -> None:
    with closing(sqlite3.connect(database)) as raw, raw:
        raw.execute("ALTER TABLE findings ADD COLUMN extra TEXT")
        raw.execute("DROP INDEX ix_findings_repository_id_state_rule_id")
    engine = make_engine(f"sqlite:///{database}")
    with reading(engine) as connection:
        differences = compare_metadata(MigrationContext.configure(connection), metadata)
    engine.dispose()
    assert len(differences) == 2


def test_the_file_names_are_the_versions_in_order() -> None:
    config = alembic_config(None, migrations_folder())  # type: ignore[arg-type]
    script = ScriptDirectory.from_config(config)
    revisions = [revision.revision for revision in script.walk_revisions()]
    assert tuple(reversed(revisions)) == known_versions(migrations_folder())
    assert script.get_current_head() == known_versions(migrations_folder())[-1]


def test_down_and_up_again(database: Path, store: SqlStore) -> None:
    store.close()
    before = schema_of(database)
    run(database, command.downgrade, "base")
    assert schema_of(database) == []
    run(database, command.upgrade, "head")
    assert schema_of(database) == before


def test_opening_is_silent_and_leaves_logging_alone(
    database: Path, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    handlers, level = list(logging.root.handlers), logging.root.level
    open_embedded(database).dispose()
    assert capfd.readouterr() == ("", "")
    assert (logging.root.handlers, logging.root.level) == (handlers, level)
    assert logging.getLogger("alembic").level == logging.NOTSET
    assert caplog.records == []


def test_an_up_to_date_database_is_opened_without_alembic(database: Path, store: SqlStore) -> None:
    code = (
        "import sys; from pathlib import Path; from debtd.adapters.db.migrate import open_embedded;"
        "open_embedded(Path(sys.argv[1])).dispose();"
        "print([m for m in sys.modules if m.startswith(('alembic', 'mako'))])"
    )
    ran = subprocess.run(
        [sys.executable, "-W", "error", "-c", code, str(database)], capture_output=True, text=True, cwd=ROOT, check=True
    )
    assert ran.stdout == "[]\n"


OPEN = textwrap.dedent("""
    import sys
    from pathlib import Path
    from debtd.adapters.db.migrate import open_embedded
    from debtd.adapters.db.store import SqlStore
    from tests.support.samples import REPOSITORY, FixedClock

    print("ready", flush=True)
    sys.stdin.readline()
    store = SqlStore(open_embedded(Path(sys.argv[1])), FixedClock())
    store.ensure_repository(REPOSITORY)
    print(store.repositories() == (REPOSITORY,))
    store.close()
""")


def test_processes_that_open_a_new_database_at_once(database: Path) -> None:
    argv = [sys.executable, "-W", "error", "-c", OPEN, str(database)]
    pipe = subprocess.PIPE
    children = [subprocess.Popen(argv, stdin=pipe, stdout=pipe, stderr=pipe, text=True, cwd=ROOT) for _ in range(3)]
    for child in children:
        assert child.stdout is not None
        assert child.stdout.readline() == "ready\n"
    for child in children:
        assert child.stdin is not None
        child.stdin.write("\n")
        child.stdin.flush()
    ended = [child.communicate() for child in children]
    assert ended == [("True\n", "")] * 3
    assert [child.returncode for child in children] == [0, 0, 0]


SECOND = '''
"""A migration that a test interrupts."""

import os
import signal

import sqlalchemy as sa
from alembic import op

revision = "{version}"
down_revision = "{before}"


def upgrade() -> None:
    op.create_table("later", sa.Column("id", sa.Integer, primary_key=True))
    op.execute("DROP TABLE IF EXISTS evidence")
    with op.batch_alter_table("repositories") as batch:
        batch.alter_column("name", nullable=True)
    op.execute("INSERT INTO repositories (id, source, enrolled_at) VALUES ('{version}', 's', '2026-01-01')")
    {interruption}


def downgrade() -> None:
    op.drop_table("later")
'''


@pytest.fixture
def add_migration(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Path]:
    """Give debtd a folder of migrations with one more, which ends with the given statement."""

    def add(interruption: str) -> Path:
        folder = tmp_path / "migrations"
        if not folder.exists():
            shutil.copytree(migrations_folder(), folder)
        before = known_versions(folder)[-1]
        version = f"{int(before) + 1:04}"
        text = SECOND.format(version=version, before=before, interruption=interruption)
        (folder / "versions" / f"{version}_later.py").write_text(text)
        monkeypatch.setattr("debtd.adapters.db.migrate.migrations_folder", lambda: folder)
        return folder

    return add


def test_an_older_database_is_upgraded_with_its_content(
    database: Path, store: SqlStore, add_migration: Callable[[str], Path]
) -> None:
    store.ensure_repository(REPOSITORY)
    store.close()
    folder = add_migration("pass")
    engine = open_embedded(database)
    with reading(engine) as connection:
        rows = connection.exec_driver_sql("SELECT id, name FROM repositories ORDER BY id").all()
    engine.dispose()
    assert rows == [(known_versions(folder)[-1], None), (REPOSITORY.id, REPOSITORY.name)]


@pytest.mark.parametrize("interruption", ["raise RuntimeError('in between')", "op.execute('DELETE FROM repositories')"])
def test_a_migration_that_fails_leaves_the_old_version(
    database: Path, store: SqlStore, add_migration: Callable[[str], Path], interruption: str
) -> None:
    """The second one would leave orphans."""
    db.planned(store)
    store.close()
    before = db.dump(database)
    add_migration(interruption)
    with pytest.raises((RuntimeError, AssertionError), match=r"in between|leaves orphans"):
        open_embedded(database)
    assert db.dump(database) == before


def test_a_process_killed_in_a_migration_leaves_the_old_version(
    database: Path, store: SqlStore, add_migration: Callable[[str], Path]
) -> None:
    db.planned(store)
    store.close()
    before = db.dump(database)
    folder = add_migration("os.kill(os.getpid(), signal.SIGKILL)")
    code = (
        "import sys; from pathlib import Path; from debtd.adapters.db import migrate;"
        "migrate.migrations_folder = lambda: Path(sys.argv[2]); migrate.open_embedded(Path(sys.argv[1]))"
    )
    argv = [sys.executable, "-c", code, str(database), str(folder)]
    died = subprocess.run(argv, capture_output=True, cwd=ROOT, check=False)
    assert died.returncode == -signal.SIGKILL, died.stderr
    assert db.dump(database) == before


def test_a_process_killed_in_the_first_migration_is_followed_by_one_that_succeeds(
    database: Path, clock: FixedClock
) -> None:
    code = (
        "import os, signal, sys; from pathlib import Path; from sqlalchemy import Engine, event;"
        "from debtd.adapters.db.migrate import open_embedded;"
        "event.listen(Engine, 'commit', lambda c: os.kill(os.getpid(), 9) if sys.modules.get('alembic') else None);"
        "open_embedded(Path(sys.argv[1]))"
    )
    died = subprocess.run([sys.executable, "-c", code, str(database)], capture_output=True, cwd=ROOT, check=False)
    assert died.returncode == -signal.SIGKILL, died.stderr
    assert schema_of(database) == []
    store = SqlStore(open_embedded(database), clock)
    store.ensure_repository(REPOSITORY)
    store.close()


def test_each_migration_is_a_transaction_of_its_own(
    database: Path, store: SqlStore, add_migration: Callable[[str], Path]
) -> None:
    store.close()
    folder = add_migration("op.drop_table('later')")
    add_migration("raise RuntimeError('in between')")
    with pytest.raises(RuntimeError, match="in between"):
        upgrade(f"sqlite:///{database}")
    with closing(sqlite3.connect(database)) as connection:
        assert connection.execute("SELECT version_num FROM alembic_version").fetchone() == (known_versions(folder)[-2],)


def test_an_upgrade_waits_for_another_only_so_long(database: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("debtd.adapters.db.migrate.LOCK_TIMEOUT_SECONDS", 0.1)
    database.parent.mkdir()
    hold = (
        "import fcntl, sys; f = open(sys.argv[1], 'w'); fcntl.flock(f, 2); print('held', flush=True); sys.stdin.read()"
    )
    argv = [sys.executable, "-c", hold, f"{database}.lock"]
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        with pytest.raises(Retryable, match=r"debtd\.db is in use"):
            open_embedded(database)
        other.communicate()
    open_embedded(database).dispose()


@pytest.mark.parametrize("name", ["100% odd?mode=ro#x.db", "caf\xe9 db", "-c"])
def test_any_file_name_will_do(tmp_path: Path, clock: FixedClock, name: str) -> None:
    store = SqlStore(open_embedded(tmp_path / name), clock)
    store.ensure_repository(REPOSITORY)
    store.close()
    assert (tmp_path / name).is_file()
