"""Every semgrep rule against its own examples, all in one semgrep process."""

import re
from pathlib import Path, PurePosixPath

import pytest

from debtd.adapters.semgrep import SemgrepDetector
from debtd.model.edit import apply_edits, merge_edits
from debtd.model.finding import Match
from debtd.model.project import Project
from debtd.model.scan import Detection
from debtd.rulekit.loader import load_rules
from debtd.rulekit.rule import Rule, SemgrepPattern
from tests.support.fakes import NoProgress
from tests.support.semgrep import write_sources

pytestmark = pytest.mark.xdist_group("semgrep rules")

ROOT = Path(__file__).parent.parent / "rules"
RULES = [rule for rule in load_rules([ROOT]) if isinstance(rule.detect, SemgrepPattern)]
every_rule = pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
every_fix = pytest.mark.parametrize("rule", [rule for rule in RULES if rule.has_fix], ids=lambda rule: rule.id)


def pattern_of(rule: Rule) -> SemgrepPattern:
    assert isinstance(rule.detect, SemgrepPattern)
    return rule.detect


def lines_after(mark: str, rule: Rule) -> set[int]:
    """The numbers of the lines that follow a comment `ruleid: <id>` or `ok: <id>`."""
    text = re.compile(rf"\b{mark}: {re.escape(rule.id)}\b")
    lines = pattern_of(rule).example.split("\n")
    return {number + 1 for number, line in enumerate(lines, 1) if text.search(line)}


@pytest.fixture(scope="module")
def detection(tmp_path_factory: pytest.TempPathFactory) -> Detection:
    files: dict[str, bytes] = {}
    for rule in RULES:
        pattern = pattern_of(rule)
        files[f"example/{pattern.example_name}"] = pattern.example.encode()
        if pattern.fixed is not None:
            files[f"fixed/{pattern.example_name}"] = pattern.fixed.encode()
    folder = tmp_path_factory.mktemp("rules")
    sources = write_sources(folder / "files", files)
    return SemgrepDetector(folder=folder / "scratch").detect(sources, RULES, Project(), NoProgress())


def matches(detection: Detection, folder: str, rule: Rule) -> list[Match]:
    path = f"{folder}/{pattern_of(rule).example_name}"
    return [match for match in detection.matches if (match.path, match.rule_id) == (path, rule.id)]


def test_every_example_is_read_in_full_and_every_control_fires(detection):
    assert detection.skipped == {}
    assert detection.broken == {}
    assert detection.fired == {rule.id for rule in RULES}


@every_rule
def test_silent_where_the_example_says_ok(detection, rule):
    silent = lines_after("ok", rule)
    assert silent
    assert not {match.span.line for match in matches(detection, "example", rule)} & silent


@every_rule
def test_reported_exactly_where_the_example_says_ruleid(detection, rule):
    assert {match.span.line for match in matches(detection, "example", rule)} == lines_after("ruleid", rule)


@every_rule
def test_no_other_rule_speaks_up(detection, rule):
    example = f"example/{pattern_of(rule).example_name}"
    assert {match.rule_id for match in detection.matches if match.path == example} == {rule.id}


@every_fix
def test_fix_gives_exactly_the_fixed_example(detection, rule):
    found = matches(detection, "example", rule)
    assert [match.no_fix for match in found if match.no_fix] == []
    fixed = apply_edits(pattern_of(rule).example.encode(), merge_edits(e for match in found for e in match.edits))
    assert fixed.decode() == pattern_of(rule).fixed


@every_fix
def test_fixed_example_is_clean(detection, rule):
    assert matches(detection, "fixed", rule) == []


@every_rule
def test_files_stand_where_semgrep_looks_for_them(rule):
    path = Path(rule.path)
    assert path.parent.parent == ROOT
    assert PurePosixPath(pattern_of(rule).example_name).stem == path.stem == rule.id
