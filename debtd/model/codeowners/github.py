"""CODEOWNERS as GitHub reads it: patterns like those of gitignore, and the last that matches decides alone."""

from debtd.model.codeowners.owners import CodeOwners, is_owner, split_pattern, unique
from debtd.model.codeowners.paths import ANY_NAME, PathPattern, fits_path, parse_names


def parse(text: str) -> CodeOwners:
    entries: list[tuple[PathPattern, tuple[str, ...]]] = []
    problems: list[tuple[int, str]] = []
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        try:
            entries.append(_entry(line.strip()))
        except ValueError as error:
            problems.append((number, str(error)))
    entries.reverse()

    def owners_of(path: str) -> tuple[str, ...]:
        return next((owners for pattern, owners in entries if fits_path(pattern, path)), ())

    return CodeOwners(owners_of, tuple(problems))


def _entry(line: str) -> tuple[PathPattern, tuple[str, ...]]:
    pattern, rest = split_pattern(line)
    words: list[str] = []
    for word in rest.split():
        if word.startswith("#"):
            break
        if not is_owner(word):
            raise ValueError(f"{word!r} is not an owner; write @user, @org/team or an e-mail address")
        words.append(word)
    return _path_pattern(pattern), unique(words)


def _path_pattern(text: str) -> PathPattern:
    if text.startswith("!"):
        raise ValueError("a pattern cannot be negated; give the path an entry without owners")
    if "[" in text or "]" in text:
        raise ValueError("character ranges do not work; write a pattern for each")
    if text.startswith("\\#"):
        raise ValueError("a pattern cannot begin with #; use a wildcard for it")
    names = text.strip("/").split("/")
    is_anchored = "/" in text.rstrip("/")
    pattern = parse_names(names if is_anchored else ["**", *names], classes=False)
    if text.endswith("/"):
        return (*pattern, ANY_NAME, None)
    if names[-1] == "**":
        return (*pattern[:-1], ANY_NAME, None)
    if names[-1] == "*" and is_anchored:
        return pattern
    return (*pattern, None)
