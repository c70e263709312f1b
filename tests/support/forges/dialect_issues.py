"""Issues on GitHub and Gitea, whose APIs differ in a few words."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from tests.support.forges.project import Issue, Project, Pull
from tests.support.forges.wire import Call, Reply, Route, paged, route


class DialectWire(Protocol):
    origin: str

    def project(self, owner: str, name: str) -> Project: ...

    def refusal(self, status: int, message: str) -> Reply: ...


@dataclass(frozen=True)
class Dialect:
    """`off` is what is answered where issues are switched off, `edited` the status of a change that was made."""

    render: Callable[[Project, Issue | Pull, str], dict[str, Any]]
    account: Callable[[Call], str]
    author_key: str
    size_name: str
    off: tuple[int, str]
    edited: int
    lists_pulls: bool


class DialectIssues:
    """`allowed`: the credential may write issues. `filters`: lists can be asked for an author's."""

    def __init__(self, wire: DialectWire, dialect: Dialect) -> None:
        self._wire = wire
        self._dialect = dialect
        self.forget()
        issues = "/repos/{owner}/{name}/issues"
        self.routes: list[Route] = [
            route("GET", issues, self._list),
            route("POST", issues, self._create),
            route("GET", f"{issues}/{{number}}", self._show),
            route("PATCH", f"{issues}/{{number}}", self._edit),
        ]

    def forget(self) -> None:
        self.allowed = True
        self.filters = True

    def _list(self, call: Call, owner: str, name: str) -> Reply:
        project = self._wire.project(owner, name)
        found: list[Issue | Pull] = [*project.listed_issues()]
        if self._dialect.lists_pulls:
            found += project.listed()
        author = call.query.get(self._dialect.author_key) if self.filters else None
        state = call.query.get("state", "open")
        shown = [
            self._dialect.render(project, one, self._wire.origin)
            for one in sorted(found, key=lambda one: -one.number)
            if author in {None, one.author} and (state == "all" or (one.state == "open") == (state == "open"))
        ]
        return paged(call, shown, self._wire.origin, self._dialect.size_name)

    def _create(self, call: Call, owner: str, name: str) -> Reply:
        project, body = self._wire.project(owner, name), call.json()
        if not project.has_issues:
            return self._wire.refusal(*self._dialect.off)
        if not self.allowed:
            return self._wire.refusal(403, "Resource not accessible by integration")
        made = project.open_issue(body["title"], body.get("body", ""), self._dialect.account(call))
        return Reply(201, self._dialect.render(project, made, self._wire.origin))

    def _show(self, call: Call, owner: str, name: str, number: str) -> Reply:
        project = self._wire.project(owner, name)
        found = project.issue(int(number)) or project.pull(int(number))
        if found is None:
            return self._wire.refusal(404, "Not Found")
        return Reply(200, self._dialect.render(project, found, self._wire.origin))

    def _edit(self, call: Call, owner: str, name: str, number: str) -> Reply:
        project, body = self._wire.project(owner, name), call.json()
        issue = project.issue(int(number))
        if issue is None:
            return self._wire.refusal(404, "Not Found")
        issue.title, issue.body = body.get("title", issue.title), body.get("body", issue.body)
        issue.state = body.get("state", issue.state)
        return Reply(self._dialect.edited, self._dialect.render(project, issue, self._wire.origin))
