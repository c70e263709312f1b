"""A cold scan with twenty semgrep rules, by debtd and by semgrep itself, on the same files."""

import functools
from collections.abc import Callable
from pathlib import Path

from benchmarks import semgrep_cli
from benchmarks.bench import ROOT, Bench, options_for
from benchmarks.corpora import DJANGO
from benchmarks.measure import Run, in_turn
from benchmarks.row import AtMost, Line, Row

RULES = ROOT / "benchmarks" / "rules20"
_SHOWN = 3


def _measure(bench: Bench) -> tuple[Line, ...]:
    tree = bench.tree(DJANGO)
    chosen = options_for(sorted(rule.stem for rule in RULES.glob("*.yaml")))

    def ours() -> Run:
        return bench.debtd_cold("scan", tree, "--rules", RULES, *chosen, "--format", "json")

    def theirs(*, tuned: bool = False) -> Run:
        with bench.folder() as home:
            configs = sorted(RULES.glob("*.yaml"))
            # Without the pattern it would also read a template that begins with `#!/usr/bin/env python`.
            return semgrep_cli.semgrep_scan(bench, home, configs, tree, [tree], only="*.py", tuned=tuned)

    contestants: dict[str, Callable[[], Run]] = {
        "debtd": ours,
        "semgrep scan": theirs,
        "semgrep scan, tuned": functools.partial(theirs, tuned=True),
    }
    series = in_turn(bench.rounds, contestants)
    debtd, semgrep, tuned = series.values()
    return (
        Line(
            work="cold scan, Django 5.2.1 (2,818 Python files), 20 equal semgrep rules, against `semgrep scan`:"
            " wall time",
            target=AtMost(0.35),
            value=debtd.wall / semgrep.wall,
            detail=f"processor time {debtd.cpu / semgrep.cpu:.2f}; debtd {debtd.times}; semgrep scan {semgrep.times}",
        ),
        Line(
            work="the same against `semgrep scan` with debtd's own setting of the OCaml heap (OCAMLRUNPARAM=s=4M)",
            target=None,
            value=debtd.wall / tuned.wall,
            detail=f"processor time {debtd.cpu / tuned.cpu:.2f}; semgrep scan, tuned {tuned.times}",
        ),
        *_equal(debtd.runs[0], semgrep.runs[0], tree),
    )


def _equal(ours: Run, theirs: Run, tree: Path) -> tuple[Line, ...]:
    debtd, semgrep = semgrep_cli.debtd_places(ours), semgrep_cli.semgrep_places(theirs, tree)
    differing = sorted(debtd ^ semgrep)
    shown = "; ".join(f"{'debtd' if place in debtd else 'semgrep'} only: {place}" for place in differing[:_SHOWN])
    files = semgrep_cli.debtd_scanned(ours), len(semgrep_cli.semgrep_scanned(theirs, tree))
    return (
        Line(
            work="the same: findings (path, line, rule) that only one of the two reports",
            target=AtMost(0),
            value=len(differing),
            detail=f"debtd {len(debtd):,}, semgrep {len(semgrep):,} {shown}".strip(),
        ),
        Line(
            work="the same: difference in the number of files scanned in full",
            target=AtMost(0),
            value=abs(files[0] - files[1]),
            detail=f"debtd {files[0]:,}, semgrep {files[1]:,}",
        ),
    )


ROW = Row(name="cold-semgrep", work="cold scan, Django 5.2.1, 20 equal semgrep rules", measure=_measure)
