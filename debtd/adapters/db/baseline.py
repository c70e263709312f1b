"""The baseline: which findings a repository had when it was set."""

from sqlalchemy import delete, func, insert, literal, select

from debtd.adapters.db import repositories
from debtd.adapters.db.journal import Tx
from debtd.adapters.db.schema import baseline as table
from debtd.adapters.db.schema import findings
from debtd.model.finding import FindingState

_STANDING = (FindingState.OPEN.value, FindingState.UNVERIFIED.value)


def set_present(tx: Tx, repository_id: str) -> int:
    """All findings but the resolved ones are the baseline now; how many. The same again is a no-op."""
    repositories.require(tx, repository_id)
    present = findings.c.repository_id == repository_id, findings.c.state.in_(_STANDING)
    mine = table.c.repository_id == repository_id
    wanted = select(findings.c.fingerprint).where(*present)
    known = select(table.c.fingerprint).where(mine)
    gone = tx.connection.execute(delete(table).where(mine, table.c.fingerprint.not_in(wanted)))
    rows = select(literal(repository_id), findings.c.fingerprint).where(*present, findings.c.fingerprint.not_in(known))
    added = tx.connection.execute(insert(table).from_select(["repository_id", "fingerprint"], rows))
    number = tx.connection.execute(select(func.count()).select_from(table).where(mine)).scalar_one()
    if gone.rowcount or added.rowcount:
        tx.record("baseline.set", repository_id, findings=number)
    return int(number)


def drop(tx: Tx, repository_id: str) -> int:
    """There is none any more; how many findings it had."""
    number = tx.connection.execute(delete(table).where(table.c.repository_id == repository_id)).rowcount
    if number:
        tx.record("baseline.dropped", repository_id, findings=number)
    return number
