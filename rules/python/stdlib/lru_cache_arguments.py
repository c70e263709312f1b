"""`lru_cache` decorates with empty parentheses, or with `maxsize=None`.

Since Python 3.8 the parentheses are not needed, and since 3.9 a cache without bound is called `functools.cache`:
the long forms make readers look for a limit that is not there.

Fix safety: safe. `cache` is `lru_cache(maxsize=None)` by definition. A name imported from `functools` is replaced
only where `cache` means nothing else in the file; `lru_cache` leaves the import when these decorators were all that
the file says about it, so a file elsewhere that imports it from here would have to import it from `functools`.
"""

import re
from collections.abc import Sequence

import libcst as cst

from debtd.rulekit import NOTHING, Bad, Change, Node, Rule, RuleVisitor, Severity

_CACHE = Node("Name", "Attribute", named="functools.lru_cache")
_NONE = Node("Constant", type="NoneType")
_CALLS = (
    Node("Call", func=_CACHE, args=NOTHING, keywords=NOTHING),
    Node("Call", func=_CACHE, args=_NONE),
    Node("Call", func=_CACHE, keywords=Node("keyword", arg="maxsize", value=_NONE)),
)
_BOUNDLESS = "`lru_cache(maxsize=None)` is called `functools.cache` since Python 3.9."


class Visitor(RuleVisitor):
    _boundless: list[tuple[cst.Name, cst.Call]]
    _cache_names: list[cst.Name]

    def visit_Module(self, node: cst.Module) -> None:  # noqa: ARG002  (the name decides)
        self._boundless, self._cache_names = [], []

    def visit_Name(self, node: cst.Name) -> None:
        if node.value == "cache":
            self._cache_names.append(node)

    def visit_Decorator(self, node: cst.Decorator) -> None:
        call = node.decorator
        if not isinstance(call, cst.Call) or self.imported_name(call.func) != "functools.lru_cache":
            return
        if self.is_version_branch(node):
            return
        if not call.args:
            self.report(call, *self._shorten(call, call.func, ""), requires_python=(3, 8))
        elif len(call.args) != 1 or not _is_none(call.args[0]):
            return
        elif isinstance(call.func, cst.Attribute):
            self.report(call, *self._shorten(call, call.func.attr, "cache"), message=_BOUNDLESS, requires_python=(3, 9))
        elif isinstance(call.func, cst.Name):
            self._boundless.append((call.func, call))

    def leave_Module(self, original_node: cst.Module) -> None:  # noqa: ARG002  (the name decides)
        """Decorators by an imported name share its import: they change together."""
        for name, call in self._boundless:
            changes = self._rename_all(name) if name.value == "lru_cache" else ()
            self.report(call, *changes, message=_BOUNDLESS, requires_python=(3, 9))

    def _shorten(self, call: cst.Call, name: cst.BaseExpression, text: str) -> tuple[Change, ...]:
        """Keep the call up to `name`, and put `text` in its place if there is one."""
        end = self.span(call)[1]
        start = self.span(name)[0] if text else self.outer_span(name)[1]
        return () if call.func.lpar or self.has_comment(start, end) else (Change(start, end, text),)

    # -- from functools import lru_cache -----------------------------------------------------------------------

    def _rename_all(self, name: cst.Name) -> tuple[Change, ...]:
        bound = self.bindings(name, "lru_cache")
        together = [(other, call) for other, call in self._boundless if self.bindings(other, other.value) == bound]
        decorators = [self._shorten(call, call.func, "cache") for _, call in together]
        if len(bound) != 1 or not isinstance(bound[0], cst.ImportFrom) or not all(decorators):
            return ()
        changes = tuple(change for changes in decorators for change in changes)
        if all(self._imports_cache(other) for other, _ in together):
            return changes
        if self.view.has_star_import or not all(self._is_attribute_or_keyword(other) for other in self._cache_names):
            return ()
        if self.is_guarded(bound[0]):
            return ()
        return (*changes, *self._import_cache(bound[0], uses=len(together)))

    def _imports_cache(self, name: cst.Name) -> bool:
        """Whether `from functools import cache` alone decides what `cache` means there."""
        bound = self.bindings(name, "cache")
        if len(bound) != 1 or not isinstance(bound[0], cst.ImportFrom) or self.is_guarded(bound[0]):
            return False
        return self._alias(bound[0], "cache") is not None

    def _alias(self, statement: cst.ImportFrom, name: str) -> cst.ImportAlias | None:
        if not isinstance(statement.module, cst.Name) or statement.module.value != "functools" or statement.relative:
            return None
        names: Sequence[cst.ImportAlias] = () if isinstance(statement.names, cst.ImportStar) else statement.names
        return next((alias for alias in names if alias.name.value == name and alias.asname is None), None)

    def _is_attribute_or_keyword(self, name: cst.Name) -> bool:
        parent = self.parent(name)
        return (isinstance(parent, cst.Attribute) and parent.attr is name) or (
            isinstance(parent, cst.Arg) and parent.keyword is name
        )

    def _import_cache(self, statement: cst.ImportFrom, uses: int) -> tuple[Change, ...]:
        alias = self._alias(statement, "lru_cache")
        if alias is None:
            return ()
        text = self.view.text
        if len(re.findall(r"\blru_cache\b", text)) == uses + 1 and "nosem" not in text:
            return (self.replace(alias.name, "cache"),)
        start = self.span(alias)[0]
        line = self.slice(self.span(statement)[0], start).splitlines(keepends=True)[-1]
        between = f",{self.view.module.default_newline}{line}" if line.isspace() else ", "
        return (Change(start, start, f"cache{between}"),)


