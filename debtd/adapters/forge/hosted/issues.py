"""Issues that debtd keeps: one for each name, known by a hidden mark in what debtd's own account wrote."""

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import replace

from debtd.adapters.forge.hosted.lookup import Lookup, same_text
from debtd.adapters.forge.http.faults import NotThere, OutcomeUnknown, Refused
from debtd.adapters.forge.markers import issue_name_in, marked_issue, unmarked_issue
from debtd.model.errors import RepoUnusable
from debtd.model.forge import ForgeIssue
from debtd.model.secret import redact

_NOT_ALLOWED = frozenset({403, 404, 410})


class Issues:
    """The part of the Forge port of that name, in one repository.

    Two daemons may both create one. The lowest number is the one that counts; the others are closed by whoever sees
    them next. One that this process created is remembered: lists lag.
    """

    def __init__(self, lookup: Lookup) -> None:
        self._lookup = lookup
        self._api = lookup.api
        self._created: dict[str, int] = {}

    def ensure(self, name: str, title: str, body: str) -> ForgeIssue:
        title, body = redact(" ".join(title.split())), redact(marked_issue(name, body))
        with _allowed(name):
            own = self._own(name)
            issue = own[0] if own else self._create(name, title, body)
            self._close_duplicates(own)
            if issue.is_open and (issue.title != title or not same_text(issue.body, body)):
                issue = self._edit(issue.number, title, body)
        return _shown(issue)

    def read(self, name: str) -> ForgeIssue | None:
        with _allowed(name):
            own = self._own(name)
        return _shown(own[0]) if own else None

    def _own(self, name: str) -> list[ForgeIssue]:
        """debtd's of this name, lowest number first."""
        found = {
            issue.number: issue
            for issue in self._api.issues.written_by(self._api.own_login())
            if issue_name_in(issue.body) == name
        }
        created = self._created.get(name)
        if created is not None and created not in found:
            with contextlib.suppress(NotThere):  # deleted by people
                found[created] = self._api.issues.read(created)
        return [found[number] for number in sorted(found)]

    def _create(self, name: str, title: str, body: str) -> ForgeIssue:
        try:
            issue = self._api.issues.create(title, body)
        except OutcomeUnknown:
            there = self._lookup.seen(lambda: self._own(name))
            if not there:
                raise
            return there[0]
        self._created[name] = issue.number
        own = self._own(name)  # another daemon may have been faster
        self._close_duplicates(own)
        return own[0] if own else issue

    def _close_duplicates(self, own: Sequence[ForgeIssue]) -> None:
        for duplicate in own[1:]:
            if duplicate.is_open:
                self._api.issues.close(duplicate.number)

    def _edit(self, number: int, title: str, body: str) -> ForgeIssue:
        try:
            return self._api.issues.edit(number, title, body)
        except OutcomeUnknown:
            after = self._api.issues.read(number)
            if after.title != title or not same_text(after.body, body):
                raise
            return after


def _shown(issue: ForgeIssue) -> ForgeIssue:
    return replace(issue, body=unmarked_issue(issue.body))


@contextlib.contextmanager
def _allowed(name: str) -> Iterator[None]:
    """Say what a refusal means: issues may be switched off, and debtd works without the right to write them."""
    try:
        yield
    except Refused as error:
        if error.status not in _NOT_ALLOWED:
            raise
        raise RepoUnusable(
            f"debtd may not keep its issue {name!r}: {error} "
            "Switch issues on there and give debtd the right to write them, or do without that issue."
        ) from error
