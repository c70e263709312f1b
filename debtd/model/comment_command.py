"""Commands in comments on a pull request: `/debtd rebase`, `/debtd not-now 30d REASON`, `/debtd never REASON`.

Anybody can write a comment; whether its author may command is for the caller to ask first. What is not exactly a
command is answered, never guessed.
"""

import re
from dataclasses import dataclass

MAX_DAYS = 3650
MAX_REASON = 500
_KNOWN = "`/debtd rebase`, `/debtd not-now 30d REASON`, `/debtd never REASON`"
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
_LINE = re.compile(r"/debtd(?: +(?P<verb>\S+)(?: +(?P<rest>.*))?)? *")
_NOT_NOW = re.compile(r"(?P<count>[1-9][0-9]{0,3})(?P<unit>[dw])(?: +(?P<reason>.*))?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Rebase:
    """Make the branch again on the newest base."""


@dataclass(frozen=True, slots=True)
class NotNow:
    """Close it and do not propose it again for `days` days."""

    days: int
    reason: str


@dataclass(frozen=True, slots=True)
class Never:
    """Close it and do not propose it again."""

    reason: str


@dataclass(frozen=True, slots=True)
class Misunderstood:
    """Something was asked for, and `answer` says what to write instead. Nothing is to be done."""

    answer: str


CommentCommand = Rebase | NotNow | Never | Misunderstood


def parse_comment(text: str) -> CommentCommand | None:
    """The command of a comment; None for one that talks of other things.

    A command is a whole line that begins with `/debtd`, outside of code blocks; quoted lines begin with `>` and are
    none. A comment has one command at most: of several, none is carried out.
    """
    lines = [line for line in _spoken(text) if line == "/debtd" or line.startswith("/debtd ")]
    if not lines:
        return None
    if len(lines) > 1:
        return Misunderstood("This comment has several commands; write one in each comment.")
    (line,) = lines
    found = _LINE.fullmatch(line)
    if found is None or not line.isprintable():
        return Misunderstood("This command has characters that cannot be seen; type it again.")
    return _command(found["verb"] or "", (found["rest"] or "").strip())


def _spoken(text: str) -> list[str]:
    """The lines outside of fenced code blocks. A block that is never closed reaches to the end."""
    spoken, fence = [], ""
    for line in re.split(r"\r\n|\n|\r", text):
        mark = _FENCE.match(line)
        if fence:
            if mark and mark[1].startswith(fence) and not line[mark.end() :].strip():
                fence = ""
        elif mark:
            fence = mark[1]
        else:
            spoken.append(line)
    return spoken


def _command(verb: str, rest: str) -> CommentCommand:
    if verb == "rebase":
        return Misunderstood("`/debtd rebase` takes nothing behind it.") if rest else Rebase()
    if verb == "never":
        return _with_reason(rest, Never(rest), "/debtd never REASON")
    if verb == "not-now":
        return _not_now(rest)
    return Misunderstood(f"There is no such command; known are {_KNOWN}.")


def _not_now(rest: str) -> CommentCommand:
    found = _NOT_NOW.fullmatch(rest)
    if found is None:
        return Misunderstood("Say for how long, in days or weeks, and why: `/debtd not-now 30d REASON`.")
    days = int(found["count"]) * (7 if found["unit"] == "w" else 1)
    if days > MAX_DAYS:
        return Misunderstood(f"The longest time is {MAX_DAYS} days; for longer, write `/debtd never REASON`.")
    reason = (found["reason"] or "").strip()
    return _with_reason(reason, NotNow(days, reason), "/debtd not-now 30d REASON")


def _with_reason(reason: str, command: Never | NotNow, like: str) -> CommentCommand:
    if not reason:
        return Misunderstood(f"Say why, so that others know: `{like}`.")
    if len(reason) > MAX_REASON:
        return Misunderstood(f"The reason is longer than {MAX_REASON} characters; make it shorter.")
    return command
