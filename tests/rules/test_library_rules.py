"""The library rules against oracles: the program before a fix and the one after it give equal results."""

import collections
import collections.abc
import functools
import io
import itertools
import os
import subprocess
import sys
import typing
import unittest
import warnings
from pathlib import Path
from types import ModuleType, SimpleNamespace
from unittest import mock

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from debtd.model.project import Project
from debtd.rulekit.engine import run_rules
from debtd.rulekit.examples import fix_text
from debtd.rulekit.loader import load_rules
from debtd.rulekit.text import decode_python

DEPTH = int(os.environ.get("DEBTD_TEST_DEPTH", "1"))
PYTHON_RULES = Path(__file__).parents[2] / "rules" / "python"
FAMILIES = ("idioms", "numpy", "queries", "stdlib", "typing")
RULES = {rule.id: rule for rule in load_rules([PYTHON_RULES / family for family in FAMILIES])}
PROJECT = Project(min_python=(3, 11), declared_in="the test")


def fixed(text: str, rule_id: str, project: Project = PROJECT) -> str:
    """The text after the rule's edits; checks that a second run has none left."""
    after = fix_text(text, matches(text, rule_id, project))
    assert not [match for match in matches(after, rule_id, project) if match.edits]
    return after


def matches(text: str, rule_id: str, project: Project = PROJECT):
    return run_rules(decode_python(text.encode()), "a.py", [RULES[rule_id]], project)


def run(text: str, **names: object) -> dict[str, typing.Any]:
    names["__name__"] = "example"
    exec(compile(text, "example.py", "exec"), names)  # noqa: S102
    return names


# -- collections-abc-alias -------------------------------------------------------------------------------------

ABCS = sorted(set(collections.abc.__all__) - {"Buffer"})


@pytest.mark.parametrize("kept", [(), ("deque",), ("OrderedDict", "deque as d")])
@pytest.mark.parametrize("layout", ["{}", "({})", "(\n    {},\n)", "({}\n    )"])
def test_each_import_binds_the_same_objects(kept: tuple[str, ...], layout: str) -> None:
    for chosen in (*itertools.combinations(("Mapping", "Set as S", "Sized"), 2), tuple(ABCS)):
        for names in itertools.islice(itertools.permutations((*kept, *chosen)), 12):
            glue = ",\n    " if "\n" in layout else ", "
            before = f"from collections import {layout.format(glue.join(names))}\n"
            after = fixed(before, "collections-abc-alias")
            with mock.patch.multiple(collections, create=True, **{n: getattr(collections.abc, n) for n in ABCS}):
                expected = run(before)
            found = run(after)
            assert after != before
            assert {k: v for k, v in expected.items() if k != "__builtins__"} == {
                k: v for k, v in found.items() if k != "__builtins__"
            }


@pytest.mark.parametrize("name", ABCS)
@pytest.mark.parametrize("module", ["collections", "c"])
def test_each_attribute_is_found_after_the_fix(name: str, module: str) -> None:
    before = f"import collections as {module}, sys  # two\n\ndef f():\n    return {module}.{name}, {module}.deque\n"
    if module == "collections":
        before = before.replace(" as collections", "")
    after = run(fixed(before, "collections-abc-alias"))
    assert after["f"]() == (getattr(collections.abc, name), collections.deque)


@pytest.mark.parametrize("name", ["OrderedDict", "namedtuple", "ChainMap", "UserDict", "Counter", "abc"])
def test_what_collections_still_has_stays(name: str) -> None:
    for text in (f"from collections import {name}\n", f"import collections\nx = collections.{name}\n"):
        assert not matches(text, "collections-abc-alias")


# -- deprecated-unittest-alias ---------------------------------------------------------------------------------


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="the aliases are gone")
def test_aliases_of_this_python_are_all_known_and_lead_to_their_method() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        aliases = {
            name: {m for m in dir(unittest.TestCase) if _is_alias_of(name, m)}
            for name in dir(unittest.TestCase)
            if getattr(getattr(unittest.TestCase, name), "__name__", "") == "deprecated_func"
        }
    assert aliases
    for old, targets in aliases.items():
        text = f"import unittest\nclass T(unittest.TestCase):\n    def test(self):\n        self.{old}\n"
        assert fixed(text, "deprecated-unittest-alias").splitlines()[-1].strip() in {f"self.{new}" for new in targets}


