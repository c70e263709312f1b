"""An annotation names `typing.List` or a sibling instead of the builtin.

Since Python 3.9 the builtin collections take type arguments themselves. The aliases in `typing` are deprecated, and
need an import that the builtins do not.

Fix safety: safe. Only annotations of parameters, results and variables change, only where the builtin is rebound in
no scope around, not even by a parameter or a method of that name. Text such as `List["Node"]` waits for Python 3.11,
where `typing.get_type_hints` reads it in builtins too. The import stays: another file may take the name from here.
"""

from collections.abc import Iterator, Sequence

import libcst as cst

from debtd.rulekit import Bad, Change, Rule, RuleVisitor, Severity

_BUILTINS = {
    "typing.Dict": "dict",
    "typing.FrozenSet": "frozenset",
    "typing.List": "list",
    "typing.Set": "set",
    "typing.Tuple": "tuple",
    "typing.Type": "type",
}


class Visitor(RuleVisitor):
    def visit_Annotation(self, node: cst.Annotation) -> None:
        for found in _type_expressions(node.annotation):
            self._check(found)

    def _check(self, node: cst.Name | cst.Attribute) -> None:
        builtin = _BUILTINS.get(self.imported_name(node) or "")
        if builtin is None or self.is_version_branch(node) or not self._is_free(node, builtin):
            return
        self.report(node, *self._fix(node, builtin), requires_python=(3, 11) if self._holds_text(node) else None)

    def _fix(self, node: cst.Name | cst.Attribute, builtin: str) -> tuple[Change, ...]:
        start, end = self.span(node)
        return () if self.has_comment(start, end) else (self.replace(node, builtin),)

    def _is_free(self, node: cst.CSTNode, builtin: str) -> bool:
        """Whether the builtin's name means the builtin here, and in and around every definition that holds this."""
        around = [a for a in self.ancestors(node) if isinstance(a, cst.FunctionDef | cst.ClassDef)]
        inside = [definition.body.body[0] for definition in around]
        return all(self.has_builtin(place, builtin) for place in (node, *around, *inside))

    def _holds_text(self, node: cst.CSTNode) -> bool:
        """Whether a forward reference in quotes is a direct argument: `List["Node"]`."""
        subscript = self.parent(node)
        if not isinstance(subscript, cst.Subscript) or subscript.value is not node:
            return False
        arguments = [element.slice.value for element in subscript.slice if isinstance(element.slice, cst.Index)]
        return any(isinstance(argument, cst.BaseString) for argument in arguments)


def _type_expressions(node: cst.BaseExpression) -> Iterator[cst.Name | cst.Attribute]:
    """The names in an annotation that stand for types: no call, no string, no metadata of `Annotated`."""
    if isinstance(node, cst.Name | cst.Attribute):
        yield node
    for part in _parts(node):
        yield from _type_expressions(part)


def _parts(node: cst.BaseExpression) -> Sequence[cst.BaseExpression]:
    if isinstance(node, cst.Subscript):
        arguments = [element.slice.value for element in node.slice if isinstance(element.slice, cst.Index)]
        name = node.value.attr if isinstance(node.value, cst.Attribute) else node.value
        if isinstance(name, cst.Name) and name.value in {"Annotated", "Literal"}:
            return arguments[:1] if name.value == "Annotated" else ()
        return (node.value, *arguments)
    if isinstance(node, cst.BinaryOperation) and isinstance(node.operator, cst.BitOr):
        return (node.left, node.right)
    if isinstance(node, cst.List | cst.Tuple):
        return [element.value for element in node.elements]
    return ()


