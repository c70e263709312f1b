"""Faults, grouped by their consequence.

    DebtdError
    ├── Retryable       the same call may succeed later; `after_seconds` says when
    │   └── Busy        another process is at the same work, and will do it
    ├── RepoUnusable    this repository (or folder) cannot be worked on; others go on
    ├── ConfigError     a setting or a rule is wrong; nothing starts until it is mended
    └── StateUnusable   the state directory or database cannot be used; nothing was lost

Every message is one sentence for a person: what is wrong, where, what to do. Any other exception is a bug.
Expected non-actions are no faults: they are `Skipped` values (see `coverage.py`).
"""


class DebtdError(Exception):
    """A fault with a sentence that a user can act on."""


class Retryable(DebtdError):
    """The outside world failed; try again after `after_seconds` seconds."""

    def __init__(self, message: str, *, after_seconds: float = 60.0) -> None:
        super().__init__(message)
        self.after_seconds = after_seconds


class Busy(Retryable):
    """Another process is at the same work."""


class RepoUnusable(DebtdError):
    """This repository or folder cannot be worked on."""


class ConfigError(DebtdError):
    """A setting, an option or a rule is wrong."""


class StateUnusable(DebtdError):
    """The state directory or the database cannot be used as it is."""
