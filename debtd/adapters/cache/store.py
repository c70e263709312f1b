"""`ports.AnswerCache` on SQLite. Whatever is wrong with the file, the scan goes on without it, and it is said once."""

import sqlite3
import zlib
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

from debtd.adapters.cache import rows
from debtd.adapters.cache.database import Foreign, open_cache
from debtd.adapters.cache.evict import evict
from debtd.model.errors import DebtdError
from debtd.model.scan import Answer
from debtd.ports import Clock, Key

T = TypeVar("T")

_HOUR_SECONDS = 3600


class SqliteAnswerCache:
    """The file at `path`, in an existing folder, of at most `max_bytes` or little more.

    `code` names the code that makes and reads answers (see code.py). `tell` gets one sentence if the file cannot be
    used. One thread at a time. Opened, and `code` asked, at the first use; call `close` at the end.
    """

    def __init__(
        self, path: Path, code: Callable[[], str], max_bytes: int, clock: Clock, tell: Callable[[str], None]
    ) -> None:
        self._path = path
        self._code = code
        self._max_bytes = max_bytes
        self._clock = clock
        self._tell = tell
        self._connection: sqlite3.Connection | None = None
        self._is_off = False
        self._code_name = ""

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def answers(self, engine: str, keys: Sequence[Key], rules: frozenset[str]) -> Mapping[Key, Sequence[Answer]]:
        def look_up(connection: sqlite3.Connection) -> Mapping[Key, Sequence[Answer]]:
            found: dict[Key, list[Answer]] = defaultdict(list)
            scopes = rows.scopes(connection, self._engine(engine))
            sets = rows.rule_sets(connection, rules)
            for facts, blobs in _by_facts(keys).items():
                if facts in scopes:
                    for blob, answer in rows.answers(connection, scopes[facts], blobs, sets, self._hour()):
                        found[blob, facts].append(answer)
            return found

        return self._use(look_up) or {}

    def words(self, engine: str, blobs: Sequence[str]) -> Mapping[str, frozenset[str]]:
        def look_up(connection: sqlite3.Connection) -> Mapping[str, frozenset[str]]:
            scope = rows.scopes(connection, self._engine(engine)).get("")
            return dict(rows.words(connection, scope, blobs, self._hour())) if scope is not None else {}

        return self._use(look_up) or {}

    def heard(self, engine: str) -> frozenset[str]:
        def look_up(connection: sqlite3.Connection) -> frozenset[str]:
            scope = rows.scopes(connection, self._engine(engine)).get("")
            return rows.heard(connection, scope) if scope is not None else frozenset()

        return self._use(look_up) or frozenset()

    def keep(
        self,
        engine: str,
        answers: Sequence[tuple[Key, Answer]],
        words: Mapping[str, str],
        heard: frozenset[str],
    ) -> None:
        def write(connection: sqlite3.Connection) -> None:
            with rows.writing(connection):
                rows.keep(connection, self._engine(engine), answers, words, heard, self._hour())
            evict(connection, self._max_bytes)

        self._use(write)

    def _engine(self, engine: str) -> str:
        return f"{engine} {self._code_name}"

    def _hour(self) -> int:
        return int(self._clock.now().timestamp()) // _HOUR_SECONDS

    def _use(self, work: Callable[[sqlite3.Connection], T]) -> T | None:
        """What the work gives; None when the file cannot be used, from then on."""
        if self._is_off:
            return None
        try:
            if self._connection is None:
                self._code_name = self._code()
                self._connection = open_cache(self._path)
            return work(self._connection)
        except (sqlite3.Error, OSError, DebtdError, Foreign, ValueError, TypeError, zlib.error) as error:
            self._is_off = True
            self.close()
            self._tell(f"the scan goes on without the cache {self._path}: {_reason(error)}")
            return None


def _by_facts(keys: Sequence[Key]) -> Mapping[str, Sequence[str]]:
    blobs: dict[str, list[str]] = defaultdict(list)
    for blob, facts in keys:
        blobs[facts].append(blob)
    return blobs


def _reason(error: Exception) -> str:
    if isinstance(error, Foreign):
        return "it is a file of something else, or of another debtd; move it away."
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    match code:
        case sqlite3.SQLITE_FULL:
            return "the disk is full; make room."
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
            return "another process keeps it locked."
        case sqlite3.SQLITE_READONLY | sqlite3.SQLITE_CANTOPEN | sqlite3.SQLITE_PERM:
            return "it cannot be opened and written; check its folder."
    if isinstance(error, OSError | DebtdError):
        return str(error)
    return "it is damaged; delete it, the next scan makes a new one."