def _is_none(arg: cst.Arg) -> bool:
    if arg.star or not isinstance(arg.value, cst.Name) or arg.value.value != "None":
        return False
    return arg.keyword is None or arg.keyword.value == "maxsize"


RULE = Rule(
    message="`lru_cache` needs no empty parentheses since Python 3.8.",
    detect=Visitor,
    words=(("lru_cache",), ("functools",)),
    signs=(r"@[\w\s.\\()]*\( (?:\)|(?:maxsize =)?[\s\\(]*+None\b)",),
    nodes=tuple(Node("FunctionDef", "AsyncFunctionDef", "ClassDef", decorator_list=call) for call in _CALLS),
    severity=Severity.LOW,
    effort_minutes=1,
    tags=("python3.8", "python3.9", "stdlib"),
    references=(
        "https://docs.python.org/3/library/functools.html#functools.cache",
        "https://docs.python.org/3/library/functools.html#functools.lru_cache",
    ),
    fix_from=(3, 8),
    bad=(
        Bad(
            "import functools\n\n@functools.lru_cache()  # fast  #: finding\ndef f():\n    pass\n",
            "import functools\n\n@functools.lru_cache  # fast\ndef f():\n    pass\n",
            min_python=(3, 8),
        ),
        Bad(
            """\
from functools import lru_cache as memo

class C:
    @staticmethod
    @memo()  #: finding
    def f():
        pass
""",
            """\
from functools import lru_cache as memo

class C:
    @staticmethod
    @memo
    def f():
        pass
""",
        ),
        Bad(
            "import functools as ft\n\n@ft.lru_cache(maxsize=None)  # all  #: finding\ndef f():\n    cache = 1\n",
            "import functools as ft\n\n@ft.cache  # all\ndef f():\n    cache = 1\n",
            min_python=(3, 9),
        ),
        Bad(
            "import functools\n\n@functools.lru_cache(  #: finding\n    None,\n)\nasync def f():\n    pass\n",
            "import functools\n\n@functools.cache\nasync def f():\n    pass\n",
        ),
        Bad(
            """\
from functools import lru_cache

@lru_cache(maxsize=None)  #: finding
def f():
    f.cache(cache=1)
""",
            "from functools import cache\n\n@cache\ndef f():\n    f.cache(cache=1)\n",
        ),
        Bad(
            """\
from functools import lru_cache, wraps

@lru_cache(None)  #: finding
def f():
    pass

@lru_cache(maxsize=None)  #: finding
def g():
    pass
""",
            "from functools import cache, wraps\n\n@cache\ndef f():\n    pass\n\n@cache\ndef g():\n    pass\n",
        ),
        Bad(
            """\
from functools import lru_cache, wraps

@lru_cache(None)  #: finding
def f():
    pass

@lru_cache(maxsize=8)
def g():
    pass
""",
            """\
from functools import cache, lru_cache, wraps

@cache
def f():
    pass

@lru_cache(maxsize=8)
def g():
    pass
""",
        ),
        Bad(
            """\
from functools import (
    lru_cache,  # memory
    wraps,
)
__all__ = ['lru_cache']

@lru_cache(None)  #: finding
def f():
    pass
""",
            """\
from functools import (
    cache,
    lru_cache,  # memory
    wraps,
)
__all__ = ['lru_cache']

@cache
def f():
    pass
""",
        ),
        Bad(
            "from functools import cache, lru_cache\n\n@lru_cache(None)  #: finding\ndef f():\n    pass\n",
            "from functools import cache, lru_cache\n\n@cache\ndef f():\n    pass\n",
        ),
        Bad(
            """\
from functools import lru_cache
cache = {}

@lru_cache(None)  #: finding
def f():
    pass
""",
            None,
        ),
        Bad(
            """\
from django.core.cache import cache
from functools import lru_cache

@lru_cache(maxsize=None)  #: finding
def f():
    pass
""",
            None,
        ),
        Bad(
            "from functools import lru_cache\n\n@lru_cache(None)  #: finding\ndef f(cache):\n    pass\n",
            None,
        ),
        Bad(
            "from x import *\nfrom functools import lru_cache\n\n@lru_cache(None)  #: finding\ndef f():\n    pass\n",
            None,
        ),
        Bad("from functools import lru_cache as m\n\n@m(None)  #: finding\ndef f():\n    pass\n", None),
        Bad("import functools\n\n@functools.lru_cache(  #: finding\n    # no bound\n)\ndef f():\n    pass\n", None),
    ),
    good=(
        "import functools\n\n@functools.lru_cache\ndef f():\n    pass\n",
        "import functools\n\n@functools.cache\ndef f():\n    pass\n",
        "import functools\n\n@functools.lru_cache(maxsize=128)\ndef f():\n    pass\n",
        "import functools\n\n@functools.lru_cache(maxsize=None, typed=True)\ndef f():\n    pass\n",
        "import functools\n\n@functools.lru_cache(None, True)\ndef f():\n    pass\n",
        "import functools\n\n@functools.lru_cache(typed=True)\ndef f():\n    pass\n",
        "import functools\n\n@functools.lru_cache(*sizes)\ndef f():\n    pass\n",
        "import functools\n\nf = functools.lru_cache()(g)\nh = functools.lru_cache(maxsize=None)(g)\n",
        "from lru import lru_cache\n\n@lru_cache()\ndef f():\n    pass\n",
        (
            """\
try:
    from functools import lru_cache
except ImportError:
    from backports import lru_cache

@lru_cache()
def f():
    pass
"""
        ),
        (
            """\
import functools
import sys
if sys.version_info < (3, 9):
    @functools.lru_cache(None)
    def f():
        pass
"""
        ),
    ),
)
