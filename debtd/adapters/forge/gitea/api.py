"""Gitea's REST endpoints that debtd uses, for one repository."""

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from urllib.parse import quote

from debtd.adapters.forge.gitea import values
from debtd.adapters.forge.gitea.reception import GiteaReception
from debtd.adapters.forge.github_dialect import comment, login_of
from debtd.adapters.forge.github_dialect_issues import DialectIssues
from debtd.adapters.forge.http.faults import NotThere, Refused
from debtd.adapters.forge.http.fields import Fields, items_of
from debtd.adapters.forge.http.transport import Transport
from debtd.adapters.forge.hunks import touched_in_diff
from debtd.model.errors import RepoUnusable
from debtd.model.forge import CiLoad, Comment, CommitStatus, ForgePullRequest, ForgeState, TouchedFile

_WRITING = frozenset({"owner", "admin", "write"})
_PAGE = 50  # what Gitea gives at most, unless it is set up otherwise
_CI_COMMITS = 5
_LABEL_COLOUR = "#ededed"


class GiteaApi:
    """Implements ForgeApi for `project` ("owner/name") below `web_url`."""

    kind = "gitea"

    def __init__(self, transport: Transport, web_url: str, project: str) -> None:
        self._http = transport
        self._web_url = web_url.rstrip("/")
        self._project = project
        self._home = f"repos/{project}"
        self._login = ""
        self.reception = GiteaReception(transport, self._home)
        self.issues = DialectIssues(transport, self._home, self._issues_by)

    def clone_url(self) -> str:
        return f"{self._web_url}/{self._project}.git"

    def own_login(self) -> str:
        self._login = self._login or Fields(self._http.get("user").value, "the account").text("login")
        return self._login

    def by_branch(self, branch: str) -> Sequence[ForgePullRequest]:
        # Older versions do not know `head`, and give all.
        items = self._http.pages(f"{self._home}/pulls", head=branch, state="all", limit=_PAGE)
        found = [_pull_request(item) for item in items]
        return [one for one in found if one.branch == branch]

    def read(self, number: int) -> ForgePullRequest:
        found = _pull_request(self._http.get(f"{self._home}/pulls/{number}").value)
        return replace(found, ended_by=self._closed_by(number)) if found.state is ForgeState.CLOSED else found

    def create(self, *, branch: str, base: str, title: str, body: str, draft: bool) -> ForgePullRequest:
        asked = {"head": branch, "base": base, "title": values.draft_title(title, draft=draft), "body": body}
        return _pull_request(self._http.write("POST", f"{self._home}/pulls", asked).value)

    def edit(self, number: int, *, title: str, body: str, draft: bool) -> None:
        asked = {"title": values.draft_title(title, draft=draft), "body": body}
        self._http.write("PATCH", f"{self._home}/pulls/{number}", asked)

    def close(self, number: int) -> None:
        self._http.write("PATCH", f"{self._home}/pulls/{number}", {"state": "closed"})

    def mark_ready(self, number: int, title: str) -> None:
        self._http.write("PATCH", f"{self._home}/pulls/{number}", {"title": title})

    def merge(self, number: int, commit: str) -> None:
        """It has no answer, which counts as a lost one."""
        method = values.merge_method(Fields(self._http.get(self._home).value, "the repository"))
        self._http.write("POST", f"{self._home}/pulls/{number}/merge", {"Do": method, "head_commit_id": commit})

    def comments(self, number: int) -> Sequence[Comment]:
        items = self._http.pages(f"{self._home}/issues/{number}/comments")
        return [comment(Fields(item, "a comment")) for item in items]

    def writers(self, logins: Sequence[str]) -> Mapping[str, bool]:
        """Gitea tells others' rights to administrators only; the owner writes in any case."""
        found = {login: True for login in logins if login.lower() == self._project.partition("/")[0].lower()}
        for login in logins:
            with contextlib.suppress(Refused):
                answer = self._http.get(f"{self._home}/collaborators/{quote(login, safe='')}/permission")
                found[login] = Fields(answer.value, "a permission").text("permission") in _WRITING
        return found

    def comment(self, number: int, text: str) -> None:
        self._http.write("POST", f"{self._home}/issues/{number}/comments", {"body": text})

    def change_labels(self, number: int, add: Sequence[str], remove: Sequence[str]) -> None:
        known: dict[str, int] = {}
        for item in self._http.pages(f"{self._home}/labels", limit=_PAGE):
            label = Fields(item, "a label")
            known[label.text("name")] = label.number("id")
        for name in add:
            if name not in known:
                answer = self._http.write("POST", f"{self._home}/labels", {"name": name, "color": _LABEL_COLOUR})
                known[name] = Fields(answer.value, "a label").number("id")
        if add:
            self._http.write("POST", f"{self._home}/issues/{number}/labels", {"labels": [known[name] for name in add]})
        for name in remove:
            if name in known:
                with contextlib.suppress(NotThere):
                    self._http.write("DELETE", f"{self._home}/issues/{number}/labels/{known[name]}")

    def assign(self, number: int, assignees: Sequence[str], reviewers: Sequence[str]) -> tuple[str, ...]:
        refused: list[str] = []
        if assignees and not self._assign(number, assignees):
            taken: list[str] = []
            for login in assignees:
                (taken if self._assign(number, [*taken, login]) else refused).append(login)
        if reviewers and not self._ask(number, reviewers):
            refused += [one for one in reviewers if not self._ask(number, [one])]
        return tuple(refused)

    def _assign(self, number: int, logins: Sequence[str]) -> bool:
        return self._taken("PATCH", f"{self._home}/pulls/{number}", {"assignees": list(logins)})

    def _ask(self, number: int, logins: Sequence[str]) -> bool:
        asked = {
            "reviewers": [one for one in logins if "/" not in one],
            "team_reviewers": [one.rpartition("/")[2] for one in logins if "/" in one],
        }
        return self._taken("POST", f"{self._home}/pulls/{number}/requested_reviewers", asked)

    def _taken(self, method: str, path: str, asked: object) -> bool:
        """Whether Gitea knew all the people named: it takes all of them or none."""
        try:
            self._http.write(method, path, asked)
        except Refused as error:
            if error.status not in {404, 422}:
                raise
            return False
        return True

    def set_status(self, commit: str, status: CommitStatus) -> None:
        asked = {"state": status.state.value, "context": status.name, "description": status.summary}
        if status.url:
            asked["target_url"] = status.url
        self._http.write("POST", f"{self._home}/statuses/{commit}", asked)

    def branch_commit(self, branch: str) -> str | None:
        path = f"{self._home}/branches/{quote(branch, safe='')}"
        for last in (False, True):
            try:
                return Fields(self._http.get(path).value, "a branch").child("commit").text("id")
            except NotThere:
                if not last:
                    self._http.get(self._home)  # the repository at least is there: 404 does not mean "not for you"
        return None

    def delete_branch(self, branch: str) -> None:
        self._http.write("DELETE", f"{self._home}/branches/{quote(branch, safe='')}")

    def open_pull_requests(self) -> Sequence[ForgePullRequest]:
        items = self._http.pages(f"{self._home}/pulls", state="open", limit=_PAGE)
        return [_pull_request(item) for item in items]

    def touched_files(self, number: int) -> Sequence[TouchedFile]:
        try:
            return list(touched_in_diff(self._http.get_text(f"{self._home}/pulls/{number}.diff")))
        except RepoUnusable:  # too large to be read: which files is better than nothing
            items = self._http.pages(f"{self._home}/pulls/{number}/files", limit=_PAGE)
            files = [Fields(item, "a changed file") for item in items]
            return [TouchedFile(path=f.text_or("previous_filename", f.text("filename")), lines=None) for f in files]

    def ci_load(self) -> CiLoad:
        main = Fields(self._http.get(self._home).value, "the repository").text("default_branch")
        newest = self._http.get(f"{self._home}/pulls", state="open", sort="recentupdate", limit=_CI_COMMITS)
        heads = [values.pull_request(one).commit for one in items_of(newest.value, "a pull request")]
        statuses: dict[tuple[str, str], Fields] = {}
        for ref in (main, *heads):
            path = f"{self._home}/commits/{quote(ref, safe='')}/statuses"
            for status in items_of(self._http.get(path, sort="oldest", limit=_PAGE).value, "a status"):
                statuses[ref, status.text_or("context")] = status  # the newest of each name stays
        waiting = [one for one in statuses.values() if one.text("status") == "pending"]
        ended = [one for one in statuses.values() if one.text("status") != "pending"]
        latencies = [(one.moment("updated_at") - one.moment("created_at")).total_seconds() for one in ended]
        return CiLoad(queued=len(waiting), running=0, latencies_seconds=tuple(latencies))

    def says_it_exists(self, status: int, words: str) -> bool:  # noqa: ARG002  (the words are translated)
        return status == 409

    def says_later(self, status: int, words: str) -> bool:
        return status == 405 and "try again later" in words

    def _issues_by(self, login: str) -> Iterator[object]:
        return self._http.pages(f"{self._home}/issues", created_by=login, state="all", type="issues", limit=_PAGE)

    def _closed_by(self, number: int) -> str:
        """Who closed it last: only the timeline knows."""
        events = [Fields(item, "an event") for item in self._http.pages(f"{self._home}/issues/{number}/timeline")]
        return next((login_of(e, "user") for e in reversed(events) if e.text_or("type") == "close"), "")


def _pull_request(item: object) -> ForgePullRequest:
    return values.pull_request(Fields(item, "a pull request"))
