"""A builtin type is named through NumPy, such as `np.int`.

The aliases were deprecated in NumPy 1.20 and removed in 1.24: the attribute ends the program there. They never meant
a NumPy type, so the builtin is what the program has been using all along.

Fix safety: safe. The builtin takes the alias's place, only where it is rebound in no scope around. NumPy 2 gave
`np.bool` and `np.long` a new meaning; those two change only where it makes no difference, as a data type, or where
the file uses aliases that did not come back and so cannot be written for NumPy 2. Elsewhere they are reported alone.
"""

from datetime import date

import libcst as cst

from debtd.rulekit import Bad, Change, Rule, RuleVisitor, Severity

_GONE = {
    "numpy.complex": "complex",
    "numpy.float": "float",
    "numpy.int": "int",
    "numpy.object": "object",
    "numpy.str": "str",
    "numpy.unicode": "str",
}
_BACK = {"numpy.bool": "bool", "numpy.long": "int"}
_MEANINGS = {
    "numpy.bool": "`np.bool` was `bool` before NumPy 1.24 and is `np.bool_` since 2.0; write the one that is meant.",
    "numpy.long": "`np.long` was `int` before NumPy 1.24 and is the C type since 2.0; write the one that is meant.",
}
# Functions of NumPy by the position of their data type.
_DTYPE_POSITIONS = {
    "numpy.array": 1,
    "numpy.asanyarray": 1,
    "numpy.asarray": 1,
    "numpy.dtype": 0,
    "numpy.empty": 1,
    "numpy.empty_like": 1,
    "numpy.fromiter": 1,
    "numpy.full": 2,
    "numpy.issubdtype": 1,
    "numpy.ones": 1,
    "numpy.ones_like": 1,
    "numpy.zeros": 1,
    "numpy.zeros_like": 1,
}


class Visitor(RuleVisitor):
    _aliases: list[tuple[cst.Attribute, str]]
    _assigned: set[str]

    def visit_Module(self, node: cst.Module) -> None:  # noqa: ARG002  (the name decides)
        self._aliases, self._assigned = [], set()

    def visit_Attribute(self, node: cst.Attribute) -> None:
        if f"numpy.{node.attr.value}" not in _GONE | _BACK:
            return
        name = self.imported_name(node)
        if name is None or name not in _GONE | _BACK:
            return
        if self.is_assignment_target(node):
            self._assigned.add(name)
        elif not self.is_guarded(node):
            self._aliases.append((node, name))

    def leave_Module(self, original_node: cst.Module) -> None:  # noqa: ARG002  (the name decides)
        before_numpy_2 = any(name in _GONE and name not in self._assigned for _, name in self._aliases)
        for node, name in self._aliases:
            if name in self._assigned:
                continue
            if name in _GONE:
                self.report(node, *self._fix(node, _GONE[name]))
            elif before_numpy_2 or (name == "numpy.bool" and self._is_data_type(node)):
                self.report(node, *self._fix(node, _BACK[name]))
            else:
                self.report(node, message=_MEANINGS[name])

    def _fix(self, node: cst.Attribute, builtin: str) -> tuple[Change, ...]:
        if node.value.lpar or self.has_comment(*self.span(node)) or not self.has_builtin(node, builtin):
            return ()
        return (self.replace(node, builtin),)

    def _is_data_type(self, node: cst.Attribute) -> bool:
        """Whether the node is an argument that says the type of an array: `bool` and `np.bool_` are one there."""
        arg = self.parent(node)
        if isinstance(arg, cst.ComparisonTarget):
            return self._is_compared_with_dtype(arg)
        call = None if arg is None else self.parent(arg)
        if not isinstance(arg, cst.Arg) or not isinstance(call, cst.Call) or arg.star:
            return False
        if arg.keyword is not None:
            return arg.keyword.value == "dtype"
        if any(other.star or other.keyword is not None for other in call.args[: call.args.index(arg)]):
            return False
        if isinstance(call.func, cst.Attribute) and call.func.attr.value == "astype":
            return call.args[0] is arg
        return _DTYPE_POSITIONS.get(self.imported_name(call.func) or "") == call.args.index(arg)

    def _is_compared_with_dtype(self, target: cst.ComparisonTarget) -> bool:
        """`x.dtype == np.bool`"""
        whole = self.parent(target)
        if not isinstance(whole, cst.Comparison) or len(whole.comparisons) != 1:
            return False
        left, equal = whole.left, isinstance(target.operator, cst.Equal | cst.NotEqual)
        return equal and isinstance(left, cst.Attribute) and left.attr.value == "dtype"


