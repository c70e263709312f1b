"""An abstract base class is taken from `collections` instead of `collections.abc`.

The aliases in `collections` were deprecated in Python 3.3 and removed in 3.10: the import, or the attribute that
is looked up at run time, ends the program there.

Fix safety: safe. Both names are one object wherever both exist. A mixed import is split, the attribute form gains
one `import collections.abc` after the `import collections` that it relies on. Code under a version test or in a
`try` that copes with absence stays, and so do imports whose removed names carry a comment.
"""

from collections.abc import Sequence
from datetime import date

import libcst as cst

from debtd.rulekit import Bad, Change, Rule, RuleVisitor, Severity

# The names that `collections` forwarded to `collections.abc` up to Python 3.9.
_ABCS = frozenset(
    {
        "AsyncGenerator",
        "AsyncIterable",
        "AsyncIterator",
        "Awaitable",
        "ByteString",
        "Callable",
        "Collection",
        "Container",
        "Coroutine",
        "Generator",
        "Hashable",
        "ItemsView",
        "Iterable",
        "Iterator",
        "KeysView",
        "Mapping",
        "MappingView",
        "MutableMapping",
        "MutableSequence",
        "MutableSet",
        "Reversible",
        "Sequence",
        "Set",
        "Sized",
        "ValuesView",
    }
)


class Visitor(RuleVisitor):
    def visit_ImportFrom(self, node: cst.ImportFrom) -> None:
        if not _is_collections(node.module) or node.relative or isinstance(node.names, cst.ImportStar):
            return
        moved = [alias for alias in node.names if alias.name.value in _ABCS]
        if not moved or self.is_guarded(node):
            return
        if len(moved) == len(node.names) and node.module is not None:
            self.report(node, self.replace(node.module, "collections.abc"))
        else:
            self.report(node, *self._split(node, node.names, moved))

    def visit_Attribute(self, node: cst.Attribute) -> None:
        if node.attr.value not in _ABCS or not isinstance(node.value, cst.Name):
            return
        if self.imported_name(node) != f"collections.{node.attr.value}":
            return
        if self.is_assignment_target(node) or self.is_guarded(node):
            return
        self.report(node, *self._qualify(node, node.value))

    # -- from collections import Mapping, deque ----------------------------------------------------------------

    def _split(
        self, node: cst.ImportFrom, names: Sequence[cst.ImportAlias], moved: list[cst.ImportAlias]
    ) -> tuple[Change, ...]:
        listing = ", ".join(_render(alias) for alias in moved)
        addition = self.insert_line_after(node, f"from collections.abc import {listing}")
        removals = self._removals(node, names, moved)
        if addition is None or None in removals or self._comment_would_stray(node, names, moved):
            return ()
        return (*(cut for cut in removals if cut is not None), addition)

    def _removals(
        self, node: cst.ImportFrom, names: Sequence[cst.ImportAlias], moved: list[cst.ImportAlias]
    ) -> list[Change | None]:
        """Cut each moved name up to the next one; those behind the last name that stays, from its end."""
        last_kept = max(index for index, alias in enumerate(names) if alias not in moved)
        cuts: list[Change | None] = [
            Change(self.span(alias)[0], self.span(names[index + 1])[0], "")
            for index, alias in enumerate(names[:last_kept])
            if alias in moved
        ]
        if last_kept + 1 < len(names):
            cuts.append(self._cut_tail(node, names[last_kept:]))
        return cuts

    def _cut_tail(self, node: cst.ImportFrom, names: Sequence[cst.ImportAlias]) -> Change | None:
        """Cut what follows the first of `names`; behind a comment on its line, cut whole lines, or nothing."""
        start, first, end = self._end(names[0]), self.span(names[1])[0], self._end(names[-1])
        between = self.slice(start, first)
        if "#" not in between:
            return Change(start, end, "")
        indent = len(between) - len(between.rstrip(" \t"))
        rest = self.slice(end, self.span(node)[1])
        return Change(first - indent, end + rest.index("\n") + 1, "") if "\n" in rest else None

    def _end(self, alias: cst.ImportAlias) -> int:
        """The end of `a` or `a as b`, without its comma."""
        return self.span(alias.name if alias.asname is None else alias.asname.name)[1]

    def _comment_would_stray(
        self, node: cst.ImportFrom, names: Sequence[cst.ImportAlias], moved: list[cst.ImportAlias]
    ) -> bool:
        """Whether a comment in the parentheses stands on a line with a moved name, or alone."""
        start, end = self.span(node)
        if not self.has_comment(start, end):
            return False
        offset = start
        for line in self.slice(start, end).splitlines(keepends=True):
            following = offset + len(line.encode())
            there = [alias for alias in names if offset <= self.span(alias)[0] < following]
            if "#" in line and (any(alias in moved for alias in there) or not (there or offset == start)):
                return True
            offset = following
        return False

    # -- collections.Mapping -----------------------------------------------------------------------------------

    def _qualify(self, node: cst.Attribute, module: cst.Name) -> tuple[Change, ...]:
        end = self.outer_span(module)[1]
        insertion = Change(end, end, ".abc")
        imports = [found for found in self.bindings(node, module.value) if isinstance(found, cst.Import)]
        always = [found for found in imports if self._always_runs(found)]
        if any(_imports_abc(found) for found in always):
            return (insertion,)
        if not always and (len(imports) != 1 or self._stands_in_class(imports[0])):
            return ()
        anchor = (always or imports)[0]
        if module.value != "collections":
            bound = self.bindings(anchor, "collections")
            if bound and not all(isinstance(found, cst.Import) for found in bound):
                return ()
        line = self.insert_line_after(anchor, "import collections.abc")
        return () if line is None else (insertion, line)

    def _always_runs(self, statement: cst.Import) -> bool:
        """Whether the import stands at the top of a module or function, not in a branch."""
        block = next((a for a in self.ancestors(statement) if isinstance(a, cst.Module | cst.BaseSuite)), None)
        return isinstance(block, cst.Module) or (block is not None and isinstance(self.parent(block), cst.FunctionDef))

    def _stands_in_class(self, statement: cst.Import) -> bool:
        around = (a for a in self.ancestors(statement) if isinstance(a, cst.FunctionDef | cst.ClassDef))
        return isinstance(next(around, None), cst.ClassDef)


