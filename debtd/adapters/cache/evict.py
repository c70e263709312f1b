"""Keep the file within its size: what was used longest ago goes first."""

import sqlite3
from collections import Counter

from debtd.adapters.cache.database import live_bytes

_FILL = 0.8  # how full the cache is left: the next eviction is then some time away
_ROW_BYTES = 64


def evict(connection: sqlite3.Connection, max_bytes: int) -> None:
    """Delete the rows used longest ago until the tables take no more than most of `max_bytes`."""
    live = live_bytes(connection)
    if live <= max_bytes:
        return
    connection.execute("BEGIN IMMEDIATE")
    try:
        _delete_oldest(connection, share=1 - _FILL * max_bytes / live)
        connection.execute("DELETE FROM rule_sets WHERE id NOT IN (SELECT rule_set FROM answers)")
        connection.execute(
            "DELETE FROM scopes WHERE id NOT IN"
            " (SELECT scope FROM answers UNION SELECT scope FROM words UNION SELECT scope FROM heard)"
        )
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")
    connection.execute("PRAGMA incremental_vacuum").fetchall()
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()


def _delete_oldest(connection: sqlite3.Connection, share: float) -> None:
    """Delete this share (0 to 1) of all bytes, by the hour of their last use."""
    weights: Counter[int] = Counter()
    for table in ("answers", "words"):
        query = f"SELECT used, sum({_ROW_BYTES} + ifnull(length(payload), 0)) FROM {table} GROUP BY used"  # noqa: S608
        for used, weight in connection.execute(query):
            weights[used] += weight
    left = share * weights.total()
    for used, weight in sorted(weights.items()):
        if left <= 0:
            return
        _delete_hour(connection, used, left / weight)
        left -= weight


def _delete_hour(connection: sqlite3.Connection, used: int, share: float) -> None:
    # Blob ids are evenly spread: those below a bound are a share of them.
    bound = b"\xff" * 21 if share >= 1 else int(share * 0xFFFF).to_bytes(2, "big") + b"\xff"
    for table in ("answers", "words"):
        connection.execute(f"DELETE FROM {table} WHERE used = ? AND blob < ?", (used, bound))  # noqa: S608
