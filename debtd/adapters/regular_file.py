"""Reading and replacing one regular file of a tree that others may change meanwhile."""

import contextlib
import errno
import os
import secrets
import stat
from collections.abc import Iterator
from pathlib import Path

from debtd.adapters.display import shown
from debtd.adapters.listing import refuse_path
from debtd.model.errors import RepoUnusable
from debtd.model.repo import git_blob_id

_READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_CREATE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC


def read_regular(path: bytes | str, limit: int, folder: int | None = None) -> tuple[bytes, os.stat_result]:
    """At most `limit` + 1 bytes of a regular file, and its facts. Raises OSError; never waits on a FIFO or device."""
    before = os.stat(path, dir_fd=folder, follow_symlinks=False)
    _check_regular(before)
    with open(os.open(path, _READ, dir_fd=folder), "rb") as file:  # noqa: PTH123 - a descriptor
        facts = os.fstat(file.fileno())
        _check_regular(facts)
        return file.read(limit + 1), facts


def write_file(root: str, path: str, old_blob: str, new_bytes: bytes) -> None:
    """Give the file at the repository path `path` below `root` new bytes, at once or not at all.

    Raises RepoUnusable, with the file as it was, when it is no regular file, is behind a link, is read-only, or its
    bytes are no longer those of `old_blob`. Mode, owner and extended attributes stay. The file is replaced, not
    written into: another hard link to the old bytes keeps them, because its path is not the one to change.
    """
    name = shown(path)
    if (refused := refuse_path(path.encode("utf-8", "surrogateescape"))) is not None:
        raise RepoUnusable(f"{name} is not changed: {refused.detail}")
    try:
        with _opened_folder(root, path) as folder:
            _replace(folder, path.rpartition("/")[2], name, old_blob, new_bytes)
    except OSError as error:
        raise RepoUnusable(f"{name} in {shown(root)} is not changed: {error.strerror}; check the file") from error


def _replace(folder: int, last: str, name: str, old_blob: str, new_bytes: bytes) -> None:
    facts = os.stat(last, dir_fd=folder, follow_symlinks=False)
    old, _ = read_regular(last, facts.st_size, folder)
    if git_blob_id(old) != old_blob:
        raise RepoUnusable(f"{name} has changed since it was scanned and is not touched; run debtd again")
    if not facts.st_mode & (stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH):
        raise RepoUnusable(f"{name} is read-only and is not touched; make it writable and run debtd again")
    temporary = f".debtd-{secrets.token_hex(8)}.tmp"
    try:
        with open(os.open(temporary, _CREATE, 0o600, dir_fd=folder), "wb") as file:  # noqa: PTH123 - a descriptor
            file.write(new_bytes)
            file.flush()
            _copy_facts(folder, last, file.fileno(), facts)
            os.fsync(file.fileno())
        now = os.stat(last, dir_fd=folder, follow_symlinks=False)
        if (now.st_ino, now.st_mtime_ns, now.st_size) != (facts.st_ino, facts.st_mtime_ns, facts.st_size):
            raise RepoUnusable(f"{name} was changed by another program just now and is not touched; run debtd again")
        os.replace(temporary, last, src_dir_fd=folder, dst_dir_fd=folder)
    finally:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(temporary, dir_fd=folder)
    os.fsync(folder)


def _copy_facts(folder: int, last: str, target: int, facts: os.stat_result) -> None:
    """Owner, mode and extended attributes. Raises OSError when the owner cannot be kept."""
    made = os.fstat(target)
    if (made.st_uid, made.st_gid) != (facts.st_uid, facts.st_gid):
        os.fchown(target, facts.st_uid, facts.st_gid)
    os.fchmod(target, stat.S_IMODE(facts.st_mode))
    source = os.open(last, _READ, dir_fd=folder)
    try:
        for attribute in os.listxattr(source):
            with contextlib.suppress(OSError):  # labels that only the system may set are set by it
                os.setxattr(target, attribute, os.getxattr(source, attribute))
    except OSError as error:
        if error.errno != errno.ENOTSUP:
            raise
    finally:
        os.close(source)


@contextlib.contextmanager
def _opened_folder(root: str, path: str) -> Iterator[int]:
    """The descriptor of the folder of `path`, reached part by part without following a link below `root`."""
    with contextlib.ExitStack() as opened:
        folder = os.open(Path(root), os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        opened.callback(os.close, folder)
        for part in path.split("/")[:-1]:
            folder = os.open(part, _FOLDER, dir_fd=folder)
            opened.callback(os.close, folder)
        yield folder


def _check_regular(facts: os.stat_result) -> None:
    if not stat.S_ISREG(facts.st_mode):
        raise OSError(errno.EINVAL, "not a regular file")
