"""A start that is not felt: `debtd --help`, and `debtd findings list` on a large database, against `python -c pass`."""

import json
import sys
from collections.abc import Callable

from benchmarks.bench import ROOT, Bench
from benchmarks.measure import Run, Series, in_turn, run
from benchmarks.row import AtMost, Line, NotMeasured, Row

FINDINGS = 100_000
_REPEATED = 4
"""Short programs run this many times as often as long ones."""


def _measure(bench: Bench) -> tuple[Line, ...]:
    with bench.folder() as home:
        env = bench.environment(home)
        fill = [sys.executable, "-m", "benchmarks.tasks.fill_store", str(home / "state"), str(FINDINGS)]
        run(fill, cwd=ROOT, env=env)

        def listing(*options: str) -> Run:
            arguments = ("list", "--state-dir", str(home / "state"), *options)
            return bench.debtd(home, "findings", *arguments, sample_seconds=0.02)

        contestants: dict[str, Callable[[], Run]] = {
            # The interpreter that debtd runs in: the one below it may load packages of its own at every start.
            "python -c pass": lambda: run([sys.executable, "-c", "pass"], cwd=home, env=env),
            "debtd --help": lambda: bench.debtd(home, "--help"),
            "debtd findings list": listing,
        }
        for contestant in contestants.values():
            contestant()  # files are read and byte code is written once before
        series = in_turn(_REPEATED * bench.rounds, contestants)
        whole = listing("--format", "json")
        if f"{FINDINGS:,}".encode() not in series["debtd findings list"].runs[0].stderr:
            raise NotMeasured(f"`debtd findings list` does not tell of {FINDINGS:,} findings")
        if len(json.loads(whole.stdout)) != FINDINGS:
            raise NotMeasured(f"`debtd findings list --format json` does not give {FINDINGS:,} findings")
    floor, helping, listed = (series[name] for name in contestants)
    return (
        Line(
            work="`debtd --help` against `python -c pass`: processor time",
            target=AtMost(12),
            value=helping.cpu / floor.cpu,
            detail=f"wall {helping.wall / floor.wall:.1f}; debtd {_milliseconds(helping)};"
            f" python {_milliseconds(floor)}",
        ),
        Line(
            work="`debtd findings list` on 100,000 findings, against `python -c pass`: processor time",
            target=AtMost(30),
            value=listed.cpu / floor.cpu,
            detail=f"wall {listed.wall / floor.wall:.1f}; debtd {_milliseconds(listed)},"
            f" {len(listed.runs[0].stdout.splitlines()):,} lines of output",
        ),
        Line(
            work="the same: peak memory (PSS)",
            target=AtMost(100, " MB"),
            value=listed.peak_bytes / 1e6,
            unit=" MB",
            detail=f"highest of {len(listed.runs)} runs",
        ),
        Line(
            work="`debtd findings list --format json`, all 100,000 findings, against `python -c pass`: processor time",
            target=None,
            value=whole.cpu / floor.cpu,
            detail=f"one run: {whole.cpu:.2f} s CPU, {whole.wall:.2f} s wall, {whole.peak_bytes / 1e6:.0f} MB",
        ),
    )


def _milliseconds(series: Series) -> str:
    return f"{1000 * series.cpu:.0f} ms CPU, {1000 * series.wall:.0f} ms wall"


ROW = Row(name="start", work="`debtd --help` and `debtd findings list`, against `python -c pass`", measure=_measure)
