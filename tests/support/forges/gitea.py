"""Gitea's and Forgejo's REST API, below /api/v1."""

import re
from collections.abc import Callable, Mapping

from tests.support.forges import gitea_values as values
from tests.support.forges.dialect_issues import Dialect, DialectIssues
from tests.support.forges.gitea_merging import GiteaMerging
from tests.support.forges.project import BOT, Project, Pull
from tests.support.forges.wire import Call, Reply, dispatch, paged, route, stamp


class GiteaWire:
    """`sees_rights`: the account is an administrator of the repository, who alone may ask for others' rights."""

    kind = "gitea"
    prefix = "/api/v1"

    def __init__(self, projects: Callable[[], Mapping[str, Project]]) -> None:
        self._projects = projects
        self.origin = ""
        self.merging = GiteaMerging(self)
        self.issues = DialectIssues(self, _DIALECT)
        self.forget()
        repo = "/repos/{owner}/{name}"
        self._routes = [
            route("GET", "/user", lambda call: Reply(200, values.user(BOT, self.origin))),
            route("GET", "/orgs/{owner}/repos", self._repositories),
            route("GET", repo, self._repository),
            route("GET", f"{repo}/pulls", self._pulls),
            route("POST", f"{repo}/pulls", self._create),
            route("GET", f"{repo}/pulls/{{number}}.diff", self._diff),
            route("GET", f"{repo}/pulls/{{number}}", self._pull),
            route("PATCH", f"{repo}/pulls/{{number}}", self._edit),
            route("POST", f"{repo}/pulls/{{number}}/requested_reviewers", self._ask),
            route("GET", f"{repo}/issues/{{number}}/comments", self._comments),
            route("POST", f"{repo}/issues/{{number}}/comments", self._comment),
            route("GET", f"{repo}/issues/{{number}}/timeline", self._timeline),
            route("GET", f"{repo}/labels", self._labels),
            route("POST", f"{repo}/labels", self._make_label),
            route("POST", f"{repo}/issues/{{number}}/labels", self._label),
            route("DELETE", f"{repo}/issues/{{number}}/labels/{{label}}", self._unlabel),
            route("GET", f"{repo}/collaborators/{{login}}/permission", self._permission),
            route("POST", f"{repo}/statuses/{{commit}}", self._status),
            route("GET", f"{repo}/commits/{{ref}}/statuses", self._statuses),
            route("GET", f"{repo}/branches/{{branch}}", self._branch),
            route("DELETE", f"{repo}/branches/{{branch}}", self._delete_branch),
            *self.merging.routes,
            *self.issues.routes,
        ]

    def forget(self) -> None:
        """As it was in the beginning."""
        self.sees_rights = True
        self.knows_head = True
        self.merging.forget()
        self.issues.forget()

    def project_path(self, path: str) -> str | None:
        found = re.match(r"/repos/([^/]+/[^/]+)", path)
        return found[1] if found else None

    def token_of(self, call: Call) -> str | None:
        kind, _, token = call.headers.get("authorization", "").partition(" ")
        return token if kind == "token" else None

    def refusal(self, status: int, message: str) -> Reply:
        return Reply(status, {"message": message, "url": f"{self.origin}/api/swagger"})

    def answer(self, call: Call, origin: str) -> Reply:
        self.origin = origin
        path = call.path.removeprefix(self.prefix)
        wanted = self.project_path(path)
        if wanted is not None and wanted not in self._projects():
            return self.refusal(404, "The target couldn't be found.")
        return dispatch(self._routes, call, path) or self.refusal(404, "The target couldn't be found.")

    def project(self, owner: str, name: str) -> Project:
        return self._projects()[f"{owner}/{name}"]

    def on_pull(self, owner: str, name: str, number: str, act: Callable[[Project, Pull], Reply]) -> Reply:
        project = self.project(owner, name)
        pull = project.pull(int(number)) if number.isdigit() else None
        return self.refusal(404, "The target couldn't be found.") if pull is None else act(project, pull)

    def _repositories(self, call: Call, owner: str) -> Reply:
        own = [p for path, p in self._projects().items() if path.startswith(f"{owner}/")]
        if not own:
            return self.refusal(404, "The target couldn't be found.")
        return paged(call, [values.repository(p, self.origin, "write") for p in own], self.origin, "limit")

    def _repository(self, call: Call, owner: str, name: str) -> Reply:
        project = self.project(owner, name)
        return Reply(200, values.repository(project, self.origin, project.people.get(BOT)))

    def _pulls(self, call: Call, owner: str, name: str) -> Reply:
        project = self.project(owner, name)
        wanted, head = call.query.get("state", "open"), call.query.get("head", "") if self.knows_head else ""
        found = [
            values.pull(project, pull, self.origin)
            for pull in project.listed()
            if head in {"", pull.head} and (wanted == "all" or (pull.state == "open") == (wanted == "open"))
        ]
        return paged(call, found, self.origin, "limit")

    def _create(self, call: Call, owner: str, name: str) -> Reply:
        project, body = self.project(owner, name), call.json()
        head, base = body["head"], body["base"]
        if project.branch_commit(head) is None:
            return self.refusal(404, "The target couldn't be found.")
        if project.branch_commit(head) == project.branch_commit(base):
            return self.refusal(422, "no changes between the head and base")
        if any((p.head, p.base, p.state, p.fork) == (head, base, "open", "") for p in project.pulls):
            return self.refusal(409, f"pull request already exists for these targets [head_branch: {head}]")
        pull = project.open_pull(head, base, body["title"], body.get("body", ""), BOT)
        pull.draft = pull.title.startswith("WIP:")
        return Reply(201, values.pull(project, pull, self.origin))

    def _pull(self, call: Call, owner: str, name: str, number: str) -> Reply:
        return self.on_pull(owner, name, number, lambda project, p: Reply(200, values.pull(project, p, self.origin)))

    def _diff(self, call: Call, owner: str, name: str, number: str) -> Reply:
        return self.on_pull(owner, name, number, lambda project, p: Reply(200, text=project.diff(p) + "\n"))

    def _edit(self, call: Call, owner: str, name: str, number: str) -> Reply:
        def edit(project: Project, pull: Pull) -> Reply:
            body = call.json()
            unknown = [login for login in body.get("assignees", []) if login not in project.people]
            if unknown:
                return self.refusal(422, f"Assignee does not exist: [name: {unknown[0]}]")
            pull.title, pull.body = body.get("title", pull.title), body.get("body", pull.body)
            pull.draft = pull.title.startswith("WIP:")
            pull.assignees = body.get("assignees", pull.assignees)
            if body.get("state") == "closed" and pull.state == "open":
                project.end(pull, BOT, "closed")
            return Reply(201, values.pull(project, pull, self.origin))

        return self.on_pull(owner, name, number, edit)

    def _ask(self, call: Call, owner: str, name: str, number: str) -> Reply:
        def ask(project: Project, pull: Pull) -> Reply:
            wanted = call.json()["reviewers"]
            if not set(wanted) <= set(project.people):
                return self.refusal(404, "user does not exist")
            pull.reviewers += [login for login in wanted if login not in pull.reviewers]
            return Reply(201, [])

        return self.on_pull(owner, name, number, ask)

    def _comments(self, call: Call, owner: str, name: str, number: str) -> Reply:
        def show(project: Project, pull: Pull) -> Reply:
            notes = project.listed_notes(pull)
            return Reply(200, [values.comment(project, pull, note, self.origin) for note in notes])

        return self.on_pull(owner, name, number, show)

    def _comment(self, call: Call, owner: str, name: str, number: str) -> Reply:
        def add(project: Project, pull: Pull) -> Reply:
            note = project.note(pull, BOT, call.json()["body"])
            return Reply(201, values.comment(project, pull, note, self.origin))

        return self.on_pull(owner, name, number, add)

    def _timeline(self, call: Call, owner: str, name: str, number: str) -> Reply:
        def show(project: Project, pull: Pull) -> Reply:
            events = [values.event(1, "pull_push", pull.author, self.origin)]
            if pull.state != "open":
                events.append(
                    values.event(2, "close" if pull.state == "closed" else "merge_pull", pull.ended_by, self.origin)
                )
            return Reply(200, events)

        return self.on_pull(owner, name, number, show)

    def _labels(self, call: Call, owner: str, name: str) -> Reply:
        return paged(call, [values.label(one) for one in self.project(owner, name).labels], self.origin, "limit")

    def _make_label(self, call: Call, owner: str, name: str) -> Reply:
        self.project(owner, name).labels.append(call.json()["name"])
        return Reply(201, values.label(call.json()["name"]))

    def _label(self, call: Call, owner: str, name: str, number: str) -> Reply:
        def add(project: Project, pull: Pull) -> Reply:
            known = {values.label(one)["id"]: one for one in project.labels}
            pull.labels += [known[one] for one in call.json()["labels"] if known[one] not in pull.labels]
            return Reply(200, [values.label(one) for one in pull.labels])

        return self.on_pull(owner, name, number, add)

    def _unlabel(self, call: Call, owner: str, name: str, number: str, label: str) -> Reply:
        def remove(project: Project, pull: Pull) -> Reply:
            pull.labels = [one for one in pull.labels if str(values.label(one)["id"]) != label]
            return Reply(204)

        return self.on_pull(owner, name, number, remove)

    def _permission(self, call: Call, owner: str, name: str, login: str) -> Reply:
        if not self.sees_rights:
            return self.refusal(403, "Only admins can query all permissions")
        role = self.project(owner, name).people.get(login, "none")
        made = {"permission": role, "role_name": role, "user": values.user(login, self.origin)}
        return Reply(200, made)

    def _status(self, call: Call, owner: str, name: str, commit: str) -> Reply:
        project, body = self.project(owner, name), call.json()
        project.statuses.append((commit, body["context"], body["state"], body["description"], ""))
        now = stamp(call.at)
        return Reply(201, values.status(1, body["state"], body["context"], body["description"], (now, now)))

    def _statuses(self, call: Call, owner: str, name: str, ref: str) -> Reply:
        project = self.project(owner, name)
        commit = project.branch_commit(ref) or ref
        found = []
        for number, check in enumerate(project.checks, 1):
            if check.commit == commit:
                state = check.conclusion if check.completed_at else "pending"
                times = (stamp(check.started_at), stamp(check.completed_at or check.started_at))
                found.append(values.status(number, state, check.name or f"job {number}", "", times))
        posted = [entry for entry in project.statuses if entry[0] == commit]
        times = (stamp(call.at), stamp(call.at))
        found += [values.status(1000 + n, entry[2], entry[1], entry[3], times) for n, entry in enumerate(posted)]
        return paged(call, found, self.origin, "limit")

    def _branch(self, call: Call, owner: str, name: str, branch: str) -> Reply:
        commit, may = self.project(owner, name).branch_commit(branch), not self.project(owner, name).protected
        if commit is None:
            return self.refusal(404, "The target couldn't be found.")
        return Reply(
            200,
            {
                "name": branch,
                "protected": False,
                "user_can_merge": may,
                "commit": {"id": commit, "message": "m", "url": "x"},
            },
        )

    def _delete_branch(self, call: Call, owner: str, name: str, branch: str) -> Reply:
        project = self.project(owner, name)
        if project.branch_commit(branch) is None:
            return self.refusal(404, "The target couldn't be found.")
        project.delete_branch(branch)
        return Reply(204)


_DIALECT = Dialect(
    render=values.issue,
    account=lambda _: BOT,
    author_key="created_by",
    size_name="limit",
    off=(404, "The target couldn't be found."),
    edited=201,
    lists_pulls=False,
)
