"""A connection to GitLab, with a personal, group or project access token."""

from collections.abc import Iterator
from urllib.parse import quote

from debtd.adapters.forge.connection import Connected, Connection, Uses
from debtd.adapters.forge.gitlab.api import GitLabApi
from debtd.adapters.forge.gitlab.values import listed_repository
from debtd.adapters.forge.http.faults import NotThere, Refused
from debtd.adapters.forge.http.fields import Fields
from debtd.adapters.forge.http.transport import Transport
from debtd.model.forge import AccessFact, ListedRepository
from debtd.model.secret import Secret

_DEVELOPER, _MAINTAINER = 30, 40
_NEVER_SCOPES = ("sudo", "admin_mode", "create_runner", "manage_runner", "k8s_proxy")


def api_url_of(base_url: str) -> str:
    return f"{base_url}/api/v4"


def connect(connection: Connection) -> Connected:
    token = connection.credential.token or Secret("")
    http = connection.transport(lambda: {"private-token": token}, {"accept": "application/json"})
    return Connected(
        api=lambda project: GitLabApi(http, connection.web_url, project),
        git_login=lambda _project: ("oauth2", token),
        directory=GitLabDirectory(http, connection.uses),
    )


class GitLabDirectory:
    """What a token sees, and whether it may do what debtd needs and nothing worse."""

    def __init__(self, transport: Transport, uses: Uses) -> None:
        self._http = transport
        self._uses = uses

    def repositories(self, owner: str, topic: str = "") -> tuple[ListedRepository, ...]:
        """Those of a group and of the groups in it, or of a person."""
        name = quote(owner, safe="")
        try:
            items = tuple(
                self._http.pages(f"groups/{name}/projects", include_subgroups="true", with_shared="false", per_page=100)
            )
        except NotThere:
            items = tuple(self._http.pages(f"users/{name}/projects", per_page=100))
        found = [listed_repository(Fields(item, "a repository")) for item in items]
        return tuple(one for one in found if not topic or topic in one.topics)

    def check_access(self, project: str | None = None) -> tuple[AccessFact, ...]:
        user = Fields(self._http.get("user").value, "the account")
        facts = [AccessFact("account", True, user.text("username")), *self._scopes()]
        if project is not None:
            found = Fields(self._http.get(f"projects/{quote(project, safe='')}").value, "the repository")
            level = _level(found)
            facts += [
                _fact(f"push to {project}", level >= _DEVELOPER, "missing; give the account the role Developer"),
                _fact(f"no maintainer of {project}", level < _MAINTAINER, "Maintainer or more; Developer is enough"),
                _fact(f"{project} takes changes", not found.flag("archived"), "it is archived"),
                *self._for_uses(project, found),
            ]
        return tuple(facts)

    def _for_uses(self, project: str, found: Fields) -> Iterator[AccessFact]:
        if self._uses.issues:
            yield _fact(f"issues of {project}", found.flag("issues_enabled"), "switched off; switch them on")
        if self._uses.merging:
            main = found.text("default_branch")
            path = f"projects/{quote(project, safe='')}/repository/branches/{quote(main, safe='')}"
            branch = Fields(self._http.get(path).value, "a branch")
            may = not branch.flag("protected") or branch.flag("developers_can_merge") or branch.flag("can_push")
            yield _fact(f"merge into {main} of {project}", may, "the branch is protected; let the role Developer merge")

    def _scopes(self) -> list[AccessFact]:
        try:
            token = Fields(self._http.get("personal_access_tokens/self").value, "the token")
        except Refused:
            return [AccessFact("scopes", False, "this GitLab does not tell them; use version 16 or newer")]
        scopes = token.texts("scopes")
        return [
            _fact("scope api", "api" in scopes, "missing; make a token with the scope `api`"),
            *(
                AccessFact(f"scope {scope}", False, "debtd must not have it; make a token without it")
                for scope in scopes
                if scope in _NEVER_SCOPES
            ),
        ]


def _level(project: Fields) -> int:
    """The account's role, from the project itself or the group above."""
    rights = project.child("permissions") if project.has("permissions") else Fields({}, "permissions")
    named = [rights.child(name) for name in ("project_access", "group_access") if rights.has(name)]
    return max((one.number("access_level") for one in named), default=0)


def _fact(name: str, ok: bool, remedy: str) -> AccessFact:
    return AccessFact(name, ok, "yes" if ok else remedy)
