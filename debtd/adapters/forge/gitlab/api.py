"""GitLab's REST endpoints that debtd uses, for one project."""

from collections.abc import Mapping, Sequence
from urllib.parse import quote

from debtd.adapters.forge.gitlab import values
from debtd.adapters.forge.gitlab.issues import GitLabIssues
from debtd.adapters.forge.gitlab.reception import GitLabReception
from debtd.adapters.forge.http.faults import Refused
from debtd.adapters.forge.http.fields import Fields, items_of
from debtd.adapters.forge.http.transport import Transport
from debtd.model.errors import ConfigError
from debtd.model.forge import CiLoad, Comment, CommitStatus, ForgePullRequest, StatusState, TouchedFile

_DEVELOPER = 30  # the least role that may push
_STATUS = {StatusState.PENDING: "pending", StatusState.SUCCESS: "success", StatusState.FAILURE: "failed"}
_QUEUED = frozenset({"created", "waiting_for_resource", "preparing", "pending", "scheduled"})
_ENDED = frozenset({"success", "failed"})


class GitLabApi:
    """Implements ForgeApi for `project` ("group/subgroup/name") below `web_url`."""

    kind = "gitlab"

    def __init__(self, transport: Transport, web_url: str, project: str) -> None:
        self._http = transport
        self._web_url = web_url.rstrip("/")
        self._project = project
        self._home = f"projects/{quote(project, safe='')}"
        self._login = ""
        self.reception = GitLabReception(transport, self._home, self.writers)
        self.issues = GitLabIssues(transport, self._home)

    def clone_url(self) -> str:
        return f"{self._web_url}/{self._project}.git"

    def own_login(self) -> str:
        self._login = self._login or Fields(self._http.get("user").value, "the account").text("username")
        return self._login

    def by_branch(self, branch: str) -> Sequence[ForgePullRequest]:
        items = self._http.pages(
            f"{self._home}/merge_requests", source_branch=branch, state="all", scope="all", per_page=100
        )
        found = [_pull_request(item) for item in items]
        return [one for one in found if one.branch == branch]

    def read(self, number: int) -> ForgePullRequest:
        return _pull_request(self._http.get(f"{self._home}/merge_requests/{number}").value)

    def create(self, *, branch: str, base: str, title: str, body: str, draft: bool) -> ForgePullRequest:
        asked = {
            "source_branch": branch, "target_branch": base, "title": values.draft_title(title, draft=draft),
            "description": body,
        }  # fmt: skip
        return _pull_request(self._http.write("POST", f"{self._home}/merge_requests", asked).value)

    def edit(self, number: int, *, title: str, body: str, draft: bool) -> None:
        self._put(number, {"title": values.draft_title(title, draft=draft), "description": body})

    def close(self, number: int) -> None:
        self._put(number, {"state_event": "close"})

    def mark_ready(self, number: int, title: str) -> None:
        self._put(number, {"title": title})

    def merge(self, number: int, commit: str) -> None:
        """As the project is set up to; it decides about squashing too."""
        path = f"{self._home}/merge_requests/{number}/merge"
        try:
            self._http.write("PUT", path, {"sha": commit})
        except ConfigError as error:  # 401 is also what GitLab says to those who may not merge into the branch
            self._http.get("user")
            words = "debtd's account may not merge into this branch"
            raise Refused(f"{words}; allow it for the role Developer.", status=401, words=words) from error

    def comments(self, number: int) -> Sequence[Comment]:
        items = self._http.pages(
            f"{self._home}/merge_requests/{number}/notes", sort="asc", order_by="created_at", per_page=100
        )
        notes = [Fields(item, "a comment") for item in items]
        return [values.comment(note) for note in notes if not note.flag("system")]

    def writers(self, logins: Sequence[str]) -> Mapping[str, bool]:
        found: dict[str, bool] = {}
        for login in logins:
            members = self._http.get(f"{self._home}/members/all", query=login, per_page=100).value
            levels = [m.number("access_level") for m in items_of(members, "a member") if m.text("username") == login]
            found[login] = max(levels, default=0) >= _DEVELOPER
        return found

    def comment(self, number: int, text: str) -> None:
        self._http.write("POST", f"{self._home}/merge_requests/{number}/notes", {"body": text})

    def change_labels(self, number: int, add: Sequence[str], remove: Sequence[str]) -> None:
        asked = {"add_labels": ",".join(add), "remove_labels": ",".join(remove)}
        self._put(number, {name: labels for name, labels in asked.items() if labels})

    def assign(self, number: int, assignees: Sequence[str], reviewers: Sequence[str]) -> tuple[str, ...]:
        wanted = [*assignees, *reviewers]
        ids = {login: self._user_id(login) for login in dict.fromkeys(wanted)}
        asked = {
            name: [user for login in logins if (user := ids[login])]
            for name, logins in (("assignee_ids", assignees), ("reviewer_ids", reviewers))
            if logins
        }
        after = _pull_request(self._put(number, asked)) if any(asked.values()) else None
        taken = [*after.assignees] if after else []
        asked_for = [*after.reviewers] if after else []
        return (
            *(login for login in assignees if login not in taken),
            *(login for login in reviewers if login not in asked_for),
        )

    def _user_id(self, login: str) -> int | None:
        users = items_of(self._http.get("users", username=login).value, "a user")
        return next((user.number("id") for user in users if user.text("username") == login), None)

    def set_status(self, commit: str, status: CommitStatus) -> None:
        asked = {"state": _STATUS[status.state], "name": status.name, "description": status.summary}
        if status.url:
            asked["target_url"] = status.url
        try:
            self._http.write("POST", f"{self._home}/statuses/{commit}", asked)
        except Refused as error:
            if "Cannot transition status" not in error.words:  # it has that state already
                raise

    def branch_commit(self, branch: str) -> str | None:
        # A search: it is empty without the branch, while a 404 may also mean "not for you".
        items = self._http.pages(f"{self._home}/repository/branches", search=f"^{branch}$", per_page=100)
        found = [Fields(item, "a branch") for item in items]
        return next((one.child("commit").text("id") for one in found if one.text("name") == branch), None)

    def delete_branch(self, branch: str) -> None:
        self._http.write("DELETE", f"{self._home}/repository/branches/{quote(branch, safe='')}")

    def open_pull_requests(self) -> Sequence[ForgePullRequest]:
        items = self._http.pages(f"{self._home}/merge_requests", state="opened", scope="all", per_page=100)
        return [_pull_request(item) for item in items]

    def touched_files(self, number: int) -> Sequence[TouchedFile]:
        items = self._http.pages(f"{self._home}/merge_requests/{number}/diffs", per_page=100)
        return [values.touched_file(Fields(item, "a changed file")) for item in items]

    def ci_load(self) -> CiLoad:
        pipelines = items_of(self._http.get(f"{self._home}/pipelines", per_page=50).value, "a pipeline")
        return CiLoad(
            queued=sum(one.text("status") in _QUEUED for one in pipelines),
            running=sum(one.text("status") == "running" for one in pipelines),
            latencies_seconds=tuple(
                (one.moment("updated_at") - one.moment("created_at")).total_seconds()
                for one in pipelines
                if one.text("status") in _ENDED
            ),
        )

    def says_it_exists(self, status: int, words: str) -> bool:  # noqa: ARG002  (the words are translated)
        return status == 409

    def says_later(self, status: int, words: str) -> bool:  # noqa: ARG002  (`mergeable` tells it)
        return False

    def _put(self, number: int, asked: Mapping[str, object]) -> object:
        return self._http.write("PUT", f"{self._home}/merge_requests/{number}", dict(asked)).value


def _pull_request(value: object) -> ForgePullRequest:
    return values.pull_request(Fields(value, "a pull request"))