def _is_collections(module: cst.BaseExpression | None) -> bool:
    return isinstance(module, cst.Name) and module.value == "collections"


def _imports_abc(statement: cst.Import) -> bool:
    return any(alias.asname is None and alias.evaluated_name == "collections.abc" for alias in statement.names)


def _render(alias: cst.ImportAlias) -> str:
    name = alias.evaluated_name
    return name if alias.evaluated_alias is None else f"{name} as {alias.evaluated_alias}"


RULE = Rule(
    message="This name is gone from `collections` since Python 3.10; it lives in `collections.abc`.",
    detect=Visitor,
    words=(("collections",), tuple(sorted(_ABCS))),
    signs=(
        rf"\bfrom collections import [\s\w,(\\]*\b(?:{'|'.join(sorted(_ABCS))})\b",
        rf"\. (?:{'|'.join(sorted(_ABCS))})\b",
    ),
    names=tuple(f"collections.{name}" for name in sorted(_ABCS)),
    severity=Severity.HIGH,
    effort_minutes=5,
    tags=("deprecated", "python3.10", "stdlib"),
    references=(
        "https://docs.python.org/3/whatsnew/3.10.html#removed",
        "https://docs.python.org/3/library/collections.abc.html",
    ),
    deadline=date(2021, 10, 4),  # Python 3.10
    fix_from=(3, 3),
    bad=(
        Bad("from collections import Mapping  #: finding\n", "from collections.abc import Mapping\n"),
        Bad(
            "from collections import Mapping as Map, Iterable  #: finding\n",
            "from collections.abc import Mapping as Map, Iterable\n",
        ),
        Bad(
            "from collections import Mapping, OrderedDict  #: finding\n",
            "from collections import OrderedDict\nfrom collections.abc import Mapping\n",
        ),
        Bad(
            "from collections import OrderedDict, Mapping, deque, Set as S, Sized  #: finding\n",
            "from collections import OrderedDict, deque\nfrom collections.abc import Mapping, Set as S, Sized\n",
        ),
        Bad(
            "from collections import (  #: finding\n    Mapping,  # read-only\n    Sized,\n)\n",
            "from collections.abc import (\n    Mapping,  # read-only\n    Sized,\n)\n",
        ),
        Bad(
            "from collections import (  #: finding\n    Mapping,\n    deque,  # queue\n    Set,\n)\nx = 1\n",
            "from collections import (\n    deque,  # queue\n)\nfrom collections.abc import Mapping, Set\nx = 1\n",
        ),
        Bad(
            "def f(x):\n    from collections import Set, deque  # both  #: finding\n    return Set\n",
            """\
def f(x):
    from collections import deque  # both
    from collections.abc import Set
    return Set
""",
        ),
        Bad(
            "from collections import (  # noqa  #: finding\n    OrderedDict, Set,\n    Sized)\n",
            "from collections import (  # noqa\n    OrderedDict)\nfrom collections.abc import Set, Sized\n",
        ),
        Bad("from collections import (  #: finding\n    deque,  # queue\n    Set)\n", None),
        Bad("from collections import (  #: finding\n    # maps\n    Mapping,\n    deque,\n)\n", None),
        Bad("from collections import (  #: finding\n    deque,\n    Set,  # noqa\n    Sized,\n)\n", None),
        Bad("from os import path; from collections import deque, Set  #: finding\n", None),
        Bad(
            "import collections\n\nclass M(collections.MutableMapping):  #: finding\n    pass\n",
            "import collections\nimport collections.abc\n\nclass M(collections.abc.MutableMapping):\n    pass\n",
        ),
        Bad(
            """\
import collections, os  # both
print(isinstance(x, collections.Callable))  #: finding
y = (collections.Set, collections.deque)  #: finding
""",
            """\
import collections, os  # both
import collections.abc
print(isinstance(x, collections.abc.Callable))
y = (collections.abc.Set, collections.deque)
""",
        ),
        Bad(
            "import collections.abc\nx = collections.Mapping  #: finding\n",
            "import collections.abc\nx = collections.abc.Mapping\n",
        ),
        Bad(
            "import collections as c\nx = c.Mapping  #: finding\n",
            "import collections as c\nimport collections.abc\nx = c.abc.Mapping\n",
        ),
        Bad("import collections as c\ncollections = []\nx = c.Mapping  #: finding\n", None),
        Bad(
            "def f(x):\n    import collections\n    return isinstance(x, collections.Iterable)  #: finding\n",
            """\
def f(x):
    import collections
    import collections.abc
    return isinstance(x, collections.abc.Iterable)
""",
        ),
    ),
    good=(
        "from collections.abc import Mapping\n",
        "from collections import OrderedDict, abc\nx = abc.Mapping\n",
        "from .collections import Mapping\n",
        "from six.moves.collections_abc import Mapping\n",
        "from collections import *\nx = Mapping\n",
        "import collections\nx = collections.OrderedDict\n",
        "import collections.abc\nx = collections.abc.Mapping\n",
        "import collections\ncollections.Mapping = collections.abc.Mapping\n",
        "from mongo import collections\nx = collections.Mapping\n",
        "def f(collections):\n    return collections.Set\n",
        "import collections\nx = getattr(collections, 'Mapping', None)\n",
        "try:\n    from collections.abc import Mapping\nexcept ImportError:\n    from collections import Mapping\n",
        "import collections\ntry:\n    abc = collections.abc\nexcept AttributeError:\n    M = collections.Mapping\n",
        "import collections, sys\nif sys.version_info < (3, 3):\n    M = collections.Mapping\n",
        "from .compat import is_py2\nif is_py2:\n    from collections import Callable, OrderedDict\n",
        "import collections\nM = collections.abc.Mapping if hasattr(collections, 'abc') else collections.Mapping\n",
        "import typing\nfrom typing import Mapping\ncollections = typing\nx = collections.Mapping\n",
    ),
)
