"""A connection to Gitea or Forgejo, with a token."""

from collections.abc import Iterable
from urllib.parse import quote

from debtd.adapters.forge.connection import Connected, Connection, Uses
from debtd.adapters.forge.gitea.api import GiteaApi
from debtd.adapters.forge.github_dialect import issue_facts, listed_repository
from debtd.adapters.forge.http.faults import NotThere
from debtd.adapters.forge.http.fields import Fields
from debtd.adapters.forge.http.transport import Transport
from debtd.model.forge import AccessFact, ListedRepository
from debtd.model.secret import Secret


def api_url_of(base_url: str) -> str:
    return f"{base_url}/api/v1"


def connect(connection: Connection) -> Connected:
    token = connection.credential.token or Secret("")
    http = connection.transport(
        lambda: {"authorization": Secret(f"token {token.reveal()}")}, {"accept": "application/json"}
    )
    return Connected(
        api=lambda project: GiteaApi(http, connection.web_url, project),
        git_login=lambda _project: ("debtd", token),
        directory=GiteaDirectory(http, connection.uses),
    )


class GiteaDirectory:
    """What the account behind a token sees and may do. Gitea does not tell a token's scopes."""

    def __init__(self, transport: Transport, uses: Uses) -> None:
        self._http = transport
        self._uses = uses

    def repositories(self, owner: str, topic: str = "") -> tuple[ListedRepository, ...]:
        name = quote(owner, safe="")
        try:
            return _with_topic(tuple(self._http.pages(f"orgs/{name}/repos", limit=50)), topic)
        except NotThere:  # a person
            return _with_topic(self._http.pages(f"users/{name}/repos", limit=50), topic)

    def check_access(self, project: str | None = None) -> tuple[AccessFact, ...]:
        user = Fields(self._http.get("user").value, "the account")
        facts = [
            AccessFact("account", True, user.text("login")),
            _fact("no site administrator", not user.flag("is_admin"), "a site administrator; use another account"),
        ]
        if project is not None:
            repository = Fields(self._http.get(f"repos/{project}").value, "the repository")
            rights = repository.child("permissions") if repository.has("permissions") else Fields({}, "permissions")
            facts += [
                _fact(f"push to {project}", rights.flag("push"), "missing; give the account the right to write"),
                _fact(f"{project} takes changes", not repository.flag("archived"), "it is archived"),
                *issue_facts(repository, project, self._uses),
            ]
            if self._uses.merging:
                main = repository.text("default_branch")
                branch = Fields(self._http.get(f"repos/{project}/branches/{quote(main, safe='')}").value, "a branch")
                remedy = "the branch is protected; add the account to those who may merge"
                facts.append(_fact(f"merge into {main} of {project}", branch.flag("user_can_merge"), remedy))
        return tuple(facts)


def _fact(name: str, ok: bool, remedy: str) -> AccessFact:
    return AccessFact(name, ok, "yes" if ok else remedy)


def _with_topic(items: Iterable[object], topic: str) -> tuple[ListedRepository, ...]:
    found = [listed_repository(Fields(item, "a repository")) for item in items]
    return tuple(one for one in found if not topic or topic in one.topics)
