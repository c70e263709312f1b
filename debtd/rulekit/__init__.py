"""All that a rule author may import. See docs/writing-a-rule.md."""

from debtd.model.finding import Severity
from debtd.rulekit.change import Change
from debtd.rulekit.identifiers import BACKSLASH
from debtd.rulekit.node import INVALID_ESCAPE, NOTHING, SOME, Inside, Node, Twice
from debtd.rulekit.rule import Bad, Rule

TYPE_CHECKING = False  # as in `typing`, without importing it
if TYPE_CHECKING:
    from debtd.rulekit.querysets import QuerySetVisitor
    from debtd.rulekit.visitor import RuleVisitor

__all__ = [
    "BACKSLASH",
    "INVALID_ESCAPE",
    "NOTHING",
    "SOME",
    "Bad",
    "Change",
    "Inside",
    "Node",
    "QuerySetVisitor",
    "Rule",
    "RuleVisitor",
    "Severity",
    "Twice",
]


def __getattr__(name: str) -> object:
    """The visitors come with LibCST, which is slow to import: only who writes or runs a rule needs them."""
    if name == "RuleVisitor":
        from debtd.rulekit.visitor import RuleVisitor  # noqa: PLC0415

        return RuleVisitor
    if name == "QuerySetVisitor":
        from debtd.rulekit.querysets import QuerySetVisitor  # noqa: PLC0415

        return QuerySetVisitor
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
