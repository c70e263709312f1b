"""GitLab's REST API, below /api/v4."""

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import unquote

from tests.support.forges.github_values import number_of
from tests.support.forges.gitlab_issues import GitLabIssues
from tests.support.forges.gitlab_merging import GitLabMerging
from tests.support.forges.project import BOT, Note, Project, Pull
from tests.support.forges.wire import Call, Reply, dispatch, paged, route, stamp

_LEVELS = {"admin": 40, "write": 30, "read": 20}
_STATES = {"open": "opened", "closed": "closed", "merged": "merged"}


class GitLabWire:
    """`scopes` are the token's."""

    kind = "gitlab"
    prefix = "/api/v4"

    def __init__(self, projects: Callable[[], Mapping[str, Project]]) -> None:
        self.projects = projects
        self.origin = ""
        self.merging = GitLabMerging(self)
        self.issues = GitLabIssues(self)
        self.forget()
        home, one = "/projects/{id}", "/projects/{id}/merge_requests/{number}"
        self._routes = [
            route("GET", "/user", lambda call: Reply(200, self.user(BOT))),
            route("GET", "/users", self._users),
            route("GET", "/personal_access_tokens/self", self._token),
            route("GET", "/groups/{group}/projects", self._group),
            route("GET", home, self._show),
            route("GET", f"{home}/merge_requests", self._pulls),
            route("POST", f"{home}/merge_requests", self._create),
            route("GET", one, self._pull),
            route("PUT", one, self._edit),
            route("GET", f"{one}/diffs", self._diffs),
            route("GET", f"{one}/notes", self._notes),
            route("POST", f"{one}/notes", self._note),
            route("GET", f"{home}/members/all", self._members),
            route("POST", f"{home}/statuses/{{commit}}", self._status),
            route("GET", f"{home}/pipelines", self._pipelines),
            route("GET", f"{home}/repository/branches", self._branches),
            route("GET", f"{home}/repository/branches/{{branch}}", self._branch),
            route("DELETE", f"{home}/repository/branches/{{branch}}", self._delete_branch),
            *self.merging.routes,
            *self.issues.routes,
        ]

    def forget(self) -> None:
        """As it was in the beginning."""
        self.scopes = ["api"]
        self.merging.forget()
        self.issues.forget()

    def project_path(self, path: str) -> str | None:
        parts = path.split("/")
        return unquote(parts[2]) if len(parts) > 2 and parts[1] == "projects" else None

    def token_of(self, call: Call) -> str | None:
        return call.headers.get("private-token")

    def refusal(self, status: int, message: str) -> Reply:
        return Reply(status, {"message": message})

    def answer(self, call: Call, origin: str) -> Reply:
        self.origin = origin
        path = call.path.removeprefix(self.prefix)
        wanted = self.project_path(path)
        if wanted is not None and wanted not in self.projects():
            return self.refusal(404, "404 Project Not Found")
        return dispatch(self._routes, call, path) or self.refusal(404, "404 Not Found")

    def user(self, login: str) -> dict[str, Any]:
        return {
            "id": number_of(login), "username": login, "name": login.title(), "state": "active", "locked": False,
            "avatar_url": None, "web_url": f"{self.origin}/{login}",
        }  # fmt: skip

    def _users(self, call: Call) -> Reply:
        wanted = call.query["username"]
        return Reply(200, [] if wanted == "nobody" else [self.user(wanted)])

    def _token(self, call: Call) -> Reply:
        return Reply(200, {"id": 1, "name": "debtd", "revoked": False, "active": True, "scopes": self.scopes})

    def _project(self, project: Project) -> dict[str, Any]:
        level = _LEVELS.get(project.people.get(BOT, ""), 0)
        made: dict[str, Any] = {
            "id": number_of(project.path), "path_with_namespace": project.path,
            "http_url_to_repo": f"{self.origin}/{project.path}.git", "default_branch": project.default_branch,
            "archived": project.archived,
            "issues_enabled": project.has_issues, "topics": project.topics, "web_url": f"{self.origin}/{project.path}",
            "permissions": {"project_access": {"access_level": level, "notification_level": 3}, "group_access": None},
        }  # fmt: skip
        return made | ({"forked_from_project": {"id": 1}} if project.fork else {})

    def _group(self, call: Call, group: str) -> Reply:
        own = [self._project(p) for path, p in self.projects().items() if path.startswith(f"{group}/")]
        return paged(call, own, self.origin, default=20) if own else self.refusal(404, "404 Group Not Found")

    def _show(self, call: Call, id: str) -> Reply:  # noqa: A002  (GitLab's name)
        return Reply(200, self._project(self.projects()[id]))

    def merge_request(self, project: Project, one: Pull) -> dict[str, Any]:
        ended = self.user(one.ended_by) if one.ended_by else None
        return {
            "id": 1000 + one.number, "iid": one.number, "project_id": number_of(project.path), "title": one.title,
            "description": one.body, "state": _STATES[one.state], "created_at": stamp(one.created_at),
            "updated_at": stamp(one.created_at), "target_branch": one.base, "source_branch": one.head,
            "author": self.user(one.author), "assignees": [self.user(login) for login in one.assignees],
            "reviewers": [self.user(login) for login in one.reviewers],
            "source_project_id": number_of(one.fork or project.path), "target_project_id": number_of(project.path),
            "labels": one.labels, "draft": one.title.startswith("Draft:"), "merge_status": "can_be_merged",
            "detailed_merge_status": "mergeable", "sha": project.head_commit(one),
            "merge_user": ended if one.state == "merged" else None,
            "closed_by": ended if one.state == "closed" else None,
            "web_url": f"{self.origin}/{project.path}/-/merge_requests/{one.number}", "has_conflicts": False,
        } | self.merging.merge_fields(one, project)  # fmt: skip

    def on_pull(self, id: str, number: str, act: Callable[[Project, Pull], Reply]) -> Reply:  # noqa: A002
        project = self.projects()[id]
        pull = project.pull(int(number)) if number.isdigit() else None
        return self.refusal(404, "404 Not found") if pull is None else act(project, pull)

    def _pulls(self, call: Call, id: str) -> Reply:  # noqa: A002
        project = self.projects()[id]
        wanted, head = call.query.get("state", "all"), call.query.get("source_branch")
        found = [
            self.merge_request(project, pull)
            for pull in project.listed()
            if head in {None, pull.head} and wanted in {"all", _STATES[pull.state]}
        ]
        return paged(call, found, self.origin, default=20)

    def _create(self, call: Call, id: str) -> Reply:  # noqa: A002
        project, body = self.projects()[id], call.json()
        head, base = body["source_branch"], body["target_branch"]
        if project.branch_commit(head) is None:
            return Reply(400, {"message": {"source_branch": ["does not exist"]}})
        there = next((p for p in project.pulls if (p.head, p.base, p.state, p.fork) == (head, base, "open", "")), None)
        if there is not None:
            words = f"Another open merge request already exists for this source branch: !{there.number}"
            return Reply(409, {"message": [words]})
        pull = project.open_pull(head, base, body["title"], body.get("description", ""), BOT)
        pull.draft = pull.title.startswith("Draft:")
        return Reply(201, self.merge_request(project, pull))

    def _pull(self, call: Call, id: str, number: str) -> Reply:  # noqa: A002
        def show(project: Project, pull: Pull) -> Reply:
            full = self.merge_request(project, pull) | {"head_pipeline": self.merging.head_pipeline(project, pull)}
            if pull.state == "merged" and self.merging.slow > 0:
                self.merging.slow -= 1
                full["state"] = "locked"
            return Reply(200, full)

        return self.on_pull(id, number, show)

    def _edit(self, call: Call, id: str, number: str) -> Reply:  # noqa: A002
        def edit(project: Project, pull: Pull) -> Reply:
            body = call.json()
            pull.title, pull.body = body.get("title", pull.title), body.get("description", pull.body)
            pull.draft = pull.title.startswith("Draft:")
            added, removed = body.get("add_labels", ""), body.get("remove_labels", "").split(",")
            pull.labels += [label for label in added.split(",") if label and label not in pull.labels]
            pull.labels = [label for label in pull.labels if label not in removed]
            members = {number_of(login): login for login in project.people}
            if "assignee_ids" in body:  # who has no access is left out in silence
                pull.assignees = [members[one] for one in body["assignee_ids"] if one in members]
            if "reviewer_ids" in body:
                pull.reviewers = [members[one] for one in body["reviewer_ids"] if one in members]
            if body.get("state_event") == "close" and pull.state == "open":
                project.end(pull, BOT, "closed")
            return Reply(200, self.merge_request(project, pull))

        return self.on_pull(id, number, edit)

    def _diffs(self, call: Call, id: str, number: str) -> Reply:  # noqa: A002
        def show(project: Project, pull: Pull) -> Reply:
            found = []
            for part in project.diff(pull).split("diff --git ")[1:]:
                head, _, hunks = part.partition("\n@@ ")
                name = head.split("\n")[0].rpartition(" b/")[2]
                found.append({
                    "old_path": name, "new_path": name, "a_mode": "100644", "b_mode": "100644", "diff": f"@@ {hunks}",
                    "new_file": "new file mode" in head, "renamed_file": False, "deleted_file": False,
                    "generated_file": False,
                })  # fmt: skip
            return paged(call, found, self.origin, default=20)

        return self.on_pull(id, number, show)

    def _as_note(self, note: Note) -> dict[str, Any]:
        return {
            "id": note.id, "body": note.body, "author": self.user(note.author), "system": False,
            "created_at": stamp(note.created_at), "updated_at": stamp(note.created_at), "noteable_type": "MergeRequest",
            "internal": False, "resolvable": False,
        }  # fmt: skip

    def _notes(self, call: Call, id: str, number: str) -> Reply:  # noqa: A002
        def show(project: Project, pull: Pull) -> Reply:
            system = self._as_note(Note(0, "ann", "changed the description", pull.created_at)) | {"system": True}
            notes = [system, *map(self._as_note, project.listed_notes(pull))]
            return paged(call, notes, self.origin, default=20)

        return self.on_pull(id, number, show)

    def _note(self, call: Call, id: str, number: str) -> Reply:  # noqa: A002
        return self.on_pull(
            id, number, lambda project, pull: Reply(201, self._as_note(project.note(pull, BOT, call.json()["body"])))
        )

    def _members(self, call: Call, id: str) -> Reply:  # noqa: A002
        people = self.projects()[id].people
        found = [
            self.user(login) | {"access_level": _LEVELS[role], "membership_state": "active"}
            for login, role in people.items()
            if call.query.get("query", "") in login
        ]
        return paged(call, found, self.origin, default=20)

    def _status(self, call: Call, id: str, commit: str) -> Reply:  # noqa: A002
        project, body = self.projects()[id], call.json()
        entry = (commit, body["name"], body["state"], body["description"], "")
        if any(known[:3] == entry[:3] for known in project.statuses[-1:]):
            return Reply(400, {"message": "Cannot transition status via :enqueue from :pending"})
        project.statuses.append(entry)
        made = {"id": 1, "sha": commit, "status": body["state"], "name": body["name"], "ref": "main"}
        return Reply(201, made | {"description": body["description"], "target_url": None, "created_at": stamp(call.at)})

    def _pipelines(self, call: Call, id: str) -> Reply:  # noqa: A002
        found = [
            {"id": number, "iid": number, "project_id": 1, "sha": check.commit, "ref": "x", "source": "push",
             "status": {"queued": "pending", "in_progress": "running"}.get(check.status, "success"),
             "created_at": stamp(check.started_at), "updated_at": stamp(check.completed_at or check.started_at),
             "web_url": "x"}
            for number, check in enumerate(self.projects()[id].checks, 1)
        ]  # fmt: skip
        return paged(call, found, self.origin, default=20)

    def _branches(self, call: Call, id: str) -> Reply:  # noqa: A002
        project = self.projects()[id]
        wanted = call.query["search"].removeprefix("^").removesuffix("$")
        found = [
            {"name": name, "merged": False, "protected": False, "commit": {"id": project.branch_commit(name)}}
            for name in project.branches()
            if name == wanted
        ]
        return paged(call, found, self.origin, default=20)

    def _branch(self, call: Call, id: str, branch: str) -> Reply:  # noqa: A002
        project = self.projects()[id]
        made = {"name": branch, "merged": False, "protected": project.protected, "developers_can_merge": False}
        made |= {"can_push": not project.protected, "commit": {"id": project.branch_commit(branch)}}
        return Reply(200, made)

    def _delete_branch(self, call: Call, id: str, branch: str) -> Reply:  # noqa: A002
        project = self.projects()[id]
        if project.branch_commit(branch) is None:
            return self.refusal(404, "404 Branch Not Found")
        project.delete_branch(branch)
        return Reply(204)