def _is_alias_of(old: str, new: str) -> bool:
    function = getattr(unittest.TestCase, old)
    originals = [cell.cell_contents for cell in function.__closure__ or ()]
    return any(getattr(unittest.TestCase, new) is original for original in originals)


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="the aliases are gone")
def test_a_suite_passes_and_fails_as_before() -> None:
    before = """
import unittest

class Base(unittest.TestCase):
    pass

class T(Base):
    def test_equal(self):
        self.assertEquals(1, 1, "one")
        self.assertNotEquals(1, 2, msg="two")

    def test_fails(self):
        check = self.assertRegexpMatches
        check("abc", "x")

    def test_raises(self):
        with self.assertRaisesRegexp(ValueError, "bad") as caught:
            raise ValueError("bad luck")
        self.assert_(caught.exception)
        self.failUnlessRaises(KeyError, lambda: {}[1])
        self.failIf(self.failUnlessAlmostEqual(1.0, 1.00000000001))
"""
    after = fixed(before, "deprecated-unittest-alias")
    assert "Equals" not in after
    assert "fail" not in after.replace("test_fails", "")
    assert _outcome(after) == _outcome(before) == (3, 1, 0)


def _outcome(text: str) -> tuple[int, int, int]:
    suite = unittest.defaultTestLoader.loadTestsFromTestCase(run(text)["T"])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        result = unittest.TextTestRunner(stream=io.StringIO()).run(suite)
    return result.testsRun, len(result.failures), len(result.errors)


# -- subprocess-universal-newlines -----------------------------------------------------------------------------


@pytest.mark.parametrize("value", ["True", "False", "None", "1"])
@pytest.mark.parametrize("call", ["check_output({})", "run({}, stdout=subprocess.PIPE).stdout", "Popen({}, stdout=-1)"])
def test_output_has_the_same_type(call: str, value: str) -> None:
    arguments = f"[python, '-c', 'print(1)'], universal_newlines={value}"
    before = f"import subprocess\nx = subprocess.{call.format(arguments)}\n"
    if "Popen" in call:
        before += "x = x.communicate()[0]\n"
    after = fixed(before, "subprocess-universal-newlines")
    assert "universal" not in after
    assert run(after, python=sys.executable)["x"] == run(before, python=sys.executable)["x"]


@pytest.mark.parametrize("name", ["getoutput", "getstatusoutput", "list2cmdline", "CompletedProcess"])
def test_functions_without_the_argument_stay(name: str) -> None:
    assert hasattr(subprocess, name)
    assert not matches(
        f"import subprocess\nsubprocess.{name}(1, universal_newlines=True)\n", "subprocess-universal-newlines"
    )


# -- lru-cache-arguments ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("imported", ["import functools", "import functools as functools", "from functools import *"])
@pytest.mark.parametrize(
    "arguments", ["", "None", "maxsize=None", "maxsize=8", "None, True", "typed=True, maxsize=None"]
)
def test_cache_keeps_its_parameters(imported: str, arguments: str) -> None:
    prefix = "" if "*" in imported else "functools."
    before = f"{imported}\n\n@{prefix}lru_cache({arguments})\ndef f(x):\n    return x\n"
    after = fixed(before, "lru-cache-arguments")
    assert run(after)["f"].cache_parameters() == run(before)["f"].cache_parameters()
    assert (after != before) is (arguments in {"", "None", "maxsize=None"} and bool(prefix))


@pytest.mark.parametrize(
    "rest",
    ["", "x = lru_cache\n", "__all__ = ['lru_cache']\n", "# lru_cache\n", "@lru_cache()\ndef g(): ...\n"],
)
@pytest.mark.parametrize(
    "names", ["lru_cache", "wraps, lru_cache", "(\n    lru_cache,\n    wraps\n)", "cache, lru_cache"]
)
def test_every_name_of_an_import_that_is_used_stays_bound(names: str, rest: str) -> None:
    before = f"from functools import {names}\n\n@lru_cache(maxsize=None)\ndef f(x):\n    return x\n{rest}"
    after = run(fixed(before, "lru-cache-arguments"))
    assert after["f"].cache_parameters() == {"maxsize": None, "typed": False}
    assert after["cache"] is functools.cache
    assert ("lru_cache" in after) is bool(rest or "cache, lru" in names)


# -- deprecated-typing-alias -----------------------------------------------------------------------------------

BUILTINS = {"List": 1, "Set": 1, "FrozenSet": 1, "Type": 1, "Dict": 2, "Tuple": 2}
ANNOTATIONS = st.recursive(
    st.sampled_from(["int", "str", "None", "C", "'C'", "Any", *BUILTINS]),
    lambda inner: st.one_of(
        st.tuples(st.sampled_from([name for name, count in BUILTINS.items() if count == 1]), inner).map(
            "{0[0]}[{0[1]}]".format
        ),
        st.tuples(st.sampled_from(["Dict", "Tuple", "Union"]), inner, inner).map("{0[0]}[{0[1]}, {0[2]}]".format),
        inner.map("Optional[{}]".format),
        inner.map("Tuple[{}, ...]".format),
        inner.map("Callable[[{}], int]".format),
        inner.map("Annotated[{}, 1]".format),
    ),
    max_leaves=6,
)


