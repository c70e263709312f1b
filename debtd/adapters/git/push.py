"""Creating branches at a remote, once, and moving one from a known commit: a replay changes nothing, and what another
put there is left alone."""

import contextlib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import islice
from pathlib import Path

from debtd.adapters.display import shown
from debtd.adapters.git.access import reach
from debtd.adapters.git.failure import without_credentials
from debtd.adapters.git.location import check_branch, check_remote, is_url, transports
from debtd.adapters.git.mirror import Mirror, remote_refs, writing_own
from debtd.adapters.git.objects import check_ids
from debtd.model.errors import DebtdError, RepoUnusable, Retryable

_REFS_PER_PUSH = 1_000  # two words of at most 300 bytes for each on the command line, which takes 2 MiB


def push_new(mirror: Mirror, commit: str, branch: str, remote: str, state_dir: Path) -> None:
    """Create the branch at the commit. Raises RepoUnusable when it exists at another one."""
    for error in push_all_new(mirror, {branch: commit}, remote, state_dir).values():
        raise error


def push_all_new(mirror: Mirror, commits: Mapping[str, str], remote: str, state_dir: Path) -> dict[str, DebtdError]:
    """Create every branch (name to commit), a thousand in one push; what hindered the branches that are not there now.

    The lease says "the branch is absent", for each by itself: the remote itself refuses to move an existing one.
    After any failure, also one whose outcome is unknown, the remote is asked what it has. Raises when nothing arrived.
    """
    check_ids(list(commits.values()), mirror.source)
    wanted = {f"refs/heads/{check_branch(branch)}": commit for branch, commit in commits.items()}
    target = _target(remote)
    missing: dict[str, DebtdError] = {}
    with _own(state_dir, target) as lock:
        locked = replace(mirror, source=target, lock=lock)
        names = iter(wanted)
        while chunk := {name: wanted[name] for name in islice(names, _REFS_PER_PUSH)}:
            missing |= _push_some(locked, chunk, target)
    return {name.removeprefix("refs/heads/"): error for name, error in missing.items()}


def replace_branch(mirror: Mirror, branch: str, old: str, new: str, remote: str, state_dir: Path) -> None:
    """Move the branch from one commit to the other. Raises RepoUnusable when it stands at neither.

    The lease names the old commit: the remote itself refuses to move a branch that another has moved. After any
    failure the remote is asked what it has.
    """
    check_ids([old, new], mirror.source)
    name, target = f"refs/heads/{check_branch(branch)}", _target(remote)
    with _own(state_dir, target) as lock:
        locked = replace(mirror, source=target, lock=lock)
        try:
            _push(locked, {name: new}, target, old=old)
        except DebtdError as error:
            there = _present(locked, target, {name: new}).get(name)
            if there == old:
                raise
            if there != new:
                raise _moved(name, there, old, target) from error


def _target(remote: str) -> str:
    target = check_remote(remote)
    if not is_url(target) and not Path(target).is_dir():
        raise RepoUnusable(f"there is no repository to push to at {shown(target)}; create it and try again")
    return target


def _push_some(mirror: Mirror, wanted: Mapping[str, str], target: str) -> dict[str, DebtdError]:
    """One push; what hindered references. Raises when none of them arrived and none is taken."""
    try:
        _push(mirror, wanted, target)
    except DebtdError:
        there = _present(mirror, target, wanted)
        if not there:
            raise
        taken = {name: there[name] for name, commit in wanted.items() if there.get(name, commit) != commit}
        hindered: dict[str, DebtdError] = {name: _taken(name, commit, target) for name, commit in taken.items()}
        return hindered | _push_apart(mirror, {name: wanted[name] for name in wanted if name not in there}, target)
    return {}


def _push_apart(mirror: Mirror, wanted: Mapping[str, str], target: str) -> dict[str, DebtdError]:
    """References that did not arrive with the others, each by itself: the remote has a reason of its own for each.
    Where the remote cannot be reached any more, the rest is not tried."""
    hindered: dict[str, DebtdError] = {}
    unreachable: Retryable | None = None
    for name, commit in wanted.items():
        try:
            if unreachable is not None:
                raise unreachable
            hindered |= _push_some(mirror, {name: commit}, target)
        except DebtdError as error:
            hindered[name] = error
            unreachable = error if isinstance(error, Retryable) else None
    return hindered


def _taken(name: str, commit: str, target: str) -> RepoUnusable:
    return RepoUnusable(
        f"branch {name.removeprefix('refs/heads/')} exists at {shown(without_credentials(target))} with another commit"
        f" ({commit[:12]}); debtd leaves it as it is, delete or rename it if it is not needed"
    )


def _moved(name: str, there: str | None, old: str, target: str) -> RepoUnusable:
    now = "is not there any more" if there is None else f"is at another commit by now ({there[:12]})"
    return RepoUnusable(
        f"branch {name.removeprefix('refs/heads/')}, which debtd knew at {old[:12]}, {now} at"
        f" {shown(without_credentials(target))}; debtd leaves it as it is"
    )


def _push(mirror: Mirror, wanted: Mapping[str, str], target: str, old: str = "") -> None:
    """`old` is what all of the references must be at; "" for nothing."""
    # Only a repository of debtd's own (it is locked) may be told to take what is not its branch's next commit.
    settings = "-c core.hooksPath=/dev/null" + (" -c receive.denyNonFastForwards=false" if old and mirror.lock else "")
    receive = () if is_url(target) else (f"--receive-pack=git {settings} receive-pack",)
    reach(
        mirror.command(
            "push",
            "--porcelain",
            "--no-verify",
            "--no-follow-tags",
            "--no-signed",
            "--recurse-submodules=no",
            *receive,
            *(f"--force-with-lease={reference}:{old}" for reference in wanted),
            "--",
            target,
            *(f"{commit}:{reference}" for reference, commit in wanted.items()),
            what="push to",
            protocols=transports(target),
            timeout_seconds=1800,
        ),
        target,
        mirror.access_for,
    )


def _present(mirror: Mirror, target: str, wanted: Mapping[str, str]) -> dict[str, str]:
    """What the remote has of these references: name to commit."""
    pattern = next(iter(wanted)) if len(wanted) == 1 else "refs/heads/*"
    return {name: value for value, name in remote_refs(mirror, target, pattern) if name in wanted}


@contextlib.contextmanager
def _own(state_dir: Path, target: str) -> Iterator[tuple[int, ...]]:
    """A bare repository of debtd's own is locked and swept first; nobody else's is touched."""
    path = Path(target)
    if is_url(target) or not path.is_relative_to(state_dir):
        yield ()
        return
    with writing_own(path) as descriptor:
        yield (descriptor,)
