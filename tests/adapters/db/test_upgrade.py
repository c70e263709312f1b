"""A database of the version before the life of pull requests: nothing is lost, and nothing is made up."""

import io
import runpy
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from alembic import command
from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext

from debtd.adapters.db.check import check
from debtd.adapters.db.migrate import open_embedded
from debtd.adapters.db.store import SqlStore
from debtd.adapters.db.versions import migrations_folder
from debtd.model.pull_request import Attention, CloseReason, PullRequest, PullRequestOutcome, PullRequestState
from tests.adapters.db.test_migrate import run
from tests.support import db
from tests.support.samples import REPOSITORY, FixedClock

P = PullRequestState
MIGRATION = migrations_folder() / "versions" / "0003_the_life_of_a_pull_request.py"
ROWS = {
    # What became of it, in order: (event, minute).
    P.PENDING: (),
    P.OPEN: (("open", 1),),
    P.MERGED: (("open", 2), ("merged", 3)),
    P.REJECTED: (("open", 4), ("closed", 5), ("rejected", 6)),
    P.CLOSED: (("closed", 7),),
}


def at(minute: int) -> datetime:
    return datetime(2026, 1, 1, 12, minute, tzinfo=UTC)


def filled(database: Path) -> None:
    """A database of version 0002 with a pull request in each state, and one that was merged before events were kept."""
    database.parent.mkdir()
    run(database, command.upgrade, "0002")
    noon = "2026-01-01 12:00:00.000000"
    with closing(sqlite3.connect(database)) as raw, raw:
        raw.execute(
            "INSERT INTO repositories (id, source, name, enrolled_at) VALUES (?, 's', 'n', ?)", (REPOSITORY.id, noon)
        )
        for state in (*ROWS, None):
            key = "none" if state is None else state.value
            raw.execute(
                "INSERT INTO fix_tasks (key, repository_id, rule_id, base_commit, inputs, state, reason, planned_at,"
                " moved_at) VALUES (?, ?, 'rule', 'b', 'i', 'published', '', ?, ?)",
                (key, REPOSITORY.id, noon, noon),
            )
            raw.execute(
                "INSERT INTO pull_requests (key, repository_id, rule_id, branch, base_branch, commit_id, title, body,"
                " state, number, url, reason, created_at, updated_at)"
                " VALUES (?, ?, 'rule', ?, 'main', 'c', 't', 'b', ?, 1, 'u', 'why', ?, ?)",
                (key, REPOSITORY.id, f"debtd/{key}", "merged" if state is None else state.value, noon, noon),
            )
            for kind, minute in () if state is None else ROWS[state]:
                raw.execute(
                    "INSERT INTO events (at, kind, subject, fields) VALUES (?, ?, ?, '[]')",
                    (f"2026-01-01 12:0{minute}:00.000000", f"pull-request.{kind}", key),
                )


def rows_of(database: Path) -> list[str]:
    """All that a database holds, but for its version."""
    return [line for line in db.dump(database) if line.startswith("INSERT") and "alembic_version" not in line]


@pytest.fixture
def upgraded(database: Path, clock: FixedClock) -> dict[str, PullRequest]:
    filled(database)
    store = SqlStore(open_embedded(database), clock)
    found = {pull_request.key: pull_request for pull_request in store.pull_requests(REPOSITORY.id)}
    store.close()
    return found


def test_what_is_known_of_each_state(upgraded: dict[str, PullRequest]) -> None:
    told = {key: (pr.published_at, pr.ended_at, pr.outcome, pr.close_reason) for key, pr in upgraded.items()}
    assert told == {
        "pending": (None, None, None, None),
        "open": (at(1), None, None, None),
        "merged": (at(2), at(3), PullRequestOutcome.MERGED, None),
        "rejected": (at(4), at(6), PullRequestOutcome.REFUSED, CloseReason.BY_PERSON),
        "closed": (None, at(7), None, CloseReason.VANISHED),
        "none": (None, None, PullRequestOutcome.MERGED, None),
    }


def test_nothing_else_is_made_up(upgraded: dict[str, PullRequest]) -> None:
    assert upgraded["open"] == PullRequest(
        key="open", repository_id=REPOSITORY.id, rule_id="rule", branch="debtd/open", base_branch="main", commit="c",
        title="t", body="b", state=P.OPEN, number=1, url="u", reason="why", draft=False, attention=Attention.PEOPLE,
        hands_off=None, next_commit="", lines=0, owners=(), group="", heard=0, merge_commit="", published_at=at(1),
    )  # fmt: skip


def test_the_check_counts_the_new_tables(database: Path, upgraded: dict[str, PullRequest]) -> None:
    report = check(f"sqlite:///{database}")
    assert report.ok
    assert report.rows.items() >= {
        "pull_requests": 6, "stage_runs": 0, "rule_standings": 0, "enrolments": 0, "baseline": 0
    }.items()  # fmt: skip


def test_the_way_back_keeps_what_there_was(database: Path) -> None:
    filled(database)
    before = rows_of(database)
    open_embedded(database).dispose()
    run(database, command.downgrade, "0002")
    assert rows_of(database) == before
    run(database, command.upgrade, "head")
    assert check(f"sqlite:///{database}").ok


def test_postgresql_gets_the_same() -> None:
    """As text: the columns with their defaults, the values, and the tables."""
    text = io.StringIO()
    context = MigrationContext.configure(dialect_name="postgresql", opts={"as_sql": True, "output_buffer": text})
    migration = runpy.run_path(str(MIGRATION))
    with Operations.context(context):
        migration["upgrade"]()
        up = text.getvalue()
        migration["downgrade"]()
    assert "ADD COLUMN draft BOOLEAN DEFAULT false NOT NULL" in up
    assert "ADD COLUMN owners JSON DEFAULT '[]' NOT NULL" in up
    assert "ADD COLUMN heard BIGINT DEFAULT 0 NOT NULL" in up
    assert "ADD COLUMN published_at TIMESTAMP WITH TIME ZONE" in up
    assert up.index("ADD COLUMN ended_at") < up.index("UPDATE pull_requests SET") < up.index("CREATE TABLE stage_runs")
    down = text.getvalue().removeprefix(up)
    assert down.count("DROP COLUMN") == up.count("ADD COLUMN") == 13
    assert down.count("DROP TABLE") == up.count("CREATE TABLE") == 4
