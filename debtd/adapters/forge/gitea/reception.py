"""How a pull request is received on Gitea: commit statuses and reviews."""

from collections.abc import Mapping, Sequence

from debtd.adapters.forge.github_dialect import login_of
from debtd.adapters.forge.http.fields import Fields
from debtd.adapters.forge.http.transport import Transport
from debtd.adapters.forge.markers import is_own_status
from debtd.model.forge import ChecksState, ReviewState

_PAGE = 50
_STATUS = {
    **dict.fromkeys(("success", "warning", "skipped"), ChecksState.GREEN),
    **dict.fromkeys(("failure", "error"), ChecksState.RED),
}


class GiteaReception:
    """Implements ReceptionApi. `home` is the repository's path."""

    def __init__(self, transport: Transport, home: str) -> None:
        self._http = transport
        self._home = home

    def checks(self, number: int, commit: str) -> Sequence[ChecksState]:  # noqa: ARG002  (the commit has them all)
        # The combined status is no JSON where there is none, and has no pages.
        items = self._http.pages(f"{self._home}/commits/{commit}/statuses", sort="oldest", limit=_PAGE)
        newest: dict[str, Fields] = {}
        for status in sorted((Fields(item, "a status") for item in items), key=lambda one: one.number("id")):
            newest[status.text_or("context")] = status
        return [
            _STATUS.get(status.text_or("status"), ChecksState.PENDING)
            for name, status in newest.items()
            if not is_own_status(name)
        ]

    def reviews(self, number: int, commit: str) -> Mapping[str, ReviewState]:
        """Gitea says itself whose word counts: a review is "official" when its author may write, or is on the list of
        those who approve for the branch, and has said nothing else since."""
        items = self._http.pages(f"{self._home}/pulls/{number}/reviews", limit=_PAGE)
        reviews = sorted((Fields(item, "a review") for item in items), key=lambda one: one.number("id"))
        last: dict[str, ReviewState] = {}
        for review in reviews:
            if review.flag("official") and not review.flag("dismissed") and (login := login_of(review, "user")):
                current = review.text_or("commit_id") == commit and not review.flag("stale")
                last[login] = _word(review.text("state"), current=current)
        return last


def _word(state: str, *, current: bool) -> ReviewState:
    if state == "REQUEST_CHANGES":
        return ReviewState.CHANGES_REQUESTED
    return ReviewState.APPROVED if state == "APPROVED" and current else ReviewState.NONE
