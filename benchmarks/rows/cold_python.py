"""A cold scan with all bundled Python rules, against Fixit and against ruff."""

from pathlib import Path

from benchmarks.bench import ROOT, Bench
from benchmarks.corpora import DJANGO
from benchmarks.measure import Run, Series, in_turn, run
from benchmarks.peers import FIXIT, RUFF
from benchmarks.row import AtLeast, AtMost, Line, Row

FIXIT_RULES = ROOT / "benchmarks" / "fixit_rules"
SAMPLE = 16
RUFF_SELECTION = ("--isolated", "--select", "UP,B,DTZ", "--quiet")


def cold_scan(bench: Bench, tree: Path) -> Run:
    """All bundled Python rules over a tree, by a debtd without any state."""
    return bench.debtd_cold("scan", tree, *bench.only_python())


def _against_fixit(bench: Bench) -> tuple[Line, ...]:
    tree, fixit = bench.tree(DJANGO), bench.peer(FIXIT)
    files = sorted(tree.rglob("*.py"))
    sample = files[::SAMPLE]

    def theirs() -> Run:
        with bench.folder() as home:
            # Fixit ends with 1 when a rule fires.
            env = bench.environment(home) | {"PYTHONPATH": str(FIXIT_RULES), "PYTHONDONTWRITEBYTECODE": "1"}
            argv: list[str | Path] = [fixit, "--rules", "five_rules", "lint", *sample]
            return run(argv, cwd=home, env=env, exit_codes=frozenset({0, 1}))

    series = in_turn(bench.rounds, {"debtd": lambda: cold_scan(bench, tree), "fixit": theirs})
    debtd, peer = series["debtd"], series["fixit"]
    mean = _mean_kilobytes(files), _mean_kilobytes(sample)
    return (
        Line(
            work="cold scan, Django 5.2.1, all bundled Python rules, against Fixit with five rules:"
            " times faster per file, in processor time",
            target=AtLeast(100, " x"),
            unit=" x",
            value=(peer.cpu / len(sample)) / (debtd.cpu / len(files)),
            detail=f"debtd {_per_file(debtd, len(files))} over {len(files):,} files of {mean[0]:.1f} kB in the mean;"
            f" Fixit {_per_file(peer, len(sample))} over every {SAMPLE}th file ({len(sample)} of {mean[1]:.1f} kB)",
        ),
    )


def _per_file(series: Series, files: int) -> str:
    return f"{1000 * series.cpu / files:.2f} ms CPU, {1000 * series.wall / files:.2f} ms wall"


def _mean_kilobytes(files: list[Path]) -> float:
    return sum(path.stat().st_size for path in files) / len(files) / 1000


def _against_ruff(bench: Bench) -> tuple[Line, ...]:
    tree, ruff = bench.tree(DJANGO), bench.peer(RUFF)

    def theirs() -> Run:
        with bench.folder() as home:
            argv: list[str | Path] = [ruff, "check", *RUFF_SELECTION, "--no-cache", "--no-respect-gitignore", tree]
            return run(argv, cwd=home, env=bench.environment(home), exit_codes=frozenset({0, 1}))

    series = in_turn(bench.rounds, {"debtd": lambda: cold_scan(bench, tree), "ruff": theirs})
    debtd, peer = series["debtd"], series["ruff"]
    return (
        Line(
            work="cold scan, Django 5.2.1, all bundled Python rules, against `ruff check --select UP,B,DTZ --no-cache`:"
            " processor time",
            target=AtMost(4),
            value=debtd.cpu / peer.cpu,
            detail=f"debtd {debtd.times}, {debtd.peak_bytes / 1e6:.0f} MB; ruff {peer.times}",
        ),
    )


FIXIT_ROW = Row(name="cold-fixit", work="cold scan, Django 5.2.1, Python rules, against Fixit", measure=_against_fixit)
RUFF_ROW = Row(name="cold-ruff", work="cold scan, Django 5.2.1, Python rules, against ruff", measure=_against_ruff)
