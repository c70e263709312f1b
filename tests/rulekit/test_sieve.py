"""The cheap reading of a file: what must come through, and what need not."""

import pytest

from debtd.rulekit.identifiers import identifiers
from debtd.rulekit.node import (
    FIRST_PARAMETER,
    INVALID_ESCAPE,
    NOTHING,
    OWN_CLASS,
    SOME,
    Inside,
    Node,
    Twice,
    decode_node,
    encode_node,
    node_problem,
)
from debtd.rulekit.sieve import Declaration, Sieve


def passes(
    text: str, *, names: tuple[str, ...] = (), nodes: tuple[Node, ...] = (), signs: tuple[str, ...] = ()
) -> bool:
    declaration = Declaration(rule_id="a-rule", words=(("x",),), names=names, nodes=nodes, signs=signs)
    return "a-rule" in Sieve([declaration]).candidates(text, ["a-rule"])


BOTH = Node("Call", args=Twice(Node("Name", id=(OWN_CLASS, FIRST_PARAMETER))))


@pytest.mark.parametrize(
    "text",
    [
        "class C:\n    def f(self):\n        x(C, self)\n",
        "class C:\n    async def f(this, /, a):\n        if a:\n            x(C, this)\n",
        "class A:\n    class C:\n        def f(self): return [x(C, self)]\n",
        "def g(a):\n    class C:\n        def f(cls, a):\n            return lambda: x(C, cls)\n",
        "class C:\n    def f(self):\n        try: pass\n        except A: x(C, self)\n",
    ],
)
@pytest.mark.parametrize("signs", [(), (r"\bx\(",)])
def test_what_stands_around_a_node_names_its_class_and_parameter(text: str, signs: tuple[str, ...]) -> None:
    assert passes(text, nodes=(BOTH,), signs=signs)


@pytest.mark.parametrize(
    "text",
    [
        "x(C, self)\n",
        "class C:\n    x(C, self)\n",
        "class C:\n    def f(*self):\n        x(C, self)\n",
        "class C:\n    def f(self):\n        x(D, self)\n",
        "class C:\n    def f(self, other):\n        x(C, other)\n",
        "class A:\n    class C:\n        def f(self):\n            x(A, self)\n",
        "class C:\n    def f(self):\n        def g():\n            x(C, self)\n",
        "class C:\n    pass\ndef f(self):\n    x(C, self)\n",
    ],
)
@pytest.mark.parametrize("signs", [(), (r"\bx\(",)])
def test_other_names_are_not_its_class_and_parameter(text: str, signs: tuple[str, ...]) -> None:
    assert not passes(text, nodes=(BOTH,), signs=signs)


def test_where_the_surroundings_cannot_be_read_the_file_is_left_to_libcst() -> None:
    assert passes("class C:\n    def f(self): x(D, self)\n(\n", nodes=(BOTH,), signs=(r"\bx\(",))


@pytest.mark.parametrize(
    "text",
    [
        "import typing\na: typing.List\n",
        "import typing as t\na: t.List\n",
        "from typing import List\n",
        "from typing import List as L\n",
        "from typing import *\na: List\n",
        "def f():\n    import typing\n    return typing . List\n",
        "if a:\n    from typing import (\n        Dict,\n        List)\n",
    ],
)
def test_a_qualified_name_is_found_by_any_import(text: str) -> None:
    assert passes(text, names=("typing.List",))


@pytest.mark.parametrize(
    "text",
    ["import typing\n", "from typing import Dict\n", "from .typing import List\n", "import typing.io as t\nt.List\n"],
)
def test_another_name_is_not(text: str) -> None:
    assert not passes(text, names=("typing.List",))


CASES = [
    (Node("Call", func=Node("Name", id="super"), args=SOME), "super(A, self)\n", "super()\n"),
    (Node("Call", func=Node("Name", id=("a", "b")), args=NOTHING), "b()\n", "b(1)\n"),
    (Node("ClassDef", bases=Node("Name", id="object")), "class A(B, object): pass\n", "class A(b=object): pass\n"),
    (Node("Call", args=Inside(Node("Attribute", attr="objects"))), "f(g(a.objects.all()))\n", "f(g(a.all()))\n"),
    (Node("BoolOp", values=Twice(Node("Call"))), "a() or b or c()\n", "a() or b or c\n"),
    (Node("Constant", type=("int", "str")), "'a'\n", "None\n"),
    (Node("Name", named="m.f"), "from m import f as g\ng\n", "from n import f as g\ng\n"),
    (Node(INVALID_ESCAPE), "'\\d'\n", "r'\\d'\n"),
    (Node("Compare", ops=Node("Is", "IsNot"), left=(Node("List"), Node("Set"))), "{1} is not a\n", "{1} == a\n"),
]


