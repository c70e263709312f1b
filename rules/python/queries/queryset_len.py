"""`len()` of a queryset fetches every row to learn how many there are.

The rows are read from the database, built into objects, and thrown away. `count()` lets the database count.

Fix safety: safe for Django, where both give the same number for the chains that are changed: they start at the
`objects` of a model, stand inside the call to `len`, so that nothing else can use the rows, and go only through
documented methods that neither add columns nor sort nor slice. A default order through a relation to many rows, which
repeats objects, would not be seen. Rows are no longer built: code that counts built objects has to follow.
"""

import libcst as cst

from debtd.rulekit import Bad, Change, Inside, Node, QuerySetVisitor, Rule, Severity

# Documented methods behind which `count` gives the number of rows that the queryset would fetch. Left out: what sorts,
# adds columns or groups, since `count` may leave out joins that repeat rows; what locks; what is no queryset.
_QUERYSET_METHODS = frozenset(
    ["all", "defer", "distinct", "exclude", "filter", "none", "only", "prefetch_related", "select_related", "using"]
)
_CHAIN = Node(
    "Call",
    func=Node("Attribute", attr=tuple(sorted(_QUERYSET_METHODS)), value=Inside(Node("Attribute", attr="objects"))),
)


class Visitor(QuerySetVisitor):
    def visit_Call(self, node: cst.Call) -> None:
        if not self.is_builtin(node.func, "len") or len(node.args) != 1:
            return
        arg = node.args[0]
        chain = None if arg.star or arg.keyword is not None else self.queryset_chain(arg.value)
        if chain is None or not chain.methods or not _QUERYSET_METHODS.issuperset(chain.methods):
            return
        self.report(node, *self._fix(node, arg))

    def _fix(self, node: cst.Call, arg: cst.Arg) -> tuple[Change, ...]:
        (start, end), (left, right) = self.span(node), self.outer_span(arg.value)
        if "\n" in self.slice(start, left) or (not arg.value.lpar and _breaks_lines(arg.value)):
            return self._keep_parentheses(node, arg)
        if node.func.lpar or self.has_comment(start, left) or self.has_comment(right, end):
            return ()
        return (Change(start, left, ""), Change(right, end, ".count()"))

    def _keep_parentheses(self, node: cst.Call, arg: cst.Arg) -> tuple[Change, ...]:
        """The parentheses of the call hold the lines of its argument together."""
        start, end = self.span(node)
        gap = self._gap_behind(node.func)
        if node.func.lpar or "#" in gap:
            return ()
        opening = self.span(node.func)[1] + len(gap)
        count = Change(end, end, ".count()")
        if not isinstance(arg.comma, cst.Comma):
            return (Change(start, opening, ""), count)
        right, comma = self.outer_span(arg.value)[1], self.span(arg.comma)[1]
        if self.has_comment(right, comma):
            return ()
        return (Change(start, opening, ""), Change(right, right + self.slice(right, comma).index(",") + 1, ""), count)

    def _gap_behind(self, node: cst.BaseExpression) -> str:
        end = self.outer_span(node)[1]
        behind = self.view.utf8[end:].decode()
        return behind[: behind.index("(")]


def _breaks_lines(node: cst.BaseExpression) -> bool:
    """Whether a dot of the chain, or the space before a call, holds a line break outside brackets."""
    if isinstance(node, cst.Call):
        return isinstance(node.whitespace_after_func, cst.ParenthesizedWhitespace) or _breaks_lines(node.func)
    if isinstance(node, cst.Attribute):
        spaces = (node.dot.whitespace_before, node.dot.whitespace_after)
        return any(isinstance(space, cst.ParenthesizedWhitespace) for space in spaces) or _breaks_lines(node.value)
    return False