RULE = Rule(
    message="This alias of a builtin type is removed in NumPy 1.24.",
    detect=Visitor,
    words=(("numpy",), ("bool", "complex", "float", "int", "long", "object", "str", "unicode")),
    names=tuple(sorted(_GONE | _BACK)),
    severity=Severity.HIGH,
    effort_minutes=2,
    tags=("deprecated", "numpy"),
    references=(
        "https://numpy.org/doc/stable/release/1.20.0-notes.html#using-the-aliases-of-builtin-types-like-np-int-is-deprecated",
        "https://numpy.org/doc/stable/release/1.24.0-notes.html#expired-deprecations",
        "https://numpy.org/doc/stable/release/2.0.0-notes.html",
    ),
    deadline=date(2022, 12, 18),  # NumPy 1.24
    bad=(
        Bad(
            "import numpy as np\n\nx = np.int(1) + np.float(2.0)  # sum  #: finding\n",
            "import numpy as np\n\nx = int(1) + float(2.0)  # sum\n",
        ),
        Bad(
            """\
import numpy

def f(a: numpy.complex) -> numpy.str:  #: finding
    return numpy.zeros(
        (2, 3),
        dtype=numpy.object,  # any  #: finding
    )
""",
            """\
import numpy

def f(a: complex) -> str:
    return numpy.zeros(
        (2, 3),
        dtype=object,  # any
    )
""",
        ),
        Bad(
            """\
import numpy as np

class C:
    kinds = [np.unicode, (np.int, [np.str])]  #: finding
    def f(self, x):
        return isinstance(x, np.float) or x is not np.int.__name__  #: finding
""",
            """\
import numpy as np

class C:
    kinds = [str, (int, [str])]
    def f(self, x):
        return isinstance(x, float) or x is not int.__name__
""",
        ),
        Bad(
            """\
import numpy as np
x = np.ones(3, np.bool)  #: finding
y = x.astype(np.bool, copy=False)  #: finding
z = read(y, dtype=np.bool) if y.dtype == np.bool else y  #: finding
""",
            """\
import numpy as np
x = np.ones(3, bool)
y = x.astype(bool, copy=False)
z = read(y, dtype=bool) if y.dtype == bool else y
""",
        ),
        Bad(
            """\
import numpy as np
x = isinstance(y, np.bool)  #: finding
z = np.array(y, dtype=np.long)  #: finding
""",
            None,
        ),
        Bad(
            "import numpy as np\nx = isinstance(y, np.bool)  #: finding\nz = np.long(y), np.int(y)  #: finding\n",
            "import numpy as np\nx = isinstance(y, bool)\nz = int(y), int(y)\n",
        ),
        Bad("import numpy as np\nclass C:\n    float = np.float  #: finding\n", None),
        Bad("import numpy as np\ndef f(int):\n    return np.int(int)  #: finding\n", None),
        Bad("import numpy as np\nfrom shapes import *\nx = np.int(1)  #: finding\n", None),
    ),
    good=(
        "import numpy as np\nx = np.int_(1), np.int64(1), np.float64(1), np.bool_(1), np.object_, np.str_\n",
        "import numpy as np\nnp.int = int\nx = np.int(1)\n",
        "import numpy as np\nif not hasattr(np, 'float'):\n    np.float = float\n",
        "import numpy as np\ntry:\n    long = np.long\nexcept AttributeError:\n    long = np.int_\n",
        "import jax.numpy as np\nx = np.float(1)\n",
        "np = load()\nx = np.int(1)\n",
        "import numpy as np\ndef f(np):\n    return np.int(1)\n",
        "import numpy as np\nx = np.random.int, np.linalg.float\n",
        "import numpy as np\nx = f.np.int, f().int\n",
        "import numpy as np\nx = np.array([1])[0].int\n",
    ),
)
