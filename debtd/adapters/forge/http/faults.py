"""Errors of a forge's API, each a kind of one of debtd's four consequences."""

from debtd.model.errors import RepoUnusable, Retryable


class NotSent(Retryable):
    """The request never left: nothing happened at the forge."""


class OutcomeUnknown(Retryable):
    """The forge may or may not have done what was asked: look before asking again."""


class TooLarge(RepoUnusable):
    """The answer is larger than debtd reads."""


class Refused(RepoUnusable):
    """The forge understood and said no (4xx). `status` is the HTTP status, `words` the forge's own."""

    def __init__(self, message: str, *, status: int, words: str) -> None:
        super().__init__(message)
        self.status = status
        self.words = words


class NotThere(Refused):
    """The forge has no such thing, or does not show it to this credential (404, 410)."""
