"""CODEOWNERS as GitLab reads it: shell wildcards in sections; each section has its own last match, and all count."""

import re
from dataclasses import dataclass, field

from debtd.model.codeowners.owners import CodeOwners, is_owner, split_pattern, unique
from debtd.model.codeowners.paths import ANY_NAME, PathPattern, fits_path, parse_names

_HEADING = re.compile(r"\^?\[(?P<name>[^\]]+)\](?:\[\d+\])?(?P<owners>(?:\s.*)?)")


@dataclass(slots=True)
class _Section:
    """`defaults` own the paths of entries that name nobody. An excluded path is owned by nobody of this section."""

    defaults: tuple[str, ...] = ()
    entries: list[tuple[PathPattern, tuple[str, ...]]] = field(default_factory=list)
    excluded: list[PathPattern] = field(default_factory=list)

    def owners_of(self, path: str) -> tuple[str, ...]:
        if any(fits_path(pattern, path) for pattern in self.excluded):
            return ()
        last_first = reversed(self.entries)
        return next((owners for pattern, owners in last_first if fits_path(pattern, path)), ())


def parse(text: str) -> CodeOwners:
    sections = {"": _Section()}
    problems: list[tuple[int, str]] = []
    current = sections[""]
    for number, raw in enumerate(text.splitlines(), start=1):
        line = raw.strip()
        if not line or line.startswith("#"):
            continue
        if heading := _HEADING.fullmatch(line):
            current = sections.setdefault(heading["name"].strip().lower(), _Section())
            current.defaults = _owners(heading["owners"]) or current.defaults
            continue
        try:
            _add(current, line)
        except ValueError as error:
            problems.append((number, str(error)))

    def owners_of(path: str) -> tuple[str, ...]:
        return unique(owner for section in sections.values() for owner in section.owners_of(path))

    return CodeOwners(owners_of, tuple(problems))


def _add(section: _Section, line: str) -> None:
    pattern, rest = split_pattern(line)
    if pattern.startswith("!"):
        section.excluded.append(_path_pattern(pattern[1:]))
        return
    section.entries.append((_path_pattern(pattern), _owners(rest) or section.defaults))


def _owners(text: str) -> tuple[str, ...]:
    """All that look like owners, wherever they stand: there are no comments at the end of a line."""
    return unique(word for word in text.split() if is_owner(word))


def _path_pattern(text: str) -> PathPattern:
    """`**` is any number of folders only before a slash; at the end it is no more than `*`."""
    if text == "*":
        return (None, ANY_NAME)
    names = text.strip("/").split("/")
    folders = parse_names(names[:-1], classes=True)
    last = parse_names([names[-1].replace("**", "*")], classes=True)
    start: PathPattern = () if text.startswith("/") else (None,)
    if text.endswith("/"):
        return (*start, *parse_names(names, classes=True), None, ANY_NAME)
    return (*start, *folders, *last)
