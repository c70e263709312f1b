"""Every LibCST rule against its own examples."""

from pathlib import Path

import pytest

from debtd.rulekit.examples import example_problems
from debtd.rulekit.loader import load_rules
from debtd.rulekit.rule import Rule, SemgrepPattern

RULES = load_rules([Path(__file__).parent.parent / "rules"])
LIBCST_RULES = [rule for rule in RULES if not isinstance(rule.detect, SemgrepPattern)]


@pytest.mark.parametrize("rule", LIBCST_RULES, ids=lambda rule: rule.id)
def test_rule_keeps_the_promises_of_its_examples(rule: Rule) -> None:
    assert example_problems(rule) == ()
