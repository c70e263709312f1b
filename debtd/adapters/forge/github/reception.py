"""How a pull request is received on GitHub: commit statuses, check runs, reviews."""

from collections.abc import Callable, Iterable, Mapping, Sequence

from debtd.adapters.forge.github_dialect import login_of
from debtd.adapters.forge.http.faults import Refused
from debtd.adapters.forge.http.fields import Fields
from debtd.adapters.forge.http.transport import Transport
from debtd.adapters.forge.markers import is_own_status
from debtd.model.forge import ChecksState, ReviewState

Writers = Callable[[Sequence[str]], Mapping[str, bool]]

_STATUS = {"success": ChecksState.GREEN, "failure": ChecksState.RED, "error": ChecksState.RED}
_CONCLUSION = {
    **dict.fromkeys(("success", "neutral", "skipped"), ChecksState.GREEN),
    **dict.fromkeys(("failure", "timed_out", "cancelled", "action_required", "startup_failure"), ChecksState.RED),
}
_DECISIVE = frozenset({"APPROVED", "CHANGES_REQUESTED", "DISMISSED"})


class GitHubReception:
    """Implements ReceptionApi. `home` is the repository's path; `writers` tells who may write."""

    def __init__(self, transport: Transport, home: str, writers: Writers) -> None:
        self._http = transport
        self._home = home
        self._writers = writers

    def checks(self, number: int, commit: str) -> Sequence[ChecksState]:  # noqa: ARG002  (the commit has them all)
        statuses = self._http.pages(f"{self._home}/commits/{commit}/status", within="statuses", per_page=100)
        runs = self._http.pages(f"{self._home}/commits/{commit}/check-runs", within="check_runs", per_page=100)
        return [*_known(statuses, _of_status), *_known(runs, _of_run)]

    def reviews(self, number: int, commit: str) -> Mapping[str, ReviewState]:
        last: dict[str, ReviewState] = {}
        for item in self._http.pages(f"{self._home}/pulls/{number}/reviews", per_page=100):  # the oldest first
            review = Fields(item, "a review")
            login, state = login_of(review, "user"), review.text("state")
            if login and state in _DECISIVE:
                last[login] = _word(state, current=review.text_or("commit_id") == commit)
        said = {login: word for login, word in last.items() if word is not ReviewState.NONE}
        may_write = self._writers(sorted(said)) if said else {}
        return {login: word for login, word in said.items() if may_write.get(login, False)}


def _known(items: Iterable[object], state_of: Callable[[Fields], ChecksState | None]) -> list[ChecksState]:
    """What checks say; PENDING for those that debtd has no right to read."""
    try:
        found = [state_of(Fields(item, "a check")) for item in items]
    except Refused as error:
        if error.status not in {403, 404}:
            raise
        return [ChecksState.PENDING]
    return [state for state in found if state is not None]


def _of_status(status: Fields) -> ChecksState | None:
    return None if is_own_status(status.text("context")) else _STATUS.get(status.text("state"), ChecksState.PENDING)


def _of_run(run: Fields) -> ChecksState:
    """By its conclusion, which a run has when it is completed."""
    return _CONCLUSION.get(run.text_or("conclusion"), ChecksState.PENDING)


def _word(state: str, *, current: bool) -> ReviewState:
    if state == "CHANGES_REQUESTED":
        return ReviewState.CHANGES_REQUESTED
    return ReviewState.APPROVED if state == "APPROVED" and current else ReviewState.NONE
