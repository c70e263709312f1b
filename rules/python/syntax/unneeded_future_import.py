"""A `from __future__ import` asks for what every supported Python already does.

Since Python 3.0 (3.7 for `generator_stop`) such an import changes nothing. It costs a line in every file and tells
readers that the code may still have to run on Python 2.

Fix safety: safe. Only features that are mandatory in the project's oldest Python are removed; never `annotations`, and
never a name that the module uses as a value. A statement with a comment stays as it is, and so does one that keeps a
string below it from becoming the docstring.
"""

from collections.abc import Iterator, Sequence

import libcst as cst

from debtd.rulekit import Bad, Change, Rule, RuleVisitor, Severity

_MANDATORY_SINCE = {
    "nested_scopes": (3, 0),
    "generators": (3, 0),
    "division": (3, 0),
    "absolute_import": (3, 0),
    "with_statement": (3, 0),
    "print_function": (3, 0),
    "unicode_literals": (3, 0),
    "generator_stop": (3, 7),
}


class Visitor(RuleVisitor):
    def visit_ImportFrom(self, node: cst.ImportFrom) -> None:
        if node.relative or not isinstance(node.module, cst.Name) or node.module.value != "__future__":
            return
        line = self.parent(node)
        if isinstance(node.names, cst.ImportStar) or not isinstance(line, cst.SimpleStatementLine):
            return
        if not isinstance(self.parent(line), cst.Module):
            return
        unneeded = [alias for alias in node.names if self._is_unneeded(alias, node)]
        if unneeded:
            needed = max(_MANDATORY_SINCE[str(alias.evaluated_name)] for alias in unneeded)
            self.report(node, *self._removal(node, line, unneeded), requires_python=needed)

    def _is_unneeded(self, alias: cst.ImportAlias, node: cst.ImportFrom) -> bool:
        name = alias.evaluated_name
        since = _MANDATORY_SINCE.get(name)
        if since is None or alias.asname is not None:
            return False
        if self.project.min_python is not None and self.project.min_python < since:
            return False
        return not self.is_name_read(node, name) and not self._is_exported(name)

    def _is_exported(self, name: str) -> bool:
        """A coarse question: an `__all__` and the quoted name, wherever they stand."""
        text = self.view.utf8
        return b"__all__" in text and (f'"{name}"'.encode() in text or f"'{name}'".encode() in text)

    def _removal(
        self, node: cst.ImportFrom, line: cst.SimpleStatementLine, unneeded: Sequence[cst.ImportAlias]
    ) -> tuple[Change, ...]:
        if self.has_comment(*self.span(node)):
            return ()
        assert not isinstance(node.names, cst.ImportStar)  # noqa: S101  (visit_ImportFrom has sorted it out)
        if len(unneeded) < len(node.names):
            return self._partial_removal(node.names, unneeded)
        if self._would_make_docstring():
            return ()
        if len(line.body) == 1:
            change = self.remove_statement(node)
            return () if change is None else (change,)
        return self._removal_from_line(node, line)

    def _partial_removal(
        self, names: Sequence[cst.ImportAlias], unneeded: Sequence[cst.ImportAlias]
    ) -> tuple[Change, ...]:
        changes = []
        kept_end: int | None = None
        for position, alias in enumerate(names):
            start, end = self.span(alias)
            if alias not in unneeded:
                kept_end = end
            elif kept_end is None:
                changes.append(Change(start, self.span(names[position + 1])[0], ""))
            else:
                changes.append(Change(self.span(names[position - 1])[1], end, ""))
        return tuple(changes)

    def _removal_from_line(self, node: cst.ImportFrom, line: cst.SimpleStatementLine) -> tuple[Change, ...]:
        """One statement out of `a; b`; nothing where several of them are future imports."""
        if sum(_is_future_import(small) for small in line.body) > 1:
            return ()
        position = list(line.body).index(node)
        if position == 0:
            return (Change(self.span(node)[0], self.span(line.body[1])[0], ""),)
        return (Change(self.span(line.body[position - 1])[1], self.span(node)[1], ""),)

    def _would_make_docstring(self) -> bool:
        """Whether a string would become the first statement, were all future imports removed."""
        for position, statement in enumerate(_leading_statements(self.view.module)):
            if not _is_future_import(statement):
                return position > 0 and _is_string(statement)
        return False


