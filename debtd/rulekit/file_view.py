"""What a rule may ask of the file that it visits: spans, parents, scopes. Each is computed once, on first use."""

import re
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import cast

import libcst as cst
from libcst.metadata import (
    Assignment,
    BuiltinScope,
    CodeSpan,
    MetadataWrapper,
    QualifiedName,
    QualifiedNameSource,
    Scope,
    ScopeProvider,
)

from debtd.rulekit.change import Change
from debtd.rulekit.names import UNCLEAR, Names
from debtd.rulekit.tree import parents_of, spans_and_code

_ABSENCE = frozenset(
    {"ImportError", "ModuleNotFoundError", "AttributeError", "NameError", "Exception", "BaseException"}
)
_VERSION_WORD = re.compile(
    r"version_info|hexversion|python_version\w*|hasattr|getattr|_*(?:is_?|not_?)?(?:py|python)_?[23]\d{0,2}(?:_\d+)?_*",
    re.IGNORECASE,
)

_CASE = re.compile(rb"^[ \t]*case\b", re.MULTILINE)
_UNSCOPED: frozenset[type[cst.CSTNode]] = frozenset({cst.MatchAs, cst.MatchStar, cst.MatchMapping, cst.NamedExpr})
_BLOCKS = (
    cst.BaseCompoundStatement,
    cst.BaseSuite,
    cst.Else,
    cst.Finally,
    cst.ExceptHandler,
    cst.ExceptStarHandler,
    cst.MatchCase,
)


