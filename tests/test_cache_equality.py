"""With the real engines: whatever the cache holds, a scan says what a scan without it says."""

import shutil
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from debtd.adapters.cache import SqliteAnswerCache
from debtd.adapters.cst_pool.pool import CstDetector
from debtd.adapters.folder import open_folder
from debtd.adapters.semgrep import SemgrepDetector
from debtd.model.coverage import SkipReason
from debtd.model.project import Project
from debtd.model.repo import Source
from debtd.model.scan import Detection, ScanResult
from debtd.pipeline.scan import Engines, languages_of, scan
from debtd.ports import Detector, Progress
from debtd.rulekit.loader import load_rules
from debtd.rulekit.rule import Rule, SemgrepPattern, control_of
from debtd.wiring.durable import SystemClock
from tests.support.fakes import NoProgress

pytestmark = pytest.mark.xdist_group("semgrep rules")

RULES = Path(__file__).parent.parent / "rules"
ODD = {
    "empty.py": b"",
    "again/empty.py": b"",
    "syntax.py": b"class A(object):\n  x = (\n",
    "python2.py": b"class A(object):\n    print 'x'\n",
    "two_types.py": b"class A(object):\n    try:\n        x\n    except A, B:\n        pass\n",
    "nul.py": b"class A(object):\n    x = '\0'\n",
    "encoding.py": b"# coding: utf-7\nclass A(object):\n    pass\n",
    "latin.py": b"# coding: latin-1\nclass A(object):\n    '\xe9' + u'\xe9'\n",
    "bytes.py": b"class A(object):\n    '\xff'\n",
    "deep.py": b"class A(object):\n    x = " + b"(" * 70 + b")" * 70 + b"\n",
    "carriage.py": b"class A(object):\r    pass\r",
    "many.py": b"class A(object): pass\n" * 1_100,
    "silenced.py": b"class A(object):  # nosemgrep\n    pass\n",
    "partial.js": b"var x = 1;\nfunction ( {{{ %%% \n",
}


class Counting:
    """An engine that counts what it is asked."""

    def __init__(self, engine: Detector) -> None:
        self._engine = engine
        self.name, self.version = engine.name, engine.version
        self.accepts, self.facts, self.reads_paths = engine.accepts, engine.facts, engine.reads_paths
        self.asked: list[tuple[int, int]] = []

    def detect(
        self, sources: Sequence[Source], rules: Sequence[Rule], project: Project, progress: Progress
    ) -> Detection:
        self.asked.append((len(sources), len(rules)))
        return self._engine.detect(sources, rules, project, progress)


class Bench:
    """A folder of code, a folder of rules, and both ways to scan."""

    def __init__(self, folder: Path) -> None:
        self.code, self.rules, self.scratch = folder / "code", folder / "rules", folder / "scratch"
        self.scratch.mkdir()
        shutil.copytree(RULES, self.rules)
        for path, data in ODD.items():
            self.write(path, data)
        for rule in load_rules([self.rules]):
            ending = Path(rule.detect.example_name).suffix if isinstance(rule.detect, SemgrepPattern) else ".py"
            self.write(f"examples/{rule.id}{ending}", control_of(rule).encode())
        self.cache = SqliteAnswerCache(folder / "cache.sqlite3", lambda: "code", 10**8, SystemClock(), pytest.fail)
        self.engines: list[Counting] = []

    def write(self, path: str, data: bytes) -> None:
        (self.code / path).parent.mkdir(parents=True, exist_ok=True)
        (self.code / path).write_bytes(data)

    def both(self, *ids: str, floor: tuple[int, int] | None = (3, 9), version: str = "") -> ScanResult:
        """Scan with and without the cache, and compare."""
        rules = [rule for rule in load_rules([self.rules]) if not ids or rule.id in ids]
        engines = (CstDetector([self.rules], 2, temporary_folder=self.scratch), SemgrepDetector(self.scratch, 2))
        self.engines = [Counting(engine) for engine in engines]
        for engine in self.engines:
            engine.version += version
        folder = open_folder(self.code, languages_of(rules))
        # The files are younger than a tick of the clock: what is unsure of them is another test's.
        folder = replace(folder, listed_at_ns=folder.listed_at_ns + 10**10)
        project = Project(min_python=floor, declared_in="the test" if floor else "")
        cached, plain = (
            scan(folder.tree, folder, rules, Engines(detectors=tools, cache=cache), project, NoProgress())
            for tools, cache in ((self.engines, self.cache), (engines, None))
        )
        assert cached.matches == plain.matches
        assert cached.coverage == plain.coverage
        assert (cached.fired & cached.attempted, cached.broken) == (plain.fired & plain.attempted, plain.broken)
        return cached

    @property
    def asked(self) -> list[list[tuple[int, int]]]:
        return [engine.asked for engine in self.engines]


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    made = Bench(tmp_path)
    yield made
    made.cache.close()


def test_cached_and_uncached_agree_with_real_engines(bench: Bench) -> None:
    first = bench.both()
    assert len(first.matches) > 1_000
    assert set(first.coverage.by_reason()) >= {
        SkipReason.SYNTAX, SkipReason.PYTHON2, SkipReason.NUL_BYTE, SkipReason.ENCODING, SkipReason.DEPTH,
        SkipReason.PARTIAL_PARSE, SkipReason.TOO_MANY_MATCHES,
    }  # fmt: skip
    bench.both()
    assert bench.asked == [[], []], "nothing that they were asked before"

    (bench.code / "examples").rename(bench.code / "moved")
    bench.write("new.py", b"class New(object):\n    x = u'y'\n")
    rule = bench.rules / "python/syntax/class_inherits_object.py"
    rule.write_text(rule.read_text() + "# changed\n")
    bench.both()
    ((python, _), *_), semgrep = bench.asked
    assert (0 < python < 20, semgrep) == (True, [])

    bench.both("class-inherits-object", "unicode-literal-prefix")
    assert bench.asked[1] == []
    bench.both(floor=(2, 7))
    bench.both(floor=None)
    bench.both(version=" next")
    assert all(bench.asked)
