"""Ten times as many rules, cold."""

from benchmarks.bench import ROOT, Bench, options_for
from benchmarks.corpora import DJANGO
from benchmarks.grown_rules import grow
from benchmarks.measure import in_turn
from benchmarks.row import AtMost, Line, Row

PYTHON_RULES, SEMGREP_RULES = 14, 6


def _measure(bench: Bench) -> tuple[Line, ...]:
    tree = bench.tree(DJANGO)
    few = _first_bundled(bench)
    with bench.folder() as folder:
        grown = grow(ROOT / "rules", folder)
        many = [*few, *grown]
        series = in_turn(
            bench.rounds,
            {
                f"{len(few)} rules": lambda: bench.debtd_cold("scan", tree, *options_for(few)),
                f"{len(many)} rules": lambda: bench.debtd_cold("scan", tree, "--rules", folder, *options_for(many)),
            },
        )
    base, more = series.values()
    return (
        Line(
            work=f"rules {len(few)} → {len(many)} of the bundled kind, each with names of its own, cold scan of Django"
            " 5.2.1: wall time",
            target=AtMost(2, " x"),
            value=more.wall / base.wall,
            unit=" x",
            detail=f"cpu {more.cpu / base.cpu:.2f} x; {len(few)} rules {base.times}; {len(many)} rules {more.times}",
        ),
    )


def _first_bundled(bench: Bench) -> list[str]:
    """Twenty bundled rules in the proportion of the catalogue, the first by name of each engine."""
    languages = bench.rule_languages
    python = sorted(rule_id for rule_id in languages if languages[rule_id] == {"python"})
    others = sorted(languages.keys() - python)
    return [*python[:PYTHON_RULES], *others[:SEMGREP_RULES]]


ROW = Row(name="more-rules", work="rules 20 → 200 of the bundled kind, cold", measure=_measure)
