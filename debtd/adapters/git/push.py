"""Creating a branch at a remote, once: a replay changes nothing, another's branch is left alone."""

import contextlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from debtd.adapters.display import shown
from debtd.adapters.git.failure import without_credentials
from debtd.adapters.git.location import check_branch, check_remote, is_url, transports
from debtd.adapters.git.mirror import Mirror, remote_refs, writing_own
from debtd.adapters.git.objects import check_ids
from debtd.adapters.git.process import run
from debtd.model.errors import DebtdError, RepoUnusable


def push_new(mirror: Mirror, commit: str, branch: str, remote: str, state_dir: Path) -> None:
    """Create the branch at the commit. Raises RepoUnusable when it exists at another one.

    The lease says "the branch is absent": the remote itself refuses to move an existing one. After any failure,
    also one whose outcome is unknown, the remote is asked what it has.
    """
    check_ids([commit], mirror.source)
    reference = f"refs/heads/{check_branch(branch)}"
    target = check_remote(remote)
    if not is_url(target) and not Path(target).is_dir():
        raise RepoUnusable(f"there is no repository to push to at {shown(target)}; create it and try again")
    with _own(state_dir, target) as lock:
        locked = replace(mirror, source=target, lock=lock)
        try:
            _push(locked, commit, reference, target)
        except DebtdError as error:
            there = _commit_at(locked, target, reference)
            if there == commit:
                return
            if there is None:
                raise
            raise RepoUnusable(
                f"branch {branch} exists at {shown(without_credentials(target))} with another commit ({there[:12]}); "
                "debtd leaves it as it is, delete or rename it if it is not needed"
            ) from error


def _push(mirror: Mirror, commit: str, reference: str, target: str) -> None:
    hooks_off = () if is_url(target) else ("--receive-pack=git -c core.hooksPath=/dev/null receive-pack",)
    run(
        mirror.command(
            "push",
            "--porcelain",
            "--no-verify",
            "--no-follow-tags",
            "--no-signed",
            "--recurse-submodules=no",
            *hooks_off,
            f"--force-with-lease={reference}:",
            "--",
            target,
            f"{commit}:{reference}",
            what="push to",
            protocols=transports(target),
            timeout_seconds=1800,
        )
    )


def _commit_at(mirror: Mirror, target: str, reference: str) -> str | None:
    for value, name in remote_refs(mirror, target, reference):
        if name == reference:
            return value
    return None


@contextlib.contextmanager
def _own(state_dir: Path, target: str) -> Iterator[tuple[int, ...]]:
    """A bare repository of debtd's own is locked and swept first; nobody else's is touched."""
    path = Path(target)
    if is_url(target) or not path.is_relative_to(state_dir):
        yield ()
        return
    with writing_own(path) as descriptor:
        yield (descriptor,)
