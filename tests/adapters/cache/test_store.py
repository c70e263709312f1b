"""The cache keeps what it was given, within its size, and is never a reason for a scan to fail."""

import multiprocessing
import os
import signal
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from debtd.adapters.cache import SqliteAnswerCache, database
from debtd.model.coverage import Skipped, SkipReason
from debtd.model.edit import Edit
from debtd.model.scan import Answer
from debtd.ports import Key
from tests.support.builders import match

RULES = frozenset({"a" * 32, "b" * 32})
ENGINE = "engine 1"


class MovedClock:
    def __init__(self) -> None:
        self.time = datetime(2026, 1, 1, tzinfo=UTC)

    def now(self) -> datetime:
        return self.time


class Bench:
    def __init__(self, folder: Path) -> None:
        self.path = folder / "cache.sqlite3"
        self.told: list[str] = []
        self.clock = MovedClock()
        self.opened: list[SqliteAnswerCache] = []

    def cache(self, max_bytes: int = 10_000_000, code: str = "code") -> SqliteAnswerCache:
        made = SqliteAnswerCache(self.path, lambda: code, max_bytes, self.clock, self.told.append)
        self.opened.append(made)
        return made


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    made = Bench(tmp_path)
    yield made
    for cache in made.opened:
        cache.close()


def key(number: int, facts: str = "f") -> Key:
    return f"{number:040x}", facts


def answer(message: str = "m", rules: frozenset[str] = RULES) -> Answer:
    found = match(edits=(Edit(0, 3, b"\xff\0new", b"old"),), path="", blob="")
    silent = replace(found, edits=(), no_fix=Skipped(SkipReason.NO_FIX, "why"), scope="A.b", message=message)
    return Answer(rules=rules, matches=(found, silent), skipped=Skipped(SkipReason.PARTIAL_PARSE, "a\u2028\ud800"))


def keep(cache: SqliteAnswerCache, *answers: tuple[Key, Answer]) -> None:
    cache.keep(ENGINE, answers, {}, frozenset())


def known(cache: SqliteAnswerCache, *numbers: int, rules: frozenset[str] = RULES) -> set[int]:
    return {int(blob, 16) for blob, _ in cache.answers(ENGINE, [key(n) for n in numbers], rules)}


# -- what it must not do -----------------------------------------------------------------------------------------


def not_a_database(path: Path) -> None:
    path.write_bytes(b"this is no database at all, but a text of some length\n" * 40)


