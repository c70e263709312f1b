"""Bare repositories that only debtd writes: the mirror of each source, and the local forge's.

A mirror lives in `<state>/mirrors/<id>.git`. Only the default branch is fetched, into `refs/debtd/default`; the
commits that debtd makes are kept by `refs/debtd/patches/<key>`. No hook, filter, alternate or submodule takes part.
"""

import contextlib
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from debtd.adapters.display import shown
from debtd.adapters.filelock import locked
from debtd.adapters.git.access import AccessFor, reach
from debtd.adapters.git.location import check_branch, check_remote, is_url, transports
from debtd.adapters.git.objects import OBJECT_ID, Commit, read_commits
from debtd.adapters.git.process import Command, run
from debtd.model.errors import RepoUnusable, StateUnusable
from debtd.model.repo import DETACHED, Repository, Revision

HEAD_REF = "refs/debtd/default"
PATCH_REFS = "refs/debtd/patches/"
# What a killed git leaves behind. `*.lock` would make every later write fail; the others only take space.
_LEFTOVER = re.compile(
    r".*\.lock|tmp_.*|\.tmp-.*|incoming-.*|shallow_.{6}|fast_import_crash_.*|pack-.*\.keep", re.DOTALL
)
_BARE_CONFIG = """\
[core]
	repositoryformatversion = 0
	filemode = true
	bare = true
	hooksPath = /dev/null
[gc]
	auto = 0
[maintenance]
	auto = false
[receive]
	autogc = false
	shallowUpdate = true
	denyDeletes = true
	denyNonFastForwards = true
"""


@dataclass(frozen=True, slots=True)
class Mirror:
    """A mirror's folder, the source as people know it, the descriptors of the lock while it is held, and where the
    credentials for remotes come from."""

    git_dir: Path
    source: str
    lock: tuple[int, ...] = ()
    access_for: AccessFor | None = None

    def command(self, *arguments: str, what: str, protocols: str = "", timeout_seconds: float = 300.0) -> Command:
        return Command(
            arguments=arguments,
            what=what,
            where=self.source,
            directory=self.git_dir,
            git_dir=self.git_dir,
            protocols=protocols,
            timeout_seconds=timeout_seconds,
            inherit=self.lock,
        )


def mirror_of(state_dir: Path, repository: Repository, access_for: AccessFor | None = None) -> Mirror:
    """Where the mirror is or will be. An id is always sixteen hexadecimal digits."""
    if len(repository.id) != 16 or not set(repository.id) <= set("0123456789abcdef"):
        raise RepoUnusable(f"{shown(repository.id)!r} is not the id of a repository; enrol it again")
    return Mirror(state_dir / "mirrors" / f"{repository.id}.git", repository.source, access_for=access_for)


@contextlib.contextmanager
def writing(mirror: Mirror) -> Iterator[Mirror]:
    """The mirror, created, locked against every other writer, and swept of what a killed one left behind."""
    with _writing_bare(mirror.git_dir, mirror.source) as descriptor:
        yield replace(mirror, lock=(descriptor,))


def ensure_bare(path: Path) -> None:
    """A bare repository at `path`, ready to be pushed to, without hooks. Safe to repeat and after a kill."""
    with _writing_bare(path, str(path)):
        pass


@contextlib.contextmanager
def writing_own(path: Path) -> Iterator[int]:
    """The same lock for a bare repository of debtd that another git command (a push) writes into."""
    with _writing_bare(path, str(path)) as descriptor:
        yield descriptor


def refresh(mirror: Mirror) -> Revision:
    """Bring the newest commit of the default branch into the mirror, unless it is there."""
    source = check_remote(mirror.source)
    if not is_url(source) and not Path(source).is_dir():
        raise RepoUnusable(
            f"there is no such path: {shown(source)} does not exist any more; remove or move it in debtd"
        )
    branch, newest = _default_branch(mirror, source)
    commit = _present(mirror)
    if commit is None or commit.id != newest:
        _fetch(mirror, source, DETACHED if branch == DETACHED else f"refs/heads/{branch}")
        (commit,) = read_commits(mirror.git_dir, mirror.source, [f"{HEAD_REF}^{{commit}}"])
    return Revision(commit=commit.id, tree=commit.tree, branch=branch, committed_at=commit.committed_at)


