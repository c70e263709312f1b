"""What is said on a pull request, and who is asked: comments, labels, people."""

from collections.abc import Sequence
from dataclasses import replace

from debtd.adapters.forge.hosted.lookup import Lookup
from debtd.adapters.forge.http.faults import OutcomeUnknown
from debtd.adapters.forge.markers import comment_name_in, marked_comment
from debtd.model.forge import Comment, ForgePullRequest
from debtd.model.pull_request import PullRequest
from debtd.model.secret import redact


class Conversation:
    """The part of the Forge port of that name, on debtd's own pull requests."""

    def __init__(self, lookup: Lookup) -> None:
        self._lookup = lookup
        self._api = lookup.api

    def ensure_comment(self, pull_request: PullRequest, name: str, text: str) -> None:
        found = self._lookup.required(pull_request)
        if self._has_comment(found, name):
            return
        try:
            self._api.comment(found.number, redact(marked_comment(name, text)))
        except OutcomeUnknown:
            if not self._lookup.seen(lambda: self._has_comment(found, name)):
                raise

    def comments(self, pull_request: PullRequest) -> tuple[Comment, ...]:
        found = self._lookup.required(pull_request)
        everyone = self._api.comments(found.number)
        own = self._own_logins(found, everyone)
        theirs = [comment for comment in everyone if comment.author not in own]
        writers = self._api.writers(sorted({comment.author for comment in theirs if comment.author}))
        return tuple(replace(comment, may_write=writers.get(comment.author, False)) for comment in theirs)

    def change_labels(self, pull_request: PullRequest, add: Sequence[str], remove: Sequence[str]) -> None:
        found = self._lookup.required(pull_request)
        missing = [label for label in add if label not in found.labels]
        extra = [label for label in remove if label in found.labels]
        if missing or extra:
            self._api.change_labels(found.number, missing, extra)

    def assign(self, pull_request: PullRequest, assignees: Sequence[str], reviewers: Sequence[str]) -> tuple[str, ...]:
        found = self._lookup.required(pull_request)
        to_assign = [login for login in assignees if login not in found.assignees]
        to_ask = [login for login in reviewers if login not in found.reviewers and login != found.author]
        if not to_assign and not to_ask:
            return ()
        refused = self._api.assign(
            found.number,
            (*found.assignees, *to_assign) if to_assign else (),
            (*found.reviewers, *to_ask) if to_ask else (),
        )
        return tuple(login for login in refused if login in {*assignees, *reviewers})

    def _has_comment(self, found: ForgePullRequest, name: str) -> bool:
        """A mark counts only in debtd's own comments: anybody can write one."""
        comments = self._api.comments(found.number)
        own = self._own_logins(found, comments)
        return any(comment_name_in(comment.body) == name and comment.author in own for comment in comments)

    def _own_logins(self, found: ForgePullRequest, comments: Sequence[Comment]) -> frozenset[str]:
        """Who opened the pull request, and, where others have written marks, debtd's account of today."""
        marked = {comment.author for comment in comments if comment_name_in(comment.body)}
        return frozenset({found.author} if marked <= {found.author} else {found.author, self._api.own_login()})
