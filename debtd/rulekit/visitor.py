"""The base of every LibCST rule: a visitor that reports nodes, each with the changes that mend it.

Detection and codemod are one: `self.report(node, self.replace(node, "new"))`. Changes name spans of the file that
is read, so nothing outside them can move. Offsets are bytes of the UTF-8 text (see text.py). Everything costly
(positions, parents, scopes) is computed on first use, so a rule that stays silent pays for its walk alone.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import libcst as cst

from debtd.model.project import Project, PythonVersion
from debtd.rulekit.change import Change
from debtd.rulekit.file_view import FileView


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """One hit: its span, the node it was reported on, its changes, and the Python it needs."""

    start: int
    end: int
    node: cst.CSTNode
    changes: tuple[Change, ...]
    message: str
    requires_python: PythonVersion | None


class RuleVisitor(cst.BatchableCSTVisitor):
    """Subclass it in a rule file and write `visit_<Node>` methods.

    Report only what is certain. Where the fix is not, report without changes; where the finding is not, stay
    silent: a wrong edit costs more than a missed one.
    """

    METADATA_DEPENDENCIES: ClassVar[tuple[type, ...]] = ()

    def __init__(self, view: FileView, project: Project) -> None:
        super().__init__()
        self.view = view
        self.project = project
        self.reports: list[Report] = []

    # -- reporting -------------------------------------------------------------------------------------------

    def report(
        self,
        node: cst.CSTNode,
        *changes: Change,
        message: str = "",
        requires_python: PythonVersion | None = None,
    ) -> None:
        """Report `node`. `message` overrides the rule's; `requires_python` raises the rule's `fix_from`.

        Inside `{...=}` of an f-string, which prints its own source, the changes are dropped.
        """
        start, end = self.view.span(node)
        if changes and self.view.shows_source(node):
            changes = ()
        self.reports.append(
            Report(
                start=start,
                end=end,
                node=node,
                changes=changes,
                message=message,
                requires_python=requires_python,
            )
        )

    # -- the text --------------------------------------------------------------------------------------------

    def span(self, node: cst.CSTNode) -> tuple[int, int]:
        """Start and end byte of the node, without its parentheses and the whitespace around it."""
        return self.view.span(node)

    def outer_span(self, node: cst.BaseExpression) -> tuple[int, int]:
        """Start and end byte of an expression, with its own parentheses."""
        return self.view.outer_span(node)

    def text(self, node: cst.CSTNode) -> str:
        """The node's source exactly as it stands in the file."""
        start, end = self.view.span(node)
        return self.view.slice(start, end)

    def slice(self, start: int, end: int) -> str:
        return self.view.slice(start, end)

    def has_comment(self, start: int, end: int) -> bool:
        """Whether a `#` stands between the two bytes (it may be in a string: then a fix is refused in vain)."""
        return "#" in self.view.slice(start, end)

    # -- changes ---------------------------------------------------------------------------------------------

    def replace(self, node: cst.CSTNode, text: str) -> Change:
        """Replace the node (not the parentheses around it)."""
        start, end = self.view.span(node)
        return Change(start, end, text)

    def remove_statement(self, statement: cst.BaseSmallStatement) -> Change | None:
        """Remove a small statement with its line; None where that is not simple (`a; b`, the only one of its
        block, a trailing comment)."""
        return self.view.remove_statement(statement)

    def insert_line_after(self, statement: cst.BaseSmallStatement, text: str) -> Change | None:
        """Insert a line of code behind the statement's line, indented alike; None behind `a; b`."""
        return self.view.insert_line_after(statement, text)

    # -- the tree --------------------------------------------------------------------------------------------

    def parent(self, node: cst.CSTNode) -> cst.CSTNode | None:
        return self.view.parent(node)

    def ancestors(self, node: cst.CSTNode) -> Iterator[cst.CSTNode]:
        """Parents from the innermost outwards."""
        return self.view.ancestors(node)

    # -- names -----------------------------------------------------------------------------------------------

    def imported_name(self, node: cst.CSTNode) -> str | None:
        """The qualified name, such as "collections.Mapping", when imports alone decide it; else None.

        Follows `import a.b as c` and `from a import b as c`; a name that is also assigned, defined or a
        parameter anywhere in its scope has no certain meaning: None.
        """
        return self.view.imported_name(node)

    def is_builtin(self, node: cst.CSTNode, name: str) -> bool:
        """Whether `node` is the builtin `name`: not rebound in any scope around, no star import in the file."""
        return self.view.is_builtin(node, name)

    def has_builtin(self, node: cst.CSTNode, name: str) -> bool:
        """Whether the builtin `name` could be named where `node` stands and mean the builtin."""
        return self.view.has_builtin(node, name)

    def bindings(self, node: cst.CSTNode, name: str) -> tuple[cst.CSTNode, ...]:
        """What binds `name` as seen from `node`, in the file's order: import statements, definitions, parameters,
        target names. Empty for builtins and for names that nothing binds."""
        return self.view.bindings(node, name)

    def is_name_read(self, node: cst.CSTNode, name: str) -> bool:
        """Whether anything in the file reads or deletes `name` as it is bound in the scope of `node`."""
        return self.view.is_name_read(node, name)

    def is_assignment_target(self, node: cst.CSTNode) -> bool:
        """Whether the node is assigned, augmented or deleted rather than read."""
        return self.view.is_assignment_target(node)

    def is_guarded(self, node: cst.CSTNode) -> bool:
        """Whether the node stands in a `try` that handles its absence (ImportError, AttributeError, NameError,
        or wider), in a handler of one, or in an `if` about versions or `hasattr`. Such code copes by itself."""
        return self.view.is_guarded(node)

    def is_version_branch(self, node: cst.CSTNode) -> bool:
        """Whether the node stands in an `if` about versions or `hasattr`: the part of `is_guarded` for changes that
        no missing name can make wrong."""
        return self.view.is_version_branch(node)
