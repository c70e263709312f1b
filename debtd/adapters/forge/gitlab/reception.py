"""How a merge request is received on GitLab: jobs and statuses of its commit, approvals, requested changes."""

from collections.abc import Callable, Iterator, Mapping, Sequence

from debtd.adapters.forge.gitlab.values import username
from debtd.adapters.forge.http.faults import Refused
from debtd.adapters.forge.http.fields import Fields
from debtd.adapters.forge.http.transport import Transport
from debtd.adapters.forge.markers import is_own_status
from debtd.model.forge import ChecksState, ReviewState

Writers = Callable[[Sequence[str]], Mapping[str, bool]]

_STATUS = {"success": ChecksState.GREEN, "failed": ChecksState.RED, "canceled": ChecksState.RED}


class GitLabReception:
    """Implements ReceptionApi. `home` is the project's path; `writers` tells who may push."""

    def __init__(self, transport: Transport, home: str, writers: Writers) -> None:
        self._http = transport
        self._home = home
        self._writers = writers

    def checks(self, number: int, commit: str) -> Sequence[ChecksState]:
        found = Fields(self._http.get(f"{self._home}/merge_requests/{number}").value, "a pull request")
        try:
            states = self._statuses(commit)
        except Refused as error:
            if error.status not in {403, 404}:
                raise
            return [ChecksState.PENDING]
        if found.has("head_pipeline"):
            # Its jobs are those of the commit, but for a trial merge's, which has a commit of its own, and for a
            # pipeline that could not even make jobs.
            pipeline = found.child("head_pipeline")
            if pipeline.text_or("source") != "external" and (not states or pipeline.text("sha") != commit):
                states += _states(pipeline)
        return states

    def reviews(self, number: int, commit: str) -> Mapping[str, ReviewState]:
        home = f"{self._home}/merge_requests/{number}"
        said = dict.fromkeys(self._approving(home, commit), ReviewState.APPROVED)
        for item in self._http.pages(f"{home}/reviewers", per_page=100):
            reviewer = Fields(item, "a reviewer")
            if reviewer.text_or("state") == "requested_changes":
                said[username(reviewer, "user")] = ReviewState.CHANGES_REQUESTED
        said.pop("", None)
        may_write = self._writers(sorted(said)) if said else {}
        return {login: word for login, word in said.items() if may_write.get(login, False)}

    def _statuses(self, commit: str) -> list[ChecksState]:
        """The newest of each name: a commit may have had several pipelines."""
        items = self._http.pages(f"{self._home}/repository/commits/{commit}/statuses", per_page=100)
        newest: dict[str, Fields] = {}
        for status in sorted((Fields(item, "a status") for item in items), key=lambda one: one.number("id")):
            newest[status.text("name")] = status
        return [state for name, status in newest.items() if not is_own_status(name) for state in _states(status)]

    def _approving(self, home: str, commit: str) -> Iterator[str]:
        """Who has approved since the commit is its head. GitLab names no commit: what is older than that, or has no
        time (older versions tell none), counts only where there never was another head."""
        approvals = list(Fields(self._http.get(f"{home}/approvals").value, "approvals").children("approved_by"))
        if not approvals:
            return
        heads = [Fields(item, "a version") for item in self._http.pages(f"{home}/versions", per_page=100)]
        newest = max(heads, key=lambda one: one.number("id"), default=None)
        if newest is None or newest.text("head_commit_sha") != commit:
            return
        for approval in approvals:
            timely = approval.has("approved_at") and approval.moment("approved_at") >= newest.moment("created_at")
            if timely or len({one.text("head_commit_sha") for one in heads}) == 1:
                yield username(approval, "user")


def _states(status: Fields) -> Sequence[ChecksState]:
    """Of a job, a status or a pipeline. One that was skipped, or waits for a person who need not come, says nothing;
    one that may fail is as good as green."""
    state, may_fail = status.text("status"), status.flag("allow_failure")
    if state == "skipped" or (state == "manual" and may_fail):
        return ()
    if state in {"failed", "canceled"} and may_fail:
        return (ChecksState.GREEN,)
    return (_STATUS.get(state, ChecksState.PENDING),)