RULE = Rule(
    message="`len()` fetches every row of the queryset; `count()` lets the database count.",
    detect=Visitor,
    words=(("objects",), ("len",), tuple(sorted(_QUERYSET_METHODS))),
    signs=(r"len[\s\\)]*+\( \(", r"len[\s\\)]*+\(...\bobjects\b"),
    nodes=(Node("Call", func=Node("Name", id="len"), args=_CHAIN),),
    severity=Severity.MEDIUM,
    effort_minutes=2,
    tags=("database", "django", "performance"),
    references=(
        "https://docs.djangoproject.com/en/stable/ref/models/querysets/#count",
        "https://docs.djangoproject.com/en/stable/topics/db/optimization/#don-t-overuse-contains-count-and-exists",
    ),
    bad=(
        Bad(
            "from .models import Book\n\nn = len(Book.objects.all())  # all  #: finding\n",
            "from .models import Book\n\nn = Book.objects.all().count()  # all\n",
        ),
        Bad(
            """\
from shop import models

def f(self):
    if -len(models.Book.objects.filter(tags__name="a").distinct()) > len(self.model.objects.none()) + 1:  #: finding
        return len((models.Book.objects.exclude(pk=1).only("id").using("old")))  #: finding
""",
            """\
from shop import models

def f(self):
    if -models.Book.objects.filter(tags__name="a").distinct().count() > self.model.objects.none().count() + 1:
        return (models.Book.objects.exclude(pk=1).only("id").using("old")).count()
""",
        ),
        Bad(
            """\
from django.test import TestCase

n = len(  #: finding
    Book.objects.filter(
        author="me",  # mine
    ).prefetch_related("tags"),
)
""",
            """\
from django.test import TestCase

n = (
    Book.objects.filter(
        author="me",  # mine
    ).prefetch_related("tags")
).count()
""",
        ),
        Bad(
            """\
from django.test import TestCase

n = len(  #: finding
    Book.objects
    .select_related("author")
    .filter(author="me")  # mine
)
""",
            """\
from django.test import TestCase

n = (
    Book.objects
    .select_related("author")
    .filter(author="me")  # mine
).count()
""",
        ),
        Bad(
            """\
from django.test import TestCase

n = len(  #: finding
    Book.objects
    .select_related("author")  # join
    .filter(author="me")
)
""",
            """\
from django.test import TestCase

n = (
    Book.objects
    .select_related("author")  # join
    .filter(author="me")
).count()
""",
        ),
    ),
    good=(
        "from .models import Book\nn = Book.objects.count()\n",
        "from .models import Book\nbooks = Book.objects.all()\nn = len(books)\nuse(books)\n",
        "from .models import Book\nn = len(books := Book.objects.all())\n",
        "from .models import Book\nn = len(Book.objects)\n",
        "from .models import Book\nn = len(Book.objects.all()[:5])\n",
        "from .models import Book\nn = len(Book.objects.get(pk=1).title)\n",
        "from .models import Book\nn = len(Book.objects.get(pk=1))\n",
        "from .models import Book\nn = len(Book.objects.raw('SELECT'))\n",
        "from .models import Book\nn = len(Book.objects.filter(a=1).iterator())\n",
        "from .models import Book\nn = len(Book.objects.filter(a=1).order_by('tags__name'))\n",
        "from .models import Book\nn = len(Book.objects.annotate(t=F('tags')))\n",
        "from .models import Book\nn = len(Book.objects.values_list('tags', flat=True))\n",
        "from .models import Book\nn = len(Book.objects.select_for_update().filter(a=1))\n",
        "from .models import Book\nn = len(Book.objects.all().union(other))\n",
        "from .models import Book\nn = len(Book.objects.published())\n",
        "from .models import Book\nn = len(list(Book.objects.all()))\n",
        "from .models import Book\nn = len(book.tags.all())\n",
        "from .models import Book\nlen = size\nn = len(Book.objects.all())\n",
        "from .models import *\nfrom sizes import len\nn = len(Book.objects.all())\n",
        "from mongoengine import Document\nn = len(Book.objects.filter(a=1))\n",
        "from .shapes import Scene\nn = len(Scene.objects.all())\n",
    ),
)
