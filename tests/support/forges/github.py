"""GitHub's REST API as an Enterprise Server has it, below /api/v3."""

import re
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from tests.support.forges import github_values as values
from tests.support.forges.dialect_issues import Dialect, DialectIssues
from tests.support.forges.github_merging import GitHubMerging
from tests.support.forges.project import BOT, Project, Pull
from tests.support.forges.wire import Call, Reply, dispatch, paged, route, stamp

APP_TOKEN = "canary-installation-3c2b1a0f"
PERMISSIONS = {"contents": "write", "pull_requests": "write", "metadata": "read"}


class GitHubWire:
    """`app_permissions` are what the App was given; `assertions` the Apps' own credentials that it has seen."""

    kind = "github"
    prefix = "/api/v3"

    def __init__(self, projects: Callable[[], Mapping[str, Project]]) -> None:
        self._projects = projects
        self.origin = ""
        self.merging = GitHubMerging(self)
        self.issues = DialectIssues(self, _DIALECT)
        self.forget()
        repo = "/repos/{owner}/{name}"
        self._routes = [
            route("GET", "/user", self._user),
            route("GET", "/app", self._app),
            route("POST", "/app/installations/{number}/access_tokens", self._app_token),
            route("GET", "/orgs/{owner}/repos", self._repositories),
            route("GET", repo, self._repository),
            route("GET", f"{repo}/installation", self._installation),
            route("GET", "/orgs/{owner}/installation", lambda call, owner: self._installation(call, owner, "")),
            route("GET", "/installation/repositories", self._installed),
            route("GET", f"{repo}/pulls", self._pulls),
            route("POST", f"{repo}/pulls", self._create),
            route("GET", f"{repo}/pulls/{{number}}", self._pull),
            route("PATCH", f"{repo}/pulls/{{number}}", self._edit),
            route("GET", f"{repo}/pulls/{{number}}/files", self._files),
            route("POST", f"{repo}/pulls/{{number}}/requested_reviewers", self._ask),
            route("GET", f"{repo}/issues/{{number}}/comments", self._comments),
            route("POST", f"{repo}/issues/{{number}}/comments", self._comment),
            route("POST", f"{repo}/issues/{{number}}/labels", self._label),
            route("DELETE", f"{repo}/issues/{{number}}/labels/{{label}}", self._unlabel),
            route("POST", f"{repo}/issues/{{number}}/assignees", self._assign),
            route("GET", f"{repo}/collaborators/{{login}}/permission", self._permission),
            route("POST", f"{repo}/statuses/{{commit}}", self._status),
            route("GET", f"{repo}/git/matching-refs/heads/{{branch+}}", self._refs),
            route("DELETE", f"{repo}/git/refs/heads/{{branch+}}", self._delete_branch),
            *self.merging.routes,
            *self.issues.routes,
        ]

    def forget(self) -> None:
        """As it was in the beginning."""
        self.scopes = "repo"
        self.app_permissions: dict[str, str] = dict(PERMISSIONS)
        self.assertions: list[str] = []
        self.issued: list[dict[str, Any]] = []
        self.merging.forget()
        self.issues.forget()

    def project_path(self, path: str) -> str | None:
        found = re.match(r"/repos/([^/]+/[^/]+)", path)
        return found[1] if found else None

    def token_of(self, call: Call) -> str | None:
        kind, _, token = call.headers.get("authorization", "").partition(" ")
        if token.count(".") == 2 and call.path.endswith(("/app", "/installation", "/access_tokens")):
            self.assertions.append(token)
            return "canary-token-9f8e7d6c5b4a"  # checked by the test that owns the key
        return token if kind.lower() == "bearer" else None

    def refusal(self, status: int, message: str) -> Reply:
        return Reply(
            status, {"message": message, "documentation_url": "https://docs.github.com/rest", "status": str(status)}
        )

    def answer(self, call: Call, origin: str) -> Reply:
        self.origin = origin
        path = call.path.removeprefix(self.prefix)
        wanted = self.project_path(path)
        if wanted is not None and wanted not in self._projects():
            return self.refusal(404, "Not Found")
        return dispatch(self._routes, call, path) or self.refusal(404, "Not Found")

    def project(self, owner: str, name: str) -> Project:
        return self._projects()[f"{owner}/{name}"]

    def on_pull(self, owner: str, name: str, number: str, act: Callable[[Project, Pull], Reply]) -> Reply:
        project = self.project(owner, name)
        pull = project.pull(int(number)) if number.isdigit() else None
        return self.refusal(404, "Not Found") if pull is None else act(project, pull)

    def pull_of_node(self, node: str) -> Pull | None:
        """By its global id."""
        path, _, number = node.removeprefix("PR_").partition("#")
        return self._projects()[path].pull(int(number)) if path in self._projects() else None

    def _invalid(self, **error: str) -> Reply:
        return Reply(
            422, {"message": "Validation Failed", "errors": [error], "documentation_url": "x", "status": "422"}
        )

    def _user(self, call: Call) -> Reply:
        extra = {"created_at": "2026-01-01T00:00:00Z", "updated_at": "2026-01-01T00:00:00Z", "public_repos": 0}
        extra |= {"public_gists": 0, "followers": 0, "following": 0, "name": None, "company": None, "blog": None}
        extra |= {"location": None, "email": None, "hireable": None, "bio": None, "twitter_username": None}
        return Reply(200, values.user(BOT, self.origin) | extra, {"X-OAuth-Scopes": self.scopes})

    def _app(self, call: Call) -> Reply:
        return Reply(200, {
            "id": 7, "slug": "debtd", "node_id": "A", "owner": values.user("acme", self.origin), "name": "debtd",
            "description": None, "external_url": "https://example.org", "html_url": "https://example.org",
            "created_at": "2026-01-01T00:00:00Z", "updated_at": "2026-01-01T00:00:00Z",
            "permissions": self.app_permissions, "events": [],
        })  # fmt: skip

    def _installation(self, call: Call, owner: str, name: str) -> Reply:
        return Reply(200, {
            "id": 42, "account": values.user(owner, self.origin), "access_tokens_url": "x", "repositories_url": "x",
            "html_url": "x", "app_id": 7, "app_slug": "debtd", "target_id": 1, "target_type": "Organization",
            "permissions": self.app_permissions, "events": [], "single_file_name": None,
            "repository_selection": "selected", "created_at": "2026-01-01T00:00:00Z",
            "updated_at": "2026-01-01T00:00:00Z", "suspended_by": None, "suspended_at": None,
        })  # fmt: skip

    def _app_token(self, call: Call, number: str) -> Reply:
        self.issued.append(call.json())
        ends = call.at + timedelta(hours=1)
        granted = call.json()["permissions"]
        return Reply(201, {"token": APP_TOKEN, "expires_at": stamp(ends), "permissions": granted})

    def _repositories(self, call: Call, owner: str) -> Reply:
        own = [p for path, p in self._projects().items() if path.startswith(f"{owner}/")]
        if not own:
            return self.refusal(404, "Not Found")
        return paged(call, [values.repository(p, self.origin) for p in own], self.origin)

    def _installed(self, call: Call) -> Reply:
        page = paged(call, [values.repository(p, self.origin) for p in self._projects().values()], self.origin)
        return Reply(200, {"total_count": len(self._projects()), "repositories": page.value}, page.headers)

    def _repository(self, call: Call, owner: str, name: str) -> Reply:
        project = self.project(owner, name)
        made = values.repository(project, self.origin) | {"permissions": values.permissions(project.people.get(BOT))}
        if project.people.get(BOT) in {"admin", "write"}:
            made |= values.methods(project)
        return Reply(200, made, {"X-OAuth-Scopes": self.scopes})

    def _pulls(self, call: Call, owner: str, name: str) -> Reply:
        project = self.project(owner, name)
        wanted, head = call.query.get("state", "open"), call.query.get("head", "")
        found = []
        for pull in project.listed():
            label = f"{(pull.fork or owner).partition('/')[0]}:{pull.head}"
            if head in {"", label} and (wanted == "all" or (pull.state == "open") == (wanted == "open")):
                found.append(values.pull(project, pull, self.origin, full=False))
        return paged(call, found, self.origin)

    def _create(self, call: Call, owner: str, name: str) -> Reply:
        project, body = self.project(owner, name), call.json()
        head, base = body["head"], body["base"]
        if project.branch_commit(head) is None:
            return self._invalid(resource="PullRequest", field="head", code="invalid")
        if project.branch_commit(head) == project.branch_commit(base):
            return self._invalid(resource="PullRequest", code="custom", message=f"No commits between {base} and {head}")
        if any((p.head, p.base, p.state, p.fork) == (head, base, "open", "") for p in project.pulls):
            message = f"A pull request already exists for {owner}:{head}."
            return self._invalid(resource="PullRequest", code="custom", message=message)
        pull = project.open_pull(
            head, base, body["title"], body.get("body", ""), _who(call), draft=body.get("draft", False)
        )
        return Reply(201, values.pull(project, pull, self.origin, full=True))

    def _pull(self, call: Call, owner: str, name: str, number: str) -> Reply:
        return self.on_pull(
            owner, name, number, lambda project, pull: Reply(200, values.pull(project, pull, self.origin, full=True))
        )

    def _edit(self, call: Call, owner: str, name: str, number: str) -> Reply:
        def edit(project: Project, pull: Pull) -> Reply:
            body = call.json()
            pull.title, pull.body = body.get("title", pull.title), body.get("body", pull.body)
            if body.get("state") == "closed" and pull.state == "open":
                project.end(pull, _who(call), "closed")
            return Reply(200, values.pull(project, pull, self.origin, full=True))

        return self.on_pull(owner, name, number, edit)

    def _files(self, call: Call, owner: str, name: str, number: str) -> Reply:
        return self.on_pull(
            owner, name, number,
            lambda project, pull: paged(call, values.files(project.diff(pull), self.origin), self.origin),
        )  # fmt: skip

    def _ask(self, call: Call, owner: str, name: str, number: str) -> Reply:
        def ask(project: Project, pull: Pull) -> Reply:
            wanted = call.json()["reviewers"]
            if not set(wanted) <= set(project.people) or pull.author in wanted:
                return self.refusal(422, "Reviews may only be requested from collaborators.")
            pull.reviewers += [login for login in wanted if login not in pull.reviewers]
            return Reply(201, values.pull(project, pull, self.origin, full=False))

        return self.on_pull(owner, name, number, ask)

    def _comments(self, call: Call, owner: str, name: str, number: str) -> Reply:
        def show(project: Project, pull: Pull) -> Reply:
            notes = project.listed_notes(pull)
            return paged(call, [values.comment(project, pull, note, self.origin) for note in notes], self.origin)

        return self.on_pull(owner, name, number, show)

    def _comment(self, call: Call, owner: str, name: str, number: str) -> Reply:
        def add(project: Project, pull: Pull) -> Reply:
            note = project.note(pull, _who(call), call.json()["body"])
            return Reply(201, values.comment(project, pull, note, self.origin))

        return self.on_pull(owner, name, number, add)

    def _label(self, call: Call, owner: str, name: str, number: str) -> Reply:
        def add(project: Project, pull: Pull) -> Reply:
            pull.labels += [label for label in call.json()["labels"] if label not in pull.labels]
            return Reply(200, values.labels(pull.labels, self.origin))

        return self.on_pull(owner, name, number, add)

    def _unlabel(self, call: Call, owner: str, name: str, number: str, label: str) -> Reply:
        def remove(project: Project, pull: Pull) -> Reply:
            if label not in pull.labels:
                return self.refusal(404, "Label does not exist")
            pull.labels.remove(label)
            return Reply(200, values.labels(pull.labels, self.origin))

        return self.on_pull(owner, name, number, remove)

    def _assign(self, call: Call, owner: str, name: str, number: str) -> Reply:
        def assign(project: Project, pull: Pull) -> Reply:
            wanted = [login for login in call.json()["assignees"] if login in project.people]
            pull.assignees += [login for login in wanted if login not in pull.assignees]
            return Reply(201, values.issue(project, pull, self.origin))

        return self.on_pull(owner, name, number, assign)

    def _permission(self, call: Call, owner: str, name: str, login: str) -> Reply:
        role = self.project(owner, name).people.get(login, "none")
        if login == "ghost":
            return self.refusal(404, "ghost is not a user")
        return Reply(200, {"permission": role, "role_name": role, "user": values.user(login, self.origin) | {
            "permissions": values.permissions(role), "role_name": role}})  # fmt: skip

    def _status(self, call: Call, owner: str, name: str, commit: str) -> Reply:
        project, body = self.project(owner, name), call.json()
        entry = (commit, body["context"], body["state"], body.get("description", ""), body.get("target_url", ""))
        project.statuses.append(entry)
        return Reply(201, values.status(project, entry, self.origin))

    def _refs(self, call: Call, owner: str, name: str, branch: str) -> Reply:
        project = self.project(owner, name)
        found = []
        for one in project.branches():
            if one.startswith(branch):
                target = {"type": "commit", "sha": project.branch_commit(one), "url": f"{self.origin}/commit"}
                ref = f"refs/heads/{one}"
                found.append({"ref": ref, "node_id": "x", "url": f"{self.origin}/ref", "object": target})
        return Reply(200, found)

    def _delete_branch(self, call: Call, owner: str, name: str, branch: str) -> Reply:
        project = self.project(owner, name)
        if project.branch_commit(branch) is None:
            return self.refusal(422, "Reference does not exist")
        project.delete_branch(branch)
        return Reply(204)


def _who(call: Call) -> str:
    """The account behind a call."""
    return "debtd[bot]" if call.headers["authorization"].endswith(APP_TOKEN) else BOT


_DIALECT = Dialect(
    render=values.issue,
    account=_who,
    author_key="creator",
    size_name="per_page",
    off=(410, "Issues has been disabled in this repository."),
    edited=200,
    lists_pulls=True,
)
