"""What becomes of each entry of a tree, the same for a commit and for a folder: a source, or a skip with a reason."""

import re
from dataclasses import dataclass
from enum import Enum, auto
from functools import lru_cache

from debtd.model.coverage import Skipped, SkippedFile, SkipReason
from debtd.model.language import BY_ENDING, Language, ending_of

MAX_FILE_BYTES = 1_000_000
MAX_ENTRIES = 200_000
MAX_PATH_BYTES = 4096
MAX_NAME_BYTES = 255
MAX_TEXT_BYTES = 1024**2

MANIFESTS = frozenset({"pyproject.toml", "setup.cfg", "setup.py"})
# Characters that HFS+ drops from names: `.g<ZWNJ>it` is `.git` there.
_HFS_IGNORED = re.compile("[\u200c-\u200f\u202a-\u202e\u206a-\u206f\ufeff]")

# Most paths are of this kind, which needs no closer look: no part is empty or begins with a dot, no odd character.
_PLAIN = re.compile(rb"(?:[A-Za-z0-9_+-][A-Za-z0-9_.+-]{0,254}/)*[A-Za-z0-9_+-][A-Za-z0-9_.+-]{0,254}")


class Kind(Enum):
    """What stands at a path."""

    FILE = auto()
    SYMLINK = auto()
    REPOSITORY = auto()
    OTHER = auto()


_BY_KIND = {
    Kind.SYMLINK: Skipped(SkipReason.SYMLINK, "links are not followed"),
    Kind.REPOSITORY: Skipped(SkipReason.SUBMODULE, "a git repository of its own"),
    Kind.OTHER: Skipped(SkipReason.NOT_A_REGULAR_FILE, "neither a file nor a folder"),
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """A regular file to read: a source when it has a language."""

    path: str
    language: Language


def classify(raw: bytes, kind: Kind, size: int, languages: frozenset[Language]) -> Wanted | SkippedFile:
    """What becomes of the entry at the repository path `raw` with `size` bytes."""
    path = raw.decode("utf-8", "surrogateescape")
    skipped = refuse_path(raw) or _BY_KIND.get(kind)
    if skipped is not None:
        return SkippedFile(path, skipped)
    ending = ending_of(path)
    language = BY_ENDING.get(ending)
    if language is None or language not in languages:
        return SkippedFile(path, _no_rule(ending, language))
    if size > MAX_FILE_BYTES:
        return SkippedFile(path, Skipped(SkipReason.TOO_LARGE, f"{size} bytes, the limit is {MAX_FILE_BYTES}"))
    return Wanted(path, language)


def is_text(path: str) -> bool:
    """Whether the file steers a scan (see `ListedTree.texts`)."""
    return path in MANIFESTS or path == ".semgrepignore" or path.endswith("/.semgrepignore")


def refuse_path(raw: bytes) -> Skipped | None:
    """Why debtd does not touch a repository path; None when it is safe to join to a root."""
    if len(raw) <= MAX_PATH_BYTES and _PLAIN.fullmatch(raw):
        return None
    try:
        path = raw.decode("utf-8")
    except UnicodeDecodeError:
        return Skipped(SkipReason.PATH_ENCODING, "the name is not UTF-8")
    if not raw or b"\0" in raw or len(raw) > MAX_PATH_BYTES:
        return Skipped(SkipReason.PATH_REFUSED, f"empty, with a NUL, or longer than {MAX_PATH_BYTES} bytes")
    for name in path.split("/"):
        if name in {"", ".", ".."}:
            return Skipped(SkipReason.PATH_REFUSED, "an absolute path, or one with empty, `.` or `..` parts")
        if len(name.encode()) > MAX_NAME_BYTES:
            return Skipped(SkipReason.PATH_REFUSED, f"a name longer than {MAX_NAME_BYTES} bytes")
        if _is_dot_git(name):
            return Skipped(SkipReason.PATH_REFUSED, "a part that git or a file system takes for `.git`")
    return None


def _is_dot_git(name: str) -> bool:
    """`.git` in any case, as HFS+ reads it, or as NTFS reads it (`git~1`, `.git. `, `.git::$DATA`)."""
    for part in _HFS_IGNORED.sub("", name).split("\\"):
        if part.split(":", 1)[0].rstrip(" .").lower() in {".git", "git~1"}:
            return True
    return False


@lru_cache(maxsize=1_000)
def _no_rule(ending: str, language: Language | None) -> Skipped:
    if language is not None:
        return Skipped(SkipReason.NO_RULE, f"no rule is selected for {language.value}")
    what = f"{ending} files" if ending else "files without an ending"
    return Skipped(SkipReason.NO_RULE, f"no rule reads {what}")
