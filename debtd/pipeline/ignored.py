"""Ignore files of a scanned repository: honoured, and recorded file by file. They are hostile text like any other."""

from collections.abc import Iterable
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

IGNORE_FILE = ".semgrepignore"
_MAX_PATTERNS = 1_000
_MAX_PATTERN_LENGTH = 200
_MAX_STARS = 4
_MAX_STARS_IN_NAME = 2  # each star may cost one more pass over a name, for each character of it
_MAX_PATH_LENGTH = 1_000


def ignored_paths(paths: Iterable[str], texts: Iterable[tuple[str, bytes]]) -> dict[str, str]:
    """The paths that an ignore file covers, each with that file's path. Very long ones are never covered."""
    files = sorted((path, data) for path, data in texts if PurePosixPath(path).name == IGNORE_FILE)
    specs = [(path, str(PurePosixPath(path).parent), _spec(data)) for path, data in files]
    found: dict[str, str] = {}
    for path in (path for path in paths if specs and len(path) <= _MAX_PATH_LENGTH):
        for ignore_file, folder, spec in specs:
            relative = path if folder == "." else path.removeprefix(folder + "/")
            if (folder == "." or relative != path) and spec.match_file(relative):
                found[path] = ignore_file
                break
    return found


def _spec(data: bytes) -> "GitIgnoreSpec":
    from pathspec import GitIgnoreSpec  # noqa: PLC0415  (most repositories have no such file)

    lines = data.decode("utf-8", "replace").splitlines()
    usable = [line for line in lines if _is_usable(line)]
    return GitIgnoreSpec.from_lines(usable[:_MAX_PATTERNS])


def _is_usable(line: str) -> bool:
    """Plain patterns only: `:include` directives and patterns built to be slow are left out, which scans more."""
    stripped = line.strip()
    if not stripped or stripped.startswith((":", "#")) or stripped.strip("!/\\") == "":
        return False
    names = [name for name in stripped.split("/") if name != "**"]
    if any(name.count("*") > _MAX_STARS_IN_NAME for name in names):
        return False
    return len(line) <= _MAX_PATTERN_LENGTH and line.count("*") <= _MAX_STARS
