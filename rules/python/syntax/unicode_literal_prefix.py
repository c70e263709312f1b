"""A string literal has the prefix `u`.

Every string of Python 3 is Unicode. The prefix says nothing, and tells readers that the code may still have to run on
Python 2.

Fix safety: safe. Only the prefix is removed; the value is the same. Where two literals touch, a space takes its place.
"""

import libcst as cst

from debtd.rulekit import Bad, Change, Node, Rule, RuleVisitor, Severity


class Visitor(RuleVisitor):
    def visit_SimpleString(self, node: cst.SimpleString) -> None:
        if node.prefix != "u":  # LibCST gives it in lower case
            return
        start = self.span(node)[0]
        touches_literal = self.view.utf8[start - 1 : start] in (b'"', b"'")
        self.report(node, Change(start, start + 1, " " if touches_literal else ""))


RULE = Rule(
    message="Strings are Unicode in Python 3; the `u` prefix says nothing.",
    detect=Visitor,
    words=(("u", "U"),),
    signs=(r"""(?<!\w)[uU]['"]""",),
    nodes=(Node("Constant", type="str"), Node("JoinedStr")),
    severity=Severity.LOW,
    effort_minutes=1,
    tags=("python3", "strings", "syntax"),
    references=(
        "https://docs.python.org/3/reference/lexical_analysis.html#string-and-bytes-literals",
        "https://peps.python.org/pep-0414/",
    ),
    fix_from=(3, 0),
    bad=(
        Bad('x = u"a"  #: finding\n', 'x = "a"\n'),
        Bad("x = U'a'  #: finding\n", "x = 'a'\n"),
        Bad('x = u"""a  #: finding\nu"b"\n"""\n', 'x = """a\nu"b"\n"""\n'),
        Bad('def f():\n    u"""Doc."""  #: finding\n', 'def f():\n    """Doc."""\n'),
        Bad('x = (u"a"  #: finding\n     "b"\n     u"c")  #: finding\n', 'x = ("a"\n     "b"\n     "c")\n'),
        Bad('def f():\n    return(u"a")  #: finding\n', 'def f():\n    return("a")\n'),
        Bad('x = 1if y==u"a"else u"b"  #: finding\n', 'x = 1if y=="a"else "b"\n'),
        Bad('x = ""u"b"  #: finding\n', 'x = "" "b"\n'),
        Bad('x = u""u"b"  #: finding\n', 'x = "" "b"\n'),
        Bad("x = f\"{u'a'}\"  #: finding\n", "x = f\"{'a'}\"\n"),
        Bad("x = f\"{u'a'=}\"  #: finding\n", None),
        Bad('f(a, u"é", key=u"\\u00e9")  # why  #: finding\n', 'f(a, "é", key="\\u00e9")  # why\n'),
        Bad('x: u"int" = {u"a": u"\\\\d"}  #: finding\n', 'x: "int" = {"a": "\\\\d"}\n'),
    ),
    good=(
        'u = "a"\n',
        'u = b"a"\n',
        'u = r"a"\n',
        'u = f"a{u}"\n',
        'u = Rb"a"\n',
        "x = \"u'a'\"\n",
        '"""u"""\n',
        '# u"a"\nx = 1\n',
        'u("a")\n',
    ),
)
