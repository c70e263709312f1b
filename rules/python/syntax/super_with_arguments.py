"""`super` is called with the class and the instance that it would find by itself.

`super(C, self)` repeats the name of the class in each method: when the class is renamed or a method is copied, the
call is silently wrong. Python 3 needs no arguments.

Fix safety: safe. The arguments go only where they are exactly what `super()` uses: the class around the method, bound
once under that name, and the method's first parameter, never rebound. Classes that a decorator, metaclass or base may
replace by another class are not reported: there `super(C, self)` means the replacement.
"""

from collections.abc import Iterator

import libcst as cst

from debtd.rulekit import FIRST_PARAMETER, OWN_CLASS, Bad, Change, Node, Rule, RuleVisitor, Severity, Twice

# Decorators known to return the class that they are given.
_KEEPING_DECORATORS = frozenset(
    {
        "abc.update_abstractmethods",
        "dataclasses.dataclass",
        "django.contrib.admin.register",
        "django.test.override_settings",
        "django.test.tag",
        "django.test.utils.override_settings",
        "django.utils.deconstruct.deconstructible",
        "django.utils.encoding.python_2_unicode_compatible",
        "django.utils.six.python_2_unicode_compatible",
        "enum.unique",
        "functools.total_ordering",
        "mock.patch",
        "mock.patch.dict",
        "mock.patch.object",
        "six.python_2_unicode_compatible",
        "typing.final",
        "typing.runtime_checkable",
        "typing_extensions.final",
        "typing_extensions.runtime_checkable",
        "unittest.mock.patch",
        "unittest.mock.patch.dict",
        "unittest.mock.patch.object",
        "unittest.skip",
        "unittest.skipIf",
        "unittest.skipUnless",
        "zope.interface.implementer",
    }
)
_PLAIN_METACLASSES = frozenset({"ABCMeta", "EnumMeta", "EnumType", "type"})
_REPLACING_BASES = frozenset({"NamedTuple", "TypedDict"})
_SCOPES = (cst.FunctionDef, cst.Lambda, cst.ClassDef, cst.BaseComp)


class Visitor(RuleVisitor):
    def visit_Call(self, node: cst.Call) -> None:
        if not self.is_builtin(node.func, "super") or len(node.args) != 2:
            return
        first, second = (argument.value for argument in node.args)
        if any(argument.star or argument.keyword is not None for argument in node.args):
            return
        if not isinstance(first, cst.Name) or not isinstance(second, cst.Name):
            return
        method = self._method_around(node)
        owner = None if method is None else self._class_around(method)
        if method is None or owner is None or first.value != owner.name.value:
            return
        if self._is_first_parameter(second, method) and self._names_class(first, owner) and self._is_kept(owner):
            self.report(node, *self._removal(node))

    def _method_around(self, node: cst.Call) -> cst.FunctionDef | None:
        """The function whose body holds the call, with no other scope in between."""
        child: cst.CSTNode = node
        for parent in self.ancestors(node):
            if isinstance(parent, _SCOPES):
                return parent if isinstance(parent, cst.FunctionDef) and parent.body is child else None
            child = parent
        return None

    def _class_around(self, method: cst.FunctionDef) -> cst.ClassDef | None:
        if any(_last_name(decorator.decorator).endswith("staticmethod") for decorator in method.decorators):
            return None
        scope = next((parent for parent in self.ancestors(method) if isinstance(parent, _SCOPES)), None)
        return scope if isinstance(scope, cst.ClassDef) else None

    def _names_class(self, name: cst.Name, owner: cst.ClassDef) -> bool:
        if self.view.is_bound_unseen(name.value):
            return False
        is_mangled = name.value.startswith("__") and not name.value.endswith("__")
        return not is_mangled and self.view.bindings(name, name.value) == (owner,)

    def _is_first_parameter(self, name: cst.Name, method: cst.FunctionDef) -> bool:
        parameters = (*method.params.posonly_params, *method.params.params)
        if not parameters or parameters[0].name.value != name.value or self.view.is_bound_unseen(name.value):
            return False
        if any(isinstance(part, cst.Del) and name.value in _names_in(part) for part in _parts(method.body)):
            return False
        if self.view.bindings(name, "__class__"):
            return False
        return self.view.bindings(name, name.value) == (parameters[0],)

    def _is_kept(self, owner: cst.ClassDef) -> bool:
        """Whether the name of the class still means the class whose body this is."""
        return (
            all(self._keeps_class(decorator.decorator) for decorator in owner.decorators)
            and not any(_last_name(base.value) in _REPLACING_BASES for base in owner.bases)
            and all(self._has_plain_metaclass(argument) for argument in (*owner.bases, *owner.keywords))
        )

    def _keeps_class(self, decorator: cst.BaseExpression) -> bool:
        called = decorator.func if isinstance(decorator, cst.Call) else decorator
        name = self.imported_name(called)
        if name is None or not (name in _KEEPING_DECORATORS or name.startswith("pytest.mark.")):
            return False
        arguments = decorator.args if isinstance(decorator, cst.Call) else ()
        return not any(arg.star or (arg.keyword is not None and arg.keyword.value == "slots") for arg in arguments)

    def _has_plain_metaclass(self, argument: cst.Arg) -> bool:
        if argument.star:
            return False
        if argument.keyword is not None:
            return argument.keyword.value != "metaclass" or _last_name(argument.value) in _PLAIN_METACLASSES
        base = argument.value
        if isinstance(base, cst.Call) and _last_name(base) in {"with_metaclass", "NewBase"}:
            return bool(base.args) and _last_name(base.args[0].value) in _PLAIN_METACLASSES
        return True

    def _removal(self, node: cst.Call) -> tuple[Change, ...]:
        name_end = self.outer_span(node.func)[1]
        start = self.view.utf8.index(b"(", name_end) + 1
        end = self.span(node)[1] - 1
        return () if self.has_comment(name_end, end) else (Change(start, end, ""),)


