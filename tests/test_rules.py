"""Every LibCST rule against its own examples."""

from datetime import date
from pathlib import Path

import pytest

from debtd.model.errors import ConfigError
from debtd.rulekit.examples import example_problems
from debtd.rulekit.loader import load_rules
from debtd.rulekit.rule import Rule, SemgrepPattern

ROOT = Path(__file__).parent.parent
RULES = load_rules([ROOT / "rules"])
LIBCST_RULES = [rule for rule in RULES if not isinstance(rule.detect, SemgrepPattern)]


@pytest.mark.parametrize("rule", LIBCST_RULES, ids=lambda rule: rule.id)
def test_rule_keeps_the_promises_of_its_examples(rule: Rule) -> None:
    assert example_problems(rule) == ()


def test_deadlines_are_the_releases_that_removed_what_is_found() -> None:
    deadlines = {rule.id: rule.deadline for rule in RULES if rule.deadline is not None}
    assert deadlines == {
        "collections-abc-alias": date(2021, 10, 4),
        "deprecated-unittest-alias": date(2023, 10, 2),
        "numpy-builtin-alias": date(2022, 12, 18),
    }


@pytest.mark.parametrize("text", ["2026-10-31", '"soon"', "20", '""'])
def test_a_deadline_of_a_semgrep_rule_is_a_day_in_quotes(text: str, tmp_path: Path) -> None:
    rule = "go-ioutil"
    for path in (ROOT / "rules/go").glob(f"{rule}.*"):
        (tmp_path / path.name).write_text(path.read_text().replace("metadata:", "metadata:\n      deadline: DAY"))
    yaml = tmp_path / f"{rule}.yaml"
    body = yaml.read_text()
    yaml.write_text(body.replace("DAY", '"2026-10-31"'))
    assert load_rules([tmp_path])[0].deadline == date(2026, 10, 31)
    yaml.write_text(body.replace("DAY", text))
    with pytest.raises(ConfigError, match="`deadline` must be a day in quotes"):
        load_rules([tmp_path])
