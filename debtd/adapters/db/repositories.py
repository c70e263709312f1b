"""Rows of enrolled repositories."""

from sqlalchemy import insert, select, update

from debtd.adapters.db.journal import Tx
from debtd.adapters.db.schema import repositories as table
from debtd.model.errors import StateUnusable
from debtd.model.repo import Repository


def ensure(tx: Tx, repository: Repository) -> None:
    """Enrol the repository, or take over a new source or name."""
    query = select(table.c.source, table.c.name).where(table.c.id == repository.id)
    row = tx.connection.execute(query).one_or_none()
    given = {"source": repository.source, "name": repository.name}
    if row is None:
        tx.connection.execute(insert(table).values(id=repository.id, enrolled_at=tx.now, **given))
        tx.record("repository.enrolled", repository.id, **given)
    elif (row.source, row.name) != (repository.source, repository.name):
        tx.connection.execute(update(table).where(table.c.id == repository.id).values(**given))
        tx.record("repository.renamed", repository.id, **given)


def require(tx: Tx, repository_id: str) -> None:
    """Raises StateUnusable for a repository that was never enrolled."""
    known = select(table.c.number).where(table.c.id == repository_id)
    if tx.connection.execute(known).one_or_none() is None:
        raise StateUnusable(f"the database knows no repository {repository_id}; run `debtd run` on it first.")
