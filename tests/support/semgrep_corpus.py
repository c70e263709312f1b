"""Files and rules that try a way of running semgrep, and what must come of them."""

from collections.abc import Mapping

from debtd.model.coverage import SkipReason
from debtd.rulekit import Rule
from tests.support.semgrep import semgrep_rule

BAD = b'new Old("a");\n'
JS = semgrep_rule("old-js", "javascript typescript", BAD.decode(), pattern='new Old("$X")', fix='neu("$X")')
ANY = semgrep_rule("old-call", "javascript", "old(1);", pattern="old($...ARGS)", fix="neu($...ARGS)")
PYTHON = semgrep_rule("old-py", "python", "old(1)\n", pattern="old($X)", fix="neu($X, '→')")
CPP = semgrep_rule("old-cpp", "cpp c", "int f() { old(1); }", pattern="old($X)")
BROKEN = semgrep_rule("broken-pattern", "javascript", "x;", pattern="new (((")
DEAF = semgrep_rule("deaf-rule", "javascript", "nothing here;", pattern="loud($X)")
RULES = (JS, ANY, PYTHON, CPP, BROKEN, DEAF)

CLEAN: Mapping[str, bytes] = {
    "plain.js": BAD,
    "bom.js": b"\xef\xbb\xbf" + BAD,
    "crlf.js": b"x;\r\n" + BAD.replace(b"\n", b"\r\n"),
    "characters.js": 'x = "ä→𝔸"; '.encode() + BAD,
    "form\x0cfeed.js": b"x;\x0c\n" + BAD,
    "separator.js": "x = 'a\u2028b';\n".encode() + BAD,
    "tests/a.js": BAD,
    "vendor/lib/a.js": BAD,
    "node_modules/a.js": BAD,
    "build/.venv/a.js": BAD,
    ".github/a.js": BAD,
    ".git/a.js": BAD,
    ".debtd/control/old-js.js": BAD,
    ".semgrepignore/a.js": BAD,
    "-rf.js": BAD,
    "--config=x.js": BAD,
    "a b\tc.js": BAD,
    "new\nline.js": BAD,
    "$(id)`id`;'\".js": BAD,
    "\x1b[31mred.js": BAD,
    "ünïcode.js": BAD,
    "dir.js": BAD,
    "dir.js/inner.js": BAD,
    "Case.js": BAD,
    "case.js": BAD,
    "x" * 240 + ".js": BAD,
    "d/" * 900 + "a.js": BAD,
    "UPPER.JS": BAD,
    "Mixed.TsX": BAD,
    "library.min.js": BAD + b";" * 5000,
    "types.d.ts": BAD,
    "module.mts": BAD,
    "script.pyw": b"old(1)\n",
    "latin.py": "# coding: latin-1\nx = 'é'; old('ü')\n".encode("latin-1"),
    "bom.py": b"\xef\xbb\xbfold(1)\n",
    "header.h": b"class A { void f() { old(1); } };\n",
    "code.c": b"int f() { old(1); }\n",
    "deep.js": b"(" * 10_000 + b"1" + b")" * 10_000 + b";\n" + BAD,
    "big.js": BAD + b"//" + b"x" * (1_000_000 - len(BAD) - 2),
    "silent1.js": b'new Old("a"); // nosemgrep\n',
    "silent2.js": b'// nosem: other-rule, some.prefix.old-js\nnew Old("a");\n',
    "silent3.js": b'new Old("a"); x = "NOSEMGREP";\n',
    "not-silent.js": b'new Old("a"); // nosemgrep: other-rule\n',
}
SKIPPED: Mapping[str, tuple[bytes, SkipReason, int]] = {
    "nul.js": (BAD + b"\0", SkipReason.NUL_BYTE, 0),
    "utf16.js": (BAD.decode().encode("utf-16"), SkipReason.NUL_BYTE, 0),
    "invalid.js": (BAD + b"// \xff", SkipReason.ENCODING, 0),
    "rot13.py": (b"# coding: rot13\nbyq(1)\n", SkipReason.ENCODING, 0),
    "large.js": (BAD + b"//" + b"x" * 1_000_000, SkipReason.TOO_LARGE, 0),
    "partial.js": (BAD + b"function ( { ) ;;; @@@\n" + BAD, SkipReason.PARTIAL_PARSE, 2),
    "garbage.js": (
        b"}}}}) ((( old %%% \n" * 5,
        SkipReason.SYNTAX,
        0,
    ),  # or partial-parse: semgrep says now this, now that
    "lazy.py": (b"lazy import x\nold(1)\n", SkipReason.PARTIAL_PARSE, 1),
    "many.js": (BAD * 1_200, SkipReason.TOO_MANY_MATCHES, 1_000),
    "flood.js": (BAD * 12_000, SkipReason.TOO_MANY_MATCHES, 0),
    "../escape.js": (BAD, SkipReason.PATH_REFUSED, 0),
    "/absolute.js": (BAD, SkipReason.PATH_REFUSED, 0),
}
FIXES: Mapping[str, tuple[bytes, bytes]] = {
    "fix/whole.js": (b"old( a /* one */ ,  'b');\n", b"neu(a /* one */ ,  'b');\n"),
    "fix/comment.js": (b"old(/* one */ a);\n", b"old(/* one */ a);\n"),
    "fix/unbound.js": (b"old();\n", b"old();\n"),
    "fix/literal.js": (b"old('$...ARGS', $X);\n", b"neu('$...ARGS', $X);\n"),
    "fix/nested.js": (b"old(old(1));\n", b"neu(neu(1));\n"),
    "fix/template.js": (b"old(`a`);\n", b"old(`a`);\n"),
    "fix/crlf.js": (b"old(a,\r\n  b);\r\n", b"neu(a,\r\n  b);\r\n"),
    "fix/bom.js": (b"\xef\xbb\xbfold(a);\n", b"\xef\xbb\xbfneu(a);\n"),
    "fix/utf8.py": ("x = 'é'; old('ü')\n".encode(), "x = 'é'; neu('ü', '→')\n".encode()),
    "fix/latin.py": (
        "# coding: latin-1\nold('ü')\n".encode("latin-1"),
        "# coding: latin-1\nold('ü')\n".encode("latin-1"),  # it has no arrow
    ),
}

