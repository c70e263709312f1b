"""The statements of the cache: scopes and rule sets by number, answers and words by blob."""

import hashlib
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from debtd.adapters.cache.codec import decode, encode
from debtd.model.scan import Answer
from debtd.ports import Key

_AT_ONCE = 500  # blobs looked up by one statement
_KEY_BYTES = 16


@contextmanager
def writing(connection: sqlite3.Connection) -> Iterator[None]:
    """One transaction: all of it, or nothing."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        if connection.in_transaction:  # SQLite has rolled it back by itself when the disk is full
            connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


def scopes(connection: sqlite3.Connection, engine: str) -> dict[str, int]:
    """The number of each facts of an engine. What belongs to no facts stands under ""."""
    return dict(connection.execute("SELECT facts, id FROM scopes WHERE engine = ?", (engine,)))


def rule_sets(connection: sqlite3.Connection, rules: frozenset[str]) -> dict[int, frozenset[str]]:
    """The rule sets that have a rule in common with `rules`, by number."""
    found: dict[int, frozenset[str]] = {}
    for number, keys in connection.execute("SELECT id, keys FROM rule_sets"):
        rule_set = frozenset(keys[at : at + _KEY_BYTES].hex() for at in range(0, len(keys), _KEY_BYTES))
        if not rule_set.isdisjoint(rules):
            found[number] = rule_set
    return found


def answers(
    connection: sqlite3.Connection, scope: int, blobs: Sequence[str], sets: Mapping[int, frozenset[str]], hour: int
) -> Iterator[tuple[str, Answer]]:
    """Each blob with one of its answers, for the rule sets in `sets`."""
    if not sets:
        return
    clean = {number: Answer(rules=keys) for number, keys in sets.items()}
    numbers = ",".join(map(str, sets))  # of the database itself
    for part in _parts(blobs):
        # The plus keeps SQLite from seeking once for each pair of blob and rule set.
        where = f"scope = ? AND blob IN ({_marks(part)}) AND +rule_set IN ({numbers})"
        query = f"SELECT blob, rule_set, payload, used FROM answers WHERE {where}"  # noqa: S608  (marks and numbers)
        found = connection.execute(query, (scope, *part)).fetchall()
        for blob, number, payload, _ in found:
            if payload is None:
                yield blob.hex(), clean[number]
            else:
                matches, skipped = decode(payload)
                yield blob.hex(), Answer(rules=sets[number], matches=matches, skipped=skipped)
        if any(used < hour for *_, used in found):
            _touch(connection, "answers", f"{where} AND used < ?", (scope, *part, hour), hour)


def words(
    connection: sqlite3.Connection, scope: int, blobs: Sequence[str], hour: int
) -> Iterator[tuple[str, frozenset[str]]]:
    for part in _parts(blobs):
        where = f"scope = ? AND blob IN ({_marks(part)})"
        query = f"SELECT blob, payload, used FROM words WHERE {where}"  # noqa: S608  (marks)
        found = connection.execute(query, (scope, *part)).fetchall()
        for blob, payload, _ in found:
            yield blob.hex(), frozenset(payload.split())
        if any(used < hour for *_, used in found):
            _touch(connection, "words", f"{where} AND used < ?", (scope, *part, hour), hour)


def heard(connection: sqlite3.Connection, scope: int) -> frozenset[str]:
    return frozenset(key.hex() for (key,) in connection.execute("SELECT rule FROM heard WHERE scope = ?", (scope,)))


def keep(
    connection: sqlite3.Connection,
    engine: str,
    answers_to_keep: Sequence[tuple[Key, Answer]],
    words_to_keep: Mapping[str, str],
    heard_rules: frozenset[str],
    hour: int,
) -> None:
    """Insert what is not known yet; called in a transaction."""
    known = {facts: _scope(connection, engine, facts) for facts in {"", *(key[1] for key, _ in answers_to_keep)}}
    numbers = {rules: _rule_set(connection, rules) for rules in {answer.rules for _, answer in answers_to_keep}}
    connection.executemany(
        "INSERT OR IGNORE INTO answers (scope, blob, rule_set, used, payload) VALUES (?, ?, ?, ?, ?)",
        [
            (known[facts], bytes.fromhex(blob), numbers[answer.rules], hour, encode(answer.matches, answer.skipped))
            for (blob, facts), answer in sorted(answers_to_keep, key=lambda pair: pair[0])
        ],
    )
    connection.executemany(
        "INSERT OR IGNORE INTO words (scope, blob, used, payload) VALUES (?, ?, ?, ?)",
        [(known[""], bytes.fromhex(blob), hour, words_to_keep[blob]) for blob in sorted(words_to_keep)],
    )
    connection.executemany(
        "INSERT OR IGNORE INTO heard (scope, rule) VALUES (?, ?)",
        [(known[""], bytes.fromhex(key)) for key in sorted(heard_rules)],
    )


def _scope(connection: sqlite3.Connection, engine: str, facts: str) -> int:
    connection.execute("INSERT OR IGNORE INTO scopes (engine, facts) VALUES (?, ?)", (engine, facts))
    query = "SELECT id FROM scopes WHERE engine = ? AND facts = ?"
    (number,) = connection.execute(query, (engine, facts)).fetchone()
    return int(number)


def _rule_set(connection: sqlite3.Connection, rules: frozenset[str]) -> int:
    keys = b"".join(bytes.fromhex(key) for key in sorted(rules))
    digest = hashlib.sha256(keys).digest()
    connection.execute("INSERT OR IGNORE INTO rule_sets (digest, keys) VALUES (?, ?)", (digest, keys))
    (number,) = connection.execute("SELECT id FROM rule_sets WHERE digest = ?", (digest,)).fetchone()
    return int(number)


def _touch(connection: sqlite3.Connection, table: str, condition: str, values: tuple[object, ...], hour: int) -> None:
    """Note the use, unless another process writes for longer than it is worth waiting."""
    try:
        connection.execute(f"UPDATE {table} SET used = ? WHERE {condition}", (hour, *values))  # noqa: S608
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
            raise


def _parts(blobs: Sequence[str]) -> Iterator[list[bytes]]:
    ordered = sorted(map(bytes.fromhex, blobs))
    for at in range(0, len(ordered), _AT_ONCE):
        yield ordered[at : at + _AT_ONCE]


def _marks(part: Sequence[bytes]) -> str:
    return ",".join("?" * len(part))
