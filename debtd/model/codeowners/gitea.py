"""CODEOWNERS as Gitea and Forgejo read it: regular expressions for whole paths, and every line that matches counts."""

from debtd.model.codeowners.linear_regex import LinearRegex, compile_linear
from debtd.model.codeowners.owners import CodeOwners, is_owner, unique

_MAX_SIZE = 20_000  # characters of all expressions: what a path costs grows with it


def parse(text: str) -> CodeOwners:
    entries: list[tuple[LinearRegex, bool, tuple[str, ...]]] = []
    problems: list[tuple[int, str]] = []
    size = 0
    for number, line in enumerate(text.splitlines(), start=1):
        words = _words(line)
        if not words:
            continue
        size += len(words[0])
        if size > _MAX_SIZE:
            problems.append((number, "the expressions up to here are too long together; what follows is not read"))
            break
        try:
            entries.append(_entry(words))
        except ValueError as error:
            problems.append((number, str(error)))

    def owners_of(path: str) -> tuple[str, ...]:
        matching = (owners for regex, negated, owners in entries if regex.search(path) != negated)
        return unique(owner for owners in matching for owner in owners)

    return CodeOwners(owners_of, tuple(problems))


def _entry(words: list[str]) -> tuple[LinearRegex, bool, tuple[str, ...]]:
    expression, owners = words[0], words[1:]
    if not owners:
        raise ValueError("it names no owners; write @user or @org/team behind the expression")
    for word in owners:
        if not word.startswith("@") or not is_owner(word):
            raise ValueError(f"{word!r} is not an owner; write @user or @org/team")
    negated = expression.startswith("!")
    return compile_linear(f"^{expression.removeprefix('!')}$"), negated, unique(owners)


def _words(line: str) -> list[str]:
    """A backslash keeps the next character as it is, so that `\\\\.` is the expression `\\.`; # begins a comment."""
    words, word, at = [], "", 0
    line = line.strip().replace("\t", " ")
    while at < len(line) and line[at] != "#":
        if line[at] == "\\" and at + 1 < len(line):
            word += line[at + 1]
            at += 1
        elif line[at] != " ":
            word += line[at]
        elif word:
            words.append(word)
            word = ""
        at += 1
    return [*words, word] if word else words
