"""Files that break parsers, each with a plain finding of `class-inherits-object` at its head.

`CORPUS` is every file with the outcomes that debtd may give it; `write_corpus` lays them out as a project, with a
declared Python version, so that a whole scan can be run over the folder. Big ones are built on demand.
"""

import codecs
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from debtd.model.coverage import Skipped
from debtd.model.coverage import SkipReason as Why
from debtd.model.finding import Match

FINDING = "finding"
WITHOUT_FIX = "scanned without fix"
MIN_PYTHON = (3, 9)

_HEAD = "class C(object):\n    pass\n"


@dataclass(frozen=True, slots=True)
class HostileFile:
    """`expected` holds FINDING, WITHOUT_FIX and skip reasons: any one of them is right."""

    name: str
    build: Callable[[], bytes]
    expected: frozenset[str]

    @property
    def path(self) -> str:
        return f"{self.name}.py"


def write_corpus(folder: Path) -> tuple[HostileFile, ...]:
    """Write every file, and a pyproject.toml with a floor that allows the fix."""
    major, minor = MIN_PYTHON
    text = f'[project]\nname = "hostile"\nversion = "1"\nrequires-python = ">={major}.{minor}"\n'
    (folder / "pyproject.toml").write_text(text)
    for file in CORPUS:
        (folder / file.path).write_bytes(file.build())
    return CORPUS


def outcome_of(path: str, skipped: Mapping[str, Skipped], matches: Iterable[Match]) -> str:
    """What a scan made of the file, in the words of `HostileFile.expected`; "missed" is never right."""
    if path in skipped:
        return skipped[path].reason
    found = [match for match in matches if match.path == path]
    if not found:
        return "missed"
    return FINDING if any(match.edits for match in found) else WITHOUT_FIX


def _text(body: str, encoding: str = "utf-8", *, cookie: str = "") -> Callable[[], bytes]:
    head = f"# coding: {cookie}\n" if cookie else ""
    return lambda: (head + _HEAD + body).encode(encoding)


def _bytes(data: bytes) -> Callable[[], bytes]:
    return lambda: data


def _nested(opening: str, core: str, closing: str, depth: int, head: str = "x = ") -> Callable[[], bytes]:
    return _text(f"{head}{opening * depth}{core}{closing * depth}\n")


def _case(opening: str, closing: str, depth: int) -> Callable[[], bytes]:
    return _text(f"match x:\n    case {opening * depth}a{closing * depth}: pass\n")


def _nested_ifs(depth: int) -> Callable[[], bytes]:
    lines = [" " * level + "if 1:\n" for level in range(depth)]
    return _text("".join(lines) + " " * depth + "pass\n")