def _present(mirror: Mirror) -> Commit | None:
    """What the last fetch left: the ref moves only when all objects are there."""
    if not (mirror.git_dir / HEAD_REF).is_file():  # debtd never packs the refs of a mirror
        return None
    return read_commits(mirror.git_dir, mirror.source, [f"{HEAD_REF}^{{commit}}"])[0]


def _fetch(mirror: Mirror, source: str, remote_ref: str) -> None:
    reach(
        mirror.command(
            "fetch",
            "--quiet",
            "--force",
            "--no-tags",
            "--no-write-fetch-head",
            "--no-auto-maintenance",
            "--no-recurse-submodules",
            "--no-show-forced-updates",
            "--update-shallow",
            "--refmap=",
            "--",
            source,
            f"+{remote_ref}:{HEAD_REF}",
            what="fetch",
            protocols=transports(source),
            timeout_seconds=3600,
        ),
        source,
        mirror.access_for,
    )


def remote_refs(mirror: Mirror, remote: str, *options: str) -> Iterator[tuple[str, str]]:
    """(value, name) of the lines of `git ls-remote`."""
    output = reach(
        mirror.command(
            "ls-remote",
            "--quiet",
            *options[:-1],
            "--",
            remote,
            options[-1],
            what="reach",
            protocols=transports(remote),
            timeout_seconds=120,
        ),
        remote,
        mirror.access_for,
    )
    for line in output.decode("utf-8", "surrogateescape").split("\n"):
        value, tab, name = line.partition("\t")
        if tab:
            yield value, name


def _default_branch(mirror: Mirror, source: str) -> tuple[str, str]:
    """The branch that HEAD names, or "HEAD" when it is detached (pull requests then have no base branch), and the id
    of its newest commit."""
    values = [value for value, name in remote_refs(mirror, source, "--symref", "HEAD") if name == "HEAD"]
    if any(len(value) == 64 and not value.startswith("ref:") for value in values):
        raise RepoUnusable(f"{shown(mirror.source)} uses SHA-256 object ids, which debtd does not read; use SHA-1")
    newest = next((value for value in values if OBJECT_ID.fullmatch(value)), None)
    if newest is None:
        raise RepoUnusable(f"{shown(mirror.source)} has no commits yet on its default branch; make a first commit")
    for value in values:
        if value.startswith("ref: refs/heads/"):
            return check_branch(value.removeprefix("ref: refs/heads/")), newest
    return DETACHED, newest


@contextlib.contextmanager
def _writing_bare(path: Path, where: str) -> Iterator[int]:
    with locked(path.with_name(f"{path.name}.lock"), shown(where)) as descriptor:
        try:
            for half in path.parent.glob(f"{path.name}.new-*"):
                shutil.rmtree(half)
            if path.is_dir():
                _sweep(path)
            else:
                _create(path)
        except OSError as error:
            raise StateUnusable(f"{path} cannot be written ({error.strerror}); check the state directory") from error
        yield descriptor


def _create(path: Path) -> None:
    half = Path(tempfile.mkdtemp(prefix=f"{path.name}.new-", dir=path.parent))
    run(
        Command(
            arguments=("init", "--quiet", "--bare", "--template=", "--object-format=sha1", "--", str(half)),
            what="create",
            where=str(path),
            directory=path.parent,
        )
    )
    (half / "config").write_text(_BARE_CONFIG, encoding="utf-8")
    half.chmod(0o700)
    half.rename(path)


def _sweep(path: Path) -> None:
    """Called under the lock, which every git process of debtd holds: what is found here belongs to a dead one."""
    for folder, folders, files in os.walk(path):
        for name in filter(_LEFTOVER.fullmatch, folders):
            shutil.rmtree(Path(folder, name))
        for name in filter(_LEFTOVER.fullmatch, files):
            Path(folder, name).unlink()
