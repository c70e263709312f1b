"""`make simulate`: two months, two hundred repositories, in two countries that run side by side.

`python -m tests.simulation [--repositories 200] [--days 60] [--seed 1] [--countries 2]`. Exit code 1 when a promise was
not kept; then the seed and the whole history of what is concerned are printed.
"""

import argparse
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path

from tests.simulation.country import Country
from tests.simulation.invariants.broken import Broken
from tests.simulation.simulation import Simulation
from tests.simulation.story import story_of


@dataclass(frozen=True)
class Told:
    """What came of one country."""

    seed: int
    happened: Counter[str]
    waits: Counter[str]
    faults: Counter[str]
    looks: Counter[str]
    longest_wait: timedelta
    story: str = ""


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.simulation")
    parser.add_argument("--repositories", type=int, default=200)
    parser.add_argument("--days", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--countries", type=int, default=2, help="side by side, each with its own debtd and budgets")
    given = parser.parse_args(arguments)
    size = given.repositories // given.countries
    seeds = [given.seed * 1000 + number for number in range(given.countries)]
    print(f"{given.countries} x {size} repositories, {given.days} days, seed {given.seed}", flush=True)
    if given.countries == 1:
        told = [live(size, given.days, seeds[0])]
    else:
        with ProcessPoolExecutor(given.countries) as pool:
            told = list(pool.map(partial(live, size, given.days), seeds))
    _print_table(told)
    for one in told:
        if one.story:
            print(f"\nNOT KEPT, with --seed {given.seed} (country {one.seed}):\n{one.story}")
    return 1 if any(one.story for one in told) else 0


def live(size: int, days: int, seed: int) -> Told:
    """One country, from its first night to its last."""
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(prefix="debtd-simulation-", dir=memory if memory.is_dir() else None) as folder:
        country = Country(Path(folder), seed, size)
        simulation = Simulation(country, days, lambda words: print(f"  country {seed}, {words}", flush=True))
        story = ""
        try:
            simulation.run()
        except Broken as broken:
            story = story_of(broken, simulation)
        finally:
            simulation.close()
        totals = simulation.totals
        return Told(seed, totals.of, totals.waits, totals.faults, simulation.count.of, simulation.queue.longest, story)


def _print_table(told: Sequence[Told]) -> None:
    def print_counts(title: str, counters: Sequence[Counter[str]]) -> None:
        print(f"\n{title}")
        for words, number in sorted(sum(counters, Counter()).items()):
            print(f"  {number:>9,}  {words}")

    print_counts("what happened", [one.happened for one in told])
    print_counts("what waited, after each pass", [one.waits for one in told])
    print_counts("faults in undisturbed passes", [one.faults for one in told])
    print_counts("promises, and how often each was looked at", [one.looks for one in told])
    print(f"\nthe longest wait for room was {max(one.longest_wait for one in told).days} days")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
