"""Exit codes: each means one thing. The table in docs/reference/exit-codes.md is checked against this."""

from enum import IntEnum

from debtd.model.errors import Busy, ConfigError, DebtdError, RepoUnusable, Retryable, StateUnusable


class ExitCode(IntEnum):
    DONE = 0
    FINDINGS = 1
    USAGE = 2
    REPOSITORY = 3
    CONFIGURATION = 4
    STATE = 5
    RETRY = 6
    BUSY = 7
    BUG = 70
    INTERRUPTED = 130


MEANING = {
    ExitCode.DONE: "done, whatever was found",
    ExitCode.FINDINGS: "done, and findings were reported (only with --fail-on-findings)",
    ExitCode.USAGE: "the command line is wrong",
    ExitCode.REPOSITORY: "the repository or folder cannot be worked on",
    ExitCode.CONFIGURATION: "a setting or a rule is wrong",
    ExitCode.STATE: "the state directory or the database cannot be used",
    ExitCode.RETRY: "something outside failed for now; try again later",
    ExitCode.BUSY: "another nightly pass is at work; this one did nothing",
    ExitCode.BUG: "a bug in debtd; a crash file tells what to report",
    ExitCode.INTERRUPTED: "interrupted from the keyboard",
}


def exit_code_of(error: DebtdError) -> ExitCode:
    """The exit code of a fault, by its consequence."""
    match error:
        case Busy():
            return ExitCode.BUSY
        case Retryable():
            return ExitCode.RETRY
        case RepoUnusable():
            return ExitCode.REPOSITORY
        case ConfigError():
            return ExitCode.CONFIGURATION
        case StateUnusable():
            return ExitCode.STATE
        case _:
            return ExitCode.BUG