def _sized(size: int) -> Callable[[], bytes]:
    head = _HEAD.encode()
    line = b"# " + b"x" * 77 + b"\n"
    return lambda: (head + line * (size // len(line) + 1))[: size - 1] + b"\n"


def _topics() -> bytes:
    """The longest entry of a real table: thousands of strings in a row, in some versions of Python."""
    table = Path(str(find_spec("pydoc_data.topics").origin)).read_text("utf-8")  # type: ignore[union-attr]
    longest = max(table.partition("{")[2].rpartition("}")[0].split("\n '"), key=len)
    return f"{_HEAD}x = {{'{longest}}}\n".encode()


def _file(name: str, build: Callable[[], bytes], *expected: str) -> HostileFile:
    return HostileFile(name, build, frozenset(expected))


# Nesting: native crashes from 1,250 brackets, 7,200 terms, 3,500 lambdas on.
_A = (
    _file("a01_paren1300", _nested("(", "1", ")", 1_300), Why.DEPTH),
    _file("a02_paren100k", _nested("(", "1", ")", 100_000), Why.DEPTH),
    _file("a03_list1250", _nested("[", "1", "]", 1_250), Why.DEPTH),
    _file("a04_dict1000", _nested("{1:", "1", "}", 1_000), Why.DEPTH),
    _file("a05_callnest1000", _nested("f(", "1", ")", 1_000), Why.DEPTH),
    _file("a06_fstring_nest1000", _nested('f"{', "1", '}"', 1_000), Why.DEPTH),
    _file("a06_fstring_brackets", _nested("(", "1", ')}"', 1, head='x = f"{' + "(" * 1_300), Why.DEPTH),
    _file("a06_fstring_spec1000", _nested("{x:", "", "}", 1_000, head='x = f"'), Why.DEPTH),
    _file("a07_annot_l1000", _nested("L[", "1", "]", 1_000, head="x: "), Why.DEPTH),
    _file("a08_lambda3500", _nested("lambda: ", "1", "", 3_500), Why.CHAIN),
    _file("a08_lambda_commas3500", _nested("lambda a, b: ", "1", "", 3_500), Why.CHAIN),
    _file("a09_elif8400", _text("if a: pass\n" + "elif a: pass\n" * 8_400), Why.CHAIN),
    _file("a10_boolop7200", _nested("a and ", "a", "", 7_200), Why.CHAIN),
    _file("a11_ternary10k", _nested("a if b else ", "a", "", 10_000), Why.CHAIN),
    _file("a11_ternary_glued10k", _nested("1if 1else ", "1", "", 10_000), Why.CHAIN),
    _file("a11_compfor10k", _nested(" for a, b in c", "]", "", 10_000, head="x = [a"), Why.CHAIN),
    _file("a12_nested_if_101", _nested_ifs(101), Why.SYNTAX),
    _file("a13_real_topics", _topics, FINDING),
    _file("a14_depth_64_boundary", _nested("(", "1", ")", 64), FINDING),
)

# Complexity: exponential patterns, quadratic chains.
_B = (
    _file("b01_case_list30", _case("[", "]", 30), Why.PATTERN_DEPTH),
    _file("b02_case_paren30", _case("(", ")", 30), Why.PATTERN_DEPTH),
    _file("b03_case_class30", _case("A(", ")", 30), Why.PATTERN_DEPTH),
    _file("b04_case_kw20", _case("A(k=", ")", 20), Why.PATTERN_DEPTH),
    _file("b05_case_map15", _case("{1:", "}", 15), Why.PATTERN_DEPTH),
    _file("b05_case_mixed_continued", _case("[\\\n(\n# :\n", ")]", 10), Why.PATTERN_DEPTH),
    _file("b06_plus10k", _nested("1+", "1", "", 10_000), Why.CHAIN),
    _file("b07_attr10k", _nested(".b", "", "", 10_000, head="x = a"), Why.CHAIN),
    _file("b08_call10k", _nested("()", "", "", 10_000, head="x = f"), Why.CHAIN),
    _file("b09_subscript10k", _nested("[0]", "", "", 10_000, head="x = a"), Why.CHAIN),
    _file("b10_pow10k", _nested("1**", "1", "", 10_000), Why.CHAIN),
    _file("b11_unary10k", _nested("- ", "1", "", 10_000), Why.CHAIN),
    _file("b11_not10k", _nested("not ", "1", "", 10_000), Why.CHAIN),
    _file("b12_regex_bomb", _text('x = "' + "a" * 50_000 + "!" + "\\\\" * 50_000 + ' \t"\n'), FINDING),
    _file("b12_regex_bomb_blanks", _text("x = 1" + " " * 100_000 + "\n" + "#" * 100_000 + "\n"), FINDING),
    _file("b12_escaped_quotes", _text("x = '" + "\\'" * 400_000 + "\n"), Why.SYNTAX),
    _file("b12_escaped_triples", _text('x = """' + '\\"' * 400_000 + "\n"), Why.SYNTAX),
    _file("b12_open_quotes", _text("x = '" * 50_000 + "\n"), Why.SYNTAX),
    _file("b12_open_fstrings", _text("x = " + "f'{" * 20_000 + "\n"), Why.DEPTH, Why.SYNTAX),
)

# Bulk.
_C = (
    _file("c01_one_megabyte", _sized(1_000_000), FINDING),
    _file("c02_one_megabyte_and_one", _sized(1_000_001), Why.TOO_LARGE),
    _file("c03_string_50mb", lambda: _HEAD.encode() + b'x = "' + b"a" * 50_000_000 + b'"\n', Why.TOO_LARGE),
    _file("c04_list_5mb", lambda: _HEAD.encode() + b"x = [" + b"1, " * 1_700_000 + b"]\n", Why.TOO_LARGE),
    _file("c05_list_20k", lambda: _HEAD.encode() + b"x = [" + b"1, " * 20_000 + b"]\n", FINDING, Why.TIMEOUT),
    _file("c06_minified_900k", lambda: _HEAD.encode() + b"a=f(b);" * 128_000 + b"\n", FINDING, Why.TIMEOUT),
    _file("c08_many_findings", _text(_HEAD * 1_500), Why.TOO_MANY_MATCHES),
)

# Encodings.
_D = (
    _file("d01_bom_first_line", lambda: codecs.BOM_UTF8 + _HEAD.encode(), FINDING),
    _file("d02_bom_and_cookie", lambda: codecs.BOM_UTF8 + b"# coding: latin-1\n" + _HEAD.encode(), Why.ENCODING),
    _file("d03_latin1_cookie", _text('x = "\xe9\xe8"\n', "latin-1", cookie="latin-1"), FINDING),
    _file("d04_latin1_no_cookie", _text('x = "\xe9\xe8"\n', "latin-1"), Why.ENCODING),
    _file("d05_utf16le", lambda: codecs.BOM_UTF16_LE + _HEAD.encode("utf-16-le"), Why.ENCODING, Why.NUL_BYTE),
    _file("d06_utf16be", lambda: codecs.BOM_UTF16_BE + _HEAD.encode("utf-16-be"), Why.ENCODING, Why.NUL_BYTE),
    _file("d07_utf32", lambda: _HEAD.encode("utf-32"), Why.ENCODING, Why.NUL_BYTE),
    _file("d08_utf7_plain", _text("", cookie="utf-7"), Why.ENCODING),
    _file("d09_utf7_payload", _text("x = 1 # +AAo-import os\n", cookie="utf-7"), Why.ENCODING),
    _file("d10_unicode_escape", _text("x = 1 # \\u000aimport os\n", cookie="unicode_escape"), Why.ENCODING),
    _file("d11_raw_unicode_escape", _text("# \\u000aimport os\n", cookie="raw_unicode_escape"), Why.ENCODING),
    _file("d12_rot13", _text("", cookie="rot13"), Why.ENCODING),
    _file("d13_hex", _text("", cookie="hex"), Why.ENCODING),
    _file("d14_base64", _text("", cookie="base64"), Why.ENCODING),
    _file("d15_punycode", _text("", cookie="punycode"), Why.ENCODING),
    _file("d16_idna", _text("", cookie="idna"), Why.ENCODING),
    _file("d17_unknown_cookie", _text("", cookie="no-such-codec"), Why.ENCODING),
    _file("d17_cookie_100k", _text("", cookie="a" * 100_000), Why.ENCODING),
    _file("d18_shift_jis", _text('x = "表"\n', "shift_jis", cookie="shift_jis"), Why.ENCODING),
    _file("d18_gbk", _text('x = "誠"\n', "gbk", cookie="gbk"), Why.ENCODING),
    _file("d18_big5", _text('x = "功"\n', "big5", cookie="big5"), Why.ENCODING),
)

# Bytes and line ends.
_E = (
    _file("e01_nul_in_string", _text('x = "a\0b"\n'), Why.NUL_BYTE),
    _file("e02_nul_in_comment", _text("# a\0b\n"), Why.NUL_BYTE),
    _file("e03_nul_mid", _text("x = 1\n\0y = 2\n"), Why.NUL_BYTE),
    _file("e04_ctrl_z", _text("x = 1\n\x1a"), Why.SYNTAX),
    _file("e05_crlf", lambda: _HEAD.replace("\n", "\r\n").encode(), FINDING),
    _file("e06_cr_only", lambda: _HEAD.replace("\n", "\r").encode(), Why.PARTIAL_PARSE),
    _file("e07_mixed_line_ends", _text("x = 1\r\ny = 2\rz = 3\n"), FINDING),
    _file("e08_crcrlf", lambda: _HEAD.replace("\n", "\r\r\n").encode(), WITHOUT_FIX),
    _file("e09_form_feed_top_level", _text("x = 1\n\fdef f():\n    pass\n"), WITHOUT_FIX),
    _file("e10_form_feed_in_indent", _text("def f():\n  \f  pass\n"), FINDING, WITHOUT_FIX, Why.SYNTAX),
    _file("e11_tabs", _text("def f():\n\tif x:\n\t\tpass\n"), FINDING),
    _file("e12_tabs_and_spaces", _text("def f():\n        if x:\n\tpass\n    pass\n"), Why.SYNTAX),
    _file("e13_no_final_newline", _text("x = 1"), FINDING),
    _file("e14_line_separators_in_string", _text('x = "\u2028\u2029\x85"\n'), FINDING),
    _file("e15_lone_surrogate", lambda: _HEAD.encode() + b'x = "\xed\xa0\x80"\n', Why.ENCODING),
    _file("e15_overlong", lambda: _HEAD.encode() + b'x = "\xc0\xaf"\n', Why.ENCODING),
)

_CONFLICT = "<<<<<<< HEAD\nx = 1\n=======\nx = 2\n>>>>>>> branch\n"
_POINTER = b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n# object\n"

# Syntax of other Pythons, and of no Python.
_F = (
    _file("f01_print", _text('print "hello"\n'), Why.PYTHON2),
    _file("f01_print_to_file", _text('import sys\nprint >>sys.stderr, "hello"\n'), Why.PYTHON2),
    _file("f02_except_comma", _text("try:\n    f()\nexcept ValueError, e:\n    print(e)\n"), Why.PYTHON2),
    _file("f03_backticks", _text("x = `y`\n"), Why.PYTHON2),
    _file("f03_ur_string", _text('x = ur"a"\n'), Why.PYTHON2),
    _file("f03_octal", _text("x = 0777\n"), Why.PYTHON2),
    _file("f03_not_equal", _text("x = a <> b\n"), Why.PYTHON2),
    _file("f03_long", _text("x = 10L\n"), Why.PYTHON2),
    _file("f03_raise_comma", _text('raise E, "x"\n'), Why.PYTHON2),
    _file("f03_exec", _text('exec "x = 1" in {}\n'), Why.PYTHON2),
    _file("f03_shebang", lambda: b"#!/usr/bin/env python2.7\n" + _HEAD.encode(), Why.PYTHON2),
    _file("f04_pep695", _text("type X[T] = list[T]\ndef f[T: int](a: T) -> T: return a\n"), FINDING),
    _file("f05_pep696", _text("class D[T = int]: pass\n"), FINDING),
    _file("f06_pep701_nested_quotes", _text('x = f"{d["a"]}{f"{f"{1}"}"}"\n'), FINDING),
    _file("f06_pep701_lines", _text('x = f"{\na  # a comment: }\n}"\n'), FINDING),
    _file("f07_tstring", _text('x = t"a{b!r:>{width}}"\n'), FINDING),
    _file("f08_tstring_concatenation", _text('x = t"a{b}" t"c"\n'), Why.PARSER_REFUSED),
    _file("f09_pep758", _text("try:\n    f()\nexcept ValueError, TypeError:\n    pass\n"), Why.PYTHON2),
    _file("f09_pep758_three", _text("try:\n    f()\nexcept A, B, C:\n    pass\n"), FINDING),
    _file("f10_pep758_star", _text("try:\n    f()\nexcept* A, B:\n    pass\n"), FINDING),
    _file("f11_pep798", _text("x = [*a for a in b]\n"), FINDING),
    _file("f12_lazy_import", _text("lazy import json\n"), FINDING),
    _file("f13_parenthesised_annotation", _text("(x): int = 1\n"), Why.PARSER_REFUSED),
    _file("f14_lambda_behind_else", _text("x = () if 0 else(lambda:())\n"), Why.PARSER_REFUSED),
    _file("f15_notebook", _text("%matplotlib inline\n!ls\n"), Why.SYNTAX),
    _file("f15_jinja", _text("x = {{ name }}\n{% if a %}\n"), Why.SYNTAX),
    _file("f15_merge_conflict", _text(_CONFLICT), Why.SYNTAX),
    _file("f15_lfs_pointer", _bytes(_POINTER), Why.SYNTAX),
    _file("f16_int_5000_digits", _text("x = " + "9" * 5_000 + "\n"), FINDING),
    _file("f16_int_900k_digits", _text("x = " + "9" * 900_000 + "\n"), FINDING, Why.TIMEOUT),
)

CORPUS: tuple[HostileFile, ...] = (*_A, *_B, *_C, *_D, *_E, *_F)