RULE = Rule(
    message="The builtin takes type arguments itself since Python 3.9; this alias of `typing` is deprecated.",
    detect=Visitor,
    words=(("typing",), ("Dict", "FrozenSet", "List", "Set", "Tuple", "Type")),
    names=tuple(sorted(_BUILTINS)),
    severity=Severity.LOW,
    effort_minutes=1,
    tags=("deprecated", "python3.9", "typing"),
    references=(
        "https://docs.python.org/3/library/typing.html#deprecated-aliases",
        "https://peps.python.org/pep-0585/",
    ),
    fix_from=(3, 9),
    bad=(
        Bad(
            """\
from typing import List

def f(a: List[int]) -> List[str]:  #: finding
    b: List = []  #: finding
""",
            "from typing import List\n\ndef f(a: list[int]) -> list[str]:\n    b: list = []\n",
            min_python=(3, 9),
        ),
        Bad(
            "import typing as t\n\nx: t.Optional[t.Dict[str, t.Tuple[int, ...]]] = None  #: finding\n",
            "import typing as t\n\nx: t.Optional[dict[str, tuple[int, ...]]] = None\n",
        ),
        Bad(
            """\
import typing
from typing import Callable, FrozenSet as F, Set, Type

async def f(
    *a: Callable[[Set[int]], Type],  # one  #: finding
    b: F[str] | None = None,  # two  #: finding
    **c: typing.Tuple[()],  #: finding
): ...
""",
            """\
import typing
from typing import Callable, FrozenSet as F, Set, Type

async def f(
    *a: Callable[[set[int]], type],  # one
    b: frozenset[str] | None = None,  # two
    **c: tuple[()],
): ...
""",
        ),
        Bad(
            """\
from typing import Annotated, Dict, List

class C:
    x: Annotated[List[int], Field(List[str])]  #: finding
    y: Dict[  #: finding
        str,  # key
        int,
    ]
""",
            """\
from typing import Annotated, Dict, List

class C:
    x: Annotated[list[int], Field(List[str])]
    y: dict[
        str,  # key
        int,
    ]
""",
        ),
        Bad(
            """\
from typing import Dict, List

class Node:
    def list(self) -> Dict[str, List[int]]:  #: finding
        pass

class Other:
    x: List['Node']  #: finding
""",
            """\
from typing import Dict, List

class Node:
    def list(self) -> dict[str, List[int]]:
        pass

class Other:
    x: list['Node']
""",
            min_python=(3, 11),
        ),
        Bad(
            """\
from typing import List, Optional

def f(a: List['C'], b: List[Optional['C']]) -> None: ...  #: finding
""",
            "from typing import List, Optional\n\ndef f(a: List['C'], b: list[Optional['C']]) -> None: ...\n",
            min_python=(3, 10),
        ),
        Bad("import typing\nx: (\n    typing  # types  #: finding\n    .List\n)\n", None),
    ),
    good=(
        "def f(a: list[int]) -> dict[str, int]: ...\n",
        "from typing import List\nX = List[int]\ny = cast(List[int], z)\n",
        "from typing import List\nclass C(List[int]):\n    pass\n",
        "from typing import List\nx: 'List[int]' = []\n",
        "from typing import List\nx = []  # type: List[int]\n",
        "from typing import Literal, List\nx: Literal[List] = 1\n",
        "from typing import List\nx: check(List[int]) = []\n",
        "from typing import Deque, DefaultDict, Mapping, Iterable\nx: Deque[int]\ny: DefaultDict[str, int]\n",
        "from schema import List\ndef f(a: List[int]): ...\n",
        "from typing import List\nclass List: ...\ndef f(a: List[int]): ...\n",
        "from typing import List\nclass C:\n    def list(self): ...\n    def f(self) -> List[int]: ...\n",
        "from typing import List\nclass C:\n    def f(self) -> List[int]: ...\n    def list(self): ...\n",
        "from typing import Dict\nclass C:\n    dict: Dict[str, int]\n",
        "from typing import Type\nclass C:\n    type: str\n    def f(self):\n        x: Type[int] = int\n",
        "from typing import Type\ndef f(type: Type[int]): ...\n",
        "from typing import Set\ndef set(x: Set[int]): ...\n",
        "from typing import List\nfrom models import *\ndef f(x: List[int]): ...\n",
        "from typing import List\ndef f():\n    global list\n    list = 1\nx: List[int]\n",
        "import sys\nfrom typing import List\nif sys.version_info < (3, 9):\n    x: List[int]\n",
    ),
)
