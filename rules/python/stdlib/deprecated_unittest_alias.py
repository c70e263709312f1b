"""A test calls a `TestCase` method by an old alias such as `assertEquals`.

The aliases were deprecated between Python 3.1 and 3.5 and removed in 3.12: each test that uses one fails there
with AttributeError, whatever it tests.

Fix safety: safe. Alias and method are the same function. Only the first parameter of a method is followed, and only
in classes that derive from `TestCase`, or from a base of another file that is named like a test; a class that
defines either name by itself is left alone. A base elsewhere that overrides the alias alone would not be seen.
"""

import re
from datetime import date

import libcst as cst

from debtd.rulekit import Bad, Node, Rule, RuleVisitor, Severity

_NEW_NAMES = {
    "assertAlmostEquals": "assertAlmostEqual",
    "assertEquals": "assertEqual",
    "assertNotAlmostEquals": "assertNotAlmostEqual",
    "assertNotEquals": "assertNotEqual",
    "assertNotRegexpMatches": "assertNotRegex",
    "assertRaisesRegexp": "assertRaisesRegex",
    "assertRegexpMatches": "assertRegex",
    "assert_": "assertTrue",
    "failIf": "assertFalse",
    "failIfAlmostEqual": "assertNotAlmostEqual",
    "failIfEqual": "assertNotEqual",
    "failUnless": "assertTrue",
    "failUnlessAlmostEqual": "assertAlmostEqual",
    "failUnlessEqual": "assertEqual",
    "failUnlessRaises": "assertRaises",
}
# A base of another file, by its name. Names such as `failIf` say less than `assertEquals`, and need more of it.
_TEST_CASE = re.compile(r".*TestCase(Base|Mixin)?")
_TEST = re.compile(r"Test.*|.*Test(s|Base|Case|CaseBase|CaseMixin)?")


class Visitor(RuleVisitor):
    def visit_Attribute(self, node: cst.Attribute) -> None:
        new = _NEW_NAMES.get(node.attr.value)
        if new is None or not isinstance(node.value, cst.Name) or self.is_assignment_target(node):
            return
        owner = self._class_of(node.value)
        if owner is None or not self._verdict(owner, {node.attr.value, new}, depth=0):
            return
        needed = (3, 5) if new == "assertNotRegex" else None
        self.report(node, self.replace(node.attr, new), requires_python=needed)

    def _class_of(self, receiver: cst.Name) -> cst.ClassDef | None:
        """The class whose method has `receiver` as its first parameter, and nothing else binds it."""
        bound = self.bindings(receiver, receiver.value)
        if len(bound) != 1 or not isinstance(bound[0], cst.Param):
            return None
        parameters = self.parent(bound[0])
        method = None if parameters is None else self.parent(parameters)
        if not isinstance(parameters, cst.Parameters) or not isinstance(method, cst.FunctionDef):
            return None
        positional = (*parameters.posonly_params, *parameters.params)
        if not positional or positional[0] is not bound[0] or _is_static(method):
            return None
        around = next((a for a in self.ancestors(method) if isinstance(a, cst.FunctionDef | cst.ClassDef)), None)
        return around if isinstance(around, cst.ClassDef) else None

    def _verdict(self, owner: cst.ClassDef, names: set[str], *, depth: int) -> bool | None:
        """True for a test case, False for a class that has one of the names of its own, None where nobody knows."""
        if depth > 10 or _defines(owner, names):
            return False
        verdicts = {self._base_verdict(base.value, names, depth) for base in owner.bases if not base.star}
        return False if False in verdicts else True in verdicts or None

    def _base_verdict(self, base: cst.BaseExpression, names: set[str], depth: int) -> bool | None:
        if not isinstance(base, cst.Name | cst.Attribute):
            return None
        bound = self.bindings(base, base.value) if isinstance(base, cst.Name) else ()
        local = [found for found in bound if isinstance(found, cst.ClassDef)]
        if local and len(local) == len(bound) == 1:
            return self._verdict(local[0], names, depth=depth + 1)
        if local:
            return False
        known = self.imported_name(base) or (base.value if isinstance(base, cst.Name) else base.attr.value)
        pattern = _TEST if all(re.match("assert[A-Z]", name) for name in names) else _TEST_CASE
        return pattern.fullmatch(known.rpartition(".")[2]) is not None or None


def _is_static(method: cst.FunctionDef) -> bool:
    return any(isinstance(d.decorator, cst.Name) and d.decorator.value == "staticmethod" for d in method.decorators)


def _defines(owner: cst.ClassDef, names: set[str]) -> bool:
    """Whether the class body, or a method through its instance, binds one of the names."""
    finder = _Definitions(names)
    owner.body.visit(finder)
    return finder.found


