"""From a failed git command to one sentence for a person and a consequence for debtd."""

import re
import signal
from dataclasses import dataclass

from debtd.adapters.display import shown
from debtd.model.errors import DebtdError, RepoUnusable, Retryable, StateUnusable

_USERINFO = re.compile(r"(?<=://)[^/\s']*@")
_QUERY = re.compile(r"(?<=\w)\?[^\s']*(?==)[^\s']*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """What git did: `status` is its exit code, negative for the signal that ended it; `stderr` its last words."""

    what: str
    where: str
    status: int
    stderr: str
    timeout_seconds: float | None = None


@dataclass(frozen=True, slots=True)
class _Known:
    """`pattern` is searched for without regard to case. It is compiled when git has failed, and not before."""

    pattern: str
    kind: type[DebtdError]
    sentence: str


# The first that matches decides. `{where}` is the repository, `{why}` git's own last line.
_KNOWN = (
    _Known(r"no space left|disk quota", StateUnusable, "the disk is full; free some space and run again ({why})"),
    _Known(
        r"dubious ownership",
        RepoUnusable,
        "{where} belongs to another user, so git does not read it; run debtd as its owner or clone it first",
    ),
    _Known(
        r"mismatched algorithms|unknown (repository extension|object format)|sha256",
        RepoUnusable,
        "{where} uses SHA-256 object ids (or another extension) that debtd does not read; use a SHA-1 repository",
    ),
    _Known(
        r"transport '.*' not allowed",
        RepoUnusable,
        "{where} uses a protocol that debtd refuses; use https:// or ssh://",
    ),
    _Known(
        r"unable to update url base from redirection",
        RepoUnusable,
        "{where} has moved to another address, and debtd follows no redirection; use the new URL",
    ),
    _Known(
        r"fsck error|error in object|\bhasDot|fullPathname|treeNotSorted|duplicateEntries|gitmodules[A-Z]",
        RepoUnusable,
        "{where} holds an object that git's safety checks refuse ({why}); it must be removed from the history",
    ),
    _Known(
        r"authentication failed|could not read (username|password)|permission denied|error: 40[13]\b"
        r"|terminal prompts disabled|host key verification failed",
        RepoUnusable,
        "{where} did not let debtd in ({why}); check that this machine's key or credential may {what} it",
    ),
    _Known(
        r"repository .*not found|error: 404\b|does not appear to be a git repository|not a git repository",
        RepoUnusable,
        "there is no git repository at {where}; check the address",
    ),
    _Known(
        r"could not resolve|connection (refused|reset|timed out|closed)|operation (timed out|too slow)|early eof"
        r"|rpc failed|unreachable|error: (5\d\d|429)|hung up|failed to connect|empty reply|couldn't find remote ref",
        Retryable,
        "git could not {what} {where} just now ({why}); try again later",
    ),
    _Known(
        r"\.lock': file exists|unable to create '.*\.lock'|cannot lock ref",
        Retryable,
        "another git command is working on {where} ({why}); try again later",
    ),
    _Known(
        r"not our ref|missing (blob|tree|commit|necessary)|promisor|bad object|did not send all necessary"
        r"|unable to read|lazy fetch|could not fetch [0-9a-f]{40}|corrupt|bad tree object",
        RepoUnusable,
        "{where} lacks objects ({why}); if it is a partial clone, complete it with `git fetch --refetch`, "
        "otherwise check it with `git fsck`",
    ),
)


def without_credentials(text: str) -> str:
    """The `user:password@` and the query of every URL removed."""
    return _QUERY.sub("", _USERINFO.sub("", text))


def explain(failure: Failure) -> DebtdError:
    """The error to raise: Retryable when the world may mend itself, RepoUnusable otherwise."""
    where = shown(without_credentials(failure.where))
    if failure.timeout_seconds is not None:
        return Retryable(
            f"git took more than {failure.timeout_seconds:g} seconds to {failure.what} {where} and was stopped; "
            "try again later"
        )
    if failure.status == -signal.SIGXFSZ or f"died of signal {signal.SIGXFSZ:d}" in failure.stderr:
        return RepoUnusable(f"{where} is larger than debtd fetches; leave it out, or make its history smaller")
    why = _last_words(failure)
    for known in _KNOWN:
        if re.search(known.pattern, failure.stderr, re.IGNORECASE):
            return known.kind(known.sentence.format(where=where, what=failure.what, why=why))
    return RepoUnusable(f"git could not {failure.what} {where}: {why}")


def _last_words(failure: Failure) -> str:
    """Git's most telling line. Lines that the remote sent (`remote: ...`) are not git's."""
    lines = [line.strip() for line in failure.stderr.splitlines() if not line.startswith("remote:")]
    telling = [line for line in lines if line.startswith(("fatal:", "error:", "!"))] or [line for line in lines if line]
    if not telling:
        return f"it was ended by signal {-failure.status}" if failure.status < 0 else f"exit code {failure.status}"
    return shown(without_credentials(telling[0]), 200)
