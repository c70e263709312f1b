"""The baseline, as it is stored."""

from debtd.adapters.db.reads.rows import Rows


def fingerprints(rows: Rows, repository_id: str) -> frozenset[str]:
    query = "SELECT fingerprint FROM baseline WHERE repository_id = :repository_id"
    return frozenset(row[0] for row in rows.select(query, repository_id=repository_id))
