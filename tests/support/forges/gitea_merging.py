"""Gitea's reviews and merging."""

from typing import TYPE_CHECKING

from tests.support.forges import gitea_values as values
from tests.support.forges.project import BOT, Project, Pull
from tests.support.forges.wire import Call, Reply, Route, paged, route

if TYPE_CHECKING:
    from tests.support.forges.gitea import GiteaWire


class GiteaMerging:
    """`busy` is how often a merge is put off."""

    def __init__(self, wire: "GiteaWire") -> None:
        self._wire = wire
        self.forget()
        pull = "/repos/{owner}/{name}/pulls/{number}"
        self.routes: list[Route] = [
            route("GET", f"{pull}/reviews", self._reviews),
            route("POST", f"{pull}/merge", self._merge),
        ]

    def forget(self) -> None:
        self.busy = 0

    def _reviews(self, call: Call, owner: str, name: str, number: str) -> Reply:
        def show(project: Project, pull: Pull) -> Reply:
            return paged(call, values.reviews(project, pull, self._wire.origin), self._wire.origin, "limit")

        return self._wire.on_pull(owner, name, number, show)

    def _merge(self, call: Call, owner: str, name: str, number: str) -> Reply:
        def merge(project: Project, pull: Pull) -> Reply:
            body, refuse = call.json(), self._wire.refusal
            if pull.state == "merged":
                return refuse(405, "")
            if pull.state == "closed":
                return refuse(404, "The target couldn't be found.")
            if pull.title.upper().startswith("WIP:"):
                return refuse(405, "Work in progress PRs cannot be merged")
            self.busy -= 1
            if self.busy >= 0:
                return refuse(405, "Please try again later")
            if project.refusal:
                return refuse(405, project.refusal)
            if body["Do"] not in project.methods:
                return refuse(405, f"{body['Do']} is not allowed an allowed merge style for this repository")
            if body.get("head_commit_id") not in {None, "", project.head_commit(pull)}:
                return refuse(409, "head out of date")
            project.merge(pull, BOT, body["Do"])
            return Reply(200, text="")

        return self._wire.on_pull(owner, name, number, merge)
