"""A `subprocess` call asks for text with `universal_newlines`.

Since Python 3.7 the argument is called `text`, which says what it does: both are one switch, and the old name is
kept for old programs only.

Fix safety: safe. The value moves to the new keyword as it stands. Calls that pass `text` already, or unpack a
mapping that may hold it, stay. A test that asserts the exact keywords of a mocked call has to change with it.
"""

import libcst as cst

from debtd.rulekit import Bad, Node, Rule, RuleVisitor, Severity

_FUNCTIONS = frozenset(
    {
        "subprocess.Popen",
        "subprocess.call",
        "subprocess.check_call",
        "subprocess.check_output",
        "subprocess.run",
    }
)


class Visitor(RuleVisitor):
    def visit_Call(self, node: cst.Call) -> None:
        keywords = {arg.keyword.value: arg.keyword for arg in node.args if arg.keyword is not None}
        if "universal_newlines" not in keywords or "text" in keywords or any(arg.star == "**" for arg in node.args):
            return
        name = self.imported_name(node.func)
        if name not in _FUNCTIONS or self.is_version_branch(node):
            return
        # The first check_output(input=None) looked at `universal_newlines` alone to choose between "" and b"".
        needed = (3, 9) if name == "subprocess.check_output" and "input" in keywords else None
        keyword = keywords["universal_newlines"]
        self.report(keyword, self.replace(keyword, "text"), requires_python=needed)


RULE = Rule(
    message="`universal_newlines` is called `text` since Python 3.7.",
    detect=Visitor,
    words=(("universal_newlines",), ("subprocess",)),
    nodes=(
        Node(
            "Call",
            func=Node("Name", "Attribute", named=tuple(sorted(_FUNCTIONS))),
            keywords=Node("keyword", arg="universal_newlines"),
        ),
    ),
    severity=Severity.LOW,
    effort_minutes=1,
    tags=("python3.7", "stdlib"),
    references=("https://docs.python.org/3/library/subprocess.html#frequently-used-arguments",),
    fix_from=(3, 7),
    bad=(
        Bad(
            "import subprocess\nsubprocess.run(['ls'], universal_newlines=True)  #: finding\n",
            "import subprocess\nsubprocess.run(['ls'], text=True)\n",
        ),
        Bad(
            """\
import subprocess as sp
p = sp.Popen(
    ['ls'],
    universal_newlines = False,  # bytes  #: finding
)
""",
            "import subprocess as sp\np = sp.Popen(\n    ['ls'],\n    text = False,  # bytes\n)\n",
        ),
        Bad(
            """\
from subprocess import call as c, check_call, check_output
try:
    check_output(*a, universal_newlines=True)  #: finding
except Exception:
    c(check_call([], universal_newlines=x), universal_newlines=1)  #: finding
""",
            """\
from subprocess import call as c, check_call, check_output
try:
    check_output(*a, text=True)
except Exception:
    c(check_call([], text=x), text=1)
""",
        ),
        Bad(
            """\
def f():
    from subprocess import check_output
    return check_output(a, input=x, universal_newlines=True, encoding='ascii')  #: finding
""",
            """\
def f():
    from subprocess import check_output
    return check_output(a, input=x, text=True, encoding='ascii')
""",
        ),
    ),
    good=(
        "import subprocess\nsubprocess.run(['ls'], text=True)\n",
        "import subprocess\nsubprocess.run(['ls'], universal_newlines=True, text=True)\n",
        "import subprocess\nsubprocess.run(['ls'], universal_newlines=True, **options)\n",
        "import subprocess\nsubprocess.getoutput('ls', universal_newlines=True)\n",
        "import subprocess\nrun(['ls'], universal_newlines=True)\n",
        "import subprocess\ndef f(subprocess):\n    subprocess.run(['ls'], universal_newlines=True)\n",
        "import subprocess\noptions = dict(universal_newlines=True)\nsubprocess.run(['ls'], **options)\n",
        "import asyncio.subprocess as subprocess\nsubprocess.run(['ls'], universal_newlines=True)\n",
        "from gevent import subprocess\nsubprocess.run(['ls'], universal_newlines=True)\n",
        "import subprocess\nfrom functools import partial\nrun = partial(subprocess.run, universal_newlines=True)\n",
        "import subprocess\nuniversal_newlines = True\nsubprocess.run(universal_newlines)\n",
        (
            """\
import subprocess, sys
if sys.version_info >= (3, 7):
    p = subprocess.run(a, text=True)
else:
    p = subprocess.run(a, universal_newlines=True)
"""
        ),
    ),
)
