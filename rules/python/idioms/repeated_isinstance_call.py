"""One value is tested by several calls in a row where one call takes all alternatives.

`isinstance` and `issubclass` take a tuple of classes, `startswith` and `endswith` a tuple of strings. Repeated calls
hide what differs between them, and look the value up anew for each.

Fix safety: safe. Only neighbours in one `or` chain (or `not` ones in one `and` chain) about the same name or dotted
name are joined, in their order. Afterwards all classes are looked up at once, so each but the first must be a name
that is not bound in a branch alone and is no builtin of Python 2, or an attribute of an imported module that is not
known to come and go with versions. An attribute of the value that computes something is read once instead of twice.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import libcst as cst

from debtd.rulekit import Bad, Change, Node, Rule, RuleVisitor, Severity, Twice

_CLASS_TESTS = frozenset({"isinstance", "issubclass"})
_TEXT_TESTS = frozenset({"endswith", "startswith"})
# Two tests in a row that begin alike: the same call of the same name, the same method.
_NEXT = r"[\w\s.,()'\"\\]*\)[\s\\)]*+(?:and|or)\b[\w\s.()\\]*?"
_SIGNS = (
    *(rf"{name}[\s\\)]*+\([\s\\(]*+(\w+){_NEXT}\b{name}[\s\\)]*+\([\s\\(]*+\1\b" for name in sorted(_CLASS_TESTS)),
    *(rf"{name}\b{_NEXT}\. {name}\b" for name in sorted(_TEXT_TESTS)),
)
_TEXT_MESSAGE = "One call takes a tuple of strings; this value is tested by several."
# A joined call gets the room that the file takes itself, in these bounds.
_WIDTH, _MAX_WIDTH = 79, 100
# Looking a class up without need must not end the program: of modules and builtins whose names came or went with
# versions, these are the ones that stayed.
_LASTING = {
    "ast": "Assign AsyncFunctionDef Attribute BinOp BoolOp Call ClassDef Compare Dict Expr FunctionDef If Import"
    " ImportFrom Lambda List Module Name Return Set Subscript Tuple UnaryOp",
    "collections": "ChainMap Counter OrderedDict UserDict UserList UserString defaultdict deque",
    "numpy": "bool_ dtype floating float32 float64 generic int8 int16 int32 int64 integer ndarray number",
    "pandas": "Categorical DataFrame DatetimeIndex Index MultiIndex Series Timedelta Timestamp",
    "types": "BuiltinFunctionType BuiltinMethodType CodeType FrameType FunctionType GeneratorType LambdaType"
    " MethodType ModuleType TracebackType",
}
_LATE_BUILTINS = frozenset({"BaseExceptionGroup", "EncodingWarning", "ExceptionGroup", "PythonFinalizationError"})
_PYTHON_2_BUILTINS = frozenset(
    {"WindowsError", "StandardError", "basestring", "buffer", "file", "long", "unicode", "xrange"}
)
_TESTS = (
    Node("Call", func=Node("Name", id=tuple(sorted(_CLASS_TESTS)))),
    Node("Call", func=Node("Attribute", attr=tuple(sorted(_TEXT_TESTS)))),
)
# Where `not` needs no parentheses.
_LOOSE = cst.Arg | cst.Assert | cst.Assign | cst.BooleanOperation | cst.If | cst.Lambda | cst.Return | cst.While
_BRANCHES = cst.If | cst.Try | cst.TryStar | cst.For | cst.While | cst.With | cst.Match


@dataclass(frozen=True, slots=True)
class _Test:
    """One operand. Tests with one `stem` can be joined: it opens the call up to its alternatives."""

    operand: cst.BaseExpression
    stem: str
    kind: str
    alternatives: tuple[cst.BaseExpression, ...]


class Visitor(RuleVisitor):
    def visit_BooleanOperation(self, node: cst.BooleanOperation) -> None:
        parent = self.parent(node)
        if isinstance(parent, cst.BooleanOperation) and type(parent.operator) is type(node.operator):
            return
        if self._is_negated_neighbour(node, parent):
            return
        tests = self._tests(node)
        for run in self._runs(tests):
            if len({self.text(found) for test in run for found in test.alternatives}) > 1:
                self._report_run(node, run, is_whole=len(run) == len(tests))

    # -- reading -----------------------------------------------------------------------------------------------

    def _tests(self, chain: cst.BooleanOperation) -> list[_Test | None]:
        negated = isinstance(chain.operator, cst.And)
        return [self._test(operand, negated=negated) for operand in _operands(chain)]

    def _test(self, operand: cst.BaseExpression, *, negated: bool) -> _Test | None:
        inner = operand
        if negated:
            if not isinstance(operand, cst.UnaryOperation) or not isinstance(operand.operator, cst.Not):
                return None
            inner = operand.expression
        if not isinstance(inner, cst.Call) or any(arg.star or arg.keyword is not None for arg in inner.args):
            return None
        return self._class_test(operand, inner) or self._text_test(operand, inner)

    def _class_test(self, operand: cst.BaseExpression, call: cst.Call) -> _Test | None:
        if not isinstance(call.func, cst.Name) or call.func.value not in _CLASS_TESTS or len(call.args) != 2:
            return None
        if not self.is_builtin(call.func, call.func.value) or not _is_dotted_name(call.args[0].value):
            return None
        value, classes = call.args[0].value, _alternatives(call.args[1].value)
        if not classes or not all(_is_class_like(found) for found in classes):
            return None
        return _Test(operand, f"{call.func.value}({self.text(value)}, ", "class", classes)

    def _text_test(self, operand: cst.BaseExpression, call: cst.Call) -> _Test | None:
        func = call.func
        if not isinstance(func, cst.Attribute) or func.attr.value not in _TEXT_TESTS or len(call.args) != 1:
            return None
        texts = _alternatives(call.args[0].value)
        kinds = {_text_kind(found) for found in texts}
        if not _is_dotted_name(func.value) or len(kinds) != 1 or "" in kinds:
            return None
        return _Test(operand, f"{self.text(func)}(", kinds.pop(), texts)

    def _is_negated_neighbour(self, node: cst.BooleanOperation, parent: cst.CSTNode | None) -> bool:
        """`not (test or test) and not test`: joining the inner two would leave the outer two for another day."""
        if not isinstance(node.operator, cst.Or):
            return False
        if not isinstance(parent, cst.UnaryOperation) or not isinstance(parent.operator, cst.Not):
            return False
        outer, above = None, self.parent(parent)
        while isinstance(above, cst.BooleanOperation) and isinstance(above.operator, cst.And):
            outer, above = above, None if above.lpar else self.parent(above)
        if outer is None:
            return False
        return any(self._tests(outer)) or sum(map(self._becomes_test, _operands(outer))) > 1

    def _becomes_test(self, operand: cst.BaseExpression) -> bool:
        """Whether it is `not (test or test)` that can be one call."""
        inner = operand.expression if isinstance(operand, cst.UnaryOperation) else None
        if not isinstance(inner, cst.BooleanOperation) or not isinstance(inner.operator, cst.Or):
            return False
        tests = self._tests(inner)
        return any(len(run) == len(tests) for run in self._runs(tests))

    def _runs(self, tests: Sequence[_Test | None]) -> Iterator[list[_Test]]:
        """Stretches of two and more neighbours that can be one call."""
        run: list[_Test] = []
        for test in (*tests, None):
            joins = bool(run) and test is not None and (test.stem, test.kind) == (run[0].stem, run[0].kind)
            if joins and test is not None and all(self._is_certain(found) for found in test.alternatives):
                run.append(test)
                continue
            if len(run) > 1:
                yield run
            run = [] if test is None else [test]

    # -- looking a class up without need -----------------------------------------------------------------------

    def _is_certain(self, node: cst.BaseExpression) -> bool:
        """Whether evaluating the node cannot fail, as far as the file tells."""
        if isinstance(node, cst.SimpleString):
            return True
        if isinstance(node, cst.Call):
            return self.is_builtin(node.func, "type")
        root = node
        while isinstance(root, cst.Attribute):
            root = root.value
        if not isinstance(root, cst.Name) or not self._is_bound(root):
            return False
        if isinstance(node, cst.Name):
            return True
        module, _, name = (self.imported_name(node) or "").rpartition(".")
        return bool(module) and (module not in _LASTING or name in _LASTING[module].split())

    def _is_bound(self, name: cst.Name) -> bool:
        if self.has_builtin(name, name.value):
            return name.value not in _LATE_BUILTINS
        bound = self.bindings(name, name.value)
        if not bound:
            return name.value not in _PYTHON_2_BUILTINS
        return len(bound) > 1 or self._always_runs(bound[0])

    def _always_runs(self, binding: cst.CSTNode) -> bool:
        for around in self.ancestors(binding):
            if isinstance(around, cst.FunctionDef | cst.ClassDef | cst.Lambda):
                break
            if isinstance(around, _BRANCHES):
                return False
        return True

    # -- joining -----------------------------------------------------------------------------------------------

    def _report_run(self, node: cst.BooleanOperation, run: Sequence[_Test], *, is_whole: bool) -> None:
        message = "" if run[0].kind == "class" else _TEXT_MESSAGE
        start, end = self.outer_span(run[0].operand)[0], self.outer_span(run[-1].operand)[1]
        changes = () if self._holds_comment(run, start, end) else (self._join(node, run, start, end, is_whole),)
        self.report(node if is_whole else run[0].operand, *changes, message=message)

    def _holds_comment(self, run: Sequence[_Test], start: int, end: int) -> bool:
        text = self.slice(start, end)
        for found in (alternative for test in run for alternative in test.alternatives):
            text = text.replace(self.text(found), "")
        return "#" in text

    def _join(self, node: cst.BooleanOperation, run: Sequence[_Test], start: int, end: int, is_whole: bool) -> Change:
        """One call, on one line if it fits, else with its alternatives below one another."""
        opening = f"{'not ' if isinstance(node.operator, cst.And) else ''}{run[0].stem}("
        if self._is_word(start - 1):
            opening = f" {opening}"
        texts = list(dict.fromkeys(self.text(found) for test in run for found in test.alternatives))
        line = f"{opening}{', '.join(texts)}))"
        places = [(start, end)]
        if is_whole and self._parentheses_can_go(node):
            places.insert(0, self.outer_span(node))
        for left, right in places:
            if self._fits(line, left, right):
                return Change(left, right, line)
        if any(isinstance(around, cst.FormattedString) for around in self.ancestors(node)):
            return Change(start, end, line)
        longest = max(texts, key=len)
        left, right = next((place for place in places if self._fits(f"{opening}{longest}", *place)), places[-1])
        head = self.view.utf8[:left].decode().rpartition("\n")[2]
        indent = re.sub(r"\S", " ", head) + " " * len(opening)
        return Change(left, right, f"{opening}{f',{self.view.module.default_newline}{indent}'.join(texts)}))")

    def _fits(self, line: str, start: int, end: int) -> bool:
        head = self.view.utf8[:start].decode().rpartition("\n")[2]
        rest = self.view.utf8[end:].decode().partition("\n")[0].rstrip()
        longest = max(len(existing) for existing in self.view.text.splitlines())
        return len(head) + len(line) + len(rest) <= max(_WIDTH, min(longest, _MAX_WIDTH))

    def _parentheses_can_go(self, node: cst.BooleanOperation) -> bool:
        start, end = self.outer_span(node)
        if len(node.lpar) != 1 or "#" in self.slice(start, self.span(node)[0]) + self.slice(self.span(node)[1], end):
            return False
        if isinstance(node.operator, cst.And) and not isinstance(self.parent(node), _LOOSE):
            return False
        return not self._is_word(start - 1) and not self._is_word(end)

    def _is_word(self, offset: int) -> bool:
        """Whether the byte may be the end of a keyword: `return(x)`."""
        byte = self.view.utf8[offset : offset + 1] if offset >= 0 else b""
        return byte.isalnum() or byte == b"_"


def _operands(node: cst.BooleanOperation) -> list[cst.BaseExpression]:
    """`a or b or c` is `(a or b) or c` to the parser: its operands from left to right."""
    operands = [node.right]
    left = node.left
    while isinstance(left, cst.BooleanOperation) and type(left.operator) is type(node.operator) and not left.lpar:
        operands.append(left.right)
        left = left.left
    return [left, *reversed(operands)]


def _alternatives(node: cst.BaseExpression) -> tuple[cst.BaseExpression, ...]:
    """The elements of a tuple, or the node alone; nothing where one is starred."""
    if not isinstance(node, cst.Tuple):
        return (node,)
    if any(isinstance(element, cst.StarredElement) for element in node.elements):
        return ()
    return tuple(element.value for element in node.elements)


def _is_dotted_name(node: cst.BaseExpression) -> bool:
    while isinstance(node, cst.Attribute):
        node = node.value
    return isinstance(node, cst.Name)


def _is_class_like(node: cst.BaseExpression) -> bool:
    """A name, a dotted name, or `type(None)`."""
    if isinstance(node, cst.Call):
        argument = node.args[0].value if len(node.args) == 1 else None
        is_none = isinstance(argument, cst.Name) and argument.value == "None"
        return is_none and isinstance(node.func, cst.Name) and node.func.value == "type"
    return _is_dotted_name(node)


def _text_kind(node: cst.BaseExpression) -> str:
    if not isinstance(node, cst.SimpleString):
        return ""
    return "bytes" if "b" in node.prefix.lower() else "str"


RULE = Rule(
    message="One call takes a tuple of classes; this value is tested by several.",
    detect=Visitor,
    words=(tuple(sorted(_CLASS_TESTS | _TEXT_TESTS)),),
    signs=_SIGNS,
    nodes=(
        Node("BoolOp", op=Node("Or"), values=Twice(*_TESTS)),
        Node("BoolOp", op=Node("And"), values=Twice(Node("UnaryOp", op=Node("Not"), operand=_TESTS))),
    ),
    severity=Severity.LOW,
    effort_minutes=2,
    tags=("idiom", "readability"),
    references=(
        "https://docs.python.org/3/library/functions.html#isinstance",
        "https://docs.python.org/3/library/stdtypes.html#str.startswith",
    ),
    bad=(
        Bad(
            "if isinstance(x, int) or isinstance(x, str):  # either  #: finding\n    pass\n",
            "if isinstance(x, (int, str)):  # either\n    pass\n",
        ),
        Bad(
            "y = isinstance(a.b, int) or isinstance(a.b, (str, bytes)) or isinstance(a.b, type(None))  #: finding\n",
            "y = isinstance(a.b, (int, str, bytes, type(None)))\n",
        ),
        Bad(
            "y = not isinstance(x, int) and not isinstance(x, str) and z  #: finding\n",
            "y = not isinstance(x, (int, str)) and z\n",
        ),
        Bad(
            "class A: ...\nclass B: ...\ny = not (issubclass(x, A) or issubclass(x, B))  #: finding\n",
            "class A: ...\nclass B: ...\ny = not issubclass(x, (A, B))\n",
        ),
        Bad(
            """\