class FileView:
    """`utf8` is the text that was parsed; all offsets are its bytes."""

    def __init__(self, module: cst.Module, utf8: bytes) -> None:
        self.utf8 = utf8
        self._wrapper = MetadataWrapper(module, unsafe_skip_copy=True)
        self.module = self._wrapper.module
        self.parents = parents_of(self.module)

    # -- text ------------------------------------------------------------------------------------------------

    @cached_property
    def _spans_and_code(self) -> tuple[Mapping[cst.CSTNode, CodeSpan], str]:
        return spans_and_code(self.module)

    @cached_property
    def text(self) -> str:
        """The whole text, as it was parsed."""
        return self.utf8.decode("utf-8")

    @property
    def is_exact(self) -> bool:
        """Whether LibCST would write the text exactly as it read it."""
        return self._spans_and_code[1].encode("utf-8") == self.utf8

    def span(self, node: cst.CSTNode) -> tuple[int, int]:
        found = self._spans_and_code[0][node]
        return found.start, found.start + found.length

    def outer_span(self, node: cst.BaseExpression) -> tuple[int, int]:
        start, end = self.span(node)
        if node.lpar:
            start = self.span(node.lpar[0])[0]
            end = self.span(node.rpar[-1])[1]
        return start, end

    def slice(self, start: int, end: int) -> str:
        return self.utf8[start:end].decode("utf-8")

    # -- tree ------------------------------------------------------------------------------------------------

    def parent(self, node: cst.CSTNode) -> cst.CSTNode | None:
        return self.parents.get(node)

    def ancestors(self, node: cst.CSTNode) -> Iterator[cst.CSTNode]:
        current = self.parent(node)
        while current is not None:
            yield current
            current = self.parent(current)

    def scope_name(self, node: cst.CSTNode) -> str:
        """The dotted names of the definitions around (and, for a definition, at) the node."""
        around = (node, *self.ancestors(node))
        names = [n.name.value for n in around if isinstance(n, cst.FunctionDef | cst.ClassDef)]
        return ".".join(reversed(names))

    # -- names -----------------------------------------------------------------------------------------------

    @cached_property
    def _scopes(self) -> Mapping[cst.CSTNode, Scope | None]:
        return cast(Mapping[cst.CSTNode, Scope | None], self._wrapper.resolve(ScopeProvider))

    @cached_property
    def _names(self) -> Names:
        return Names(self.parents)

    @cached_property
    def has_star_import(self) -> bool:
        return any(
            isinstance(small, cst.ImportFrom) and isinstance(small.names, cst.ImportStar)
            for small in _small_statements(self.module)
        )

    @cached_property
    def _unscoped_names(self) -> frozenset[str]:
        """Names whose binding LibCST's scopes do not see: captures of `match`, and `:=` in a comprehension."""
        if b":=" not in self.utf8 and not _CASE.search(self.utf8):
            return frozenset()
        return frozenset(
            name for node in self.parents if type(node) in _UNSCOPED for name in self._unscoped_bindings(node)
        )

    def _unscoped_bindings(self, node: cst.CSTNode) -> Iterator[str]:
        if isinstance(node, cst.MatchAs | cst.MatchStar):
            if node.name is not None:
                yield node.name.value
        elif isinstance(node, cst.MatchMapping):
            if node.rest is not None:
                yield node.rest.value
        elif (
            isinstance(node, cst.NamedExpr)
            and isinstance(node.target, cst.Name)
            and any(isinstance(around, cst.BaseComp) for around in self.ancestors(node))
        ):
            yield node.target.value

    def is_bound_unseen(self, name: str) -> bool:
        return name in self._unscoped_names

    def qualified_names(self, node: cst.CSTNode) -> frozenset[QualifiedName]:
        scope = self._scopes.get(node)
        return frozenset() if scope is None else frozenset(scope.get_qualified_names_for(node))

    def imported_name(self, node: cst.CSTNode) -> str | None:
        if isinstance(node, cst.Attribute) and not is_dotted_name(node):
            return None
        if self.is_bound_unseen(_first_name(node)) or self._is_label(node):
            return None
        plain = self._names.imported_name(node)
        return self.imported_name_by_scopes(node) if plain is UNCLEAR else plain

    def imported_name_by_scopes(self, node: cst.CSTNode) -> str | None:
        names = self.qualified_names(node)
        if len(names) != 1:
            return None
        (only,) = names
        return only.name if only.source is QualifiedNameSource.IMPORT else None

    def is_builtin(self, node: cst.CSTNode, name: str) -> bool:
        if not isinstance(node, cst.Name) or node.value != name or self._is_label(node):
            return False
        return self.has_builtin(node, name)

    def _is_label(self, node: cst.CSTNode) -> bool:
        """Whether a name stands where none is looked up: behind a dot, as a keyword, in an import or `global`."""
        parent = self.parent(node) if isinstance(node, cst.Name) else None
        if isinstance(parent, cst.Attribute):
            return parent.attr is node
        if isinstance(parent, cst.Arg):
            return parent.keyword is node
        return isinstance(parent, cst.ImportAlias | cst.ImportFrom | cst.NameItem | cst.MatchKeywordElement)

    def has_builtin(self, node: cst.CSTNode, name: str) -> bool:
        if self.has_star_import or self.is_bound_unseen(name):
            return False
        plain = self._names.is_builtin(name)
        return self.has_builtin_by_scopes(node, name) if plain is UNCLEAR else plain

    def has_builtin_by_scopes(self, node: cst.CSTNode, name: str) -> bool:
        scope = self._scopes.get(node)
        if scope is None:
            return False
        assignments = set(scope[name])
        return bool(assignments) and all(isinstance(a.scope, BuiltinScope) for a in assignments)

    def bindings(self, node: cst.CSTNode, name: str) -> tuple[cst.CSTNode, ...]:
        if self._names.is_absent(name):
            return ()
        plain = self._names.definition(name)
        return self.bindings_by_scopes(node, name) if plain is UNCLEAR else (plain,)

    def bindings_by_scopes(self, node: cst.CSTNode, name: str) -> tuple[cst.CSTNode, ...]:
        scope = self._scopes.get(node)
        found = () if scope is None else (a.node for a in scope[name] if isinstance(a, Assignment))
        nodes = set(found)
        return tuple(sorted(nodes, key=self.span) if len(nodes) > 1 else nodes)

    def is_name_read(self, node: cst.CSTNode, name: str) -> bool:
        scope = self._scopes.get(node)
        return scope is None or any(a.references for a in scope[name] if isinstance(a, Assignment))

    def is_assignment_target(self, node: cst.CSTNode) -> bool:
        child = node
        for parent in self.ancestors(node):
            if isinstance(parent, cst.AssignTarget | cst.Del):
                return True
            if isinstance(parent, cst.AugAssign | cst.AnnAssign | cst.For | cst.CompFor | cst.NamedExpr):
                return parent.target is child
            if isinstance(parent, cst.WithItem):
                return False
            if isinstance(parent, cst.AsName):
                return True
            if not isinstance(parent, cst.Tuple | cst.List | cst.Element | cst.StarredElement):
                return False
            child = parent
        return False

    # -- guards ----------------------------------------------------------------------------------------------

    def is_guarded(self, node: cst.CSTNode) -> bool:
        return any(_handles_absence(a) or _asks_version(a) for a in self.ancestors(node))

    def shows_source(self, node: cst.CSTNode) -> bool:
        """Whether the node stands in `{...=}` of an f-string, which prints the source itself."""
        return any(
            isinstance(a, cst.FormattedStringExpression | cst.TemplatedStringExpression) and a.equal is not None
            for a in self.ancestors(node)
        )

    def is_version_branch(self, node: cst.CSTNode) -> bool:
        return any(_asks_version(a) for a in self.ancestors(node))

    # -- changes of whole lines ------------------------------------------------------------------------------

    def _line_of(self, statement: cst.CSTNode) -> cst.SimpleStatementLine | None:
        line = self.parent(statement)
        if isinstance(line, cst.SimpleStatementLine) and len(line.body) == 1:
            return line
        return None

    def _line_bounds(self, line: cst.SimpleStatementLine) -> tuple[int, int]:
        """First byte of the statement's first line, and the byte behind its newline."""
        start, end = self.span(line)
        start = max(self.utf8.rfind(b"\n", 0, start), self.utf8.rfind(b"\r", 0, start)) + 1
        while end < len(self.utf8) and self.utf8[end : end + 1] not in b"\r\n":
            end += 1
        newline = b"\r\n" if self.utf8[end : end + 2] == b"\r\n" else self.utf8[end : end + 1]
        return start, end + len(newline)

    def remove_statement(self, statement: cst.CSTNode) -> Change | None:
        line = self._line_of(statement)
        if line is None or line.trailing_whitespace.comment is not None:
            return None
        block = self.parent(line)
        if not isinstance(block, cst.Module | cst.IndentedBlock):
            return None
        if isinstance(block, cst.IndentedBlock) and len(block.body) == 1:
            return None
        start, end = self._line_bounds(line)
        return Change(start, end, "")

    def insert_line_after(self, statement: cst.CSTNode, text: str) -> Change | None:
        line = self._line_of(statement)
        if line is None:
            return None
        start, end = self._line_bounds(line)
        newline = self.module.default_newline
        first = self.slice(start, end)
        indent = first[: len(first) - len(first.lstrip(" \t"))]
        if not first.endswith(("\n", "\r")):
            return Change(end, end, f"{newline}{indent}{text}")
        return Change(end, end, f"{indent}{text}{newline}")


