"""A connection to GitHub, with a token or as an App."""

from collections.abc import Mapping
from urllib.parse import urlsplit

from debtd.adapters.forge.connection import Connected, Connection, Uses
from debtd.adapters.forge.github.api import GitHubApi
from debtd.adapters.forge.github.app import AppTokens, app_headers, permissions_for
from debtd.adapters.forge.github.directory import AppDirectory, TokenDirectory
from debtd.adapters.forge.github.graphql import GraphQL, graphql_home_of
from debtd.adapters.forge.http.fields import Fields
from debtd.adapters.forge.http.transport import Authorize, Transport
from debtd.model.secret import Secret

_HEADERS = {"accept": "application/vnd.github+json", "x-github-api-version": "2022-11-28"}


def api_url_of(base_url: str) -> str:
    """Where the API of github.com, of a data-residency host, or of an Enterprise Server is."""
    host = urlsplit(base_url).netloc
    if host == "github.com" or host.endswith(".ghe.com"):
        return f"https://api.{host}"
    return f"{base_url}/api/v3"


def connect(connection: Connection) -> Connected:
    if connection.credential.private_key is not None:
        return _as_app(connection, connection.credential.private_key)
    token = connection.credential.token or Secret("")
    http = connection.transport(lambda: _bearer(token), _HEADERS)
    graphql = _graphql(connection, lambda: _bearer(token))

    def login() -> str:
        return Fields(http.get("user").value, "the account").text("login")

    return Connected(
        api=lambda project: GitHubApi(http, graphql, connection.web_url, project, login),
        git_login=lambda _project: ("x-access-token", token),
        directory=TokenDirectory(http, connection.uses),
    )


def _as_app(connection: Connection, private_key: Secret) -> Connected:
    as_app = connection.transport(app_headers(connection.credential.app_id, private_key, connection.clock), _HEADERS)
    needed = permissions_for(Uses(statuses=connection.uses.statuses))
    known: dict[str, AppTokens] = {}

    def tokens(project: str) -> AppTokens:
        if project not in known:
            name = project.partition("/")[2]
            known[project] = AppTokens(as_app, f"repos/{project}", connection.clock, needed, [name])
        return known[project]

    def transport(of: AppTokens) -> Transport:
        return connection.transport(lambda: _bearer(of.token()), _HEADERS)

    def seeing_all(owner: str) -> Transport:
        return transport(AppTokens(as_app, f"orgs/{owner}", connection.clock, {"metadata": "read"}, []))

    def api(project: str) -> GitHubApi:
        of = tokens(project)
        graphql = _graphql(connection, lambda: _bearer(of.token()))
        return GitHubApi(transport(of), graphql, connection.web_url, project, of.login)

    return Connected(
        api=api,
        git_login=lambda project: ("x-access-token", tokens(project).token()),
        directory=AppDirectory(as_app, connection.uses, lambda project: transport(tokens(project)), seeing_all),
    )


def _graphql(connection: Connection, authorize: Authorize) -> GraphQL:
    return GraphQL(connection.transport(authorize, _HEADERS, graphql_home_of(connection.api_url)))


def _bearer(token: Secret) -> Mapping[str, Secret]:
    return {"authorization": Secret(f"Bearer {token.reveal()}")}
