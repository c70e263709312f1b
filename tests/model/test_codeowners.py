"""Owners by each forge's own reading of CODEOWNERS, and no pattern that takes for ever."""

import re
from fnmatch import fnmatchcase

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from debtd.model.codeowners import LOCATIONS, MAX_LINES, OwnersDialect, parse_codeowners
from debtd.model.codeowners.linear_regex import compile_linear
from debtd.model.codeowners.wildcard import fits_name, parse_segment

GITHUB, GITLAB, GITEA = OwnersDialect

GITHUB_FILE = """\
# everything, unless a later line says otherwise
*                 @base
*.py              @snakes @acme/py  # and their reviewers
/build/logs/      @logs
tests/*           ann@example.org
apps/             @apps
/srv/**           @srv
**/cache          @cache
/apps/free
docs/a\\ b.md     @blank
"""


@pytest.mark.parametrize(
    ("path", "owners"),
    [
        ("README.md", ["@base"]),
        ("deep/down/x.py", ["@snakes", "@acme/py"]),
        ("build/logs/today/a.txt", ["@logs"]),
        ("x/build/logs/a.txt", ["@base"]),  # anchored
        ("tests/one.txt", ["ann@example.org"]),
        ("tests/unit/one.txt", ["@base"]),  # `tests/*` goes no deeper
        ("x/tests/one.txt", ["@base"]),  # a slash in the middle anchors
        ("x/apps/y/z.txt", ["@apps"]),  # one at the end does not
        ("apps", ["@base"]),  # a file of the folder's name
        ("srv/a/b.py", ["@srv"]),
        ("x/cache/y.txt", ["@cache"]),
        ("apps/free/a.txt", []),  # the last line that matches names nobody
        ("apps/freedom/a.txt", ["@apps"]),
        ("docs/a b.md", ["@blank"]),
    ],
)
def test_github(path: str, owners: list[str]) -> None:
    read = parse_codeowners(GITHUB_FILE, GITHUB)
    assert read.problems == ()
    assert list(read.owners_of(path)) == owners


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("!*.py @x", "cannot be negated"),
        ("[ab].py @x", "character ranges"),
        ("\\#a @x", "cannot begin with #"),
        ("*.py nobody", "'nobody' is not an owner"),
        ("*.py @x, @y", "'@x,' is not an owner"),
    ],
)
def test_github_skips_a_line_that_it_cannot_read(line: str, words: str) -> None:
    read = parse_codeowners(f"* @base\n{line}\n", GITHUB)
    assert read.owners_of("a.py") == ("@base",)
    ((number, said),) = read.problems
    assert number == 2
    assert words in said


GITLAB_FILE = """\
* @base
README.md @docs   # with @tess in a comment
/config/ @@maintainer

[Data][2] @data @acme/db/core
model/
/schema/[a-c]*.sql ann@example.org
/schema/b.sql @bob
!model/generated.py

^[Docs] @writers
*.md
/top/**
/deep/**/*.txt

[data]
extra\\ file.txt
"""


@pytest.mark.parametrize(
    ("path", "owners"),
    [
        ("a.py", ["@base"]),
        ("README.md", ["@docs", "@tess", "@writers"]),  # in a comment they count; sections add up
        ("x/README.md", ["@docs", "@tess", "@writers"]),
        ("config/x/y", ["@@maintainer"]),
        ("x/config/y", ["@base"]),
        ("x/model/y.py", ["@base", "@data", "@acme/db/core"]),
        ("x/model/generated.py", ["@base"]),
        ("schema/a.sql", ["@base", "ann@example.org"]),
        ("schema/b.sql", ["@base", "@bob"]),
        ("schema/d.sql", ["@base"]),
        ("top/a", ["@base", "@writers"]),
        ("top/a/b", ["@base"]),  # `**` at the end is no more than `*`
        ("deep/a/b/c.txt", ["@base", "@writers"]),
        ("deep/c.txt", ["@base", "@writers"]),
        ("extra file.txt", ["@base", "@data", "@acme/db/core"]),  # names of sections know no case
    ],
)
def test_gitlab(path: str, owners: list[str]) -> None:
    read = parse_codeowners(GITLAB_FILE, GITLAB)
    assert read.problems == ()
    assert list(read.owners_of(path)) == owners


def test_gitlab_takes_a_path_without_a_slash_for_a_file_only() -> None:
    assert parse_codeowners("docs @x", GITLAB).owners_of("docs/a") == ()
    assert parse_codeowners("docs @x", GITHUB).owners_of("docs/a") == ("@x",)


GITEA_FILE = """\
.*\\\\.py @snakes # their comment
src/(web|app)/[^/]*\\\\.js @acme/front @ann
!src/.* @outside
dir/with\\#sign @sign
path\\ with\\ blank @blank
"""


