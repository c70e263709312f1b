"""A collection is built by calling its type on another literal, comprehension or generator.

`set([1, 2])`, `dict([("a", 1)])` and `list(x for x in y)` first build a value that is thrown away, and look the builtin
up by name. The literal or comprehension says the same in less time.

Fix safety: safe. Only delimiters change, only for builtins that are not rebound, and only where the new form evaluates
the same expressions in the same order. Nothing is changed inside an f-string, where a brace beside a brace means
something else.
"""

from collections.abc import Iterator

import libcst as cst

from debtd.rulekit import Bad, Change, Node, Rule, RuleVisitor, Severity

_OPEN = {"set": "{", "dict": "{", "list": "[", "tuple": "("}
_CLOSE = {"set": "}", "dict": "}", "list": "]", "tuple": ")"}
# In a generator these see another frame, or end the iteration in another way, than in a comprehension.
_FRAME_BOUND = frozenset({"dir", "eval", "exec", "locals", "next", "super", "vars"})
_FORMATTED = (cst.FormattedStringExpression, cst.TemplatedStringExpression)

_Inner = cst.List | cst.Tuple | cst.ListComp | cst.GeneratorExp


class Visitor(RuleVisitor):
    def visit_Call(self, node: cst.Call) -> None:
        if not isinstance(node.func, cst.Name) or node.func.value not in _OPEN or len(node.args) != 1:
            return
        argument, kind = node.args[0], node.func.value
        if argument.star or argument.keyword is not None or not self.is_builtin(node.func, kind):
            return
        inner = argument.value
        if isinstance(inner, cst.List | cst.Tuple):
            self._examine_literal(node, kind, inner)
        elif isinstance(inner, cst.ListComp | cst.GeneratorExp) and kind != "tuple":
            self._examine_comprehension(node, kind, inner)

    def _examine_literal(self, node: cst.Call, kind: str, inner: cst.List | cst.Tuple) -> None:
        if kind == "dict" and not all(isinstance(e, cst.Element) and _is_pair(e.value) for e in inner.elements):
            return
        values = [element.value for element in inner.elements]
        if self._is_refused(node, kind) or any(_has_bare_walrus(value) for value in values):
            self.report(node)
        elif not values:
            empty = "set()" if kind == "set" else _OPEN[kind] + _CLOSE[kind]
            self.report(node, *self._unless_commented(self.replace(node, empty)))
        else:
            pairs = [change for value in values for change in self._pair_changes(value)] if kind == "dict" else []
            self.report(node, *self._unless_commented(*self._delimiters(node, kind, inner), *pairs))

    def _examine_comprehension(self, node: cst.Call, kind: str, inner: cst.ListComp | cst.GeneratorExp) -> None:
        is_lazy = isinstance(inner, cst.GeneratorExp)
        if (kind == "dict" and not _is_pair(inner.elt)) or (is_lazy and _is_asynchronous(inner)):
            return
        # Before 3.8 a dictionary comprehension evaluated the value before the key.
        ordered = kind == "dict" and all(_can_act(part) for part in _pair_parts(inner.elt))
        requires_python = (3, 8) if ordered else None
        is_bound = is_lazy and any(isinstance(p, cst.Name) and p.value in _FRAME_BOUND for p in _walk(inner))
        if self._is_refused(node, kind) or is_bound or _has_bare_walrus(inner.elt):
            self.report(node, requires_python=requires_python)
            return
        pair = self._pair_changes(inner.elt) if kind == "dict" else ()
        changes = self._unless_commented(*self._delimiters(node, kind, inner), *pair)
        self.report(node, *changes, requires_python=requires_python)

    # -- refusals --------------------------------------------------------------------------------------------

    def _is_refused(self, node: cst.Call, kind: str) -> bool:
        if any(isinstance(ancestor, _FORMATTED) for ancestor in self.ancestors(node)):
            return True
        return (kind == "tuple" and self._is_no_place_for_tuple(node)) or self._feeds_call(node, kind)

    def _is_no_place_for_tuple(self, node: cst.Call) -> bool:
        """Where a tuple would be read as syntax of its own, or draw a warning."""
        parent = self.parent(node)
        if isinstance(parent, cst.ComparisonTarget):
            return isinstance(parent.operator, cst.Is | cst.IsNot)
        if isinstance(parent, cst.Comparison):
            return isinstance(parent.comparisons[0].operator, cst.Is | cst.IsNot)
        return isinstance(parent, cst.Assert | cst.WithItem | cst.Call)

    def _feeds_call(self, node: cst.Call, kind: str) -> bool:
        """Whether the new literal would make a call around it into a finding: that one is a person's to unfold."""
        if kind not in {"list", "tuple"}:
            return False
        around = list(self.ancestors(node))[:4]
        if len(around) > 1 and isinstance(around[0], cst.Arg) and _is_call_of(around[1], frozenset(_OPEN)):
            return True
        is_element = bool(around) and isinstance(around[0], cst.Element | cst.ListComp | cst.GeneratorExp)
        return kind == "tuple" and is_element and any(_is_call_of(part, frozenset({"dict"})) for part in around)

    def _unless_commented(self, *changes: Change) -> tuple[Change, ...]:
        return () if any(self.has_comment(change.start, change.end) for change in changes) else changes

    # -- changes ---------------------------------------------------------------------------------------------

    def _delimiters(self, node: cst.Call, kind: str, inner: _Inner) -> tuple[Change, ...]:
        """From the call's start to behind the inner opening bracket, and from the inner closing one to the end."""
        start, end = self.span(node)
        if isinstance(inner, cst.List | cst.ListComp):
            opened, closed = self.span(inner)[0] + 1, self.span(inner)[1] - 1
        elif inner.lpar:
            opened, closed = self.span(inner.lpar[-1])[0] + 1, self.span(inner.rpar[0])[1] - 1
        else:
            opened, closed = self.view.utf8.index(b"(", self.outer_span(node.func)[1]) + 1, end - 1
        close = _CLOSE[kind]
        if isinstance(inner, cst.List | cst.Tuple) and len(inner.elements) == 1:
            comma = inner.elements[0].comma
            if kind == "tuple" and not isinstance(comma, cst.Comma):
                element_end = self.outer_span(inner.elements[0].value)[1]
                if "\n" in self.slice(element_end, closed):
                    comma_added = Change(element_end, element_end, ",")
                    return Change(start, opened, "("), comma_added, Change(closed, end, ")")
                close = ",)"
            elif kind != "tuple" and isinstance(inner, cst.Tuple) and isinstance(comma, cst.Comma):
                behind = self.span(comma)[0]
                closed = closed if "\n" in self.slice(behind, closed) else behind
        return Change(start, opened, _OPEN[kind]), Change(closed, end, close)

    def _pair_changes(self, pair: cst.BaseExpression) -> tuple[Change, ...]:
        """`(key, value)` becomes `key: value`; only separators are touched, so that changes within compose."""
        key, value = _pair_parts(pair)
        comma = self.parent(key)
        assert isinstance(comma, cst.Element)  # noqa: S101  (a key is an element of its pair)
        assert isinstance(comma.comma, cst.Comma)  # noqa: S101  (a value follows)
        start, end = self.outer_span(pair)
        colon, after = self.span(comma.comma)
        spaced = self.view.utf8[after : after + 1].isspace()
        follows = self.view.utf8[end : end + 1]
        merges = follows.isalnum() or follows == b"_"
        return (
            Change(start, self.outer_span(key)[0], ""),
            Change(colon, after, ":" if spaced else ": "),
            Change(self.outer_span(value)[1], end, " " if merges else ""),
        )