@pytest.mark.parametrize(("node", "match", "other"), CASES)
def test_conditions_hold_or_do_not(node: Node, match: str, other: str) -> None:
    assert node_problem(node) == ""
    assert passes(match, nodes=(node,))
    assert not passes(other, nodes=(node,))
    assert decode_node(encode_node(node)) == node


@pytest.mark.parametrize(
    "text",
    [
        "if a:\n    pass\nelif f(object):\n    pass\n",
        "try:\n    pass\nexcept f(object):\n    pass\n",
        "match a:\n    case 1 if f(object):\n        pass\n",
        "@f(object)\ndef g(): pass\n",
        "async def g():\n    async with f(object) as h:\n        pass\n",
        "x = [\n  f(\n    object\n  ) for y in z\n]\n",
        "x = 1; y = f(object) ; z = 2\n",
        "while f(object): pass\nelse: pass\n",
        "else_ = f(object)\n",
        "for a in b:\n    pass\nelse: f(object)\n",
        "x = \\\n  f(object)\n",
        "x = f'''\n{f(object)}\n'''\n",
        "def g(a=f(object)):  # why:\n    '''text'''\n",
        "lambda: f(object)",
    ],
)
def test_a_statement_is_read_alone_wherever_it_stands(text: str) -> None:
    node = Node("Call", func=Node("Name", id="f"), args=Node("Name", id="object"))
    assert passes(text, nodes=(node,), signs=(r"\( object\b",))
    assert not passes(text, nodes=(node,), signs=(r"\( other\b",))


@pytest.mark.parametrize("text", ["object(\n", "print object\n", "x = object'\n", "def f(:\n  object\n"])
def test_what_this_python_cannot_read_is_left_to_libcst(text: str) -> None:
    assert passes(text, nodes=(Node("ClassDef"),), signs=("object",))


@pytest.mark.parametrize(
    "text",
    [
        "print 'x'\n",
        "print>>f, x\n",
        "exec 'x' in y\n",
        "raise E, 'x'\n",
        "try: x\nexcept A, e: pass\n",
        "`x`\n",
        "x <> y\n",
    ],
)
def test_python_2_is_left_to_libcst_even_without_a_sign(text: str) -> None:
    is_python_3 = text.startswith("print>>")
    assert passes(text, nodes=(Node("ClassDef"),), signs=("never",)) is not is_python_3
    quiet = f"print('x')  # {text.splitlines()[-1]}\nraise_(A, b)\nx.print = 1\n"
    assert not passes(quiet, nodes=(Node("ClassDef"),), signs=("never",))


def test_a_sign_looks_into_brackets_and_over_line_ends() -> None:
    node, sign = Node("Call"), r"len \(...\bobjects\b"
    assert passes("len(\n  f(a[1], {2: 3})\n  .objects)\n", nodes=(node,), signs=(sign,))
    assert passes("len(((((((((objects)))))))))\n", nodes=(node,), signs=(sign,))
    assert not passes("len(a)\nf(objects)\n", nodes=(node,), signs=(sign,))
    assert not passes("len('objects')  # objects\nf(a)\n", nodes=(node,), signs=(sign,))


def test_words_decide_which_rules_are_asked() -> None:
    rules = [
        Declaration(rule_id="one-group", words=(("a", "b"),), names=("n",)),
        Declaration(rule_id="two-groups", words=(("a",), ("c",)), names=("n",)),
    ]
    sieve = Sieve(rules)
    assert sieve.wanted(identifiers("a = 'c'")) == ["one-group", "two-groups"]
    assert sieve.wanted(identifiers("b # c")) == ["one-group"]
    assert sieve.wanted(identifiers("c")) == []


@pytest.mark.parametrize(
    ("text", "word"),
    [("5is x", "is"), ("x=1if y else 2", "if"), ("naïve.super()", "super"), ("f'{x!r}'", "x"), ("é", "é")],
)
def test_identifiers_are_found_where_they_touch_other_things(text: str, word: str) -> None:
    assert word in identifiers(text)
