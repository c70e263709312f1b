"""Other tools on the same tree, for orientation: they do other work, so there is no target."""

from pathlib import Path

from benchmarks.bench import ROOT, Bench
from benchmarks.corpora import CORPORA, DJANGO, Corpus
from benchmarks.measure import Run, in_turn, run
from benchmarks.peers import AST_GREP, CODEMODDER, PYUPGRADE, RUFF
from benchmarks.row import Line, Row
from benchmarks.rows.cold_python import RUFF_SELECTION, cold_scan

_CODEMODS = "literal-or-new-object-identity remove-future-imports combine-isinstance-issubclass"
_SAMPLE = 16


def _side(bench: Bench) -> tuple[Line, ...]:
    """One run each: whole numbers of seconds say enough here."""
    tree = bench.tree(DJANGO)
    files = sorted(tree.rglob("*.py"))
    return (
        _pyupgrade(bench, files),
        _codemodder(bench, files[::_SAMPLE]),
        _ast_grep(bench, tree, len(files)),
    )


def _line(what: str, done: Run, files: int) -> Line:
    detail = (
        f"{done.cpu:.2f} s CPU, {done.wall:.2f} s wall, {done.peak_bytes / 1e6:.0f} MB; one run over {files:,} files"
    )
    return Line(work=what, target=None, value=1000 * done.cpu / files, unit=" ms", detail=detail)


def _pyupgrade(bench: Bench, files: list[Path]) -> Line:
    """pyupgrade writes into the files, so it gets copies."""
    with bench.folder() as home:
        copies = [home / f"{number}.py" for number in range(len(files))]
        for copy, file in zip(copies, files, strict=True):
            copy.write_bytes(file.read_bytes())
        argv: list[str | Path] = [bench.peer(PYUPGRADE), "--py38-plus", "--exit-zero-even-if-changed", *copies]
        # It ends with 1 when it cannot read a file; Django's tests have some that are broken on purpose.
        done = run(argv, cwd=home, env=bench.environment(home), exit_codes=frozenset({0, 1}))
    return _line("pyupgrade --py38-plus, Django 5.2.1: processor time per file", done, len(files))


def _codemodder(bench: Bench, files: list[Path]) -> Line:
    with bench.folder() as home:
        target = home / "code"
        target.mkdir()
        for number, file in enumerate(files):
            (target / f"{number}.py").write_bytes(file.read_bytes())
        program = bench.peer(CODEMODDER)
        chosen = ",".join(f"pixee:python/{name}" for name in _CODEMODS.split())
        argv: list[str | Path] = [
            program,
            "--dry-run",
            "--codemod-include",
            chosen,
            "--output",
            home / "out.json",
            target,
        ]
        done = run(argv, cwd=home, env=bench.environment(home))
    work = f"codemodder --dry-run with 3 codemods, every {_SAMPLE}th file of Django 5.2.1: processor time per file"
    return _line(work, done, len(files))


def _ast_grep(bench: Bench, tree: Path, files: int) -> Line:
    with bench.folder() as home:
        rules = ROOT / "benchmarks" / "ast_grep_rules.yaml"
        argv: list[str | Path] = [
            bench.peer(AST_GREP),
            "scan",
            "--rule",
            rules,
            "--json=stream",
            "--no-ignore",
            "hidden",
            tree,
        ]
        done = run(argv, cwd=home, env=bench.environment(home), exit_codes=frozenset({0, 1}))
    return _line("ast-grep with 20 rules like those of rules20, Django 5.2.1: processor time per file", done, files)


def _corpora(bench: Bench) -> tuple[Line, ...]:
    return tuple(_corpus(bench, corpus) for corpus in CORPORA if corpus is not DJANGO)


def _corpus(bench: Bench, corpus: Corpus) -> Line:
    tree, ruff = bench.tree(corpus), bench.peer(RUFF)

    def theirs() -> Run:
        with bench.folder() as home:
            argv: list[str | Path] = [ruff, "check", *RUFF_SELECTION, "--no-cache", "--no-respect-gitignore", tree]
            return run(argv, cwd=home, env=bench.environment(home), exit_codes=frozenset({0, 1}))

    series = in_turn(1, {"debtd": lambda: cold_scan(bench, tree), "ruff": theirs})
    debtd, peer = series["debtd"], series["ruff"]
    return Line(
        work=f"cold scan, {corpus.name}, all bundled Python rules, against ruff: processor time",
        target=None,
        value=debtd.cpu / peer.cpu,
        detail=f"one run over {corpus.python_files:,} files: debtd {debtd.times}; ruff {peer.times}",
    )


SIDE_ROW = Row(name="side", work="pyupgrade, codemodder and ast-grep on Django 5.2.1", measure=_side)
CORPORA_ROW = Row(name="corpora", work="the other corpora, against ruff", measure=_corpora)
