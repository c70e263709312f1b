"""When the stages of a repository were last completed."""

from datetime import datetime

from sqlalchemy import insert, update

from debtd.adapters.db import repositories
from debtd.adapters.db.journal import Tx
from debtd.adapters.db.reads import stages as reads
from debtd.adapters.db.schema import stage_runs as table
from debtd.model.window import WindowKind


def complete(tx: Tx, repository_id: str, kind: WindowKind, at: datetime) -> None:
    """Keep the newest run; an older one, or the same again, changes nothing."""
    repositories.require(tx, repository_id)
    known = reads.completed(tx.rows, repository_id).get(kind)
    if known is not None and known >= at:
        return
    if known is None:
        values = {"repository_id": repository_id, "kind": kind.value, "ended_at": at}
        tx.connection.execute(insert(table).values(**values))
    else:
        mine = table.c.repository_id == repository_id, table.c.kind == kind.value, table.c.ended_at < at
        tx.connection.execute(update(table).where(*mine).values(ended_at=at))
    tx.record("stage.completed", repository_id, stage=kind.value)
