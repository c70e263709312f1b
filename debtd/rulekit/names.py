"""What a name means, where that is plain: without building the scopes of the whole file.

Most names of a file are bound nowhere in it (builtins), or exactly once, by an import at module level. For those the
answer needs no scopes; for every other name the answer is "unclear", and the caller asks LibCST's scopes, which
cost more than all else together. Both must agree; a test compares them name by name.
"""

import builtins
from collections import defaultdict
from collections.abc import Mapping
from enum import Enum, auto

import libcst as cst


class Unclear(Enum):
    """The answer needs scopes."""

    UNCLEAR = auto()


UNCLEAR = Unclear.UNCLEAR

# Fields that bind the name in them; any other field of these nodes reads it.
_BINDING_FIELD: Mapping[type[cst.CSTNode], str] = {
    cst.AnnAssign: "target",
    cst.AugAssign: "target",
    cst.For: "target",
    cst.CompFor: "target",
    cst.NamedExpr: "target",
    cst.Param: "name",
}
_READERS = (
    cst.Annotation, cst.Arg, cst.Assert, cst.Assign, cst.Await, cst.BinaryOperation, cst.BooleanOperation, cst.Call,
    cst.CompIf, cst.Comparison, cst.ComparisonTarget, cst.Decorator, cst.DictComp, cst.DictElement, cst.ExceptHandler,
    cst.Expr, cst.FormattedStringExpression, cst.From, cst.GeneratorExp, cst.If, cst.IfExp, cst.Index, cst.Lambda,
    cst.ListComp, cst.Raise, cst.Return, cst.SetComp, cst.Slice, cst.StarredDictElement, cst.Subscript,
    cst.UnaryOperation, cst.While, cst.WithItem, cst.Yield,
)  # fmt: skip
_SEQUENCES = (cst.Element, cst.StarredElement, cst.Tuple, cst.List, cst.Set)
_MODULE_LEVEL = (
    cst.Module, cst.SimpleStatementLine, cst.SimpleStatementSuite, cst.IndentedBlock, cst.If, cst.Else, cst.Try,
    cst.ExceptHandler, cst.Finally, cst.With, cst.For, cst.While,
)  # fmt: skip


class Names:
    """The plain names of one file; `parents` has every node as a key."""

    def __init__(self, parents: Mapping[cst.CSTNode, cst.CSTNode]) -> None:
        self._parents = parents
        self._by_value: dict[str, list[cst.Name]] = defaultdict(list)
        self._imported: set[str] = set()
        for node in parents:
            if isinstance(node, cst.Name):
                self._by_value[node.value].append(node)
            elif isinstance(node, cst.ImportAlias):
                self._imported.add(_bound_by(node))
        self._uses: dict[str, Unclear | tuple[str, ...]] = {}

    def is_builtin(self, name: str) -> bool | Unclear:
        """Whether `name` is the builtin everywhere in the file (star imports are the caller's to exclude)."""
        imports = self._imports_of(name)
        if imports is UNCLEAR or imports:
            return UNCLEAR
        return hasattr(builtins, name)

    def imported_name(self, node: cst.CSTNode) -> str | Unclear | None:
        """The qualified name of a dotted name by the one import of its first part; None when nothing binds it."""
        rest = ""
        while isinstance(node, cst.Attribute):
            rest = f".{node.attr.value}{rest}"
            node = node.value
        if not isinstance(node, cst.Name):
            return UNCLEAR
        if node.value not in self._imported:
            return None
        imports = self._imports_of(node.value)
        if imports is UNCLEAR or len(imports) > 1:
            return UNCLEAR
        return imports[0] + rest if imports else None

    def is_absent(self, name: str) -> bool:
        """Whether the name stands nowhere in the file, so that nothing binds it there."""
        return name not in self._by_value

    def definition(self, name: str) -> cst.ClassDef | cst.FunctionDef | Unclear:
        """The one class or function of this name at module level, where nothing else in the file binds the name."""
        bound = [node for node in self._by_value.get(name, ()) if self._use_of(node) is not None]
        if len(bound) != 1:
            return UNCLEAR
        made = self._parents[bound[0]]
        if not isinstance(made, cst.ClassDef | cst.FunctionDef) or made.name is not bound[0]:
            return UNCLEAR
        return made if self._is_at_module_level(made) else UNCLEAR

    def _imports_of(self, name: str) -> Unclear | tuple[str, ...]:
        if name not in self._uses:
            self._uses[name] = self._find_imports(name)
        return self._uses[name]

    def _find_imports(self, name: str) -> Unclear | tuple[str, ...]:
        found: list[str] = []
        for node in self._by_value.get(name, ()):
            use = self._use_of(node)
            if use is UNCLEAR:
                return UNCLEAR
            if use is not None:
                found.append(use)
        return tuple(found)

    def _use_of(self, name: cst.Name) -> str | Unclear | None:
        """None for a read (or no variable at all), what an import binds it to, or unclear for any other binding."""
        child: cst.CSTNode = name
        parent = self._parents[name]
        if isinstance(parent, cst.Attribute):
            return UNCLEAR if parent.value is name and self._is_in_import(parent) else None
        if isinstance(parent, cst.Arg) and parent.keyword is name:
            return None
        if isinstance(parent, cst.ImportAlias | cst.AsName):
            return self._import(name)
        while isinstance(parent, _SEQUENCES):
            child, parent = parent, self._parents[parent]
        binding = _BINDING_FIELD.get(type(parent))
        if binding is not None:
            return UNCLEAR if getattr(parent, binding) is child else None
        return None if isinstance(parent, _READERS) else UNCLEAR

    def _is_at_module_level(self, statement: cst.CSTNode) -> bool:
        above = self._parents[statement]
        while isinstance(above, _MODULE_LEVEL) and not isinstance(above, cst.Module):
            above = self._parents[above]
        return isinstance(above, cst.Module)

    def _is_in_import(self, node: cst.CSTNode) -> bool:
        while isinstance(node, cst.Attribute):
            node = self._parents[node]
        return isinstance(node, cst.ImportAlias | cst.ImportFrom)

    def _import(self, name: cst.Name) -> str | Unclear:
        parent = self._parents[name]
        alias = self._parents[parent] if isinstance(parent, cst.AsName) else parent
        if not isinstance(alias, cst.ImportAlias) or not isinstance(alias.name, cst.Name):
            return UNCLEAR
        if alias.asname is not None and parent is alias:
            return UNCLEAR  # `x` in `import x as y` binds nothing, but that is rare enough to leave to the scopes
        statement = self._parents[alias]
        if not self._is_at_module_level(statement):
            return UNCLEAR
        if isinstance(statement, cst.Import):
            return alias.name.value
        if not isinstance(statement, cst.ImportFrom) or statement.relative or statement.module is None:
            return UNCLEAR
        return f"{_dotted(statement.module)}.{alias.name.value}"


def _bound_by(alias: cst.ImportAlias) -> str:
    """The name that an import binds: its `as`, or the first part of what it imports."""
    if alias.asname is not None:
        return alias.asname.name.value if isinstance(alias.asname.name, cst.Name) else ""
    return _dotted(alias.name).partition(".")[0]


def _dotted(node: cst.BaseExpression) -> str:
    if isinstance(node, cst.Attribute):
        return f"{_dotted(node.value)}.{node.attr.value}"
    return node.value if isinstance(node, cst.Name) else ""
