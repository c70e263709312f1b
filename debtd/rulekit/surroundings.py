"""What stands around a node of `ast`: the class and the function that it is directly in."""

import ast
from collections.abc import Mapping

from debtd.rulekit.node import FIRST_PARAMETER, OWN_CLASS

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
Meanings = Mapping[str, str]
"""The name that `OWN_CLASS` and `FIRST_PARAMETER` stand for at a place; one that has none is left out."""


class PartOnly(Exception):
    """Only a part of the file was read: what stands around the node is not known."""


class Surroundings:
    """Of one file. Nothing is looked at before the first question."""

    def __init__(self, tree: ast.AST, *, is_whole: bool) -> None:
        self._tree = tree
        self._is_whole = is_whole
        self._at: dict[ast.AST, Meanings] = {}

    def at(self, node: ast.AST) -> Meanings:
        """What the names mean where the node stands. Raises PartOnly."""
        if not self._is_whole:
            raise PartOnly
        if not self._at:
            self._look()
        return self._at[node]

    def _look(self) -> None:
        stack: list[tuple[ast.AST, Meanings]] = [(self._tree, {})]
        while stack:
            node, meanings = stack.pop()
            self._at[node] = meanings
            inner = _within(node, meanings)
            stack += [(child, inner) for child in ast.iter_child_nodes(node)]


def _within(node: ast.AST, meanings: Meanings) -> Meanings:
    if isinstance(node, ast.ClassDef):
        return {**meanings, OWN_CLASS: node.name}
    if isinstance(node, _FUNCTIONS):
        parameters = [*node.args.posonlyargs, *node.args.args]
        outer = {OWN_CLASS: meanings[OWN_CLASS]} if OWN_CLASS in meanings else {}
        return {**outer, FIRST_PARAMETER: parameters[0].arg} if parameters else outer
    return meanings
