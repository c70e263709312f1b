"""Finding debtd's own pull requests again, and looking more than once."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from debtd.adapters.forge.api import ForgeApi
from debtd.adapters.forge.markers import key_in
from debtd.model.errors import RepoUnusable
from debtd.model.forge import ForgePullRequest, ForgeState
from debtd.model.pull_request import PullRequest
from debtd.model.repo import Repository

T = TypeVar("T")

LOOKS_SECONDS = (0.0, 2.0, 8.0)  # lists of forges lag behind their writes


class Lookup:
    """What debtd has in one repository of a forge."""

    def __init__(self, api: ForgeApi, repository: Repository, sleep: Callable[[float], None]) -> None:
        self.api = api
        self._repository = repository
        self._sleep = sleep

    def check(self, repository_id: str) -> None:
        """Raises RepoUnusable for another repository."""
        if repository_id != self._repository.id:
            raise RepoUnusable(f"this forge was opened for {self._repository.source}, not for another repository")

    def find(self, pull_request: PullRequest) -> ForgePullRequest | None:
        """debtd's own: by number once that is known, before that by head branch and the key in the body."""
        self.check(pull_request.repository_id)
        if pull_request.number:
            return _same(pull_request, self.api.read(pull_request.number))
        there = [one for one in self.api.by_branch(pull_request.branch) if not one.from_fork]
        own = [one for one in there if key_in(one.body) == pull_request.key]
        if own:
            newest = max(own, key=lambda one: (one.state is ForgeState.OPEN, one.number))
            return self.api.read(newest.number)
        if foreign := [one for one in there if one.state is ForgeState.OPEN]:
            raise RepoUnusable(
                f"pull request {foreign[0].number} from branch {pull_request.branch} is not debtd's; "
                "close it, or rename its branch"
            )
        return None

    def required(self, pull_request: PullRequest) -> ForgePullRequest:
        """Raises RepoUnusable when there is none."""
        found = self.find(pull_request)
        if found is None:
            raise RepoUnusable(f"the forge has no pull request of debtd's from branch {pull_request.branch}")
        return found

    def seen(self, look: Callable[[], T | None], waits: Sequence[float] = LOOKS_SECONDS) -> T | None:
        """Look a few times: what a forge has just written may not be in its lists yet."""
        for seconds in waits:
            if seconds:
                self._sleep(seconds)
            if found := look():
                return found
        return None


def same_text(one: str, other: str) -> bool:
    """Whether two bodies say the same: forges change line ends and blanks at the end."""
    return _lines(one) == _lines(other)


def _lines(body: str) -> list[str]:
    return [line.rstrip() for line in body.rstrip().splitlines()]


def _same(pull_request: PullRequest, found: ForgePullRequest) -> ForgePullRequest:
    """A number means nothing on another forge."""
    if found.branch != pull_request.branch or found.from_fork:
        raise RepoUnusable(
            f"pull request {found.number} there is another one than {pull_request.url or pull_request.branch}; "
            "was that published to another forge?"
        )
    return found
