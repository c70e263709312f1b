"""GitHub's REST endpoints that debtd uses, for one repository."""

import contextlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from urllib.parse import quote

from debtd.adapters.forge.github import values
from debtd.adapters.forge.github.graphql import GraphQL
from debtd.adapters.forge.github.reception import GitHubReception
from debtd.adapters.forge.github_dialect import comment, login_of
from debtd.adapters.forge.github_dialect_issues import DialectIssues
from debtd.adapters.forge.http.faults import NotThere, Refused
from debtd.adapters.forge.http.fields import Fields, items_of
from debtd.adapters.forge.http.transport import Transport
from debtd.model.forge import CiLoad, Comment, CommitStatus, ForgePullRequest, ForgeState, TouchedFile

_WRITING = frozenset({"admin", "write"})
_MAX_SUMMARY = 140
_CI_COMMITS = 5
_METHODS = {"merge": "allow_merge_commit", "squash": "allow_squash_merge", "rebase": "allow_rebase_merge"}
_MARK_READY = (
    "mutation ($id: ID!) { markPullRequestReadyForReview(input: {pullRequestId: $id}) { pullRequest { isDraft } } }"
)


class GitHubApi:
    """Implements ForgeApi for `project` ("owner/name") below `web_url`. `own_login` is asked once."""

    kind = "github"

    def __init__(
        self, transport: Transport, graphql: GraphQL, web_url: str, project: str, own_login: Callable[[], str]
    ) -> None:
        self._http = transport
        self._graphql = graphql
        self._web_url = web_url.rstrip("/")
        self._project = project
        self._home = f"repos/{project}"
        self._own_login = own_login
        self._login = ""
        self.reception = GitHubReception(transport, self._home, self.writers)
        self.issues = DialectIssues(transport, self._home, self._issues_by)

    def clone_url(self) -> str:
        return f"{self._web_url}/{self._project}.git"

    def own_login(self) -> str:
        self._login = self._login or self._own_login()
        return self._login

    def by_branch(self, branch: str) -> Sequence[ForgePullRequest]:
        owner = self._project.partition("/")[0]
        items = self._http.pages(f"{self._home}/pulls", head=f"{owner}:{branch}", state="all", per_page=100)
        found = [self._pull_request(item) for item in items]
        return [one for one in found if one.branch == branch]  # an unknown filter is ignored, not refused

    def read(self, number: int) -> ForgePullRequest:
        found = self._pull_request(self._http.get(f"{self._home}/pulls/{number}").value)
        return found if found.state is ForgeState.OPEN else replace(found, ended_by=self._ended_by(number))

    def create(self, *, branch: str, base: str, title: str, body: str, draft: bool) -> ForgePullRequest:
        asked = {
            "head": branch, "base": base, "title": title, "body": body, "draft": draft,
        }  # fmt: skip
        return self._pull_request(self._http.write("POST", f"{self._home}/pulls", asked).value)

    def edit(self, number: int, *, title: str, body: str, draft: bool) -> None:  # noqa: ARG002  (a field of its own)
        self._http.write("PATCH", f"{self._home}/pulls/{number}", {"title": title, "body": body})

    def close(self, number: int) -> None:
        self._http.write("PATCH", f"{self._home}/pulls/{number}", {"state": "closed"})

    def mark_ready(self, number: int, title: str) -> None:  # noqa: ARG002  (a field of its own)
        one = Fields(self._http.get(f"{self._home}/pulls/{number}").value, "a pull request")
        self._graphql.change(_MARK_READY, id=one.text("node_id"))

    def merge(self, number: int, commit: str) -> None:
        allowed = Fields(self._http.get(self._home).value, "the repository")
        method = next((name for name, flag in _METHODS.items() if allowed.flag(flag)), "merge")
        self._http.write("PUT", f"{self._home}/pulls/{number}/merge", {"sha": commit, "merge_method": method})

    def comments(self, number: int) -> Sequence[Comment]:
        items = self._http.pages(f"{self._home}/issues/{number}/comments", per_page=100)
        return [comment(Fields(item, "a comment")) for item in items]

    def writers(self, logins: Sequence[str]) -> Mapping[str, bool]:
        found: dict[str, bool] = {}
        for login in logins:
            with contextlib.suppress(Refused):  # no such user any more, or not ours to ask
                answer = self._http.get(f"{self._home}/collaborators/{quote(login, safe='')}/permission")
                found[login] = Fields(answer.value, "a permission").text("permission") in _WRITING
        return found

    def comment(self, number: int, text: str) -> None:
        self._http.write("POST", f"{self._home}/issues/{number}/comments", {"body": text})

    def change_labels(self, number: int, add: Sequence[str], remove: Sequence[str]) -> None:
        if add:
            self._http.write("POST", f"{self._home}/issues/{number}/labels", {"labels": list(add)})
        for label in remove:
            with contextlib.suppress(NotThere):
                self._http.write("DELETE", f"{self._home}/issues/{number}/labels/{quote(label, safe='')}")

    def assign(self, number: int, assignees: Sequence[str], reviewers: Sequence[str]) -> tuple[str, ...]:
        refused: list[str] = []
        if assignees:
            answer = self._http.write("POST", f"{self._home}/issues/{number}/assignees", {"assignees": list(assignees)})
            taken = {user.text("login") for user in Fields(answer.value, "an issue").children("assignees")}
            refused += [login for login in assignees if login not in taken]  # GitHub leaves them out in silence
        if reviewers and not self._ask(number, reviewers):
            refused += [one for one in reviewers if len(reviewers) == 1 or not self._ask(number, [one])]
        return tuple(refused)

    def _ask(self, number: int, reviewers: Sequence[str]) -> bool:
        """Ask for reviews; "org/team" names a team. GitHub takes all of them or none."""
        asked = {
            "reviewers": [one for one in reviewers if "/" not in one],
            "team_reviewers": [one.rpartition("/")[2] for one in reviewers if "/" in one],
        }
        try:
            self._http.write("POST", f"{self._home}/pulls/{number}/requested_reviewers", asked)
        except Refused as error:
            if error.status != 422:
                raise
            return False
        return True

    def set_status(self, commit: str, status: CommitStatus) -> None:
        asked = {"state": status.state.value, "context": status.name, "description": status.summary[:_MAX_SUMMARY]}
        if status.url:
            asked["target_url"] = status.url
        self._http.write("POST", f"{self._home}/statuses/{commit}", asked)

    def branch_commit(self, branch: str) -> str | None:
        # The list of matching refs: it is empty without the branch, while a 404 may also mean "not for you".
        items = self._http.pages(f"{self._home}/git/matching-refs/heads/{quote(branch)}")
        refs = [Fields(item, "a branch") for item in items]
        wanted = f"refs/heads/{branch}"
        return next((ref.child("object").text("sha") for ref in refs if ref.text("ref") == wanted), None)

    def delete_branch(self, branch: str) -> None:
        self._http.write("DELETE", f"{self._home}/git/refs/heads/{quote(branch)}")

    def open_pull_requests(self) -> Sequence[ForgePullRequest]:
        items = self._http.pages(f"{self._home}/pulls", state="open", sort="created", direction="desc", per_page=100)
        return [self._pull_request(item) for item in items]

    def touched_files(self, number: int) -> Sequence[TouchedFile]:
        items = self._http.pages(f"{self._home}/pulls/{number}/files", per_page=100)
        return [values.touched_file(Fields(item, "a changed file")) for item in items]

    def ci_load(self) -> CiLoad:
        main = Fields(self._http.get(self._home).value, "the repository").text("default_branch")
        newest = self._http.get(
            f"{self._home}/pulls", state="open", sort="updated", direction="desc", per_page=_CI_COMMITS
        )
        heads = [one.child("head").text("sha") for one in items_of(newest.value, "a pull request")]
        runs: list[Fields] = []
        for ref in (main, *heads):
            answer = self._http.get(f"{self._home}/commits/{quote(ref, safe='')}/check-runs", per_page=100)
            runs += Fields(answer.value, "check runs").children("check_runs")
        return CiLoad(
            queued=sum(run.text("status") in {"queued", "pending", "waiting", "requested"} for run in runs),
            running=sum(run.text("status") == "in_progress" for run in runs),
            latencies_seconds=tuple(
                (run.moment("completed_at") - run.moment("started_at")).total_seconds()
                for run in runs
                if run.has("completed_at") and run.has("started_at")
            ),
        )

    def says_it_exists(self, status: int, words: str) -> bool:
        return status == 422 and "already exists" in words

    def says_later(self, status: int, words: str) -> bool:
        return status == 405 and "Base branch was modified" in words

    def _issues_by(self, login: str) -> Iterator[object]:
        return self._http.pages(f"{self._home}/issues", creator=login, state="all", per_page=100)

    def _pull_request(self, value: object) -> ForgePullRequest:
        return values.pull_request(Fields(value, "a pull request"))

    def _ended_by(self, number: int) -> str:
        """Who closed it: only the issue behind a pull request knows."""
        try:
            issue = Fields(self._http.get(f"{self._home}/issues/{number}").value, "an issue")
        except NotThere:
            return ""
        return login_of(issue, "closed_by")
