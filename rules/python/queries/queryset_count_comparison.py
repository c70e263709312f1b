"""Rows are counted to learn whether there is one.

`count()` makes the database visit every matching row. `exists()` stops at the first, and says what is asked.

Fix safety: safe for Django, where a count is above zero exactly if a row exists. Only chains are changed that start at
the `objects` of a model and go through documented methods that return querysets. The SQL of the query changes: a test
that compares its text has to follow. A manager of another library that has `count` but no `exists` would not be seen
where the file imports models and nothing else of that library.
"""

import libcst as cst

from debtd.rulekit import Bad, Change, Inside, Node, QuerySetVisitor, Rule, Severity

# Methods that Django documents as returning a new queryset, and that leave `exists` as right as `count`.
_QUERYSET_METHODS = frozenset(
    [
        "all",
        "annotate",
        "defer",
        "distinct",
        "exclude",
        "filter",
        "none",
        "only",
        "order_by",
        "prefetch_related",
        "reverse",
        "select_related",
        "using",
        "values",
        "values_list",
    ]
)
_COUNT = Node("Call", func=Node("Attribute", attr="count", value=Inside(Node("Attribute", attr="objects"))))
_EXISTS = frozenset({(">", 0), ("!=", 0), (">=", 1)})
_IS_EMPTY = frozenset({("==", 0), ("<", 1), ("<=", 0)})
_MIRRORED = {">": "<", "<": ">", ">=": "<=", "<=": ">=", "==": "==", "!=": "!="}
_SIGNS: dict[type[cst.BaseCompOp], str] = {
    cst.Equal: "==",
    cst.GreaterThan: ">",
    cst.GreaterThanEqual: ">=",
    cst.LessThan: "<",
    cst.LessThanEqual: "<=",
    cst.NotEqual: "!=",
}


class Visitor(QuerySetVisitor):
    def visit_Comparison(self, node: cst.Comparison) -> None:
        if len(node.comparisons) != 1:
            return
        target = node.comparisons[0]
        sign, right = _SIGNS.get(type(target.operator), ""), target.comparator
        for count, other, read in ((node.left, right, sign), (right, node.left, _MIRRORED.get(sign, ""))):
            asked = (read, _number(other))
            if asked in _EXISTS | _IS_EMPTY and isinstance(count, cst.Call) and self._is_count(count):
                self.report(node, *self._fix(node, count, is_empty=asked in _IS_EMPTY))

    def _is_count(self, node: cst.Call) -> bool:
        chain = None if node.args else self.queryset_chain(node)
        if chain is None or not chain.methods or chain.methods[-1] != "count":
            return False
        return _QUERYSET_METHODS.issuperset(chain.methods[:-1])

    def _fix(self, node: cst.Comparison, count: cst.Call, *, is_empty: bool) -> tuple[Change, ...]:
        """`exists` for `count`, nothing for what it is compared with, and a `not` that comes or goes."""
        (start, end), (left, right) = self.span(node), self.outer_span(count)
        if self.has_comment(start, left) or self.has_comment(right, end) or not isinstance(count.func, cst.Attribute):
            return ()
        around = self.parent(node)
        has_not = isinstance(around, cst.UnaryOperation) and isinstance(around.operator, cst.Not)
        rename = self.replace(count.func.attr, "exists")
        before = Change(start, left, self._negation(start) if is_empty and not has_not else "")
        changes = [rename] if before.start == before.end and not before.text else [before, rename]
        if right < end:
            changes.append(Change(right, end, ""))
        if is_empty and has_not and around is not None:
            opening = self.outer_span(node)[0]
            if self.has_comment(self.span(around)[0], opening):
                return ()
            changes.append(Change(self.span(around)[0], opening, ""))
        return tuple(changes)

    def _negation(self, offset: int) -> str:
        behind_word = self.view.utf8[max(offset - 1, 0) : offset].isalnum()
        return " not " if behind_word else "not "


def _number(node: cst.BaseExpression) -> int | None:
    return int(node.value) if isinstance(node, cst.Integer) and node.value in {"0", "1"} else None


