"""A class names `object` as its base.

Every class of Python 3 inherits from `object`. Naming it says nothing, and tells readers that the code may
still have to run on Python 2.

Fix safety: safe. Only the builtin `object` is removed, only as a plain base, and other bases and keywords stay.
"""

import libcst as cst

from debtd.rulekit import Bad, Change, Rule, RuleVisitor, Severity


class Visitor(RuleVisitor):
    def visit_ClassDef(self, node: cst.ClassDef) -> None:
        for position, base in enumerate(node.bases):
            if base.star or base.keyword is not None or not self.is_builtin(base.value, "object"):
                continue
            self.report(base.value, *self._removal(node, position))
            return

    def _removal(self, node: cst.ClassDef, position: int) -> tuple[Change, ...]:
        arguments = (*node.bases, *node.keywords)
        if not isinstance(node.lpar, cst.LeftParen) or not isinstance(node.rpar, cst.RightParen):
            return ()
        if len(arguments) == 1:
            start, end = self.span(node.lpar)[0], self.span(node.rpar)[1]
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


RULE = Rule(
    message="`object` is the base of every class and need not be named.",
    detect=Visitor,
    words=(("object",),),
    nodes=("ClassDef",),
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
    ),
    good=(
        "class C:\n    pass\n",
        "class C(Base):\n    pass\n",
        "object = Base\nclass C(object):\n    pass\n",
        "from builtins import object\nclass C(object):\n    pass\n",
        "from future.builtins import *\nclass C(object):\n    pass\n",
        "import builtins\nclass C(builtins.object):\n    pass\n",
    ),
)