def _is_pair(node: cst.BaseExpression) -> bool:
    return (
        isinstance(node, cst.Tuple)
        and len(node.lpar) == 1
        and len(node.elements) == 2
        and all(isinstance(element, cst.Element) for element in node.elements)
    )


def _pair_parts(node: cst.BaseExpression) -> tuple[cst.BaseExpression, ...]:
    return tuple(element.value for element in node.elements) if isinstance(node, cst.Tuple) else ()


def _has_bare_walrus(node: cst.BaseExpression) -> bool:
    """`x := 1` without parentheses, itself or in a pair: not every display of every Python takes it."""
    return any(isinstance(part, cst.NamedExpr) and not part.lpar for part in (node, *_pair_parts(node)))


def _is_call_of(node: cst.CSTNode, names: frozenset[str]) -> bool:
    return isinstance(node, cst.Call) and isinstance(node.func, cst.Name) and node.func.value in names


def _is_asynchronous(node: cst.CSTNode) -> bool:
    return any(isinstance(part, cst.Await | cst.Asynchronous | cst.Yield) for part in _walk(node))


def _can_act(node: cst.CSTNode) -> bool:
    return any(isinstance(part, cst.Call | cst.Await | cst.NamedExpr) for part in _walk(node))


def _walk(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    yield node
    for child in node.children:
        yield from _walk(child)


RULE = Rule(
    message="The literal or comprehension needs no call.",
    detect=Visitor,
    words=(tuple(_OPEN),),
    signs=(
        r"tuple(?<![\w.]tuple)[\s\\)]*+\( [\[(]",
        *(rf"{name}(?<![\w.]{name})[\s\\)]*+\( (?:[\[(]|...\bfor\b)" for name in ("set", "dict", "list")),
    ),
    nodes=(
        Node("Call", func=Node("Name", id="tuple"), args=Node("List", "Tuple")),
        Node(
            "Call",
            func=Node("Name", id=("set", "dict", "list")),
            args=Node("List", "Tuple", "ListComp", "GeneratorExp"),
        ),
    ),
    severity=Severity.LOW,
    effort_minutes=1,
    tags=("performance", "syntax"),
    references=(
        "https://docs.python.org/3/reference/expressions.html#set-displays",
        "https://docs.python.org/3/reference/expressions.html#dictionary-displays",
    ),
    fix_from=(3, 0),
    bad=(
        Bad("x = set([1, 2])  #: finding\n", "x = {1, 2}\n"),
        Bad("x = set((1, 2))  #: finding\n", "x = {1, 2}\n"),
        Bad("x = set((1,))  #: finding\n", "x = {1}\n"),
        Bad("x = set([])  #: finding\n", "x = set()\n"),
        Bad("x = set(())  #: finding\n", "x = set()\n"),
        Bad("x = set([*a, 1])  #: finding\n", "x = {*a, 1}\n"),
        Bad("x = set([y for y in z if y])  #: finding\n", "x = {y for y in z if y}\n"),
        Bad("x = set(y for y in z)  #: finding\n", "x = {y for y in z}\n"),
        Bad("x = set( (y for y in z), )  #: finding\n", "x = {y for y in z}\n"),
        Bad('x = dict([("a", 1), (b, c)])  #: finding\n', 'x = {"a": 1, b: c}\n'),
        Bad("x = dict((('a',1),))  #: finding\n", "x = {'a': 1}\n"),
        Bad("x = dict([])  #: finding\n", "x = {}\n"),
        Bad("x = dict([(a, b) for a, b in y])  #: finding\n", "x = {a: b for a, b in y}\n"),
        Bad("x = dict((a, b)for a, b in y)  #: finding\n", "x = {a: b for a, b in y}\n"),
        Bad("x = dict([(a, (b, c),) for a in y])  #: finding\n", "x = {a: (b, c) for a in y}\n"),
        Bad("x = dict((f(a), g(a)) for a in y)  #: finding\n", "x = {f(a): g(a) for a in y}\n"),
        Bad("x = dict((f(a), a) for a in y)  #: finding\n", "x = {f(a): a for a in y}\n", min_python=(3, 6)),
        Bad("x = list([1, 2])  #: finding\n", "x = [1, 2]\n"),
        Bad("x = list((1, 2))  #: finding\n", "x = [1, 2]\n"),
        Bad("x = list((1,))  #: finding\n", "x = [1]\n"),
        Bad("x = list(())  #: finding\n", "x = []\n"),
        Bad("x = list(y for y in z)  #: finding\n", "x = [y for y in z]\n"),
        Bad("x = list([y for y in z])  #: finding\n", "x = [y for y in z]\n"),
        Bad("x = tuple([1, 2])  #: finding\n", "x = (1, 2)\n"),
        Bad("x = tuple([1])  #: finding\n", "x = (1,)\n"),
        Bad("x = tuple([1,])  #: finding\n", "x = (1,)\n"),
        Bad("x = tuple([  #: finding\n    tuple([1])  #: finding\n])\n", "x = (\n    (1,),\n)\n"),
        Bad("x = tuple([])  #: finding\n", "x = ()\n"),
        Bad("x = tuple((1, 2))  #: finding\n", "x = (1, 2)\n"),
        Bad("x = tuple((1,))  #: finding\n", "x = (1,)\n"),
        Bad(
            "x = set([  #: finding\n    1,  # one\n    2,\n])  # why\n",
            "x = {\n    1,  # one\n    2,\n}  # why\n",
        ),
        Bad(
            "x = dict([  #: finding\n    ('a', 1),  # one\n    ('b',\n     2),\n])\n",
            "x = {\n    'a': 1,  # one\n    'b':\n     2,\n}\n",
        ),
        Bad(
            "x = list(  #: finding\n    y  # each\n    for y in z\n)\n",
            "x = [\n    y  # each\n    for y in z\n]\n",
        ),
        Bad("x = set([tuple([1, 2]), tuple([y])])  #: finding\n", "x = {(1, 2), (y,)}\n"),
        Bad(
            "x = dict([(a, dict([(b, set([c])), ])), (d, list(e for e in f))])  #: finding\n",
            "x = {a: {b: {c}, }, d: [e for e in f]}\n",
        ),
        Bad("f(set([1]), x in tuple([2, 3]))  #: finding\n", "f({1}, x in (2, 3))\n"),
        Bad(
            "async def f():\n    return set([await x for x in y])  #: finding\n",
            "async def f():\n    return {await x for x in y}\n",
        ),
        Bad("x = set([(y := 1), y])  #: finding\n", "x = {(y := 1), y}\n"),
        Bad("x = set([y := 1])  #: finding\n", None),
        Bad("x = f'{set([1])}'  #: finding\n", None),
        Bad("x = f'{y:{list((1,))[0]}}'  #: finding\n", None),
        Bad("x = set(  # why  #: finding\n    [1])\n", None),
        Bad("x = dict([(a, b  # why  #: finding\n    )])\n", None),
        Bad("x = list(next(y) for _ in z)  #: finding\n", None),
        Bad("x = list(locals() for _ in z)  #: finding\n", None),
        Bad("x = y is tuple([1])  #: finding\n", None),
        Bad("assert tuple([1, 2])  #: finding\n", None),
        Bad("x = sorted(set(list([1])))  #: finding\n", None),
        Bad("x = dict([tuple([1, 2])])  #: finding\n", None),
        Bad("x = dict(tuple([a, b]) for a in c)  #: finding\n", None),
    ),
    good=(
        "x = {1, 2}\n",
        "x = set()\n",
        "x = dict()\n",
        "x = dict(a=1)\n",
        "x = dict([(1, 2)], a=1)\n",
        "x = dict([a, b])\n",
        "x = dict([(1, 2, 3)])\n",
        "x = dict([(1, *a)])\n",
        "x = dict([*a, (1, 2)])\n",
        "x = dict([[1, 2]])\n",
        "x = dict(a for a in b)\n",
        "x = dict([a for a in b])\n",
        "x = dict((a, *b) for a in c)\n",
        "x = list(y)\n",
        "x = [y for y in z]\n",
        "x = set(y)\n",
        "x = set('abc')\n",
        "x = set(*[a])\n",
        "x = set(map(f, y))\n",
        "x = set({1})\n",
        "x = list({1, 2})\n",
        "x = tuple(y for y in z)\n",
        "x = tuple([y for y in z])\n",
        "x = frozenset([1])\n",
        "x = sorted([1])\n",
        "set = frozenset\nx = set([1])\n",
        "def f(list):\n    return list([1])\n",
        "from builtins import dict\nx = dict([(1, 2)])\n",
        "from sets import *\nx = set([1])\n",
        "class C:\n    def list(self):\n        pass\n    x = list([1])\n",
        "x.list([1])\n",
        "async def f():\n    return list(x async for x in y)\n",
        "async def f():\n    return list(await x for x in y)\n",
    ),
)
