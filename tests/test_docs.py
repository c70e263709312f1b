"""What the documents say is so."""

import re

from debtd.rulekit.docs import render_rules_page
from debtd.rulekit.loader import load_rules
from tests.support.command import ROOT
from tests.support.manners import rows

RULES = load_rules([ROOT / "rules"])


def test_the_page_of_rules_is_current() -> None:
    assert (ROOT / "docs/rules.md").read_text() == render_rules_page(RULES), "run `make docs`"


def test_the_readme_counts_the_rules_right() -> None:
    python = [rule for rule in RULES if rule.languages == ("python",)]
    others = [rule for rule in RULES if rule not in python]
    said = re.search(r"(\d+) for Python with codemods, (\d+) for other languages", (ROOT / "README.md").read_text())
    assert said is not None
    assert (int(said[1]), int(said[2])) == (len(python), len(others))
    assert all(rule.has_fix for rule in python)


def test_every_link_between_documents_leads_somewhere() -> None:
    for page in (*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")):
        for target in re.findall(r"\]\((?!https?:)([^)#]+)", page.read_text()):
            assert (page.parent / target).exists(), f"{page}: {target}"


def test_commands_that_the_readme_names_exist() -> None:
    text = (ROOT / "README.md").read_text()
    named = set(re.findall(r"\bdebtd (run|scan|fix|doctor|pr|findings|rules|schedule|db)\b", text))
    assert {"run", "scan", "fix", "doctor", "pr", "findings", "rules", "schedule"} <= named


def test_every_case_of_manners_names_tests_that_exist() -> None:
    cases = [row.case.partition(" ")[0] for row in rows()]
    assert cases == [f"{letter})" for letter in "abcdefghijklmnopq"] + [f"{number}." for number in range(1, 26)]
    for row in rows():
        assert row.tests or "no model yet" in row.debtd, row.case
        for path, name in row.tests:
            assert (f"def {name}(" if name else "def test_") in (ROOT / path).read_text(), f"{path}::{name}"
