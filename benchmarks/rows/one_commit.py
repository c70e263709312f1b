"""One commit of ten changed files, all bundled rules of both engines, against `semgrep scan` of these ten files."""

from itertools import count

from benchmarks.bench import ROOT, Bench
from benchmarks.corpora import DJANGO
from benchmarks.measure import Run, in_turn
from benchmarks.repository import edit, make_repository, spread
from benchmarks.row import AtMost, Line, NotMeasured, Row
from benchmarks.semgrep_cli import open_places, semgrep_scan

_WORK = "one commit of 10 changed files (7 Python, 3 JavaScript) in Django 5.2.1, all bundled rules of both engines"


def _measure(bench: Bench) -> tuple[Line, ...]:
    configs = sorted(path for path in (ROOT / "rules").rglob("*.yaml"))
    numbers = count(1)
    with bench.folder() as folder:
        home = folder / "home"
        home.mkdir()
        repository = make_repository(bench, bench.tree(DJANGO), folder / "django")
        changed = [*spread(repository.folder, ".py", 7), *spread(repository.folder, ".js", 3)]

        def ours() -> Run:
            return bench.debtd(home, "run", repository.folder, "--stop-after", "scan")

        def ours_after_a_commit() -> Run:
            number = next(numbers)
            edit(changed, number)
            repository.commit(f"change {number}")
            return ours()

        def theirs() -> Run:
            return semgrep_scan(bench, home, configs, repository.folder, changed)

        ours()
        series = in_turn(bench.rounds, {"debtd": ours_after_a_commit, "semgrep scan": theirs})
        found = open_places(bench, home)
        fresh = folder / "fresh"
        fresh.mkdir()
        bench.debtd(fresh, "run", repository.folder, "--stop-after", "scan")
        if found != open_places(bench, fresh) or len(found) < bench.rounds:
            raise NotMeasured("after the commits, debtd's findings differ from those of a first scan")
    debtd, semgrep = series["debtd"], series["semgrep scan"]
    return (
        Line(
            work=f"{_WORK}: processor time",
            target=AtMost(1, " s"),
            value=debtd.cpu,
            unit=" s",
            detail=f"debtd {debtd.times}, {debtd.peak_bytes / 1e6:.0f} MB; the {len(found):,} findings are those of a"
            " first scan",
        ),
        Line(
            work="the same against `semgrep scan` of the 10 files with the bundled semgrep rules: processor time",
            target=AtMost(0.15),
            value=debtd.cpu / semgrep.cpu,
            detail=f"wall {debtd.wall / semgrep.wall:.2f}; semgrep scan {semgrep.times}",
        ),
    )


ROW = Row(name="one-commit", work=_WORK, measure=_measure)