@pytest.mark.parametrize(
    ("path", "owners"),
    [
        ("src/a/b.py", ["@snakes"]),
        ("b.py", ["@snakes", "@outside"]),  # all lines that match
        ("src/bpy", []),  # the dot was escaped
        ("src/web/x.js", ["@acme/front", "@ann"]),
        ("src/web/y/x.js", []),
        ("x/src/web/x.js", ["@outside"]),  # the whole path
        ("dir/with#sign", ["@outside", "@sign"]),
        ("path with blank", ["@outside", "@blank"]),
    ],
)
def test_gitea(path: str, owners: list[str]) -> None:
    read = parse_codeowners(GITEA_FILE, GITEA)
    assert read.problems == ()
    assert list(read.owners_of(path)) == owners


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (".*", "names no owners"),
        ("a( @x", "not closed"),
        ("a) @x", "not opened"),
        ("(* @x", "nothing before"),
        ("a{2} @x", "counted"),
        ("(?i)a @x", "options"),
        ("[b-a] @x", "out of order"),
        ("a ann@example.org", "is not an owner"),
        ("(" * 60 + " @x", "nested too deeply"),
        ("a" * 3000 + " @x", "too long"),
    ],
)
def test_gitea_tells_what_it_cannot_read(line: str, words: str) -> None:
    read = parse_codeowners(f"{line}\nb @y\n", GITEA)
    assert words in read.problems[0][1]
    assert read.owners_of("b") == ("@y",)


def test_the_same_file_is_read_differently() -> None:
    text = "docs/* @a\n"
    assert [parse_codeowners(text, d).owners_of("x/docs/y") for d in OwnersDialect] == [(), ("@a",), ()]


@pytest.mark.parametrize("dialect", OwnersDialect)
def test_an_enormous_file_is_not_read(dialect: OwnersDialect) -> None:
    read = parse_codeowners("* @a\n" * (MAX_LINES + 1), dialect)
    assert read.owners_of("a") == ()
    assert "is not read" in read.problems[0][1]
    assert LOCATIONS[dialect][0].endswith("CODEOWNERS")


EVIL = [
    (GITHUB, "*a" * 500 + "b @x", "a" * 4000),
    (GITHUB, "/".join(["**", "a"] * 500) + "/b @x", "a/" * 2000 + "c"),
    (GITLAB, "[a-z]*" * 300 + "! @x", "a" * 4000),
    (GITEA, "(a*)*b @x", "a" * 4000),
    (GITEA, "(a|a)*(a|a)*(a|aa)+$b @x", "a" * 4000),
    (GITEA, "((((a?)*)*)*)*b @x", "a" * 4000),
]


@pytest.mark.parametrize(("dialect", "line", "path"), EVIL, ids=[line[:20] for _, line, _ in EVIL])
def test_no_pattern_takes_for_ever(dialect: OwnersDialect, line: str, path: str) -> None:
    """Python's own `re` and a naive wildcard would not come back from these before the sun burns out."""
    assert parse_codeowners(line, dialect).owners_of(path) == ()


@settings(max_examples=300)
@given(st.text(st.sampled_from("ab*?"), max_size=8), st.text(st.sampled_from("ab"), max_size=8))
def test_wildcards_agree_with_fnmatch(pattern: str, name: str) -> None:
    assert fits_name(parse_segment(pattern, classes=True), name) == fnmatchcase(name, pattern)


@st.composite
def expressions(draw: st.DrawFn, depth: int = 2) -> str:
    atoms = ["a", "b", ".", "[ab]", "[^a]", "^", "$", "\\.", "\\w", "\\d"]
    if depth == 0 or draw(st.booleans()):
        atom = draw(st.sampled_from(atoms))
    else:
        atom = f"({draw(expressions(depth=depth - 1))})"
    sign = "" if atom in {"^", "$"} else draw(st.sampled_from(["", "", "*", "+", "?", "*?"]))
    rest = "" if draw(st.booleans()) else draw(st.sampled_from(["", "|"])) + draw(expressions(depth=max(depth - 1, 0)))
    return atom + sign + rest


@settings(max_examples=150)
@given(expressions(), st.text(st.sampled_from("ab.1"), max_size=6))
def test_regular_expressions_agree_with_those_of_python(expression: str, text: str) -> None:
    assert compile_linear(expression).search(text) == bool(re.search(expression.replace("$", r"\Z"), text))


@settings(max_examples=200)
@given(st.text(max_size=60), st.sampled_from(OwnersDialect), st.text(max_size=20))
def test_no_text_is_an_error(text: str, dialect: OwnersDialect, path: str) -> None:
    read = parse_codeowners(text, dialect)
    assert all("@" in owner for owner in read.owners_of(path))
