"""Hidden marks in what debtd writes: they survive edited titles, and tell debtd's own from everybody else's."""

import re

from debtd.model.forge import OWN_STATUS

_KEY = re.compile(r"<!-- debtd-key: ([0-9a-f]{8,64}) -->")
_ISSUE = re.compile(r"<!-- debtd-issue: ([a-z0-9-]{1,80}) -->\s*")
_COMMENT = re.compile(r"<!-- debtd-comment: ([a-z0-9-]{1,80}) -->")


def key_in(body: str) -> str | None:
    """The key of debtd's pull request with this body; None when it has no mark."""
    return _marked_by(_KEY, body)


def comment_name_in(body: str) -> str | None:
    """The name of debtd's comment with this body; None for a comment of anybody else."""
    return _marked_by(_COMMENT, body)


def marked_comment(name: str, text: str) -> str:
    """The text of a comment that is recognised again."""
    return _mark(_COMMENT, "a comment", name, text)


def issue_name_in(body: str) -> str | None:
    """The name of debtd's issue with this body; None when it has no mark."""
    return _marked_by(_ISSUE, body)


def marked_issue(name: str, body: str) -> str:
    """The body of an issue that is recognised again."""
    return _mark(_ISSUE, "an issue", name, body)


def unmarked_issue(body: str) -> str:
    """The body of an issue as it was before it was marked."""
    return _ISSUE.sub("", body, count=1)


def is_own_status(name: str) -> bool:
    """Whether a commit status of this name is debtd's."""
    return name == OWN_STATUS or name.startswith(f"{OWN_STATUS}/")


def _marked_by(mark: re.Pattern[str], body: str) -> str | None:
    found = mark.search(body)
    return found[1] if found else None


def _mark(pattern: re.Pattern[str], thing: str, name: str, text: str) -> str:
    mark = f"<!-- debtd-{thing.rsplit(maxsplit=1)[-1]}: {name} -->"
    if not pattern.fullmatch(mark):
        raise ValueError(f"{name!r} is not a name for {thing}")
    return f"{mark}\n{text.rstrip()}\n"
