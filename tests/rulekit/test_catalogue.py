"""Noted declarations: equal to the rules themselves, never stale, never in the way."""

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from debtd.model.errors import ConfigError
from debtd.rulekit import catalogue
from debtd.rulekit.catalogue import load_declared
from debtd.rulekit.loader import load_rules
from debtd.rulekit.rule import Rule, SemgrepPattern
from tests.support.cst import write_rule

BUNDLED = Path(__file__).parents[2] / "rules"


def bare(rule: Rule) -> Rule:
    return rule if isinstance(rule.detect, SemgrepPattern) else replace(rule, detect=None)


@pytest.fixture
def note(tmp_path: Path) -> Path:
    return tmp_path / "state" / "rules.json"


def test_a_noted_rule_is_the_rule_but_for_its_code(note: Path) -> None:
    loaded = load_rules([BUNDLED])
    load_declared([BUNDLED], note)
    noted = load_declared([BUNDLED], note)

    assert noted == tuple(map(bare, loaded))
    assert [rule.digest for rule in noted] == [rule.digest for rule in loaded]
    assert [rule.declaration for rule in noted] == [rule.declaration for rule in loaded]


def test_noted_rules_are_read_without_their_code(tmp_path: Path, note: Path) -> None:
    load_declared([BUNDLED], note)
    code = (
        "import sys; from pathlib import Path; from debtd.rulekit.catalogue import load_declared;"
        f"rules = load_declared([Path({str(BUNDLED)!r})], Path({str(note)!r}));"
        "assert len(rules) > 20; print(sorted({'libcst', 'yaml'} & set(sys.modules)))"
    )
    child = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert child.stdout == "[]\n"


def test_a_changed_rule_or_example_is_read_again(tmp_path: Path, note: Path) -> None:
    folder = tmp_path / "rules"
    write_rule(folder, "finds-word", "pass", word="first")
    semgrep = BUNDLED / "javascript" / "js-buffer-constructor.yaml"
    for path in semgrep.parent.glob(f"{semgrep.stem}.*"):
        (folder / path.name).write_bytes(path.read_bytes())
    before = load_declared([folder], note)

    write_rule(folder, "finds-word", "pass", word="second")
    example = folder / "js-buffer-constructor.js"
    example.write_text(example.read_text() + "// more\n")

    after = load_declared([folder], note)
    assert [rule.words for rule in before if rule.words] == [(("first",),)]
    assert [rule.words for rule in after if rule.words] == [(("second",),)]
    assert after == tuple(map(bare, load_rules([folder])))


def test_new_code_of_debtd_makes_an_old_note_void(note: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    load_declared([BUNDLED], note)
    old = json.loads(note.read_text())
    old["rules"] = {path: {**row, "rule": {**row["rule"], "message": "old"}} for path, row in old["rules"].items()}
    note.write_text(json.dumps(old))
    assert {rule.message for rule in load_declared([BUNDLED], note)} == {"old"}

    monkeypatch.setattr(catalogue, "__version__", "next")
    assert "old" not in {rule.message for rule in load_declared([BUNDLED], note)}


@pytest.mark.parametrize("text", ["", "[]", "{", '{"kit": 1, "rules": {}}', '{"rules": {"x": 1}}', "\x00"])
def test_a_spoilt_note_is_written_anew(text: str, note: Path) -> None:
    load_declared([BUNDLED], note)
    good = note.read_text()
    note.write_text(text)
    assert len(load_declared([BUNDLED], note)) == len(load_rules([BUNDLED]))
    assert note.read_text() == good


def test_a_note_that_cannot_be_written_is_done_without(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    rules = load_declared([BUNDLED], tmp_path / "file" / "rules.json")
    assert len(rules) == len(load_rules([BUNDLED]))


def test_a_broken_rule_stops_the_start_up_whatever_is_noted(tmp_path: Path, note: Path) -> None:
    folder = tmp_path / "rules"
    write_rule(folder, "finds-word", "pass")
    load_declared([folder], note)
    write_rule(folder, "finds-word", "]")
    with pytest.raises(ConfigError, match=r"finds_word.py, line \d+: SyntaxError"):
        load_declared([folder], note)
