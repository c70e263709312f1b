"""Which expressions are querysets of Django, as far as one file can tell."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

import libcst as cst

from debtd.rulekit.visitor import RuleVisitor

# Packages whose models have an `objects` of their own, without Django's methods, and frameworks that go with them.
_OTHERS = frozenset(
    {
        "aiohttp", "beanie", "boto3", "bottle", "bpy", "cassandra", "cqlengine", "django_mongoengine",
        "edgy", "falcon", "fastapi", "flask", "flask_mongoengine", "mongoengine", "orm", "ormar", "piccolo",
        "pyramid", "quart", "saffier", "sanic", "starlette", "tortoise",
    }
)  # fmt: skip
_DJANGO = re.compile(r"(django\w*|rest_framework|wagtail)(\.|$)")
_MODELS = re.compile(r"(.*\.)?models(\..*)?")
_MODEL = re.compile(r"[A-Z]\w*|cls|klass|model|model_class")


@dataclass(frozen=True, slots=True)
class QuerySetChain:
    """`Book.objects.filter(...).all()`: `methods` are ("filter", "all"), none for the manager itself. `node` is the
    whole of it."""

    node: cst.BaseExpression
    methods: tuple[str, ...]


class QuerySetVisitor(RuleVisitor):
    """A visitor for rules about querysets."""

    _asked: bool = False
    _verdict: bool | None = None

    def queryset_chain(self, node: cst.BaseExpression) -> QuerySetChain | None:
        """The calls that start at the `objects` of a model; None for everything else.

        A model is a capitalised name (`Book`, `models.Book`), or what Django code calls one (`cls`, `self.model`), in
        a file that imports Django or models and no other package whose classes have `objects`.
        """
        methods: list[str] = []
        current = node
        while isinstance(current, cst.Call) and isinstance(current.func, cst.Attribute):
            methods.append(current.func.attr.value)
            current = current.func.value
        if not isinstance(current, cst.Attribute) or current.attr.value != "objects":
            return None
        if not _names_model(current.value) or not self._is_django(current.value):
            return None
        return QuerySetChain(node, tuple(reversed(methods)))

    def _is_django(self, root: cst.BaseExpression) -> bool:
        if not self._asked:
            self._asked, self._verdict = True, self._judge_imports()
        if self._verdict is not None:
            return self._verdict
        return isinstance(root, cst.Name) and root.value[0].isupper() and not self.bindings(root, root.value)

    def _judge_imports(self) -> bool | None:
        """Whether the file is Django code; None where its imports do not tell."""
        imports = _imported_modules(self.view.parents)
        packages = {name.partition(".")[0] for name in imports}
        if packages & _OTHERS or re.search(r"\.objects\(", self.view.text):
            return False
        return any(_DJANGO.match(name) or _MODELS.fullmatch(name) for name in imports) or None


def _names_model(node: cst.BaseExpression) -> bool:
    if isinstance(node, cst.Call) and not node.args:
        return isinstance(node.func, cst.Name | cst.Attribute) and _last_name(node.func) == "get_user_model"
    return isinstance(node, cst.Name | cst.Attribute) and _MODEL.fullmatch(_last_name(node)) is not None


def _last_name(node: cst.Name | cst.Attribute) -> str:
    return node.value if isinstance(node, cst.Name) else node.attr.value


def _imported_modules(nodes: Iterable[cst.CSTNode]) -> list[str]:
    """Dotted names of all modules that the file imports, and of all names from them; relative ones start with "."."""
    found: list[str] = []
    for statement in nodes:
        if isinstance(statement, cst.Import):
            found += [alias.evaluated_name for alias in statement.names]
        elif isinstance(statement, cst.ImportFrom):
            base = "." * len(statement.relative) + (_dotted(statement.module) if statement.module else "")
            names = () if isinstance(statement.names, cst.ImportStar) else statement.names
            found += [base, *(f"{base}.{alias.evaluated_name}".replace("..", ".") for alias in names)]
    return found


def _dotted(node: cst.BaseExpression) -> str:
    if isinstance(node, cst.Attribute):
        return f"{_dotted(node.value)}.{node.attr.value}"
    return node.value if isinstance(node, cst.Name) else ""
