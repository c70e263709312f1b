"""Rows of enrolments: one for each repository. The journal has the earlier ones."""

from sqlalchemy import insert, update

from debtd.adapters.db import repositories
from debtd.adapters.db.journal import Tx
from debtd.adapters.db.reads import enrolments as reads
from debtd.adapters.db.schema import enrolments as table
from debtd.model.enrolment import Enrolment


def save(tx: Tx, enrolment: Enrolment) -> None:
    """Insert or replace. The same again is a no-op."""
    repositories.require(tx, enrolment.repository_id)
    known = reads.enrolment(tx.rows, enrolment.repository_id)
    if known == enrolment:
        return
    values = {
        "state": enrolment.state.value,
        "changed_at": enrolment.changed_at,
        "reason": enrolment.reason,
        "branch": enrolment.branch,
        "commit_id": enrolment.commit,
        "number": enrolment.number,
        "url": enrolment.url,
    }
    if known is None:
        tx.connection.execute(insert(table).values(repository_id=enrolment.repository_id, **values))
    else:
        mine = table.c.repository_id == enrolment.repository_id
        tx.connection.execute(update(table).where(mine).values(**values))
    fields: dict[str, str | int] = {
        "number": enrolment.number,
        "url": enrolment.url,
        "reason": enrolment.reason,
    }
    told = {name: value for name, value in fields.items() if value}
    tx.record(f"enrolment.{enrolment.state.value}", enrolment.repository_id, **told)