def _last_name(node: cst.BaseExpression) -> str:
    if isinstance(node, cst.Call):
        return _last_name(node.func)
    if isinstance(node, cst.Subscript):
        return _last_name(node.value)
    if isinstance(node, cst.Attribute):
        return node.attr.value
    return node.value if isinstance(node, cst.Name) else ""


def _parts(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    yield node
    for child in node.children:
        yield from _parts(child)


def _names_in(node: cst.CSTNode) -> set[str]:
    return {part.value for part in _parts(node) if isinstance(part, cst.Name)}


RULE = Rule(
    message="`super()` finds the class and the instance by itself.",
    detect=Visitor,
    words=(("super",),),
    signs=(r"super[\s\\)]*+\( [^\s\\)]",),
    nodes=(Node("Call", func=Node("Name", id="super"), args=Twice(Node("Name", id=(OWN_CLASS, FIRST_PARAMETER)))),),
    severity=Severity.LOW,
    effort_minutes=1,
    tags=("python3", "syntax"),
    references=("https://docs.python.org/3/library/functions.html#super", "https://peps.python.org/pep-3135/"),
    fix_from=(3, 0),
    bad=(
        Bad(
            "class C(B):\n    def __init__(self):\n        super(C, self).__init__()  #: finding\n",
            "class C(B):\n    def __init__(self):\n        super().__init__()\n",
        ),
        Bad(
            "class C(B):\n    def __new__(cls, x):\n        return super(C, cls).__new__(cls, x)  #: finding\n",
            "class C(B):\n    def __new__(cls, x):\n        return super().__new__(cls, x)\n",
        ),
        Bad(
            "class C(B):\n    @classmethod\n    def f(cls):\n        return super(C, cls).f()  # why  #: finding\n",
            "class C(B):\n    @classmethod\n    def f(cls):\n        return super().f()  # why\n",
        ),
        Bad(
            "class C(B):\n    @property\n    def f(this):\n        return super(C, this).f  #: finding\n",
            "class C(B):\n    @property\n    def f(this):\n        return super().f\n",
        ),
        Bad(
            "class C(B):\n    async def f(self, *, x=1):\n        await super( C,self, ).f(x)  #: finding\n",
            "class C(B):\n    async def f(self, *, x=1):\n        await super().f(x)\n",
        ),
        Bad(
            "class C(B):\n    def f(self, /):\n        return super(  #: finding\n            C,\n"
            "            self,\n        ).f()\n",
            "class C(B):\n    def f(self, /):\n        return super().f()\n",
        ),
        Bad(
            "def make():\n    class C(B):\n        def f(self):\n            return super(C, self).f()  #: finding\n"
            "    return C\n",
            "def make():\n    class C(B):\n        def f(self):\n            return super().f()\n    return C\n",
        ),
        Bad(
            "class C(B):\n    if x:\n        def f(self):\n            for y in z:\n"
            "                yield super(C, self).f(y)  #: finding\n",
            "class C(B):\n    if x:\n        def f(self):\n            for y in z:\n"
            "                yield super().f(y)\n",
        ),
        Bad(
            "class C(B):\n    def f(self):\n        super(C, self).f(super(C, self).g())  #: finding\n",
            "class C(B):\n    def f(self):\n        super().f(super().g())\n",
        ),
        Bad(
            "class M(type):\n    def __new__(mcs, name, bases, d):\n"
            "        return super(M, mcs).__new__(mcs, name, bases, d)  #: finding\n",
            "class M(type):\n    def __new__(mcs, name, bases, d):\n"
            "        return super().__new__(mcs, name, bases, d)\n",
        ),
        Bad(
            "from abc import ABCMeta\nclass C(B, metaclass=ABCMeta):\n    def f(self):\n"
            "        return super(C, self).f()  #: finding\n",
            "from abc import ABCMeta\nclass C(B, metaclass=ABCMeta):\n    def f(self):\n        return super().f()\n",
        ),
        Bad(
            "from dataclasses import dataclass\n@dataclass(frozen=True)\nclass C(B):\n    def f(self):\n"
            "        return super(C, self).f()  #: finding\n",
            "from dataclasses import dataclass\n@dataclass(frozen=True)\nclass C(B):\n    def f(self):\n"
            "        return super().f()\n",
        ),
        Bad(
            "class C(namedtuple('C', 'x')):\n    def f(self):\n        g = lambda: self\n"
            "        return super(C, self).f(g)  #: finding\n",
            "class C(namedtuple('C', 'x')):\n    def f(self):\n        g = lambda: self\n        return super().f(g)\n",
        ),
        Bad(
            "class C(B):\n    def f(self):\n        return super(C,  # the class  #: finding\n"
            "                     self).f()\n",
            None,
        ),
    ),
    good=(
        "class C(B):\n    def f(self):\n        super().f()\n",
        "class C(B):\n    def f(self):\n        super(B, self).f()\n",
        "class C(B):\n    def f(self):\n        super(C, other).f()\n",
        "class C(B):\n    def f(self, other):\n        super(C, other).f()\n",
        "class C(B):\n    def f(self):\n        super(C).f()\n",
        "class C(B):\n    def f(self):\n        super(self.__class__, self).f()\n",
        "class C(B):\n    def f(self):\n        super(type(self), self).f()\n",
        "class C(B):\n    def f(self):\n        super(C, type(self)).f()\n",
        "class C(B):\n    def f(*self):\n        super(C, self).f()\n",
        "class C(B):\n    def f(*, self):\n        super(C, self).f()\n",
        "class C(B):\n    def f(self):\n        self = other\n        super(C, self).f()\n",
        "class C(B):\n    def f(self):\n        [self := x for x in y]\n        super(C, self).f()\n",
        "class C(B):\n    def f(self):\n        for self in x:\n            super(C, self).f()\n",
        (
            "class C(B):\n    def f(self):\n        def g():\n            nonlocal self\n            self = 1\n"
            "        super(C, self).f()\n"
        ),
        "class C(B):\n    def f(self):\n        def g():\n            super(C, self).f()\n",
        "class C(B):\n    def f(self):\n        def g(self):\n            super(C, self).f()\n",
        "class C(B):\n    def f(self):\n        return lambda: super(C, self).f()\n",
        "class C(B):\n    f = lambda self: super(C, self).f()\n",
        "class C(B):\n    def f(self):\n        return [super(C, self).f(x) for x in y]\n",
        "class C(B):\n    def f(self):\n        return list(super(C, self).f(x) for x in y)\n",
        "class C(B):\n    @staticmethod\n    def f(cls):\n        super(C, cls).f()\n",
        "class C(B):\n    def f(self, x=super(C, self)):\n        pass\n",
        "def f(self):\n    super(C, self).f()\nclass C(B):\n    pass\nC.f = f\n",
        "class C(B):\n    def f(self):\n        super(C, self).f()\nC = wrap(C)\n",
        "class C(B):\n    def f(self):\n        super(C, self).f()\nclass C(C):\n    pass\n",
        "class A:\n    class C(B):\n        def f(self):\n            super(C, self).f()\n",
        "class A:\n    class C(B):\n        def f(self):\n            super(A.C, self).f()\n",
        "class A(B):\n    class C(B):\n        def f(self):\n            super(A, self).f()\n",
        "class C(B):\n    def f(self):\n        class D:\n            super(C, self).f()\n",
        "class C(B):\n    def f(self, C):\n        super(C, self).f()\n",
        "class C(B):\n    def f(self):\n        from x import C\n        super(C, self).f()\n",
        "class C(B):\n    def f(self):\n        super(C, self).f()\ndef g():\n    global C\n    C = None\n",
        "class __C(B):\n    def f(self):\n        super(__C, self).f()\n",
        "@decorate\nclass C(B):\n    def f(self):\n        super(C, self).f()\n",
        "import attr\n@attr.s(slots=True)\nclass C(B):\n    def f(self):\n        super(C, self).f()\n",
        (
            "from dataclasses import dataclass\n@dataclass(slots=True)\nclass C(B):\n    def f(self):\n"
            "        super(C, self).f()\n"
        ),
        "import six\n@six.add_metaclass(M)\nclass C(B):\n    def f(self):\n        super(C, self).f()\n",
        "class C(B, metaclass=M):\n    def f(self):\n        super(C, self).f()\n",
        "class C(six.with_metaclass(M, B)):\n    def f(self):\n        super(C, self).f()\n",
        "class C(B, **options):\n    def f(self):\n        super(C, self).f()\n",
        (
            "from typing import NamedTuple\nclass C(NamedTuple):\n    x: int\n    def f(self):\n"
            "        return super(C, self).f()\n"
        ),
        "super = other\nclass C(B):\n    def f(self):\n        super(C, self).f()\n",
        "from future.builtins import super\nclass C(B):\n    def f(self):\n        super(C, self).f()\n",
        "class C(B):\n    def f(self):\n        super(C, *self).f()\n",
        "class C(B):\n    def f(self):\n        del self\n        super(C, self).f()\n",
        "class C(B):\n    def f(self):\n        __class__ = D\n        super(C, self).f()\n",
    ),
)
