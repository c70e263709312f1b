"""Rows of standings: the present one of each rule and repository. The journal has the earlier ones."""

from sqlalchemy import insert, update

from debtd.adapters.db import repositories
from debtd.adapters.db.journal import Tx
from debtd.adapters.db.reads import standings as reads
from debtd.adapters.db.schema import rule_standings as table
from debtd.model.acceptance import RuleStanding

_SUBJECT = 64  # characters: the subjects of the journal are no longer


def save(tx: Tx, standing: RuleStanding) -> None:
    """Insert or replace. The same again is a no-op."""
    if standing.repository_id:
        repositories.require(tx, standing.repository_id)
    known = reads.standing(tx.rows, standing.rule_id, standing.repository_id)
    if known == standing:
        return
    decided = {
        "standing": standing.standing.value,
        "since": standing.since,
        "author": standing.author,
        "reason": standing.reason,
    }
    place = {"rule_id": standing.rule_id, "repository_id": standing.repository_id}
    if known is None:
        tx.connection.execute(insert(table).values(**place, **decided))
    else:
        mine = table.c.rule_id == standing.rule_id, table.c.repository_id == standing.repository_id
        tx.connection.execute(update(table).where(*mine).values(**decided))
    fields = {"author": standing.author, "reason": standing.reason, "repository": standing.repository_id}
    told = {name: value for name, value in fields.items() if value}
    tx.record(f"rule.{standing.standing.value}", standing.rule_id[:_SUBJECT], **told)