def a_database_of_others(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE precious (x)")


def another_format(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(f"PRAGMA application_id={database._APPLICATION_ID}")
        connection.execute("PRAGMA user_version=99")


def a_torn_file(path: Path) -> None:
    with closing(database.open_cache(path)) as connection:
        connection.executescript("PRAGMA journal_mode=DELETE")
    data = path.read_bytes()
    path.write_bytes(data[:4096] + b"\x99" * (len(data) - 4096))


def a_folder(path: Path) -> None:
    path.mkdir()


@pytest.mark.parametrize("spoil", [not_a_database, a_database_of_others, another_format, a_torn_file, a_folder])
def test_a_file_that_cannot_be_used_is_left_alone_and_said_once(spoil: Callable[[Path], None], bench: Bench) -> None:
    spoil(bench.path)
    before = bench.path.read_bytes() if bench.path.is_file() else b""
    cache = bench.cache()
    for _ in range(2):
        keep(cache, (key(1), answer()))
        assert known(cache, 1) == set()
        assert cache.words(ENGINE, [key(1)[0]]) == {}
        assert cache.heard(ENGINE) == frozenset()
    assert len(bench.told) == 1
    assert "goes on without the cache" in bench.told[0]
    assert str(bench.path) in bench.told[0]
    assert (bench.path.read_bytes() if bench.path.is_file() else b"") == before


def test_no_place_for_it(bench: Bench) -> None:
    bench.path.parent.joinpath("file").touch()
    bench.path = bench.path.parent / "file" / "cache.sqlite3"
    cache = bench.cache()
    keep(cache, (key(1), answer()))
    assert known(cache, 1) == set()
    assert len(bench.told) == 1


def test_a_full_disk_ends_its_use_and_loses_nothing_that_was_kept(bench: Bench) -> None:
    cache = bench.cache()
    keep(cache, (key(1), answer()))
    assert cache._connection is not None
    (pages,) = cache._connection.execute("PRAGMA page_count").fetchone()
    cache._connection.execute(f"PRAGMA max_page_count={pages}")
    keep(cache, *((key(n), answer(os.urandom(3_000).hex())) for n in range(2, 30)))
    assert [told.partition(": ")[2] for told in bench.told] == ["the disk is full; make room."]
    assert known(cache, 1) == set()
    assert known(bench.cache(), *range(30)) == {1}


def test_a_row_that_is_damaged(bench: Bench) -> None:
    keep(bench.cache(), (key(1), answer()))
    with closing(sqlite3.connect(bench.path, isolation_level=None)) as connection:
        connection.execute("UPDATE answers SET payload = x'7a0102'")
    assert known(bench.cache(), 1) == set()
    assert "delete it" in bench.told[0]


def test_another_process_that_never_lets_go(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "_BUSY_SECONDS", 0.05)
    keep(bench.cache(), (key(1), answer()))
    with closing(sqlite3.connect(bench.path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        bench.clock.time += timedelta(hours=2)
        reader, writer = bench.cache(), bench.cache()
        assert known(reader, 1) == {1}
        keep(writer, (key(2), answer()))
        assert [told.partition(": ")[2] for told in bench.told] == ["another process keeps it locked."]
        assert known(reader, 1) == {1}


def test_answers_of_other_code_engines_and_facts_are_not_served(bench: Bench) -> None:
    cache = bench.cache()
    cache.keep(ENGINE, [(key(1), answer())], {key(1)[0]: "word"}, frozenset({"a" * 32}))
    other = bench.cache(code="edited")
    assert known(other, 1) == set()
    assert (other.words(ENGINE, [key(1)[0]]), other.heard(ENGINE)) == ({}, frozenset())
    assert cache.answers("engine 2", [key(1)], RULES) == {}
    assert cache.answers(ENGINE, [key(1, "g")], RULES) == {}


# -- what it must do ---------------------------------------------------------------------------------------------


def test_answers_come_back_field_by_field(bench: Bench) -> None:
    wide = answer("x" * 5_000)
    clean = Answer(rules=frozenset({"c" * 32}))
    keep(bench.cache(), (key(1), answer()), (key(2), wide), (key(1), clean), (key(3, "g"), clean))
    found = bench.cache().answers(ENGINE, [key(1), key(2), key(3, "g"), key(4)], RULES | {"c" * 32})
    assert {k: sorted(v, key=lambda a: sorted(a.rules)) for k, v in found.items()} == {
        key(1): [answer(), clean],
        key(2): [wide],
        key(3, "g"): [clean],
    }
    assert set(bench.cache().answers(ENGINE, [key(1), key(2), key(3, "g")], frozenset({"c" * 32}))) == {
        key(1),
        key(3, "g"),
    }
    assert stat.S_IMODE(bench.path.stat().st_mode) == 0o600


def test_words_and_rules_heard_come_back(bench: Bench) -> None:
    words = {key(1)[0]: frozenset({"été", "caf\u00e9", "_x", "\\", "w" * 500}), key(2)[0]: frozenset[str]()}
    bench.cache().keep(ENGINE, [], {blob: " ".join(found) for blob, found in words.items()}, RULES)
    cache = bench.cache()
    assert cache.words(ENGINE, [key(n)[0] for n in (1, 2, 3)]) == words
    assert cache.heard(ENGINE) == RULES


def test_what_was_used_longest_ago_goes_first_and_the_size_is_kept(bench: Bench) -> None:
    limit = 400_000
    cache = bench.cache(limit)
    noise = {n: answer(os.urandom(2_000).hex()) for n in range(300)}
    for hour in range(30):
        bench.clock.time += timedelta(hours=1)
        numbers = range(hour * 10, hour * 10 + 10)
        cache.keep(ENGINE, [(key(n), noise[n]) for n in numbers], {key(n)[0]: f"w{n}" for n in numbers}, RULES)
        assert known(cache, 0) == {0}, "in use in every hour"
    left = known(cache, *range(300))
    assert left > set(range(270, 300))
    assert left.isdisjoint(range(1, 100))
    assert cache.words(ENGINE, [key(0)[0], key(150)[0], key(299)[0]]).keys() <= {key(n)[0] for n in left}
    assert bench.told == []
    assert sum(path.stat().st_size for path in bench.path.parent.glob("cache.sqlite3*")) < 2 * limit


def test_one_hour_with_more_than_fits_keeps_a_part(bench: Bench) -> None:
    cache = bench.cache(400_000)
    numbers = [int.from_bytes(os.urandom(20), "big") for _ in range(300)]
    for n in numbers:
        keep(cache, (key(n), answer(os.urandom(2_000).hex())))
    assert 20 < len(known(cache, *numbers)) < 200


def _write_many(path: Path, first: int) -> None:
    database._BUSY_SECONDS = database._LOCK_SECONDS = 600.0  # of this process: it waits for its turn, however long
    bench = Bench(path.parent)
    cache = bench.cache()
    for n in range(first, first + 60):
        keep(cache, (key(n), answer(rules=frozenset({f"{n:032x}"}))))
    cache.close()
    assert bench.told == []


def test_many_processes_write_at_once(bench: Bench) -> None:
    spawn = multiprocessing.get_context("spawn")
    writers = [spawn.Process(target=_write_many, args=(bench.path, 60 * n)) for n in range(3)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert [writer.exitcode for writer in writers] == [0, 0, 0]
    rules = frozenset(f"{n:032x}" for n in range(180))
    found = bench.cache().answers(ENGINE, [key(n) for n in range(180)], rules)
    assert {k: a.rules for k, (a,) in found.items()} == {key(n): frozenset({f"{n:032x}"}) for n in range(180)}


DYING = """
import sys
from pathlib import Path
from debtd.adapters.cache import rows
from debtd.adapters.cache.database import open_cache
from tests.adapters.cache.test_store import ENGINE, RULES, answer, key
connection = open_cache(Path(sys.argv[1]))
with rows.writing(connection):
    rows.keep(connection, f"{ENGINE} code", [(key(n), answer()) for n in range(2_000)], {}, RULES, 1)
    print("written", flush=True)
    sys.stdin.read()
"""


def test_a_killed_writer_leaves_nothing_half_done(bench: Bench) -> None:
    keep(bench.cache(), (key(5_000), answer()))
    argv = [sys.executable, "-c", DYING, str(bench.path)]
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == b"written\n"
        child.send_signal(signal.SIGKILL)
    cache = bench.cache()
    assert known(cache, 0, 1, 5_000) == {5_000}
    keep(cache, (key(0), answer()))
    assert known(cache, 0) == {0}
    assert bench.told == []