FEATURES: tuple[Rule, ...] = (
    semgrep_rule(
        "either-inside",
        "python",
        "def f():\n    first(1)\n",
        patterns=[
            {"pattern-either": [{"pattern": "first(...)"}, {"pattern": "second(..., key=$K, ...)"}]},
            {"pattern-inside": "def $F(...):\n    ...\n"},
            {"pattern-not": "first(0)"},
            {"pattern-not-inside": "with $LOCK:\n    ...\n"},
        ],
    ),
    semgrep_rule(
        "compared-number",
        "python javascript",
        "wait(5000)\n",
        patterns=[
            {"pattern": "wait($N)"},
            {"metavariable-comparison": {"metavariable": "$N", "comparison": "$N > 1000 and $N % 10 == 0"}},
        ],
        fix="wait(seconds=$N)",
    ),
    semgrep_rule(
        "focused-name",
        "python",
        "import os\nos.getcwdu()\n",
        patterns=[
            {"pattern": "$MODULE.$NAME(...)"},
            {"metavariable-regex": {"metavariable": "$NAME", "regex": "^(getcwdu|popen[234])$"}},
            {"metavariable-pattern": {"metavariable": "$MODULE", "pattern": "os"}},
            {"focus-metavariable": "$NAME"},
        ],
        fix="getcwd",
    ),
    semgrep_rule(
        "deep-expression", "python", "if not (a or deep(b)):\n    pass\n", pattern="if <... deep($X) ...>: ..."
    ),
    semgrep_rule(
        "tainted-call",
        "python",
        "def f():\n    x = source()\n    y = x + 1\n    sink(y)\n",
        mode="taint",
        **{
            "pattern-sources": [{"pattern": "source(...)"}],
            "pattern-sinks": [{"pattern": "sink(...)"}],
            "pattern-sanitizers": [{"pattern": "clean(...)"}],
        },
    ),
    semgrep_rule(
        "propagated-constant",
        "python javascript",
        "name = 'secret'\nlogin(name)\n",
        pattern='login("...")',
        options={"constant_propagation": True},
    ),
    semgrep_rule(
        "unpropagated-constant",
        "python javascript",
        "enter('secret')\n",
        pattern='enter("...")',
        options={"constant_propagation": False},
    ),
    semgrep_rule(
        "by-text", "python typescript", "x = 1  # FIXME later\n", **{"pattern-regex": r"(?i)\bfixme\b[^\n]*(?<!done)$"}
    ),
    semgrep_rule("match-syntax", "python", "one(two)\n", match={"all": ["one(...)", {"not": "one(three)"}]}),
    semgrep_rule(
        "several-lines",
        "python",
        "def f():\n    a = make(1)\n    return a\n",
        pattern="$A = make($B)\nreturn $A\n",
        fix="return make($B)\n",
    ),
    semgrep_rule("typed-call", "typescript", "const s: Set<number> = x; s.poke(1);\n", pattern="$S.poke($...REST)"),
)
FEATURE_FILES: Mapping[str, bytes] = {
    "features/either.py": b"""def f(a):
    first(0)
    first(a)
    second(1, key=2, other=3)
    with lock:
        first(1)
first(9)
""",
    "features/numbers.py": b"""wait(10)
wait(2000)
wait(2001)
wait(0x7D0)
wait(2_000)
wait(x)
wait(5000)  # nosemgrep
""",
    "features/numbers.js": b"wait(10);\nwait(2000);\nwait(1e4);\n",
    "features/names.py": """import os as système
from os import popen2
système.getcwdu(); ä = système.popen3('→')
os.getcwdu()
""".encode(),
    "features/deep.py": b"if a and (b or not c(deep(1))):\n    pass\nif deep:\n    pass\nx = [deep(2)]\n",
    "features/taint.py": b"""def f(p):
    a = source(1)
    sink(clean(a))
    for i in [a]:
        sink(i, p)
    def g():
        sink(a)
""",
    "features/constants.py": b"NAME = 'a'\nlogin(NAME)\nenter(NAME)\nlogin('a' + 'b')\nlogin(other)\nenter('b')\n",
    "features/constants.js": b"const n = 'a';\nlogin(n);\nenter(n);\nenter(`t`);\n",
    "features/text.ts": b"let a = 1; // fixme: this\nlet b = 2; // FIXME done\n",
    "features/text.py": b"# FixMe\r\n'''fixme\r\n'''\r\n",
    "features/match.py": b"one(three)\none(two)\none()\n",
    "features/lines.py": b"""def f():
    if x:
        a = make(b,
                 c)
        return a
    b = make(1)  # kept
    return b
""",
    "features/typed.tsx": b"const s: Set<number> = x; s.poke(1, ...two);\nconst e = <div>{s.poke()}</div>;\n",
    "features/nothing.py": b"",
    "features/blank.js": b"\n\n",
    "features/bytes.py": "# –\n'𝔸'; first(1)\ndef f(): '𝔸'; first('é', 1)\n".encode(),
    "features/cr.py": b"def f():\r\n\tfirst(1)\r\n\r\n\tfirst(2)",
}
