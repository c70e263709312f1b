"""What `debtd rules new` writes."""

TEMPLATE = '''"""One line that names the smell.

Why it costs: what breaks, what is slow, what readers have to know.

Fix safety: safe | unsafe, and why. What is left alone, and what could differ.
"""

import libcst as cst

from debtd.rulekit import Bad, Rule, RuleVisitor, Severity


class Visitor(RuleVisitor):
    def visit_Call(self, node: cst.Call) -> None:
        if self.imported_name(node.func) == "old.name":
            self.report(node.func, self.replace(node.func, "new.name"))


RULE = Rule(
    message="One sentence for the person who reads the finding.",
    detect=Visitor,
    words=(("old",), ("name",)),  # of each group, one must stand in the file
    names=("old.name",),  # or nodes=(Node("Call", func=Node("Name", id="print")),): kinds of `ast` with conditions
    severity=Severity.LOW,
    effort_minutes=5,
    tags=("deprecated",),
    references=("https://docs.python.org/3/",),
    fix_from=None,  # (3, 9): only for projects that support nothing older
    bad=(Bad("import old\\nold.name()  #: finding\\n", "import old\\nnew.name()\\n"),),
    good=("name = 1\\nname\\n", "import other as old\\nold.name()\\n"),
)
'''
