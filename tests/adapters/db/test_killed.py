"""`kill -9` within the methods that change several tables: all of it is there afterwards, or nothing."""

import signal
import subprocess
import sys
import textwrap
from dataclasses import replace
from pathlib import Path

import pytest

from debtd.adapters.db.store import SqlStore
from debtd.model.task import TaskState
from tests.support import db
from tests.support.command import ROOT
from tests.support.samples import REPOSITORY, key

KILLED = textwrap.dedent("""
    import os, signal, sys
    from dataclasses import replace
    from pathlib import Path
    from sqlalchemy import event
    from debtd.adapters.db.migrate import open_embedded
    from debtd.adapters.db.store import SqlStore
    from tests.support.samples import REPOSITORY, FixedClock

    path, method, statements = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
    engine = open_embedded(path)
    store = SqlStore(engine, FixedClock())
    (task,), (pull_request,) = store.tasks(REPOSITORY.id), store.pull_requests()
    left = statements

    @event.listens_for(engine, "after_cursor_execute")
    def executed(_c, _cursor, statement, *_):
        global left
        left -= statement.split()[0] in {"INSERT", "UPDATE", "DELETE"}
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    @event.listens_for(engine, "commit")
    def committing(_):
        os.kill(os.getpid(), signal.SIGKILL)

    if method == "replan":
        store.replan_task(replace(task, base_commit="e" * 40, fingerprints=task.fingerprints[:1]))
    else:
        store.save_pull_request(replace(pull_request, commit=pull_request.next_commit, next_commit=""))
""")


def killed(database: Path, method: str, statements: int) -> None:
    """Do it in a process that dies after so many writing statements, or before the commit (0)."""
    argv = [sys.executable, "-c", KILLED, str(database), method, str(statements)]
    died = subprocess.run(argv, capture_output=True, text=True, cwd=ROOT, timeout=120, check=False)
    assert died.returncode == -signal.SIGKILL, died.stderr


@pytest.mark.parametrize("statements", [1, 4, 0])
def test_while_a_task_starts_again(store: SqlStore, database: Path, statements: int) -> None:
    task, _ = db.published(store)
    before = db.dump(database)
    killed(database, "replan", statements)
    assert db.dump(database) == before
    again = replace(task, base_commit="e" * 40, fingerprints=(key(0),))
    store.replan_task(again)
    assert store.tasks(REPOSITORY.id) == (again,)


@pytest.mark.parametrize("statements", [1, 0])
def test_while_a_next_commit_is_taken_over(store: SqlStore, database: Path, statements: int) -> None:
    task, recorded = db.moving(store)
    before = db.dump(database)
    killed(database, "save", statements)
    assert db.dump(database) == before
    store.save_pull_request(replace(recorded, commit=recorded.next_commit, next_commit=""))
    assert db.state_of(store, task) is TaskState.PUBLISHED