import ast
from m import C, d

def f(x):
    return z or isinstance(x, ast.Name) or isinstance(x, ast.Call) or isinstance(x, d.E)  #: finding
""",
            "import ast\nfrom m import C, d\n\ndef f(x):\n    return z or isinstance(x, (ast.Name, ast.Call, d.E))\n",
        ),
        Bad(
            """\
def f(x):
    if (isinstance(x, int) or  #: finding
            isinstance(x, str) or
            x is None):
        return 1
""",
            "def f(x):\n    if (isinstance(x, (int, str)) or\n            x is None):\n        return 1\n",
        ),
        Bad(
            "def f(x):\n    return (isinstance(x, int)  #: finding\n            or isinstance(x, str))\n",
            "def f(x):\n    return isinstance(x, (int, str))\n",
        ),
        Bad(
            "y = x.startswith('a') or x.startswith(('b', u'c'))  #: finding\n",
            "y = x.startswith(('a', 'b', u'c'))\n",
        ),
        Bad(
            "y = not x.s.endswith(b'a') and not x.s.endswith(b'b')  #: finding\n",
            "y = not x.s.endswith((b'a', b'b'))\n",
        ),
        Bad(
            "y = isinstance(x, int) or isinstance(x, str) or x.startswith('a') or x.startswith('b')  #: finding\n",
            "y = isinstance(x, (int, str)) or x.startswith(('a', 'b'))\n",
        ),
        Bad(
            "if(isinstance(x, int)) or isinstance(x, str): y  #: finding\n",
            "if isinstance(x, (int, str)): y\n",
        ),
        Bad(
            "y = z if(isinstance(x, int) or isinstance(x, str))else 1  #: finding\n",
            "y = z if(isinstance(x, (int, str)))else 1\n",
        ),
        Bad("y = (isinstance(x, int)  # number  #: finding\n     or isinstance(x, str))\n", None),
    ),
    good=(
        "y = isinstance(x, (int, str))\n",
        "y = isinstance(x, int) or isinstance(z, str)\n",
        "y = isinstance(x, int) and isinstance(x, str)\n",
        "y = not isinstance(x, int) or not isinstance(x, str)\n",
        "y = isinstance(x, int) or z or isinstance(x, str)\n",
        "y = isinstance(x, int) or issubclass(x, str)\n",
        "y = isinstance(f(), int) or isinstance(f(), str)\n",
        "y = isinstance(x[0], int) or isinstance(x[0], str)\n",
        "y = isinstance(x, int) or isinstance(x, str | bytes)\n",
        "y = isinstance(x, int) or isinstance(x, kinds())\n",
        "y = isinstance(x, int) or isinstance(x, *kinds)\n",
        "y = isinstance(x, int) or isinstance(x, int)\n",
        "y = isinstance(x, str) or isinstance(x, unicode)\n",
        "y = isinstance(x, Known) or isinstance(x, x.Kind)\n",
        (
            """\