RULE = Rule(
    message="`count()` visits every row to learn whether there is one; ask `exists()`.",
    detect=Visitor,
    words=(("objects",), ("count",)),
    signs=(r"count[\s\\)]*+\( \)[\s\\)]*+[=!<>]", r"[01](?<!\w[01])[\s\\)]*+[=!<>]"),
    nodes=(Node("Compare", left=_COUNT), Node("Compare", comparators=_COUNT)),
    severity=Severity.MEDIUM,
    effort_minutes=2,
    tags=("database", "django", "performance"),
    references=(
        "https://docs.djangoproject.com/en/stable/ref/models/querysets/#exists",
        "https://docs.djangoproject.com/en/stable/topics/db/optimization/#don-t-overuse-contains-count-and-exists",
    ),
    bad=(
        Bad(
            """\
from .models import Book

if Book.objects.filter(author="me").count() > 0:  # any  #: finding
    pass
""",
            """\
from .models import Book

if Book.objects.filter(author="me").exists():  # any
    pass
""",
        ),
        Bad(
            """\
from django.db import models

class Book(models.Model):
    @classmethod
    def known(cls):
        return [cls.objects.count() != 0, cls.objects.all().count() >= 1]  #: finding

    def others(self, x):
        return 0 < self.model.objects.exclude(pk=self.pk).count() or 1 <= Book.objects.count()  #: finding
""",
            """\
from django.db import models

class Book(models.Model):
    @classmethod
    def known(cls):
        return [cls.objects.exists(), cls.objects.all().exists()]

    def others(self, x):
        return self.model.objects.exclude(pk=self.pk).exists() or Book.objects.exists()
""",
        ),
        Bad(
            """\
from shop import models

empty = models.Book.objects.count() == 0 or x == (models.Pen.objects.filter(a=1).count() < 1)  #: finding
""",
            """\
from shop import models

empty = not models.Book.objects.exists() or x == (not models.Pen.objects.filter(a=1).exists())
""",
        ),
        Bad(
            """\
from django.test import TestCase

assert not Book.objects.none().count() == 0, not (0 >= Pen.objects.count())  #: finding
check = lambda: 1 > Book.objects.using("old").order_by("id").count()  #: finding
""",
            """\
from django.test import TestCase

assert Book.objects.none().exists(), (Pen.objects.exists())
check = lambda: not Book.objects.using("old").order_by("id").exists()
""",
        ),
        Bad(
            """\
from .models import Book

def f():
    assert(Book.objects.count()) == 0  #: finding
    return(0 == Book.objects.count())  #: finding
""",
            """\
from .models import Book

def f():
    assert not (Book.objects.exists())
    return(not Book.objects.exists())
""",
        ),
        Bad(
            """\
from django.contrib.auth import get_user_model

if (
    get_user_model()  #: finding
    .objects.filter(
        active=True,  # not gone
    )
    .count()
    > 0
):
    pass
""",
            """\
from django.contrib.auth import get_user_model

if (
    get_user_model()
    .objects.filter(
        active=True,  # not gone
    )
    .exists()
):
    pass
""",
        ),
        Bad(
            """\
from .models import Book

known = (Book.objects.count()  # all of them  #: finding
         > 0)
""",
            None,
        ),
    ),
    good=(
        "from .models import Book\nx = Book.objects.exists()\n",
        "from .models import Book\nx = Book.objects.count() > 1\n",
        "from .models import Book\nx = Book.objects.count() == 1\n",
        "from .models import Book\nx = Book.objects.count() >= 0\n",
        "from .models import Book\nx = Book.objects.count() > limit\n",
        "from .models import Book\nx = Book.objects.count() > False\n",
        "from .models import Book\nx = 0 < Book.objects.count() < 5\n",
        "from .models import Book\nx = Book.objects.all()[:5].count() > 0\n",
        "from .models import Book\nx = Book.objects.get(pk=1).pages.count() > 0\n",
        "from .models import Book\nx = Book.objects.published().count() > 0\n",
        "from .models import Book\nx = Book.objects.raw('SELECT').count() > 0\n",
        "from .models import Book\nx = Book.objects.values_list('a').union(y).count() > 0\n",
        "from .models import Book\nx = Book.objects.filter(a=1).aggregate(n=Count('id'))['n'] > 0\n",
        "from .models import Book\nx = Book.objects.count(y) > 0\n",
        "from .models import Book\nbooks = Book.objects.all()\nx = books.count() > 0\n",
        "from .models import Book\nx = bucket.objects.count() > 0\n",
        "from .models import Book\nx = Book.objects.count() in (0, 1)\n",
        "from django.http import Http404\nx = words.count('a') > 0\n",
        "from mongoengine import Document\nx = Book.objects.filter(a=1).count() > 0\n",
        "from flask import request\nfrom .models import Book\nx = Book.objects.filter(a=1).count() > 0\n",
        "from .models import Book\nx = Book.objects(a=1).count() > 0 or Book.objects.count() > 0\n",
        "from .scene import Scene\nx = Scene.objects.count() > 0\n",
    ),
)
