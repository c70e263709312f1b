"""All that a rule author may import. See docs/guides/writing-a-rule.md."""

from debtd.model.finding import Severity
from debtd.rulekit.change import Change
from debtd.rulekit.querysets import QuerySetVisitor
from debtd.rulekit.rule import BACKSLASH, Bad, Rule
from debtd.rulekit.visitor import RuleVisitor

__all__ = ["BACKSLASH", "Bad", "Change", "QuerySetVisitor", "Rule", "RuleVisitor", "Severity"]
