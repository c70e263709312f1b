"""What is asked of an engine when it has answered before: no more than is open."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from debtd.adapters.cache import SqliteAnswerCache
from debtd.model.coverage import Skipped, SkipReason
from debtd.model.project import Project
from debtd.model.scan import Answer, ScanResult
from debtd.pipeline import units
from debtd.pipeline.answers import add_up
from debtd.pipeline.scan import Engines, scan
from debtd.rulekit.rule import Rule
from debtd.wiring.durable import SystemClock
from tests.support.engines import TextEngine, Tree, TreeFiles, changed, tree_of
from tests.support.fakes import NoProgress, word_rule

OLD, BAD = word_rule("old"), word_rule("bad")
TREE = {"a.py": b"old x", "b.py": b"x bad", "c.py": b"x", "d/e.py": b"old bad"}


class Bench:
    """Scans trees by a fake engine with one cache for all."""

    def __init__(self, cache: SqliteAnswerCache) -> None:
        self.cache = cache
        self.engine = TextEngine()
        self.given: list[str] = []

    def scan(
        self, tree: Tree, rules: Sequence[Rule] = (OLD, BAD), *, floor: tuple[int, int] = (3, 9), moving: str = ""
    ) -> ScanResult:
        self.engine.runs.clear()
        files = TreeFiles(tree, [moving])
        engines = Engines(detectors=[self.engine], cache=self.cache)
        result = scan(tree_of(tree), files, rules, engines, Project(min_python=floor), NoProgress())
        self.given = files.given
        return result


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    def fail(why: str) -> None:
        raise AssertionError(why)

    cache = SqliteAnswerCache(tmp_path / "cache.sqlite3", lambda: "code", 10_000_000, SystemClock(), fail)
    yield Bench(cache)
    cache.close()


def places(result: ScanResult) -> list[tuple[str, str]]:
    return [(match.path, match.text) for match in result.matches]


def test_nothing_is_run_or_put_on_disk_twice(bench: Bench) -> None:
    first = bench.scan(TREE)
    assert bench.engine.runs == [(frozenset({OLD.id, BAD.id}), tuple(TREE))]
    again = bench.scan(TREE)
    assert (bench.engine.runs, bench.given) == ([], [])
    assert (again.matches, again.coverage, again.fired) == (first.matches, first.coverage, first.fired)
    assert again.fired == {OLD.id, BAD.id}


def test_renames_copies_and_reverts_cost_nothing(bench: Bench) -> None:
    bench.scan(TREE)
    bench.scan({**TREE, "a.py": b"changed old"})
    assert bench.given == ["a.py"]
    moved = {"z.py": TREE["a.py"], "y/z.py": TREE["a.py"], "b.py": TREE["b.py"]}
    assert places(bench.scan(moved)) == [("b.py", "bad"), ("y/z.py", "old"), ("z.py", "old")]
    assert bench.given == []
    bench.scan(TREE)
    assert bench.engine.runs == []


def test_a_blob_is_read_once_wherever_it_stands(bench: Bench) -> None:
    result = bench.scan({"a.py": b"old", "b.py": b"old", "d/c.py": b"old"})
    assert bench.given == ["a.py"]
    assert places(result) == [("a.py", "old"), ("b.py", "old"), ("d/c.py", "old")]
    assert {match.blob for match in result.matches} == {tree_of({"a.py": b"old"}).files[0].blob}


def test_the_ending_is_part_of_the_question(bench: Bench) -> None:
    bench.scan({"a.py": b"old"})
    bench.scan({"a.pyi": b"old"})
    assert bench.given == ["a.pyi"]


def test_a_changed_rule_is_run_alone_and_only_where_its_words_stand(bench: Bench) -> None:
    bench.scan(TREE)
    result = bench.scan(TREE, (OLD, changed(BAD, "new")))
    assert bench.engine.runs == [(frozenset({BAD.id}), ("b.py", "d/e.py"))]
    assert {m.message for m in result.matches if m.rule_id == BAD.id} == {"new"}
    assert result.fired == {OLD.id, BAD.id}
    bench.scan(TREE)
    assert bench.engine.runs == []


def test_a_new_rule_that_no_file_wants_still_has_to_be_heard(bench: Bench) -> None:
    bench.scan(TREE)
    new = word_rule("absent")
    assert new.id in bench.scan(TREE, (OLD, BAD, new)).fired
    assert bench.engine.runs == [(frozenset({new.id}), ())]
    assert new.id in bench.scan(TREE, (OLD, BAD, new)).fired
    assert bench.engine.runs == []


def test_fewer_rules_need_no_run(bench: Bench) -> None:
    bench.scan(TREE)
    result = bench.scan(TREE, (OLD,))
    assert bench.engine.runs == []
    assert {match.rule_id for match in result.matches} == {OLD.id}


def test_another_floor_or_version_is_asked_anew(bench: Bench) -> None:
    bench.scan(TREE)
    bench.scan(TREE, floor=(3, 8))
    assert len(bench.engine.runs) == 1
    bench.engine.version = "2"
    bench.scan(TREE, floor=(3, 8))
    assert bench.given == list(TREE)


def test_a_skip_that_lasts_is_remembered_one_of_the_moment_is_not(bench: Bench) -> None:
    tree = {"a.py": b"old (", "b.py": b"slow old", "c.py": b"old\0"}
    first = bench.scan(tree)
    assert set(first.coverage.by_reason()) == {SkipReason.SYNTAX, SkipReason.TIMEOUT, SkipReason.NUL_BYTE}
    assert bench.scan(tree).coverage == first.coverage
    assert bench.given == ["b.py"]


def test_a_skip_is_no_answer_to_fewer_rules(bench: Bench) -> None:
    tree = {"a.py": b"old ("}
    bench.scan(tree)
    assert bench.scan(tree, (BAD,)).coverage.scanned == {"a.py"}
    assert bench.scan(tree, (OLD, BAD)).coverage.scanned == frozenset()
    assert bench.engine.runs == []


def test_a_rule_that_hears_nothing_is_asked_again_and_never_believed(bench: Bench) -> None:
    deaf = changed(BAD, "deaf")
    bench.scan(TREE, (OLD, deaf))
    for _ in range(2):
        result = bench.scan(TREE, (OLD, deaf))
        assert result.fired == {OLD.id}
        assert [rules for rules, _ in bench.engine.runs] == [frozenset({BAD.id})]


def test_a_broken_rule_is_asked_again_and_said_to_be_broken(bench: Bench) -> None:
    broken = changed(BAD, "broken")
    for _ in range(3):
        result = bench.scan(TREE, (OLD, broken))
        assert result.broken == {BAD.id: "it is broken"}
        assert result.coverage.by_reason() == {SkipReason.RULE_ERROR: 2}
    assert bench.given == ["b.py", "d/e.py"]


def test_a_rule_that_fails_without_spoiling_the_file_is_said_to_be_broken_each_time(bench: Bench) -> None:
    for _ in range(3):
        result = bench.scan(TREE, (OLD, changed(BAD, "cracked")))
        assert result.broken == {BAD.id: "it is broken"}
        assert result.coverage.scanned == TREE.keys()


def test_a_cut_answer_is_none_to_more_rules() -> None:
    cut = Answer(rules=frozenset("a"), skipped=Skipped(SkipReason.TOO_MANY_MATCHES))
    assert add_up(frozenset("a"), [cut], {"a": "a"}) == cut
    assert add_up(frozenset("ab"), [cut], {"a": "a", "b": "b"}).rules == frozenset()


def test_too_many_matches_are_a_matter_of_all_rules(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("debtd.pipeline.answers._MANY_MATCHES", 2)
    bench.engine.limit = 3
    tree = {"a.py": b"old bad old bad"}
    assert bench.scan(tree, (OLD,)).coverage.scanned == {"a.py"}
    assert bench.scan(tree, (BAD,)).coverage.scanned == {"a.py"}
    both = bench.scan(tree)
    assert (len(both.matches), both.coverage.by_reason()) == (3, {SkipReason.TOO_MANY_MATCHES: 1})
    assert bench.scan(tree).coverage == both.coverage
    assert bench.engine.runs == []


def test_what_changed_while_it_was_read_is_not_kept(bench: Bench) -> None:
    bench.scan(TREE, moving="a.py")
    bench.scan(TREE)
    assert bench.given == ["a.py"]


def test_many_different_histories_become_few_runs(bench: Bench) -> None:
    rules = [word_rule(word) for word in ("aa", "bb", "cc", "dd", "ee")]
    tree = {f"{n}.py": b"aa bb cc dd ee %d" % n for n in range(5)}
    for number, rule in enumerate(rules):
        bench.scan({f"{number}.py": tree[f"{number}.py"]}, (rule,))
    result = bench.scan(tree, rules)
    assert len(bench.engine.runs) == 1
    assert len(result.matches) == 25


def test_a_killed_scan_goes_on_where_its_last_part_ended(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(units, "BATCH_FILES", 2)
    asked = bench.engine.detect

    def dying(sources, *rest):
        if sources[0].path == "c.py":
            raise KeyboardInterrupt
        return asked(sources, *rest)

    monkeypatch.setattr(TextEngine, "detect", lambda _self, *arguments: dying(*arguments))
    with pytest.raises(KeyboardInterrupt):
        bench.scan(TREE)
    monkeypatch.undo()
    assert len(bench.scan(TREE).matches) == 4
    assert bench.given == ["c.py", "d/e.py"]


def test_a_rule_that_reads_paths_has_answers_for_each(bench: Bench) -> None:
    bound = changed(OLD, "paths")
    assert places(bench.scan({"src/a.py": b"old", "b.py": b"old"}, (bound,))) == [("src/a.py", "old")]
    assert places(bench.scan({"src/b.py": b"old", "a.py": b"old"}, (bound,))) == [("src/b.py", "old")]
