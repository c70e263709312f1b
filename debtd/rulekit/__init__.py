"""All that a rule author may import. See docs/writing-a-rule.md."""

from importlib import import_module

TYPE_CHECKING = False  # as in `typing`, without importing it
if TYPE_CHECKING:
    from debtd.model.finding import Severity
    from debtd.rulekit.change import Change
    from debtd.rulekit.identifiers import BACKSLASH
    from debtd.rulekit.node import FIRST_PARAMETER, INVALID_ESCAPE, NOTHING, OWN_CLASS, SOME, Inside, Node, Twice
    from debtd.rulekit.querysets import QuerySetVisitor
    from debtd.rulekit.rule import Bad, Rule
    from debtd.rulekit.visitor import RuleVisitor

__all__ = [
    "BACKSLASH",
    "FIRST_PARAMETER",
    "INVALID_ESCAPE",
    "NOTHING",
    "OWN_CLASS",
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

_HOMES = {
    "debtd.model.finding": ("Severity",),
    "debtd.rulekit.change": ("Change",),
    "debtd.rulekit.identifiers": ("BACKSLASH",),
    "debtd.rulekit.node": (
        "FIRST_PARAMETER",
        "INVALID_ESCAPE",
        "NOTHING",
        "OWN_CLASS",
        "SOME",
        "Inside",
        "Node",
        "Twice",
    ),
    "debtd.rulekit.querysets": ("QuerySetVisitor",),
    "debtd.rulekit.rule": ("Bad", "Rule"),
    "debtd.rulekit.visitor": ("RuleVisitor",),
}


def __getattr__(name: str) -> object:
    """Each name is imported when it is asked for: the visitors bring LibCST, and the sieve needs none of them all."""
    for module, names in _HOMES.items():
        if name in names:
            return getattr(import_module(module), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
