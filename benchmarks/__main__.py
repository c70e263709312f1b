"""`python -m benchmarks [NAME ...] [--rounds N]`: exit code 0 when all targets are met, 1 when a row falls short or
cannot be measured, 2 for a usage error."""

import argparse
import sys

from benchmarks.bench import CACHE_VARIABLE, Bench, default_cache
from benchmarks.machine import machine, versions
from benchmarks.report import failed, put_table, write_reports
from benchmarks.row import Line
from benchmarks.rows import ROWS


def main(arguments: list[str] | None = None) -> int:
    names = [row.name for row in ROWS]
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="debtd and its peers, side by side.")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"rows to measure (default: all): {', '.join(names)}")
    parser.add_argument("--rounds", type=int, default=5, help="runs of each contestant; medians count (default: 5)")
    chosen = parser.parse_args(arguments)
    unknown = sorted(set(chosen.names) - set(names))
    if unknown:
        parser.error(f"there is no row {', '.join(unknown)}; choose from {', '.join(names)}")
    if chosen.rounds < 1:
        parser.error("--rounds must be at least 1")
    bench = Bench(rounds=chosen.rounds, cache=default_cache())
    bench.cache.mkdir(parents=True, exist_ok=True)
    before = machine()
    lines: list[Line] = []
    for row in ROWS:
        if not chosen.names or row.name in chosen.names:
            print(f"{row.name}: {row.work}", file=sys.stderr, flush=True)
            lines += row.lines(bench)
    put_table(lines)
    name = "-".join(["results", *chosen.names])
    written = write_reports(bench.cache / name, lines, rounds=bench.rounds, versions=versions(bench), machine=before)
    print(f"Written: {written[0]} and {written[1]} (another folder: {CACHE_VARIABLE}).", file=sys.stderr)
    return 1 if failed(lines) else 0


if __name__ == "__main__":
    sys.exit(main())