try:
    import numpy
except ImportError:
    pass
y = isinstance(x, list) or isinstance(x, numpy.ndarray)
"""
        ),
        "if fast:\n    from m import Array\ny = isinstance(x, list) or isinstance(x, Array)\n",
        "import types\ny = isinstance(x, str) or isinstance(x, types.UnicodeType)\n",
        "import pandas as pd\ny = isinstance(x, pd.DataFrame) or isinstance(x, pd.Panel)\n",
        "def isinstance(a, b): ...\ny = isinstance(x, int) or isinstance(x, str)\n",
        "y = x.startswith('a') or x.startswith(prefix)\n",
        "y = x.startswith('a') or x.startswith(f'{b}')\n",
        "y = x.startswith('a') or x.startswith(b'b')\n",
        "y = x.startswith('a', 1) or x.startswith('b', 1)\n",
        "y = x.startswith('a') or x.endswith('b')\n",
        "y = x.startswith('a') or z.startswith('b')\n",
        "y = x.lower().startswith('a') or x.lower().startswith('b')\n",
        "y = not (isinstance(x, int) or isinstance(x, str)) and not isinstance(x, bytes)\n",
        "y = not (isinstance(x, int) or isinstance(x, str)) and not (isinstance(x, bytes) or isinstance(x, list))\n",
        "y = z and not (isinstance(x, int) or isinstance(x, str)) and not isinstance(x, bytes)\n",
    ),
)
