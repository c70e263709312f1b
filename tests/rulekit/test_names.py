"""The plain answers about names agree with LibCST's scopes, name by name."""

import sysconfig
from collections.abc import Iterator
from pathlib import Path

import libcst as cst
import pytest

from debtd.rulekit.file_view import FileView
from debtd.rulekit.names import UNCLEAR, Names

CRAFTED = """
import os, os.path, collections.abc as abc
import json as j
from typing import List, Dict as D
from . import sibling
try:
    import numpy as np
except ImportError:
    np = None
object = object
def f(set, *list, **dict):
    global tuple
    tuple = 1
    import re
    with open(x) as id, open(y): pass
    for min in [max]: del min
    return [len for len in range(3)], {abs: 1}, f"{print} {all=}", (sum := 3), lambda any: any
class C(j.JSONEncoder, metaclass=type):
    List: List[int] = D
    def input(self): return super().input, vars.x.y, np.int
    hash: int
async def g():
    async with a as (zip, [map]): pass
    await abc.Mapping(os.path.x, format=format)
match bool:
    case {"a": iter, **next} | [bytes, *ord]: pass
    case Point(x=chr) as str: pass
"""


def views() -> Iterator[FileView]:
    library = Path(sysconfig.get_paths()["stdlib"])
    paths = [p for p in sorted(library.glob("*.py")) if p.stat().st_size < 40_000][::9]
    assert len(paths) > 10
    for data in (CRAFTED.encode(), *(path.read_bytes() for path in paths)):
        yield FileView(cst.parse_module(data.decode()), data)


def variables(view: FileView) -> Iterator[cst.Name | cst.Attribute]:
    """Names and dotted names that are read or bound as variables; not attributes, keywords or parts of imports."""
    for node, parent in view.parents.items():
        if isinstance(node, cst.Name | cst.Attribute) and not (
            isinstance(parent, cst.ImportAlias | cst.AsName | cst.ImportFrom | cst.Param | cst.NameItem)
            or (isinstance(parent, cst.Attribute) and parent.attr is node)
            or (isinstance(parent, cst.Arg) and parent.keyword is node)
        ):
            yield node


def test_plain_answers_are_those_of_the_scopes() -> None:
    answered = 0
    for view in views():
        names = Names(view.parents)
        for node in variables(view):
            imported = names.imported_name(node)
            if imported is not UNCLEAR:
                answered += 1
                assert imported == view.imported_name_by_scopes(node), view.slice(*view.span(node))
            if isinstance(node, cst.Name):
                builtin = names.is_builtin(node.value)
                assert builtin is UNCLEAR or builtin == view.has_builtin_by_scopes(node, node.value), node.value
                made = names.definition(node.value)
                assert made is UNCLEAR or (made,) == view.bindings_by_scopes(node, node.value), node.value
    assert answered > 500


@pytest.mark.parametrize(
    "text",
    [
        "import a.b\na.b.c\n",
        "import a\nimport a\na.b\n",
        "def f():\n    import a\na\n",
        "class C:\n    import a\na\n",
        "from . import a\na\n",
        "import a\na = 1\na\n",
        "import a\ndef f(a): a\n",
        "import a\nfor a in b: a\n",
        "import a\nfor [x, (a, y)] in b: a\n",
        "import a\nwith b as (a, c): a\n",
        "import a\ndel a\n",
        "import a\ntry: pass\nexcept E as a: a\n",
        "import a\nmatch x:\n    case a: a\n",
        "import a\n(a := 1)\n",
        "import a\n[a for a in b]\n",
        "import a\ndef f():\n    global a\n    a = 1\n",
        "import a\ndef a(): pass\n",
        "import a\nclass a: pass\n",
        "import a\na += 1\n",
        "import a\na: int = 1\n",
        "import a\ntype a = int\n",
        "import a\ndef f[a](): a\n",
    ],
)
def test_a_name_that_is_bound_in_any_other_way_is_unclear(text: str) -> None:
    view = FileView(cst.parse_module(text), text.encode())
    names = [n for n in variables(view) if isinstance(n, cst.Name) and n.value == "a"]
    assert names or "type a" in text or "def f[a]" in text
    assert all(Names(view.parents).imported_name(node) is UNCLEAR for node in names)


def test_what_a_plain_import_means() -> None:
    text = "import os\nfrom collections import abc as x, deque\nos.path.join(x.Mapping, deque, unbound)\n"
    view = FileView(cst.parse_module(text), text.encode())
    names = Names(view.parents)
    meant = {view.slice(*view.span(node)): names.imported_name(node) for node in variables(view)}
    assert meant == {
        "os.path.join": "os.path.join",
        "os.path": "os.path",
        "os": "os",
        "x.Mapping": "collections.abc.Mapping",
        "x": "collections.abc",
        "deque": "collections.deque",
        "unbound": None,
    }
