"""The page of all rules, `docs/rules.md`. A test keeps it current; `make docs` writes it."""

from collections.abc import Sequence

from debtd.rulekit.rule import Rule

_HEAD = """# Rules

Generated from the rules themselves; `debtd rules show RULE` tells the whole story of one, with examples.
A rule with a Python version applies only to projects that support nothing older.

| rule | language | fix | from Python | what it finds |
|---|---|---|---|---|
"""


def render_rules_page(rules: Sequence[Rule]) -> str:
    """One row a rule, by language and id."""
    rows = sorted(rules, key=lambda rule: (rule.languages[0] != "python", rule.languages, rule.id))
    return _HEAD + "".join(
        f"| `{rule.id}` | {', '.join(rule.languages)} | {'yes' if rule.has_fix else 'no'}"
        f" | {'.'.join(map(str, rule.fix_from)) if rule.fix_from else ''} | {_cell(rule.summary)} |\n"
        for rule in rows
    )


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
