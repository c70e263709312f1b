"""What a GitHub credential sees, and whether it may do what debtd needs and nothing worse."""

from collections.abc import Callable, Iterable, Sequence
from urllib.parse import quote

from debtd.adapters.forge.connection import Uses
from debtd.adapters.forge.github.app import permissions_for
from debtd.adapters.forge.github_dialect import issue_facts, listed_repository
from debtd.adapters.forge.http.faults import NotThere
from debtd.adapters.forge.http.fields import Fields
from debtd.adapters.forge.http.transport import Transport
from debtd.model.forge import AccessFact, ListedRepository

_LEVELS = {"": 0, "read": 1, "write": 2, "admin": 3}
_NEVER = ("workflows", "actions", "secrets", "administration", "members", "organization_administration")
_NEVER_SCOPES = ("workflow", "delete_repo", "site_admin")  # and all of admin:*


class TokenDirectory:
    """With a personal access token, classic or fine-grained."""

    def __init__(self, transport: Transport, uses: Uses) -> None:
        self._http = transport
        self._uses = uses

    def repositories(self, owner: str, topic: str = "") -> tuple[ListedRepository, ...]:
        return _listed(self._http, owner, topic)

    def check_access(self, project: str | None = None) -> tuple[AccessFact, ...]:
        answer = self._http.get("user")
        facts = [AccessFact("account", True, Fields(answer.value, "the account").text("login"))]
        scopes = [scope.strip() for scope in answer.headers.get("x-oauth-scopes", "").split(",") if scope.strip()]
        facts += [
            AccessFact(f"scope {scope}", False, "debtd must not have it; make a token without it")
            for scope in scopes
            if scope in _NEVER_SCOPES or scope.startswith("admin:")
        ]
        if project is not None:
            facts += _on_repository(self._http, project, self._uses)
        return tuple(facts)


class AppDirectory:
    """As a GitHub App."""

    def __init__(
        self,
        as_app: Transport,
        uses: Uses,
        on_repository: Callable[[str], Transport],
        seeing_all: Callable[[str], Transport],
    ) -> None:
        self._as_app = as_app
        self._uses = uses
        self._on_repository = on_repository
        self._seeing_all = seeing_all

    def repositories(self, owner: str, topic: str = "") -> tuple[ListedRepository, ...]:
        """Those of the organisation that the App is installed on."""
        pages = self._seeing_all(owner).pages("installation/repositories", within="repositories", per_page=100)
        return _with_topic(pages, topic)

    def check_access(self, project: str | None = None) -> tuple[AccessFact, ...]:
        app = Fields(self._as_app.get("app").value, "the App")
        granted = app.child("permissions")
        facts = [AccessFact("app", True, app.text("slug"))]
        for name, level in permissions_for(self._uses).items():
            has = granted.text_or(name)
            ok = _LEVELS.get(has, 3) >= _LEVELS[level]
            facts.append(AccessFact(f"permission {name}", ok, has or f"missing; give the App `{name}: {level}`"))
        facts += [
            AccessFact(f"permission {name}", False, "debtd must not have it; take it from the App")
            for name in _NEVER
            if granted.has(name)
        ]
        if project is not None:
            # The App is installed there, and gets a token.
            repository = Fields(self._on_repository(project).get(f"repos/{project}").value, "the repository")
            facts += [AccessFact(f"installed on {project}", True, "yes"), *issue_facts(repository, project, self._uses)]
        return tuple(facts)


def _on_repository(http: Transport, project: str, uses: Uses) -> Sequence[AccessFact]:
    repository = Fields(http.get(f"repos/{project}").value, "the repository")
    rights = repository.child("permissions") if repository.has("permissions") else Fields({}, "permissions")
    return (
        _fact(f"push to {project}", rights.flag("push"), "missing; give the account the role Write"),
        _fact(f"no administration of {project}", not rights.flag("admin"), "an administrator; Write is enough"),
        _fact(f"{project} takes changes", not repository.flag("archived"), "it is archived"),
        *issue_facts(repository, project, uses),
    )


def _fact(name: str, ok: bool, remedy: str) -> AccessFact:
    return AccessFact(name, ok, "yes" if ok else remedy)


def _listed(http: Transport, owner: str, topic: str) -> tuple[ListedRepository, ...]:
    name = quote(owner, safe="")
    try:
        return _with_topic(tuple(http.pages(f"orgs/{name}/repos", per_page=100)), topic)
    except NotThere:  # a person
        return _with_topic(http.pages(f"users/{name}/repos", per_page=100), topic)


def _with_topic(items: Iterable[object], topic: str) -> tuple[ListedRepository, ...]:
    found = [listed_repository(Fields(item, "a repository")) for item in items]
    return tuple(one for one in found if not topic or topic in one.topics)