def _leading_statements(module: cst.Module) -> Iterator[cst.BaseSmallStatement]:
    for line in module.body:
        if not isinstance(line, cst.SimpleStatementLine):
            return
        yield from line.body


def _is_future_import(statement: cst.BaseSmallStatement) -> bool:
    return (
        isinstance(statement, cst.ImportFrom)
        and isinstance(statement.module, cst.Name)
        and statement.module.value == "__future__"
    )


def _is_string(statement: cst.BaseSmallStatement) -> bool:
    return isinstance(statement, cst.Expr) and isinstance(
        statement.value, cst.SimpleString | cst.ConcatenatedString | cst.FormattedString
    )


RULE = Rule(
    message="This `__future__` import changes nothing in the Python versions that the project supports.",
    detect=Visitor,
    words=(("__future__",), tuple(_MANDATORY_SINCE)),
    names=tuple(f"__future__.{name}" for name in _MANDATORY_SINCE),
    severity=Severity.LOW,
    effort_minutes=1,
    tags=("imports", "python3", "syntax"),
    references=("https://docs.python.org/3/library/__future__.html",),
    fix_from=(3, 0),
    bad=(
        Bad("from __future__ import division  #: finding\nimport os\n", "import os\n"),
        Bad("from __future__ import print_function  #: finding\n", ""),
        Bad(
            '"""Doc."""\n\nfrom __future__ import absolute_import  #: finding\n'
            "from __future__ import division, print_function  #: finding\n"
            "from __future__ import generator_stop  #: finding\n\nimport os\n",
            '"""Doc."""\n\n\nimport os\n',
        ),
        Bad(
            "from __future__ import annotations, division  #: finding\n",
            "from __future__ import annotations\n",
        ),
        Bad(
            "from __future__ import division, annotations, generators, with_statement  #: finding\n",
            "from __future__ import annotations\n",
        ),
        Bad(
            "from __future__ import (  #: finding\n    absolute_import,\n    annotations,\n    unicode_literals,\n)\n",
            "from __future__ import (\n    annotations,\n)\n",
        ),
        Bad(
            "from __future__ import generator_stop, nested_scopes  #: finding\n",
            "from __future__ import generator_stop\n",
            min_python=(3, 6),
        ),
        Bad(
            "# -*- coding: utf-8 -*-\n# Why this is here.\n"
            "from __future__ import (absolute_import,  #: finding\n                        division)\nx = 1\n",
            "# -*- coding: utf-8 -*-\n# Why this is here.\nx = 1\n",
        ),
        Bad("from __future__ import division; import os  #: finding\n", "import os\n"),
        Bad('"""Doc."""; from __future__ import division  #: finding\n', '"""Doc."""\n'),
        Bad(
            "from __future__ import division as floor, print_function  #: finding\n",
            "from __future__ import division as floor\n",
        ),
        Bad(
            "from __future__ import division, print_function  #: finding\nprint(division.getMandatoryRelease())\n",
            "from __future__ import division\nprint(division.getMandatoryRelease())\n",
        ),
        Bad(
            "from __future__ import division  #: finding\ndef f(division):\n    return division\n",
            "def f(division):\n    return division\n",
        ),
        Bad("from __future__ import (  #: finding\n    division,  # true division\n)\n", None),
        Bad("from __future__ import print_function; from __future__ import division  #: finding\n", None),
        Bad('from __future__ import division  #: finding\n"""No docstring until the import goes."""\n', None),
    ),
    good=(
        "from __future__ import annotations\n",
        "from __future__ import barry_as_FLUFL\n",
        "from __future__ import division as true_division\n",
        "from __future__ import division\nassert division.getMandatoryRelease() > (2, 2)\n",
        'from __future__ import print_function\n__all__ = ["print_function"]\n',
        "from __future__ import division\ndel division\n",
        "from __future__ import unicode_literals\ndef f():\n    return unicode_literals\n",
        "from .__future__ import division\n",
        "from future import division\n",
        "import __future__\n__future__.division\n",
        "from builtins import division\n",
        '"from __future__ import division"\n',
    ),
)
