"""All bundled rules of both engines on two processors, and on one of them."""

import os

from benchmarks.bench import Bench
from benchmarks.corpora import DJANGO
from benchmarks.measure import in_turn
from benchmarks.row import AtLeast, Line, NotMeasured, Row


def _measure(bench: Bench) -> tuple[Line, ...]:
    available = sorted(os.sched_getaffinity(0))
    if len(available) < 2:
        raise NotMeasured("this machine gives one processor; two are needed")
    tree = bench.tree(DJANGO)
    one, two = frozenset(available[:1]), frozenset(available[:2])
    series = in_turn(
        bench.rounds,
        {
            "on two": lambda: bench.debtd_cold("scan", tree, cpus=two),
            "on one": lambda: bench.debtd_cold("scan", tree, cpus=one),
        },
    )
    on_two, on_one = series["on two"], series["on one"]
    return (
        Line(
            work="cold scan, all bundled rules of both engines, Django 5.2.1 (Python and 112 JavaScript files):"
            " times faster on 2 processors than on 1",
            target=AtLeast(1.8, " x"),
            value=on_one.wall / on_two.wall,
            unit=" x",
            detail=f"2 processors {on_two.times}; 1 processor {on_one.times}",
        ),
    )


ROW = Row(name="two-cores", work="cold scan on 2 processors against 1", measure=_measure)
