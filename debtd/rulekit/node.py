"""What a rule looks for in the cheap tree of Python's own parser: kinds of `ast` nodes with conditions on their fields.

Plain data, so that a file can be ruled out without loading the rule. A condition must hold for all that the rule may
report; where it holds too often, only time is lost, because LibCST has the last word.
"""

import ast
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, cast

INVALID_ESCAPE = "InvalidEscape"
"""Stands among kinds of nodes for a string literal that the parser warns of."""
OWN_CLASS = "<own class>"
"""Stands among the texts of a field for the name of the innermost class around the node."""
FIRST_PARAMETER = "<first parameter>"
"""Stands among the texts of a field for the name of the first parameter of the innermost function around the node."""


class Filled(Enum):
    """The condition that a field is filled (a list with elements, a value that is not None), or that it is not."""

    SOME = True
    NOTHING = False


SOME, NOTHING = Filled.SOME, Filled.NOTHING


@dataclass(frozen=True, slots=True)
class _Several:
    nodes: tuple["Node", ...]

    def __init__(self, *nodes: "Node") -> None:
        object.__setattr__(self, "nodes", nodes)


class Inside(_Several):
    """One of the nodes stands in the field, at any depth."""

    __slots__ = ()


class Twice(_Several):
    """At least two elements of the field are one of the nodes."""

    __slots__ = ()


Condition = tuple[str, ...] | tuple["Node", ...] | Inside | Twice | Filled


@dataclass(frozen=True, slots=True)
class Node:
    """A node of one of these kinds (names of classes in `ast`) for which every condition holds.

    A field's condition is a text or texts (the field is one of them), a node or nodes (the field, or an element of it,
    is one of them), `Inside`, `Twice`, `SOME` or `NOTHING`. Two conditions are about the node itself: `named` (the
    qualified name that imports give a name or a dotted name) and `type` (the type's name of a constant's value).
    """

    kinds: tuple[str, ...]
    conditions: Mapping[str, Condition]

    def __init__(self, *kinds: str, **conditions: "str | Node | Condition") -> None:
        object.__setattr__(self, "kinds", kinds)
        plain = {name: _condition(value) for name, value in conditions.items()}
        object.__setattr__(self, "conditions", plain)


def _condition(value: "str | Node | Condition") -> Condition:
    if isinstance(value, str):
        return (value,)
    return (value,) if isinstance(value, Node) else value


def encode_node(node: Node) -> list[object]:
    """Plain lists, texts and mappings, for JSON."""
    return [list(node.kinds), {name: _encode(condition) for name, condition in node.conditions.items()}]


def _encode(condition: Condition) -> object:
    if isinstance(condition, Filled):
        return condition.value
    if isinstance(condition, Inside | Twice):
        return {type(condition).__name__: [encode_node(node) for node in condition.nodes]}
    return [value if isinstance(value, str) else encode_node(value) for value in condition]


def decode_node(value: Sequence[Any]) -> Node:
    """The reverse of `encode_node`."""
    kinds, conditions = value
    return Node(*kinds, **{name: _decode(condition) for name, condition in conditions.items()})


def _decode(value: Any) -> Condition:
    if isinstance(value, bool):
        return Filled(value)
    if isinstance(value, dict):
        ((kind, nodes),) = value.items()
        inner = [decode_node(node) for node in nodes]
        return Inside(*inner) if kind == "Inside" else Twice(*inner)
    decoded = tuple(item if isinstance(item, str) else decode_node(item) for item in value)
    return cast(Condition, decoded)


def node_problem(node: Node) -> str:
    """What is wrong with the node's kinds and fields; "" when nothing is."""
    for kind in node.kinds:
        found = getattr(ast, kind, None)
        if kind != INVALID_ESCAPE and not (isinstance(found, type) and issubclass(found, ast.AST)):
            return f"`nodes` must be names of classes in `ast`, not {kind}"
        unknown = set(node.conditions) - set(getattr(found, "_fields", ())) - {"named", "type"}
        if unknown:
            return f"`{kind}` in `nodes` has no field {', '.join(sorted(unknown))}"
    inner = (part for condition in node.conditions.values() for part in _nodes_in(condition))
    return next((problem for problem in map(node_problem, inner) if problem), "")


def _nodes_in(condition: Condition) -> tuple[Node, ...]:
    if isinstance(condition, Filled):
        return ()
    if isinstance(condition, Inside | Twice):
        return condition.nodes
    return tuple(part for part in condition if isinstance(part, Node))
