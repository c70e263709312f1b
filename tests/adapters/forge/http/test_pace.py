"""The pace of calls, in a time that moves only when somebody waits."""

from collections import Counter
from itertools import pairwise
from pathlib import Path

import pytest

from debtd.adapters.forge.http.ledger import FileLedger, Ledger, MemoryLedger
from debtd.adapters.forge.http.pace import Pacer
from debtd.model.errors import Retryable
from tests.support.forges.clock import FakeClock


def pacer(clock: FakeClock, ledger: Ledger, patience: float = 90.0) -> Pacer:
    return Pacer("git.example.org", ledger, clock, clock.sleep, patience)


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


def test_reads_are_not_paced(clock: FakeClock) -> None:
    for _ in range(1000):
        pacer(clock, MemoryLedger()).admit(write=False)
    assert clock.slept == []


def test_writes_never_faster_than_github_allows(clock: FakeClock) -> None:
    one = pacer(clock, MemoryLedger(), patience=4000)
    start = clock.now()
    at = []
    for _ in range(1200):
        one.admit(write=True)
        at.append((clock.now() - start).total_seconds())
    assert min(later - earlier for earlier, later in pairwise(at)) >= 1
    for seconds, most in ((60, 80), (3600, 500)):
        assert max(sum(1 for b in at if a <= b < a + seconds) for a in at) <= most
    assert at[499] < 520, "no slower than it must be"


def test_a_long_wait_is_not_slept_through(clock: FakeClock) -> None:
    one = pacer(clock, MemoryLedger())
    one.postpone(91)
    with pytest.raises(Retryable, match="takes no more calls") as error:
        one.admit(write=False)
    assert error.value.after_seconds == 91
    assert clock.slept == []
    clock.advance(2)
    one.admit(write=False)
    assert clock.slept == [89]


def test_another_process_keeps_the_pace_too(clock: FakeClock, tmp_path: Path) -> None:
    first, second = (pacer(clock, FileLedger(tmp_path / "pace" / "host.json")) for _ in range(2))
    first.admit(write=True)
    second.admit(write=True)
    assert clock.slept == [1]
    first.postpone(3600)
    with pytest.raises(Retryable) as error:
        pacer(clock, FileLedger(tmp_path / "pace" / "host.json")).admit(write=False)
    assert error.value.after_seconds == 3600


def test_an_earlier_time_does_not_replace_a_later_one(clock: FakeClock) -> None:
    one = pacer(clock, MemoryLedger())
    one.postpone(3600)
    one.postpone(5)
    with pytest.raises(Retryable) as error:
        one.admit(write=False)
    assert error.value.after_seconds == 3600


def test_penalties_without_a_time_double_until_an_hour(clock: FakeClock, tmp_path: Path) -> None:
    waits = [pacer(clock, FileLedger(tmp_path / "x.json")).postpone(None) for _ in range(6)]
    assert waits == [60, 120, 240, 480, 3600, 3600]
    one = pacer(clock, FileLedger(tmp_path / "x.json"))
    one.relax()
    assert one.postpone(None) == 60


@pytest.mark.parametrize("text", ["", "{", "[]", "[1, 2]", '["a", 0, []]', "[1e999, 0, []]", "\x00"])
def test_a_broken_ledger_is_a_clean_sheet(text: str, clock: FakeClock, tmp_path: Path) -> None:
    (tmp_path / "x.json").write_text(text)
    pacer(clock, FileLedger(tmp_path / "x.json")).admit(write=True)
    assert clock.slept == []


def test_a_clock_set_back_does_not_stop_everything(clock: FakeClock) -> None:
    ledger = MemoryLedger()
    one = pacer(clock, ledger)
    one.admit(write=True)
    one.postpone(10)
    clock.advance(-10 * 365 * 86400)
    one.admit(write=True)
    assert clock.slept == []


def test_a_forge_cannot_stop_debtd_for_years(clock: FakeClock) -> None:
    assert pacer(clock, MemoryLedger()).postpone(1e12) == 86400


def test_ledgers_remember_no_more_than_an_hour(clock: FakeClock) -> None:
    ledger = MemoryLedger()
    one = pacer(clock, ledger)
    for _ in range(50):
        one.admit(write=True)
        clock.advance(600)
    assert Counter(write > 0 for write in ledger.pace.writes)[True] <= 7
