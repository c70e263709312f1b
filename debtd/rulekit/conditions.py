"""The conditions of `Node`, compiled: functions from a node of `ast` and the facts of its file to a truth value."""

import ast
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from debtd.rulekit.imports import Imports
from debtd.rulekit.node import FIRST_PARAMETER, INVALID_ESCAPE, OWN_CLASS, Filled, Inside, Node, Twice
from debtd.rulekit.surroundings import Surroundings


class Facts(NamedTuple):
    """Of one file."""

    imports: Imports
    surroundings: Surroundings


Test = Callable[[ast.AST, Facts], bool]
"""Raises PartOnly where it asks for the surroundings of a part of a file."""
_RELATIVE = frozenset({OWN_CLASS, FIRST_PARAMETER})


def compiled(node: Node) -> Iterable[tuple[type, Test]]:
    """A test for each kind of the node."""
    test = _test(node)
    for kind in node.kinds:
        if kind != INVALID_ESCAPE:
            yield getattr(ast, kind), test


def _test(node: Node) -> Test:
    """Whether the conditions hold for a node whose kind is right."""
    tests = [_field_test(name, condition) for name, condition in node.conditions.items()]
    if not tests:
        return lambda _node, _facts: True
    return lambda found, facts: all(test(found, facts) for test in tests)


def _field_test(name: str, condition: object) -> Test:
    if name == "named":
        names = frozenset(map(str, _texts(condition)))
        return lambda found, facts: not names.isdisjoint(facts.imports.meanings(found))
    if name == "type":
        types = frozenset(map(str, _texts(condition)))
        return lambda found, _facts: type(getattr(found, "value", None)).__name__ in types
    if isinstance(condition, Filled):
        return lambda found, _facts: (getattr(found, name, None) not in (None, [])) is condition.value
    if isinstance(condition, Inside):
        matches = _any_of(condition.nodes)
        return lambda found, facts: any(
            matches(part, facts) for value in _values(found, name) for part in ast.walk(value)
        )
    if isinstance(condition, Twice):
        matches = _any_of(condition.nodes)
        return lambda found, facts: sum(matches(value, facts) for value in _values(found, name)) > 1
    return _plain_test(name, _texts(condition))


def _plain_test(name: str, wanted: Sequence[object]) -> Test:
    texts = frozenset(value for value in wanted if isinstance(value, str))
    relative = texts & _RELATIVE
    if relative:
        return lambda found, facts: getattr(found, name, None) in _absolute(texts, relative, found, facts)
    if texts:
        return lambda found, _facts: getattr(found, name, None) in texts
    matches = _any_of([value for value in wanted if isinstance(value, Node)])
    return lambda found, facts: any(matches(value, facts) for value in _values(found, name))


def _absolute(texts: frozenset[str], relative: frozenset[str], found: ast.AST, facts: Facts) -> frozenset[str]:
    """The texts, with what the relative ones mean at the node."""
    meanings = facts.surroundings.at(found)
    return (texts - relative) | {meanings[text] for text in relative if text in meanings}


def _texts(condition: object) -> Sequence[object]:
    assert isinstance(condition, tuple)  # noqa: S101  (the other conditions are sorted out)
    return condition


def _any_of(nodes: Sequence[Node]) -> Test:
    by_kind: dict[type, list[Test]] = defaultdict(list)
    for node in nodes:
        for kind, test in compiled(node):
            by_kind[kind].append(test)
    return lambda found, facts: any(test(found, facts) for test in by_kind.get(found.__class__, ()))


def _values(node: ast.AST, name: str) -> list[ast.AST]:
    value = getattr(node, name, None)
    values = value if isinstance(value, list) else [value]
    return [item for item in values if isinstance(item, ast.AST)]