@settings(max_examples=150 * DEPTH)
@given(ANNOTATIONS)
def test_hints_are_equal_at_run_time(annotation: str) -> None:
    before = (
        f"from typing import *\nfrom typing import {', '.join(BUILTINS)}\nclass C: ...\n"
        f"def f(a: {annotation}) -> {annotation}: ...\nclass D:\n    x: {annotation}\n"
    ).replace("from typing import *", "from typing import Annotated, Any, Callable, Optional, Union")
    after = fixed(before, "deprecated-typing-alias")
    old, new = run(before), run(after)
    for name in "fD":
        assert _hints(new, name) == _hints(old, name)


def _hints(names: dict[str, typing.Any], name: str) -> object:
    return str(_shape(typing.get_type_hints(names[name], names)))


def _shape(hint: typing.Any) -> object:
    """The hint without what tells `typing.List[int]` from `list[int]`; `None` is how hints spell its type."""
    if isinstance(hint, dict):
        return {key: _shape(value) for key, value in hint.items()}
    if isinstance(hint, list):
        return [_shape(value) for value in hint]
    origin = typing.get_origin(hint)
    if origin is typing.Union:
        return origin, frozenset(map(str, map(_shape, typing.get_args(hint))))
    arguments = typing.get_args(hint)
    if arguments:
        return origin, tuple(map(_shape, arguments))
    return type(None) if hint is None else origin or hint


def test_text_in_builtins_waits_for_the_python_that_reads_it() -> None:
    text = "from typing import Dict, List\nx: Dict[str, List['C']]\ny: List['C']\n"
    older = Project(min_python=(3, 10), declared_in="the test")
    assert fixed(text, "deprecated-typing-alias", older).splitlines()[1:] == ["x: dict[str, List['C']]", "y: List['C']"]


# -- numpy-builtin-alias ---------------------------------------------------------------------------------------


def _numpy(*, version: int) -> ModuleType:
    """NumPy before 1.24, or the little of NumPy 2 that the rule may touch."""
    bool_ = type("bool_", (), {})

    def data_type(kind: object) -> str:
        return "bool" if kind in {bool, bool_} else getattr(kind, "__name__", str(kind))

    def zeros(_shape: object, kind: object = float, dtype: object = None) -> str:
        return data_type(dtype or kind)

    names: dict[str, object] = {"bool": bool_, "long": type("long", (), {})}
    if version == 1:
        names = {kind.__name__: kind for kind in (bool, complex, float, int, object, str)}
        names |= {"long": int, "unicode": str}
    numpy = ModuleType("numpy")
    vars(numpy).update(names, zeros=zeros, dtype=data_type, bool_=bool_)
    return numpy


@pytest.mark.parametrize("name", ["bool", "complex", "float", "int", "long", "object", "str", "unicode"])
@pytest.mark.parametrize(
    "use", ["np.zeros(3, np.{})", "np.zeros(3, dtype=np.{})", "np.dtype(np.{})", "np.{}", "[np.{}]"]
)
def test_aliases_mean_the_same_wherever_they_exist(name: str, use: str) -> None:
    before = f"import numpy as np\nx = {use.format(name)}\n"
    after = fixed(before, "numpy-builtin-alias")
    for version in (1, 2):
        with mock.patch.dict(sys.modules, numpy=_numpy(version=version)):
            try:
                expected = run(before)["x"]
            except AttributeError:
                expected = None
            if expected is not None:
                assert run(after)["x"] == expected or after == before
    assert after != before or name in {"bool", "long"}


# -- repeated-isinstance-call ----------------------------------------------------------------------------------

TESTS = (
    "isinstance(x, int)",
    "isinstance(x, (str, bytes))",
    "isinstance(x, type(None))",
    "issubclass(t, int)",
    "issubclass(t, str)",
    "y.z.startswith('#')",
    "y.z.startswith(('b', 'c'))",
    "x",
)
EXPRESSIONS = st.recursive(
    st.sampled_from(TESTS),
    lambda inner: st.one_of(
        inner.map("not {}".format),
        inner.map("({})".format),
        st.lists(inner, min_size=2, max_size=4).map(" or ".join),
        st.lists(inner.map("not {}".format), min_size=2, max_size=4).map(" and ".join),
        st.lists(inner, min_size=2, max_size=3).map("\n or ".join).map("({})".format),
        st.tuples(inner, inner).map("({0[0]}) is ({0[1]})".format),
    ),
    max_leaves=10,
)
VALUES = [
    {"x": x, "t": t, "y": SimpleNamespace(z=z)}
    for x, t, z in itertools.product((1, "a", b"", None, 0.5), (int, bool, str, list), ("ab", "c#", "#", ""))
]


