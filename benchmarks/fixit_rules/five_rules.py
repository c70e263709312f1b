"""Five Fixit rules, equal in kind to bundled rules of debtd: the same smells, by Fixit's own means.

Each has a counterpart in rules/python: class_inherits_object, unicode_literal_prefix, os_error_alias,
identity_comparison_with_literal and, by qualified name, subprocess_universal_newlines.
"""

import libcst as cst
from fixit import LintRule
from libcst.metadata import QualifiedNameProvider, QualifiedNameSource

_SUBPROCESS = frozenset(f"subprocess.{name}" for name in ("Popen", "call", "check_call", "check_output", "run"))
_ALIASES = frozenset({"EnvironmentError", "IOError", "WindowsError"})


class ObjectBase(LintRule):
    MESSAGE = "`object` is the base of every class."

    def visit_ClassDef(self, node: cst.ClassDef) -> None:
        for base in node.bases:
            if not base.star and isinstance(base.value, cst.Name) and base.value.value == "object":
                bases = tuple(other for other in node.bases if other is not base)
                self.report(base.value, replacement=None if bases else node.with_changes(bases=()))


class UnicodePrefix(LintRule):
    MESSAGE = "the prefix `u` says nothing."

    def visit_SimpleString(self, node: cst.SimpleString) -> None:
        if node.prefix == "u":
            self.report(node, replacement=node.with_changes(value=node.value[1:]))


class AliasOfOsError(LintRule):
    MESSAGE = "this is an alias of `OSError`."

    def visit_ExceptHandler(self, node: cst.ExceptHandler) -> None:
        caught = node.type
        kinds = [element.value for element in caught.elements] if isinstance(caught, cst.Tuple) else [caught]
        for kind in kinds:
            if isinstance(kind, cst.Name) and kind.value in _ALIASES:
                self.report(kind, replacement=cst.Name("OSError"))


class IdentityOfLiteral(LintRule):
    MESSAGE = "`is` compares identity."

    def visit_Comparison(self, node: cst.Comparison) -> None:
        for target in node.comparisons:
            is_literal = isinstance(target.comparator, cst.SimpleString | cst.Integer)
            if isinstance(target.operator, cst.Is | cst.IsNot) and is_literal:
                self.report(node)


class UniversalNewlines(LintRule):
    METADATA_DEPENDENCIES = (QualifiedNameProvider,)
    MESSAGE = "`universal_newlines` is called `text`."

    def visit_Call(self, node: cst.Call) -> None:
        names = self.get_metadata(QualifiedNameProvider, node.func, set())
        if not any(name.name in _SUBPROCESS and name.source is QualifiedNameSource.IMPORT for name in names):
            return
        for argument in node.args:
            if argument.keyword is not None and argument.keyword.value == "universal_newlines":
                self.report(argument)
