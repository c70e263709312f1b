"""What every dialect of CODEOWNERS comes to, and how owners are written."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

_ACCOUNT = re.compile(r"@@?[A-Za-z0-9_][\w.-]*(/[\w.-]+)*", re.ASCII)
_ADDRESS = re.compile(r"[^\s@<>]+@[^\s@<>]+\.[^\s@<>]+")


@dataclass(frozen=True, slots=True)
class CodeOwners:
    """`owners_of` gives the owners of a repository path (POSIX, without a leading slash), as they are written: "@user",
    "@org/team", "@@role", an e-mail address. `problems` are (line number, sentence): those lines own nothing."""

    owners_of: Callable[[str], tuple[str, ...]]
    problems: tuple[tuple[int, str], ...] = ()


def is_owner(word: str) -> bool:
    return bool(_ACCOUNT.fullmatch(word) or _ADDRESS.fullmatch(word))


def unique(owners: Iterable[str]) -> tuple[str, ...]:
    """Each once, in order."""
    return tuple(dict.fromkeys(owners))


def split_pattern(line: str) -> tuple[str, str]:
    """The pattern, in which `\\ ` is a blank, as it is written, and the rest of the line."""
    found = re.match(r"((?:\\.|\S)+)(.*)", line, re.DOTALL)
    return (found[1], found[2]) if found else ("", "")
