"""GitHub's reviews, statuses and runs of a commit, the way out of a draft (GraphQL), and merging."""

from typing import TYPE_CHECKING

from tests.support.forges import github_values as values
from tests.support.forges.project import BOT, Project, Pull
from tests.support.forges.wire import Call, Reply, Route, paged, route

if TYPE_CHECKING:
    from tests.support.forges.github import GitHubWire

_MUTATION = "markPullRequestReadyForReview(input: {pullRequestId: $id})"
_NOT_ALLOWED = {
    "merge": "Merge commits are not allowed on this repository.",
    "squash": "Squash merges are not allowed on this repository.",
    "rebase": "Rebase merges are not allowed on this repository.",
}


class GitHubMerging:
    """`sees_checks`: the credential may read statuses and checks. `busy` is how often a merge is put off."""

    def __init__(self, wire: "GitHubWire") -> None:
        self._wire = wire
        self.forget()
        repo = "/repos/{owner}/{name}"
        self.routes: list[Route] = [
            route("GET", f"{repo}/commits/{{ref}}/status", self._statuses),
            route("GET", f"{repo}/commits/{{ref}}/check-runs", self._check_runs),
            route("GET", f"{repo}/pulls/{{number}}/reviews", self._reviews),
            route("PUT", f"{repo}/pulls/{{number}}/merge", self._merge),
            route("POST", "/api/graphql", self._graphql),
        ]

    def forget(self) -> None:
        self.sees_checks = True
        self.busy = 0

    def _statuses(self, call: Call, owner: str, name: str, ref: str) -> Reply:
        if not self.sees_checks:
            return self._wire.refusal(403, "Resource not accessible by integration")
        project, origin = self._wire.project(owner, name), self._wire.origin
        newest = {entry[1]: entry for entry in project.statuses if entry[0] == ref}
        page = paged(call, [values.short_status(entry, origin) for entry in newest.values()], origin)
        made = {"state": "pending", "statuses": page.value, "sha": ref, "total_count": len(newest)}
        made |= {"repository": values.repository(project, origin), "commit_url": "x", "url": "x"}
        return Reply(200, made, page.headers)

    def _check_runs(self, call: Call, owner: str, name: str, ref: str) -> Reply:
        if not self.sees_checks:
            return self._wire.refusal(403, "Resource not accessible by integration")
        project, origin = self._wire.project(owner, name), self._wire.origin
        commit = project.branch_commit(ref) or ref
        runs = [
            values.check_run(check, number, origin)
            for number, check in enumerate(project.checks, 1)
            if check.commit == commit
        ]
        page = paged(call, runs, origin)
        return Reply(200, {"total_count": len(runs), "check_runs": page.value}, page.headers)

    def _reviews(self, call: Call, owner: str, name: str, number: str) -> Reply:
        def show(project: Project, pull: Pull) -> Reply:
            origin = self._wire.origin
            return paged(call, [values.review(project, pull, one, origin) for one in pull.reviews], origin)

        return self._wire.on_pull(owner, name, number, show)

    def _merge(self, call: Call, owner: str, name: str, number: str) -> Reply:
        def merge(project: Project, pull: Pull) -> Reply:
            body, refuse = call.json(), self._wire.refusal
            method = body.get("merge_method", "merge")
            if pull.state != "open":
                return refuse(405, "Pull Request is not mergeable")
            if body.get("sha") not in {None, project.head_commit(pull)}:
                return refuse(409, "Head branch was modified. Review and try the merge again.")
            self.busy -= 1
            if self.busy >= 0:
                return refuse(405, "Base branch was modified. Review and try the merge again.")
            why = project.refusal or ("Pull Request is still a draft" if pull.draft else "")
            why = why or ("" if method in project.methods else _NOT_ALLOWED[method])
            if why:
                return refuse(405, why)
            project.merge(pull, BOT, method)
            made = {"sha": pull.merge_commit, "merged": True, "message": "Pull Request successfully merged"}
            return Reply(200, made)

        return self._wire.on_pull(owner, name, number, merge)

    def _graphql(self, call: Call) -> Reply:
        asked = call.json()
        found = self._wire.pull_of_node(asked["variables"]["id"])
        if _MUTATION not in asked["query"] or found is None:
            error = {"type": "NOT_FOUND", "path": ["x"], "message": "Could not resolve to a node with the global id."}
            return Reply(200, {"data": {"markPullRequestReadyForReview": None}, "errors": [error]})
        if found.state != "open" or not found.draft:
            error = {"type": "UNPROCESSABLE", "path": ["x"], "message": "Pull request is not in draft state."}
            return Reply(200, {"data": {"markPullRequestReadyForReview": None}, "errors": [error]})
        found.draft = False
        return Reply(200, {"data": {"markPullRequestReadyForReview": {"pullRequest": {"isDraft": False}}}})