@settings(max_examples=300 * DEPTH)
@given(EXPRESSIONS)
def test_joined_tests_agree_on_all_values(expression: str) -> None:
    before = f"def f(x, t, y):\n    return({expression})\n"
    after = fixed(before, "repeated-isinstance-call")
    old, new = run(before)["f"], run(after)["f"]
    assert [new(**value) for value in VALUES] == [old(**value) for value in VALUES]


def test_joining_happens() -> None:
    assert fixed("def f(x):\n    return isinstance(x, int) or isinstance(x, str)\n", "repeated-isinstance-call") == (
        "def f(x):\n    return isinstance(x, (int, str))\n"
    )


@pytest.mark.parametrize("name", ["unicode", "long", "basestring", "types.StringType", "collections.Mapping", "maybe"])
def test_a_class_that_may_be_missing_is_not_looked_up_early(name: str) -> None:
    text = (
        "import collections, types\nif 0:\n    maybe = 1\n\ndef f(x):\n"
        f"    return isinstance(x, str) or isinstance(x, {name})\n"
    )
    assert run(fixed(text, "repeated-isinstance-call"))["f"]("a") is True


# -- queryset-count-comparison, queryset-len -------------------------------------------------------------------


class _Rows:
    """A queryset of so many rows."""

    def __init__(self, size: int) -> None:
        self.size = size

    def all(self, **_: object) -> "_Rows":
        return self

    filter = distinct = all  # noqa: A003

    def count(self) -> int:
        return self.size

    def exists(self) -> bool:
        return self.size > 0

    def __len__(self) -> int:
        return self.size


CONTEXTS = (
    "{}",
    "not {}",
    "not not {}",
    "not ({})",
    "not({})",
    "({}) + 1",
    "True == ({})",
    "[y for y in (1, 2) if {}]",
    "(lambda: {})()",
    "f'{{{}}}'",
    "1 if {} else 2",
    "{} and not {}",
    "{} or {}",
    "dict(a={})",
    "(\n    {}\n)",
)
SUBJECTS = ("Book.objects.count()", "Book.objects.filter(a=1).all().count()", "(Book.objects.count())")


@pytest.mark.parametrize("context", CONTEXTS)
@pytest.mark.parametrize("sign", ["==", "!=", "<", "<=", ">", ">="])
@pytest.mark.parametrize("number", ["0", "1", "2"])
def test_comparisons_of_counts_keep_their_value(context: str, sign: str, number: str) -> None:
    for subject, mirrored in itertools.product(SUBJECTS, (False, True)):
        comparison = f"{number} {sign} {subject}" if mirrored else f"{subject} {sign} {number}"
        value = context.replace("{}", comparison).replace("{{", "{").replace("}}", "}")
        before = f"import django\n\ndef f():\n    return {value}\n"
        after = fixed(before, "queryset-count-comparison")
        for size in range(3):
            names = {"Book": SimpleNamespace(objects=_Rows(size))}
            with mock.patch.dict(sys.modules, django=ModuleType("django")):
                assert run(after, **names)["f"]() == run(before, **names)["f"](), (before, after)


def test_counts_are_asked_whether_rows_exist() -> None:
    text = "from .models import Book\nx = Book.objects.count() > 0 and 1 > Book.objects.count()\n"
    assert fixed(text, "queryset-count-comparison").splitlines()[1] == (
        "x = Book.objects.exists() and not Book.objects.exists()"
    )


@pytest.mark.parametrize(
    "call",
    [
        "len(Book.objects.all())",
        "len((Book.objects.all()))",
        "len(Book.objects.filter(\n    a=1,\n).all(),)",
        "len(\n    Book.objects\n    # all of them\n    .all(),\n)",
        "len(Book.objects\n    .all())",
        "-len (Book.objects.all()) ** 2",
    ],
)
def test_lengths_are_counts(call: str) -> None:
    before = f"from .models import Book\n\ndef f():\n    return {call}\n"
    after = fixed(before, "queryset-len")
    names = {"Book": SimpleNamespace(objects=_Rows(3))}
    old, new = (run(text.partition("\n")[2], **names)["f"]() for text in (before, after))
    assert old == new
    assert ".count()" in after
    assert "len" not in after
