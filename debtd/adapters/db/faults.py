"""What a driver's error means for a person: one sentence, by consequence."""

import sqlite3

from debtd.model.errors import DebtdError, Retryable, StateUnusable

BUSY_TIMEOUT_SECONDS = 30.0
"""How long a connection waits for another process before it is told that the database is locked."""
_PRIMARY = 0xFF  # SQLite's extended result codes carry the primary code in their low byte


def overtaken(what: str) -> Retryable:
    """A guarded move found another state than the caller knew: another run was faster, and its word stands."""
    return Retryable(f"{what}; nothing was changed, run again to go on from the present state.", after_seconds=1.0)


def damaged(where: str) -> StateUnusable:
    return StateUnusable(
        f"the database {where} is damaged or is no debtd database; restore it from a backup, or move it away and"
        " scan again (recorded decisions are then lost)."
    )


def translate_sqlite(error: sqlite3.Error, where: str) -> DebtdError | None:
    """The fault behind a driver's error; None when it is a bug. `where` names the database without secrets."""
    # Errors that the Python module raises by itself have no code, such as for text that is not UTF-8.
    code = getattr(error, "sqlite_errorcode", None)
    if code is None:
        return damaged(where) if isinstance(error, sqlite3.OperationalError) and "decode" in str(error) else None
    match code & _PRIMARY:
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
            return Retryable(
                f"another process keeps the database {where} locked; try again when the other debtd is done."
            )
        case sqlite3.SQLITE_CORRUPT | sqlite3.SQLITE_NOTADB:
            return damaged(where)
        case sqlite3.SQLITE_FULL:
            return StateUnusable(
                f"the disk that holds the database {where} is full; free some space and run again: nothing was lost."
            )
        case sqlite3.SQLITE_READONLY:
            return StateUnusable(
                f"the database {where} is read-only; make the file and its folder writable for this user."
            )
        case sqlite3.SQLITE_CANTOPEN | sqlite3.SQLITE_PERM:
            return StateUnusable(
                f"the database {where} cannot be opened; check that its folder exists and that this user may write to"
                " it."
            )
        case sqlite3.SQLITE_IOERR:
            return StateUnusable(
                f"the database {where} cannot be read or written ({error.sqlite_errorname}); check its disk."
            )
    return None
