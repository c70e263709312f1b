"""GitLab's issues."""

from typing import TYPE_CHECKING, Any

from tests.support.forges.project import BOT, Issue
from tests.support.forges.wire import Call, Reply, Route, paged, route, stamp

if TYPE_CHECKING:
    from tests.support.forges.gitlab import GitLabWire


class GitLabIssues:
    """`allowed`: the credential may write issues. `filters`: lists can be asked for an author's."""

    def __init__(self, wire: "GitLabWire") -> None:
        self._wire = wire
        self.forget()
        issues = "/projects/{id}/issues"
        self.routes: list[Route] = [
            route("GET", issues, self._list),
            route("POST", issues, self._create),
            route("GET", f"{issues}/{{number}}", self._show),
            route("PUT", f"{issues}/{{number}}", self._edit),
        ]

    def forget(self) -> None:
        self.allowed = True
        self.filters = True

    def _issue(self, one: Issue) -> dict[str, Any]:
        return {
            "id": 3000 + one.number, "iid": one.number, "project_id": 1, "title": one.title, "description": one.body,
            "state": "opened" if one.state == "open" else "closed", "author": self._wire.user(one.author),
            "created_at": stamp(one.created_at), "updated_at": stamp(one.created_at), "labels": one.labels,
            "web_url": f"{self._wire.origin}/-/issues/{one.number}",
        }  # fmt: skip

    def _list(self, call: Call, id: str) -> Reply:  # noqa: A002  (GitLab's name)
        project = self._wire.projects()[id]
        if not project.has_issues:
            return self._wire.refusal(404, "404 Not Found")
        author = call.query.get("author_username") if self.filters else None
        state = call.query.get("state", "all")
        found = [
            self._issue(one)
            for one in project.listed_issues()
            if author in {None, one.author} and state in {"all", "opened" if one.state == "open" else "closed"}
        ]
        return paged(call, found, self._wire.origin, default=20)

    def _create(self, call: Call, id: str) -> Reply:  # noqa: A002
        project, body = self._wire.projects()[id], call.json()
        if not project.has_issues or not self.allowed:
            return self._wire.refusal(403, "403 Forbidden")
        return Reply(201, self._issue(project.open_issue(body["title"], body.get("description", ""), BOT)))

    def _show(self, call: Call, id: str, number: str) -> Reply:  # noqa: A002
        issue = self._wire.projects()[id].issue(int(number))
        return self._wire.refusal(404, "404 Not found") if issue is None else Reply(200, self._issue(issue))

    def _edit(self, call: Call, id: str, number: str) -> Reply:  # noqa: A002
        issue, body = self._wire.projects()[id].issue(int(number)), call.json()
        if issue is None:
            return self._wire.refusal(404, "404 Not found")
        issue.title, issue.body = body.get("title", issue.title), body.get("description", issue.body)
        if body.get("state_event") == "close":
            issue.state = "closed"
        return Reply(200, self._issue(issue))
