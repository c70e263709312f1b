"""The second run over a repository in which nothing changed, against ruff with a warm cache on the same tree."""

from pathlib import Path

from benchmarks.bench import Bench
from benchmarks.corpora import DJANGO
from benchmarks.measure import Run, in_turn, run
from benchmarks.peers import RUFF
from benchmarks.repository import make_repository
from benchmarks.row import AtMost, Line, NotMeasured, Row
from benchmarks.rows.cold_python import RUFF_SELECTION
from benchmarks.semgrep_cli import open_places


def _measure(bench: Bench) -> tuple[Line, ...]:
    ruff = bench.peer(RUFF)
    with bench.folder() as folder:
        home = folder / "home"
        home.mkdir()
        repository = make_repository(bench, bench.tree(DJANGO), folder / "django").folder

        def ours() -> Run:
            return bench.debtd(home, "run", repository, "--stop-after", "scan")

        def theirs() -> Run:
            argv: list[str | Path] = [ruff, "check", *RUFF_SELECTION, "--cache-dir", home / "ruff", repository]
            return run(argv, cwd=home, env=bench.environment(home), exit_codes=frozenset({0, 1}))

        ours()
        theirs()
        known = open_places(bench, home)
        series = in_turn(bench.rounds, {"debtd": ours, "ruff": theirs})
        if not known or open_places(bench, home) != known:
            raise NotMeasured("debtd's findings are not the same after a run over an unchanged repository")
    debtd, peer = series["debtd"], series["ruff"]
    return (
        Line(
            work="nothing changed, `debtd run` on Django 5.2.1 against ruff's own warm-cache run: processor time",
            target=AtMost(0.7),
            value=debtd.cpu / peer.cpu,
            detail=f"wall {debtd.wall / peer.wall:.2f}; debtd {debtd.times}; ruff {peer.times};"
            f" {len(known):,} findings before and after",
        ),
    )


ROW = Row(name="unchanged", work="nothing changed, against ruff with a warm cache", measure=_measure)
