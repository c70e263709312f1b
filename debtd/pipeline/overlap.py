"""A fix waits while a person's open pull request touches the same lines: theirs goes first."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from debtd.model.errors import RepoUnusable, Retryable
from debtd.model.forge import ForgePullRequest, TouchedFile
from debtd.model.overlap import Lines, meeting_place
from debtd.model.printable import printable
from debtd.model.pull_request import PullRequest
from debtd.model.repo import DETACHED, Repository
from debtd.ports import Forge

MAX_LOOKED_AT = 300
"""Pull requests of one repository whose files are asked for in a run, the newest ones."""


@dataclass(slots=True)
class Neighbours:
    """The open pull requests of people in one repository, listed once, and looked into only as far as needed.

    `own` are all that debtd has ever recorded there. What cannot be asked, once, is taken to be in the way.
    """

    repository: Repository
    forge: Forge
    own: Collection[PullRequest]
    _listed: tuple[ForgePullRequest, ...] | None = None
    _fault: str = ""
    _touched: dict[tuple[int, str], tuple[TouchedFile, ...]] = field(default_factory=dict)

    def in_the_way(self, changed: Mapping[str, Lines], base_branch: str) -> str:
        """What a change onto a branch waits for, for people; "" when nothing is in its way."""
        if not self._fault:
            try:
                return self._met(changed, base_branch)
            except (Retryable, RepoUnusable) as fault:
                self._fault = printable(f"an answer to which lines people's pull requests change: {fault}")
        return self._fault

    def _met(self, changed: Mapping[str, Lines], base_branch: str) -> str:
        for theirs in self._on(base_branch):
            place = meeting_place(changed, self._files(theirs))
            if place is not None:
                what = "lines" if place.lines is not None else f"file {place.path}"
                who = theirs.author or "somebody"
                return printable(f"pull request #{theirs.number} of {who}, which changes the same {what}")
        return ""

    def _on(self, base_branch: str) -> list[ForgePullRequest]:
        """Those of people onto the branch, newest first."""
        if self._listed is None:
            self._listed = self.forge.open_pull_requests(self.repository)
        numbers = {one.number for one in self.own if one.number}
        branches = {one.branch for one in self.own}
        found = [
            one
            for one in self._listed
            if one.number not in numbers
            and (one.from_fork or one.branch not in branches)
            and base_branch in {DETACHED, one.base_branch}
        ]
        return sorted(found, key=lambda one: -one.number)[:MAX_LOOKED_AT]

    def _files(self, theirs: ForgePullRequest) -> tuple[TouchedFile, ...]:
        key = (theirs.number, theirs.commit)
        if key not in self._touched:
            self._touched[key] = self.forge.touched_files(self.repository, theirs.number)
        return self._touched[key]
