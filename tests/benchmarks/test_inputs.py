"""What is measured must be what the table says: grown rules that work, edits that change, reports that are compared."""

import ast
import json
from pathlib import Path

import pytest

from benchmarks.bench import Bench
from benchmarks.grown_rules import grow
from benchmarks.measure import Run
from benchmarks.repository import edit, make_repository, spread
from benchmarks.rows import ROWS
from benchmarks.semgrep_cli import debtd_places, semgrep_places, semgrep_scanned
from debtd.rulekit.examples import example_problems
from debtd.rulekit.loader import load_rules
from debtd.rulekit.rule import SemgrepPattern

RULES = Path(__file__).parent.parent.parent / "rules"


@pytest.fixture(scope="module")
def grown(tmp_path_factory):
    folder = tmp_path_factory.mktemp("grown")
    ids = grow(RULES, folder)
    return ids, {rule.id: rule for rule in load_rules((RULES, folder))}


def test_180_rules_grow_beside_the_bundled_ones(grown):
    ids, rules = grown
    assert len(ids) == len(set(ids)) == 180
    assert set(ids) < rules.keys()
    assert sum(isinstance(rules[rule_id].detect, SemgrepPattern) for rule_id in ids) == 50


def test_grown_rules_look_for_names_of_their_own(grown):
    ids, rules = grown
    wanted = [str(rules[i].detect.body if isinstance(rules[i].detect, SemgrepPattern) else rules[i].words) for i in ids]
    assert len(set(wanted)) == 180


@pytest.mark.parametrize(
    "rule_id",
    [
        "lru-cache-arguments-20",
        "subprocess-universal-newlines-3",
        "numpy-builtin-alias-30",
        "deprecated-typing-alias-10",
        "deprecated-unittest-alias-4",
    ],
)
def test_grown_rules_find_and_mend_what_their_examples_say(grown, rule_id):
    assert example_problems(grown[1][rule_id]) == ()


def test_edits_change_every_file_each_time_and_leave_it_valid(tmp_path):
    tree = tmp_path / "tree"
    for number in range(20):
        (tree / f"p{number}").mkdir(parents=True)
        (tree / f"p{number}" / "m.py").write_text("# A comment\nx = 1\n" * 60)
        (tree / f"p{number}" / "s.js").write_text("// A comment\nlet x = 1;\n" * 60)
    bench = Bench(rounds=1, cache=tmp_path / "cache")
    repository = make_repository(bench, tree, tmp_path / "repository")
    chosen = [*spread(repository.folder, ".py", 7), *spread(repository.folder, ".js", 3)]
    assert len({path.parent for path in chosen}) >= 7
    for number in (1, 2):
        edit(chosen, number)
        repository.commit(f"change {number}")
        changed = repository.git("diff", "--name-only", "HEAD~1", "HEAD").splitlines()
        assert sorted(changed) == sorted(str(path.relative_to(repository.folder)) for path in chosen)
    added = [len(ast.parse(path.read_text()).body) - 60 for path in chosen[:7]]
    assert added == [2, 2, 2, 2, 4, 2, 2]


def said(document: object) -> Run:
    return Run(wall=0, cpu=0, peak_bytes=0, stdout=json.dumps(document).encode(), stderr=b"")


def test_places_of_both_reports_are_comparable():
    ours = said({"findings": [{"path": "a/b.py", "line": 3, "rule": "bare-except"}]})
    hit = {"path": "/tree/a/b.py", "start": {"line": 3}, "check_id": "benchmarks.rules20.bare-except"}
    paths = {"scanned": ["/tree/a/b.py", "c.py", "broken.py"]}
    theirs = said({"results": [hit], "errors": [{"path": "broken.py"}, {}], "paths": paths})
    assert debtd_places(ours) == semgrep_places(theirs, Path("/tree")) == {("a/b.py", 3, "bare-except")}
    assert semgrep_scanned(theirs, Path("/tree")) == {"a/b.py", "c.py"}


def test_rows_have_names_of_their_own():
    assert len({row.name for row in ROWS}) == len(ROWS)
