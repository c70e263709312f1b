"""Commits without a checkout: one `git fast-import` stream for any number of patches.

Author, committer and dates are fixed, so the same input gives the same commit id, here and on any machine.
"""

import re
from collections.abc import Iterator, Mapping, Sequence

from debtd.adapters.display import shown
from debtd.adapters.git.mirror import PATCH_REFS, Mirror
from debtd.adapters.git.objects import check_ids, listed_tree, read_commits
from debtd.adapters.git.process import EndOfOutput, streaming
from debtd.adapters.listing import MAX_ENTRIES, refuse_path
from debtd.model.errors import RepoUnusable
from debtd.ports import CommitRequest

IDENTITY = b"debtd <debtd@localhost>"
_KEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,99}")
_PLAIN = b"100644"
_FILE_MODES = frozenset({_PLAIN, b"100755"})


def write_commits(mirror: Mirror, requests: Sequence[CommitRequest]) -> dict[str, str]:
    """Commit ids by key. Call it while the mirror is locked. Raises RepoUnusable, and then no ref has moved."""
    if not requests:
        return {}
    _check(requests)
    bases = sorted({request.base_commit for request in requests})
    check_ids(bases, mirror.source)
    dates = {c.id: c.committed_at for c in read_commits(mirror.git_dir, mirror.source, bases)}
    modes = {base: _modes(mirror, base, requests) for base in bases}
    command = mirror.command("fast-import", "--quiet", "--force", "--done", "--date-format=raw", what="commit to")
    with streaming(command, _stream(requests, dates, modes)) as output:
        ids = output.read().decode().split()
        if len(ids) != len(requests):
            raise EndOfOutput
    check_ids(ids, mirror.source)
    return {request.key: commit for request, commit in zip(requests, ids, strict=True)}


def _check(requests: Sequence[CommitRequest]) -> None:
    """Bugs of the caller, which must not reach a stream of commands."""
    if len({request.key for request in requests}) != len(requests):
        raise ValueError("two commit requests have the same key")
    for request in requests:
        paths = [path for path, _ in request.files]
        if not _KEY.fullmatch(request.key) or len(set(paths)) != len(paths) or "\0" in request.message:
            raise ValueError(f"commit request {request.key!r}: odd key, a path twice, or a NUL in the message")


def _modes(mirror: Mirror, base: str, requests: Sequence[CommitRequest]) -> Mapping[bytes, bytes]:
    """The modes of the touched files. A patch changes files that are there and may add plain ones; it links and moves
    nothing."""
    mine = [{path.encode() for path, _ in request.files} for request in requests if request.base_commit == base]
    wanted = frozenset[bytes]().union(*mine)
    with listed_tree(mirror.git_dir, mirror.source, base, MAX_ENTRIES) as entries:
        modes = {entry.path: entry.mode for entry in entries if entry.path in wanted and entry.mode in _FILE_MODES}
    fresh = wanted - modes.keys()
    if fresh:
        _check_room(mirror, base, fresh, mine)
    return modes | dict.fromkeys(fresh, _PLAIN)


def _check_room(mirror: Mirror, base: str, fresh: frozenset[bytes], together: Sequence[set[bytes]]) -> None:
    """Raises RepoUnusable for a new path that is none, at which something stands (a link, a folder), or with a parent
    that is no folder. `together` are the paths of each commit."""
    for path in sorted(fresh):
        refused = refuse_path(path)
        if refused is not None:
            raise _no_room(mirror, base, path, refused.detail)
        if any(path in paths and not paths.isdisjoint(_parents(path)) for paths in together):
            raise _no_room(mirror, base, path, "a part of it is a file of the same commit")
    above = {parent: path for path in fresh for parent in _parents(path)}
    with listed_tree(mirror.git_dir, mirror.source, base, MAX_ENTRIES) as entries:
        for entry in entries:
            if entry.path in fresh:
                raise _no_room(mirror, base, entry.path, "what stands there is no regular file")
            if entry.path in above:
                raise _no_room(mirror, base, above[entry.path], f"{shown(entry.path.decode())} is no folder")
            for folder in fresh.intersection(_parents(entry.path)):
                raise _no_room(mirror, base, folder, "it is a folder")


def _parents(path: bytes) -> Iterator[bytes]:
    at = path.find(b"/")
    while at >= 0:
        yield path[:at]
        at = path.find(b"/", at + 1)


def _no_room(mirror: Mirror, base: str, path: bytes, why: str) -> RepoUnusable:
    return RepoUnusable(
        f"{shown(path.decode())} is not a regular file in commit {base[:12]} of {shown(mirror.source)} and cannot"
        f" become one ({why}); scan the repository again"
    )


def _stream(
    requests: Sequence[CommitRequest], dates: Mapping[str, int], modes: Mapping[str, Mapping[bytes, bytes]]
) -> Iterator[bytes]:
    for mark, request in enumerate(requests, start=1):
        who = b"%s %d +0000\n" % (IDENTITY, dates[request.base_commit])
        yield b"commit %s\nmark :%d\n" % ((PATCH_REFS + request.key).encode(), mark)
        yield b"author %scommitter %s%s" % (who, who, _data(request.message.encode()))
        yield b"from %s\n" % request.base_commit.encode()
        for path, data in request.files:
            name = path.encode()
            yield b"M %s inline %s\n" % (modes[request.base_commit][name], _quoted(name))
            yield _data(data)
        yield b"\nget-mark :%d\n" % mark
    yield b"done\n"


def _data(data: bytes) -> bytes:
    return b"data %d\n%s\n" % (len(data), data)


def _quoted(path: bytes) -> bytes:
    """A path as git quotes it in C style."""
    plain = b"".join(
        b"\\%03o" % byte if byte < 0x20 or byte == 0x7F or byte in b'"\\' else bytes((byte,)) for byte in path
    )
    return b'"' + plain + b'"'
