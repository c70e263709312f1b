"""A class names `object` as its base.

Every class of Python 3 inherits from `object`. Naming it says nothing, and tells readers that the code may
still have to run on Python 2.

Fix safety: safe. Only the builtin `object` is removed, only as a plain base, and other bases and keywords stay. A class
whose metaclass stands in the same file and looks into the bases is reported without a fix.
"""

import re

import libcst as cst

from debtd.rulekit import Bad, Change, Node, Rule, RuleVisitor, Severity

_LOOKS_INTO_BASES = re.compile(r"\bbases\s*(\[|[=!]=|is\b)|\bobject\b")


class Visitor(RuleVisitor):
    def visit_ClassDef(self, node: cst.ClassDef) -> None:
        for position, base in enumerate(node.bases):
            if base.star or base.keyword is not None or not self.is_builtin(base.value, "object"):
                continue
            self.report(base.value, *self._removal(node, position))
            return

    def _removal(self, node: cst.ClassDef, position: int) -> tuple[Change, ...]:
        arguments = (*node.bases, *node.keywords)
        if any(self._looks_into_bases(argument) for argument in node.keywords):
            return ()
        if not isinstance(node.lpar, cst.LeftParen) or not isinstance(node.rpar, cst.RightParen):
            return ()
        if len(arguments) == 1:
            start, end = self._start_of_brackets(node.lpar), self.span(node.rpar)[1]
        elif position + 1 < len(arguments):
            start = self.outer_span(arguments[position].value)[0]
            following = arguments[position + 1]
            end = self.span(following)[0]
        else:
            start = self.span(arguments[position - 1])[1]
            end = self.outer_span(arguments[position].value)[1]
        if self.has_comment(start, end):
            return ()
        return (Change(start, end, ""),)

    def _start_of_brackets(self, bracket: cst.LeftParen) -> int:
        start = self.span(bracket)[0]
        while self.view.utf8[start - 1 : start] in (b" ", b"\t"):
            start -= 1
        return start

    def _looks_into_bases(self, argument: cst.Arg) -> bool:
        """Whether the keyword is a metaclass of this file for which `()` may differ from `(object,)`."""
        if (
            argument.keyword is None
            or argument.keyword.value != "metaclass"
            or not isinstance(argument.value, cst.Name)
        ):
            return False
        definitions = self.view.bindings(argument.value, argument.value.value)
        return any(
            isinstance(found, cst.ClassDef | cst.FunctionDef) and _LOOKS_INTO_BASES.search(self.text(found.body))
            for found in definitions
        )


RULE = Rule(
    message="`object` is the base of every class and need not be named.",
    detect=Visitor,
    words=(("object",),),
    signs=(r"[(,] object [,)]",),
    nodes=(Node("ClassDef", bases=Node("Name", id="object")),),
    severity=Severity.LOW,
    effort_minutes=1,
    tags=("python3", "syntax"),
    references=("https://docs.python.org/3/library/functions.html#object",),
    fix_from=(3, 0),
    bad=(
        Bad("class C(object):  #: finding\n    pass\n", "class C:\n    pass\n"),
        Bad("class C(object, metaclass=M):  #: finding\n    pass\n", "class C(metaclass=M):\n    pass\n"),
        Bad("class C(Base, object):  #: finding\n    pass\n", "class C(Base):\n    pass\n"),
        Bad("class C(\n    object,  #: finding\n):\n    pass\n", "class C:\n    pass\n"),
        Bad("class C( (object) ,): pass  # why  #: finding\n", "class C: pass  # why\n"),
        Bad("class C (object) :  #: finding\n    pass\n", "class C :\n    pass\n"),
        Bad("class C(A, object, metaclass=M):  #: finding\n    pass\n", "class C(A, metaclass=M):\n    pass\n"),
        Bad("class C(f(1), object, x=1):  #: finding\n    pass\n", "class C(f(1), x=1):\n    pass\n"),
        Bad("class C(*bases, object):  #: finding\n    pass\n", "class C(*bases):\n    pass\n"),
        Bad("class C[T](object):  #: finding\n    pass\n", "class C[T]:\n    pass\n"),
        Bad(
            "class C(\n    A,\n    object,  #: finding\n):\n    pass\n",
            "class C(\n    A,\n):\n    pass\n",
        ),
        Bad(
            "@decorate(object)\nclass C(object):  #: finding\n    class D(object):  #: finding\n        x = object()\n",
            "@decorate(object)\nclass C:\n    class D:\n        x = object()\n",
        ),
        Bad(
            "def f():\n    class C(object): x = 1; y = 2  #: finding\n    return C\n",
            "def f():\n    class C: x = 1; y = 2\n    return C\n",
        ),
        Bad("class C(object  # the base  #: finding\n        ):\n    pass\n", None),
        Bad("class C(\n    A,  # first\n    object,  #: finding\n):\n    pass\n", None),
        Bad(
            "class M(type):\n    def __new__(mcs, name, bases, d):\n        assert bases[0]\n"
            "class C(object, metaclass=M):  #: finding\n    pass\n",
            None,
        ),
    ),
    good=(
        "class C:\n    pass\n",
        "class C():\n    pass\n",
        "class C(Base):\n    pass\n",
        "class C(Base, metaclass=object):\n    pass\n",
        "class C(*object):\n    pass\n",
        "class C(f(object)):\n    pass\n",
        "class C(object.Base):\n    pass\n",
        "class C(models.object):\n    pass\n",
        "class C(Generic[object]):\n    pass\n",
        "C = type('C', (object,), {})\n",
        "object = Base\nclass C(object):\n    pass\n",
        "def f(object):\n    class C(object):\n        pass\n",
        "for object in bases:\n    class C(object):\n        pass\n",
        "try:\n    from newobject import object\nexcept ImportError:\n    pass\nclass C(object):\n    pass\n",
        "from builtins import object\nclass C(object):\n    pass\n",
        "from future.builtins import *\nclass C(object):\n    pass\n",
        "try: from future.builtins import *\nexcept ImportError: pass\nclass C(object):\n    pass\n",
        "match x:\n    case object:\n        class C(object):\n            pass\n",
        "import builtins\nclass C(builtins.object):\n    pass\n",
    ),
)
