"""Rows of enrolled repositories."""

from debtd.adapters.db.changes import Transaction, inserting, updating
from debtd.adapters.db.escaping import escape
from debtd.model.errors import StateUnusable
from debtd.model.repo import Repository

_INSERT = inserting("repositories", "id", "enrolled_at", "source", "name")
_RENAME = updating("repositories", "source", "name") + " WHERE id = :id"


def ensure(tx: Transaction, repository: Repository) -> None:
    """Enrol the repository, or take over a new source or name."""
    known = list(tx.rows.select("SELECT source, name FROM repositories WHERE id = :id", id=repository.id))
    given = {"source": escape(repository.source), "name": escape(repository.name)}
    told = {"source": repository.source, "name": repository.name}
    if not known:
        tx.rows.change(_INSERT, id=repository.id, enrolled_at=tx.at, **given)
        tx.record("repository.enrolled", repository.id, **told)
    elif tuple(known[0]) != tuple(given.values()):
        tx.rows.change(_RENAME, id=repository.id, **given)
        tx.record("repository.renamed", repository.id, **told)


def require(tx: Transaction, repository_id: str) -> None:
    """Raises StateUnusable for a repository that was never enrolled."""
    if not list(tx.rows.select("SELECT number FROM repositories WHERE id = :id", id=repository_id)):
        raise StateUnusable(f"the database knows no repository {repository_id}; run `debtd run` on it first.")
