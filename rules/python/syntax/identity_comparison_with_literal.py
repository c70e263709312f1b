"""`is` or `is not` compares with a literal.

`is` asks whether both sides are one object. Whether two equal numbers, strings or tuples are one object is an accident
of the interpreter, so that the comparison may be true today and false tomorrow; Python warns of it since 3.8. Compared
with a new list, dictionary or set it is always false.

Fix safety: safe for numbers, strings, bytes and constant tuples: the operator becomes `==` or `!=`, as the warning
proposes. Comparisons with a list, dictionary, set or other new object are reported and left: they are
always false, and code may have grown around that.
"""

import libcst as cst

from debtd.rulekit import Bad, Change, Node, Rule, RuleVisitor, Severity

_NUMBERS = (cst.Integer, cst.Float, cst.Imaginary)
_DISPLAYS = (cst.List, cst.Dict, cst.Set, cst.ListComp, cst.DictComp, cst.SetComp, cst.Tuple, cst.FormattedString)
_IDENTITY = Node("Is", "IsNot")
_LITERALS = (
    Node("Constant", type=("int", "float", "complex", "str", "bytes")),
    Node("UnaryOp"),
    Node("List", "Tuple", "Dict", "Set", "ListComp", "DictComp", "SetComp", "JoinedStr"),
)
_SINGLETONS = frozenset({"None", "True", "False"})


class Visitor(RuleVisitor):
    def visit_Comparison(self, node: cst.Comparison) -> None:
        left = node.left
        for target in node.comparisons:
            if isinstance(target.operator, cst.Is | cst.IsNot):
                self._compare(left, target.operator, target.comparator)
            left = target.comparator

    def _compare(self, left: cst.BaseExpression, operator: cst.Is | cst.IsNot, right: cst.BaseExpression) -> None:
        operands = (left, right)
        if not any(_is_constant(operand) or isinstance(operand, _DISPLAYS) for operand in operands):
            return
        if any(isinstance(operand, _DISPLAYS) and not _is_constant(operand) for operand in operands):
            self.report(operator, message="An object that was only just made `is` no other: this is always the same.")
            return
        start, end = self.span(operator)
        changes = () if self.has_comment(start, end) else (Change(start, end, _equality(operator)),)
        self.report(operator, *changes)


def _equality(operator: cst.Is | cst.IsNot) -> str:
    return "==" if isinstance(operator, cst.Is) else "!="


def _is_constant(node: cst.BaseExpression) -> bool:
    """Whether the compiler makes a constant of it; None, True, False and `...` are identities and no literals here."""
    if isinstance(node, cst.UnaryOperation):
        return isinstance(node.operator, cst.Minus | cst.Plus | cst.BitInvert) and _is_constant(node.expression)
    if isinstance(node, cst.Tuple):
        return all(_is_constant_element(element) for element in node.elements)
    if isinstance(node, cst.ConcatenatedString):
        return _is_constant(node.left) and _is_constant(node.right)
    return isinstance(node, (*_NUMBERS, cst.SimpleString))


def _is_constant_element(element: cst.BaseElement) -> bool:
    if not isinstance(element, cst.Element):
        return False
    value = element.value
    is_singleton = isinstance(value, cst.Ellipsis) or (isinstance(value, cst.Name) and value.value in _SINGLETONS)
    return is_singleton or _is_constant(value)


RULE = Rule(
    message="`is` compares identity, which for a literal is an accident of the interpreter; compare by value.",
    detect=Visitor,
    words=(("is",),),
    signs=(
        r"""is\b(?<!\wis) (?:not\b )?(?:[\d'"\[{(+\-~]|\. [\d.]|[a-zA-Z]{1,2}['"])""",
        r"""is\b(?:(?<=[)\]}'"\d.jJ]\x20is)|(?<=[^\w\x20]is)|(?<=\s\sis)|(?<=\dis))""",
    ),
    nodes=(Node("Compare", ops=_IDENTITY, left=_LITERALS), Node("Compare", ops=_IDENTITY, comparators=_LITERALS)),
    severity=Severity.MEDIUM,
    effort_minutes=2,
    tags=("correctness", "syntax"),
    references=(
        "https://docs.python.org/3/reference/expressions.html#is-not",
        "https://docs.python.org/3/whatsnew/3.8.html#changes-in-python-behavior",
    ),
    bad=(
        Bad("x is 5  #: finding\n", "x == 5\n"),
        Bad('if x is not "a":  #: finding\n    pass\n', 'if x != "a":\n    pass\n'),
        Bad("5 is x  #: finding\n", "5 == x\n"),
        Bad("x is -1  #: finding\n", "x == -1\n"),
        Bad("x is-1  #: finding\n", "x ==-1\n"),
        Bad("x is 1.5 or x is 2j  #: finding\n", "x == 1.5 or x == 2j\n"),
        Bad('x is b"a"  #: finding\n', 'x == b"a"\n'),
        Bad('x is ("a"  #: finding\n      "b")\n', 'x == ("a"\n      "b")\n'),
        Bad("x is ()  #: finding\n", "x == ()\n"),
        Bad('x is not (1, None, (-2, "a"))  #: finding\n', 'x != (1, None, (-2, "a"))\n'),
        Bad("a is b is 5  #: finding\n", "a is b == 5\n"),
        Bad("a < 5 is not b  #: finding\n", "a < 5 != b\n"),
        Bad("not x is(5)  #: finding\n", "not x ==(5)\n"),
        Bad('"a"is x  #: finding\n', '"a"== x\n'),
        Bad("x is  not  5  # why  #: finding\n", "x !=  5  # why\n"),
        Bad("(x\n is not  #: finding\n 5)\n", "(x\n !=\n 5)\n"),
        Bad("(x is  # why  #: finding\n not 5)\n", None),
        Bad("x is []  #: finding\n", None),
        Bad("x is not {}  #: finding\n", None),
        Bad("x is {1}  #: finding\n", None),
        Bad("x is (1, y)  #: finding\n", None),
        Bad('x is f"{y}"  #: finding\n', None),
        Bad("x is [y for y in z]  #: finding\n", None),
        Bad('print(f"{x is 5}")  #: finding\n', 'print(f"{x == 5}")\n'),
        Bad('print(f"{x is 5=}")  #: finding\n', None),
    ),
    good=(
        "x is None\n",
        "x is not True\n",
        "False is x\n",
        "x is ...\n",
        "x is Ellipsis\n",
        "x is NotImplemented\n",
        "x is y\n",
        "x is y[0]\n",
        "x is y()\n",
        "x is not int\n",
        "x is __debug__\n",
        "x == 5 and x is y\n",
        "a is b == 5\n",
        "x in (1, 2) and x is y\n",
        "5 == x is y\n",
        "x is not y < 5\n",
        "x is list()\n",
        'x is "a".join\n',
        "x is -y\n",
        "x is 1 + y\n",
        '"x is 5"\n',
    ),
)
