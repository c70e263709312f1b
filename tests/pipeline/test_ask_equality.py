"""Whatever was scanned before, a scan with the cache says what a scan without it says."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from debtd.adapters.cache import SqliteAnswerCache
from debtd.model.project import Project
from debtd.model.scan import ScanResult
from debtd.pipeline import answers, units
from debtd.pipeline.scan import Engines, scan
from debtd.rulekit.rule import Rule
from debtd.wiring.durable import SystemClock
from tests.support.engines import TextEngine, Tree, TreeFiles, changed, tree_of
from tests.support.fakes import NoProgress, word_rule

WORDS = ("aa", "bb", "cc", "dd")
DIGESTS = ("1", "2", "modern", "deaf", "broken", "cracked", "paths")
PATHS = ("a.py", "b.py", "b.pyi", "src/a.py", "src/x/c.py")
TEXTS = st.lists(st.sampled_from((*WORDS, "aa", "bb", "(", "x", "slow", "\0")), max_size=6).map(
    lambda words: " ".join(words).encode()
)


@dataclass(frozen=True)
class Step:
    """One scan: the tree, the rules that are chosen, the floor, and the engine's version."""

    tree: Tree
    rules: tuple[Rule, ...]
    floor: tuple[int, int] | None
    version: str


rule_sets = st.lists(st.tuples(st.sampled_from(WORDS), st.sampled_from(DIGESTS)), min_size=1, unique_by=lambda r: r[0])
steps = st.builds(
    Step,
    tree=st.dictionaries(st.sampled_from(PATHS), TEXTS, min_size=1),
    rules=rule_sets.map(lambda found: tuple(changed(word_rule(word), digest) for word, digest in sorted(found))),
    floor=st.sampled_from((None, (3, 8), (3, 12))),
    version=st.sampled_from(("1", "1", "1", "2")),
)


def result_of(step: Step, cache: SqliteAnswerCache | None, partial: bool) -> ScanResult:
    engine = TextEngine(partial=partial, version=step.version, limit=4)
    engines = Engines(detectors=[engine], cache=cache)
    project = Project(min_python=step.floor)
    return scan(tree_of(step.tree), TreeFiles(step.tree), step.rules, engines, project, NoProgress())


def compare(cached: ScanResult, plain: ScanResult) -> None:
    assert cached.matches == plain.matches
    assert cached.coverage == plain.coverage
    assert (cached.rule_ids, cached.attempted) == (plain.rule_ids, plain.attempted)
    assert cached.fired & cached.attempted == plain.fired & plain.attempted
    assert cached.broken.keys() == plain.broken.keys()


@pytest.fixture(autouse=True)
def small_limits() -> Iterator[None]:
    """Limits so small that random histories meet them."""
    with (
        patch.object(answers, "_MANY_MATCHES", 2),
        patch.object(units, "BATCH_FILES", 2),
        patch.object(units, "_START_IS_WORTH", 2),
    ):
        yield


@settings(max_examples=80)
@given(history=st.lists(steps, min_size=2, max_size=5), partial=st.booleans())
def test_cached_and_uncached_agree(history: list[Step], partial: bool) -> None:
    with TemporaryDirectory() as folder:
        told: list[str] = []
        cache = SqliteAnswerCache(
            Path(folder) / "cache.sqlite3", lambda: "code", 10_000_000, SystemClock(), told.append
        )
        try:
            for step in [*history, *history]:
                compare(result_of(step, cache, partial), result_of(step, None, partial))
        finally:
            cache.close()
        assert told == []