def is_dotted_name(node: cst.CSTNode) -> bool:
    """Whether the node is `a`, `a.b`, `a.b.c`, ...: names alone, no call or subscript among them."""
    while isinstance(node, cst.Attribute):
        node = node.value
    return isinstance(node, cst.Name)


def _small_statements(node: cst.CSTNode) -> Iterator[cst.BaseSmallStatement]:
    for child in node.children:
        if isinstance(child, cst.SimpleStatementLine | cst.SimpleStatementSuite):
            yield from child.body
        elif isinstance(child, _BLOCKS):
            yield from _small_statements(child)


def _first_name(node: cst.CSTNode) -> str:
    while isinstance(node, cst.Attribute):
        node = node.value
    return node.value if isinstance(node, cst.Name) else ""


def _handles_absence(node: cst.CSTNode) -> bool:
    return isinstance(node, cst.Try) and any(_catches(handler) for handler in node.handlers)


def _catches(handler: cst.ExceptHandler) -> bool:
    if handler.type is None:
        return True
    caught = handler.type.elements if isinstance(handler.type, cst.Tuple) else (handler.type,)
    names = {_last_name(c.value if isinstance(c, cst.BaseElement) else c) for c in caught}
    return not names.isdisjoint(_ABSENCE)


def _last_name(node: cst.CSTNode) -> str:
    if isinstance(node, cst.Attribute):
        return node.attr.value
    return node.value if isinstance(node, cst.Name) else ""


def _asks_version(node: cst.CSTNode) -> bool:
    return isinstance(node, cst.If | cst.IfExp) and any(_VERSION_WORD.fullmatch(name) for name in _names_in(node.test))


def _names_in(node: cst.CSTNode) -> Iterator[str]:
    if isinstance(node, cst.Name):
        yield node.value
    for child in node.children:
        yield from _names_in(child)