class _Definitions(cst.CSTVisitor):
    def __init__(self, names: set[str]) -> None:
        super().__init__()
        self.names = names
        self.found = False

    def visit_FunctionDef(self, node: cst.FunctionDef) -> None:
        self.found |= node.name.value in self.names

    def visit_AssignTarget(self, node: cst.AssignTarget) -> None:
        target = node.target.attr if isinstance(node.target, cst.Attribute) else node.target
        self.found |= isinstance(target, cst.Name) and target.value in self.names


def _test_case(statement: str) -> str:
    return f"import unittest\n\nclass T(unittest.TestCase):\n    def test(self):\n        {statement}\n"


RULE = Rule(
    message="This alias of a `TestCase` method is removed in Python 3.12.",
    detect=Visitor,
    words=(tuple(sorted(_NEW_NAMES)),),
    nodes=(Node("Attribute", attr=tuple(_NEW_NAMES), value=Node("Name")),),
    severity=Severity.HIGH,
    effort_minutes=2,
    tags=("deprecated", "python3.12", "stdlib", "tests"),
    references=(
        "https://docs.python.org/3/whatsnew/3.12.html#id3",
        "https://docs.python.org/3.11/library/unittest.html#deprecated-aliases",
    ),
    deadline=date(2023, 10, 2),  # Python 3.12
    fix_from=(3, 2),
    bad=(
        *tuple(
            Bad(_test_case(f"self.{old}(a, b)  #: finding"), _test_case(f"self.{new}(a, b)"))
            for old, new in sorted(_NEW_NAMES.items())
        ),
        Bad(
            """\
from django.test import TestCase as Base

class T(Mixin, Base):
    def test(self):
        with self.assertRaisesRegexp(  # why  #: finding
            E, 'x',
        ):
            f(lambda: [self.assert_(y) for y in z])  #: finding
""",
            """\
from django.test import TestCase as Base

class T(Mixin, Base):
    def test(self):
        with self.assertRaisesRegex(  # why
            E, 'x',
        ):
            f(lambda: [self.assertTrue(y) for y in z])
""",
        ),
        Bad(
            """\
from .base import ProjectTestCase

class Base(ProjectTestCase):
    pass

class T(Base):
    async def test(this):
        check = this.assertEquals  #: finding
        def inner():
            check(this.assertNotEquals(1, 2))  #: finding
""",
            """\
from .base import ProjectTestCase

class Base(ProjectTestCase):
    pass

class T(Base):
    async def test(this):
        check = this.assertEqual
        def inner():
            check(this.assertNotEqual(1, 2))
""",
        ),
        Bad(
            """\
from .base import BaseTest

class T(BaseTest):
    def test(self):
        self.assertEquals(1, 2)  #: finding
""",
            "from .base import BaseTest\n\nclass T(BaseTest):\n    def test(self):\n        self.assertEqual(1, 2)\n",
        ),
        Bad(
            """\
import unittest

class T(unittest.TestCase):
    def test(self):
        try:
            self.assertEquals(1, f())  #: finding
        except Exception:
            self.fail()
""",
            """\
import unittest

class T(unittest.TestCase):
    def test(self):
        try:
            self.assertEqual(1, f())
        except Exception:
            self.fail()
""",
        ),
    ),
    good=(
        _test_case("self.assertEqual(a, b)"),
        _test_case("self.assertItemsEqual(a, b)"),
        _test_case("self.assertDictContainsSubset(a, b)"),
        _test_case("other.assertEquals(a, b)"),
        _test_case("self.client.assertEquals(a, b)"),
        _test_case("self.assertEquals = None"),
        _test_case("self = f()\n        self.assertEquals(a, b)"),
        _test_case("def inner(self):\n            self.assertEquals(a, b)"),
        _test_case("f(lambda self: self.assertEquals(a, b))"),
        _test_case("pass\n    @staticmethod\n    def check(self):\n        self.assertEquals(1, 2)"),
        _test_case("pass\n    def assertEquals(self, a, b):\n        self.assertEquals(a, b)"),
        _test_case("self.assertRegexpMatches(a, b)\n    assertRegex = unittest.TestCase.assertRegexpMatches"),
        "class T:\n    def test(self):\n        self.assertEquals(1, 2)\n",
        "class T(Base):\n    def test(self):\n        self.assertEquals(1, 2)\n",
        "from .base import BaseTest\n\nclass T(BaseTest):\n    def test(self):\n        self.failIf(1)\n",
        "from .checks import Checker\n\nclass T(Checker):\n    def test(self):\n        self.failIf(1)\n",
        "def test(self):\n    self.assertEquals(1, 2)\n",
        (
            """\
import unittest

class Compat(unittest.TestCase):
    def assertEquals(self, a, b):
        pass

class T(Compat):
    def test(self):
        self.assertEquals(1, 2)
"""
        ),
        (
            """\
import unittest

class Oldest:
    def failIf(self, a):
        pass

class Old(Oldest):
    pass

class T(Old, unittest.TestCase):
    def test(self):
        self.failIf(1)
"""
        ),
    ),
)
