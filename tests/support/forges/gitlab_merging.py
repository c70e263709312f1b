"""GitLab's jobs of a commit, approvals, requested changes, and merging."""

from typing import TYPE_CHECKING, Any

from tests.support.forges.project import BOT, Check, Project, Pull
from tests.support.forges.wire import Call, Reply, Route, paged, route, stamp

if TYPE_CHECKING:
    from tests.support.forges.gitlab import GitLabWire

_REVIEW = {"approved": "approved", "changes": "requested_changes", "dismissed": "unreviewed"}


class GitLabMerging:
    """`tells_time`: approvals have a time, as in newer versions. `may_merge`: debtd's role may merge into the branch.
    `slow`: merging goes on for so many looks after the answer."""

    def __init__(self, wire: "GitLabWire") -> None:
        self._wire = wire
        self.forget()
        one = "/projects/{id}/merge_requests/{number}"
        self.routes: list[Route] = [
            route("GET", "/projects/{id}/repository/commits/{ref}/statuses", self._statuses),
            route("GET", f"{one}/approvals", self._approvals),
            route("GET", f"{one}/reviewers", self._reviewers),
            route("GET", f"{one}/versions", self._versions),
            route("PUT", f"{one}/merge", self._merge),
        ]

    def forget(self) -> None:
        self.tells_time = True
        self.may_merge = True
        self.slow = 0

    def head_pipeline(self, project: Project, pull: Pull) -> dict[str, Any] | None:
        """Of the jobs of its commit; a status that was posted makes one of its own kind."""
        commit = project.head_commit(pull)
        states = [_state(check) for check in project.checks if check.commit == commit]
        source = "push" if states else "external"
        states += [entry[2] for entry in project.statuses if entry[0] == commit]
        if not states:
            return None
        status = next((one for one in ("running", "pending", "failed") if one in states), "success")
        return {"id": 1, "iid": 1, "project_id": 1, "sha": commit, "ref": pull.head, "status": status, "source": source,
                "created_at": stamp(pull.created_at), "updated_at": stamp(pull.created_at), "web_url": "x"}  # fmt: skip

    def merge_fields(self, pull: Pull, project: Project) -> dict[str, Any]:
        """By the project's method: a merge commit, a squashed commit, or the head itself."""
        kind = project.methods[0]
        return {
            "merge_commit_sha": pull.merge_commit if pull.merge_commit and kind == "merge" else None,
            "squash_commit_sha": pull.merge_commit if pull.merge_commit and kind == "squash" else None,
        }

    def _statuses(self, call: Call, id: str, ref: str) -> Reply:  # noqa: A002  (GitLab's name)
        project = self._wire.projects()[id]
        found = [
            self._status(number, check.name or f"job {number}", _state(check), ref, allow=check.conclusion == "allowed")
            for number, check in enumerate(project.checks, 1)
            if check.commit == ref
        ]
        found += [
            self._status(1000 + number, entry[1], entry[2], ref, allow=False)
            for number, entry in enumerate(project.statuses)
            if entry[0] == ref
        ]
        return paged(call, found[::-1], self._wire.origin, default=20)

    def _status(self, number: int, name: str, state: str, commit: str, *, allow: bool) -> dict[str, Any]:
        return {
            "id": number, "sha": commit, "ref": "x", "status": state, "name": name, "target_url": None,
            "description": None, "created_at": "2026-01-01T00:00:00Z", "allow_failure": allow, "author": None,
        }  # fmt: skip

    def _approvals(self, call: Call, id: str, number: str) -> Reply:  # noqa: A002
        def show(project: Project, pull: Pull) -> Reply:
            approvals = [one for one in project.last_reviews(pull).values() if one.verdict == "approved"]
            by: list[dict[str, Any]] = [
                {"user": self._wire.user(one.author)}
                | ({"approved_at": stamp(one.created_at)} if self.tells_time else {})
                for one in approvals
            ]
            made = {"approved": bool(by), "approved_by": by, "user_has_approved": False, "user_can_approve": False}
            return Reply(200, made)

        return self._wire.on_pull(id, number, show)

    def _reviewers(self, call: Call, id: str, number: str) -> Reply:  # noqa: A002
        def show(project: Project, pull: Pull) -> Reply:
            last = {author: _REVIEW[one.verdict] for author, one in project.last_reviews(pull).items()}
            states = dict.fromkeys(pull.reviewers, "unreviewed") | last
            made = [
                {"user": self._wire.user(login), "state": state, "created_at": stamp(pull.created_at)}
                for login, state in states.items()
            ]
            return paged(call, made, self._wire.origin, default=20)

        return self._wire.on_pull(id, number, show)

    def _versions(self, call: Call, id: str, number: str) -> Reply:  # noqa: A002
        def show(project: Project, pull: Pull) -> Reply:
            project.head_commit(pull)
            made = [
                {"id": version, "head_commit_sha": commit, "base_commit_sha": project.base_commit, "state": "collected",
                 "start_commit_sha": project.base_commit, "created_at": stamp(at), "merge_request_id": 1,
                 "real_size": "1"}
                for version, (commit, at) in enumerate(pull.heads, 1)
            ]  # fmt: skip
            return paged(call, made[::-1], self._wire.origin, default=20)

        return self._wire.on_pull(id, number, show)

    def _merge(self, call: Call, id: str, number: str) -> Reply:  # noqa: A002
        def merge(project: Project, pull: Pull) -> Reply:
            if not self.may_merge:
                return self._wire.refusal(401, "401 Unauthorized")
            if pull.state != "open" or pull.title.startswith("Draft:") or project.refusal:
                return self._wire.refusal(405, project.refusal or "405 Method Not Allowed")
            if call.json().get("sha") not in {None, project.head_commit(pull)}:
                return self._wire.refusal(409, "SHA does not match HEAD of source branch")
            project.merge(pull, BOT, {"rebase": "fast-forward"}.get(project.methods[0], project.methods[0]))
            return Reply(200, self._wire.merge_request(project, pull))

        return self._wire.on_pull(id, number, merge)


def _state(check: Check) -> str:
    if check.completed_at is None:
        return {"queued": "pending", "in_progress": "running"}.get(check.status, check.status)
    return {"success": "success"}.get(check.conclusion, "failed")
