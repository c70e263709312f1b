"""What the imports of a file can make a name mean, on `ast`: all that it may be, in whatever scope."""

import ast
from collections import defaultdict


class Imports:
    """Collects the import statements of one file; relative ones and plain assignments give no qualified name."""

    def __init__(self) -> None:
        self._meanings: dict[str, set[str]] = defaultdict(set)
        self._stars: set[str] = set()
        self._bound: set[str] = set()

    def add(self, statement: ast.AST) -> None:
        """Take an `ast.Import` or `ast.ImportFrom` into account."""
        if isinstance(statement, ast.Import):
            for alias in statement.names:
                first = alias.name.partition(".")[0]
                self._meanings[alias.asname or first].add(alias.name if alias.asname else first)
                self._bound.add(alias.name)
        elif isinstance(statement, ast.ImportFrom) and not statement.level and statement.module:
            for alias in statement.names:
                if alias.name == "*":
                    self._stars.add(statement.module)
                    continue
                self._meanings[alias.asname or alias.name].add(f"{statement.module}.{alias.name}")
                self._bound.add(f"{statement.module}.{alias.name}")

    def binds(self, name: str) -> bool:
        """Whether an import names exactly this."""
        return name in self._bound

    def meanings(self, node: ast.AST) -> set[str]:
        """The qualified names that a name or dotted name may have; a name that no import binds means itself."""
        rest = ""
        while isinstance(node, ast.Attribute):
            rest = f".{node.attr}{rest}"
            node = node.value
        if not isinstance(node, ast.Name):
            return set()
        known = self._meanings.get(node.id, set()) | {f"{module}.{node.id}" for module in self._stars} | {node.id}
        return {meaning + rest for meaning in known}
