"""Peak memory of the whole process tree in a cold scan of Home Assistant."""

from benchmarks.bench import Bench
from benchmarks.corpora import HOME_ASSISTANT
from benchmarks.measure import in_turn
from benchmarks.row import AtMost, Line, Row


def _measure(bench: Bench) -> tuple[Line, ...]:
    tree = bench.tree(HOME_ASSISTANT)
    contestants = {"debtd": lambda: bench.debtd_cold("scan", tree, sample_seconds=0.05)}
    series = in_turn(bench.rounds, contestants)["debtd"]
    return (
        Line(
            work="peak memory of the whole process tree (sum of PSS), cold scan, all bundled rules,"
            " Home Assistant 2024.1.0 (6,465 Python files)",
            target=AtMost(700, " MB"),
            value=series.peak_bytes / 1e6,
            unit=" MB",
            detail=f"highest of {len(series.runs)} runs; {series.times}",
        ),
    )


ROW = Row(name="memory", work="peak memory, cold scan, Home Assistant", measure=_measure)
