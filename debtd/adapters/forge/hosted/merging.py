"""The last steps of a pull request: from a draft to one that asks for review, and into the base branch."""

from debtd.adapters.forge.hosted.lookup import Lookup
from debtd.adapters.forge.http.faults import OutcomeUnknown, Refused
from debtd.model.errors import RepoUnusable, Retryable
from debtd.model.forge import ForgePullRequest, ForgeState
from debtd.model.pull_request import PullRequest

_LATER_SECONDS = 300.0


class Merging:
    """The part of the Forge port of that name, on debtd's own pull requests."""

    def __init__(self, lookup: Lookup) -> None:
        self._lookup = lookup
        self._api = lookup.api

    def mark_ready(self, pull_request: PullRequest) -> None:
        found = self._lookup.required(pull_request)
        if not found.draft or found.state is not ForgeState.OPEN:
            return
        try:
            self._api.mark_ready(found.number, found.title)
        except (OutcomeUnknown, Refused):
            if self._api.read(found.number).draft:
                raise

    def merge(self, pull_request: PullRequest) -> None:
        found = self._lookup.required(pull_request)
        if found.state is ForgeState.MERGED:
            return
        _check_mergeable(found, pull_request)
        unknown = OutcomeUnknown(
            f"the forge does not show pull request {found.number} as merged yet; debtd looks again later",
            after_seconds=_LATER_SECONDS,
        )
        try:
            self._api.merge(found.number, pull_request.commit)
        except OutcomeUnknown as error:
            unknown = error
        except Refused as error:
            self._refused(found.number, pull_request, error)
            return
        if not self._lookup.seen(lambda: self._is_merged(found.number)):
            raise unknown

    def _refused(self, number: int, pull_request: PullRequest, error: Refused) -> None:
        """Why: somebody else was first, somebody pushed, the forge has to think, or it is not allowed."""
        after = self._api.read(number)
        if after.state is ForgeState.MERGED:
            return
        _check_mergeable(after, pull_request)
        if after.mergeable is None or self._api.says_later(error.status, error.words):
            raise Retryable(f"{error} It may be merged later.", after_seconds=_LATER_SECONDS) from error
        raise RepoUnusable(f"pull request {number} may not be merged: {error}") from error

    def _is_merged(self, number: int) -> bool:
        return self._api.read(number).state is ForgeState.MERGED


def _check_mergeable(found: ForgePullRequest, pull_request: PullRequest) -> None:
    """Raises RepoUnusable for one that is closed, or whose head is not debtd's commit."""
    if found.state is ForgeState.CLOSED:
        raise RepoUnusable(f"pull request {found.number} is closed; debtd does not merge it")
    if found.commit != pull_request.commit:
        raise RepoUnusable(
            f"pull request {found.number} has another head than {pull_request.commit}; debtd does not merge what it "
            "has not proven"
        )
