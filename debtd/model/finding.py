"""Matches (raw hits of one detector) and findings (matches with an identity, a state and a history)."""

from dataclasses import dataclass
from enum import StrEnum

from debtd.model.coverage import Skipped
from debtd.model.edit import Edit


class Severity(StrEnum):
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """`start` and `end` are byte offsets into the file; lines and columns are 1-based, columns in characters."""

    start: int
    end: int
    line: int
    column: int
    end_line: int
    end_column: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """A raw hit of one rule in one file.

    `text` is the matched source (at most 400 characters), `line_text` its first line, `scope` the dotted
    enclosing definitions ("" at module level or when unknown). `edits` is the fix; when it is empty, `no_fix`
    says why. `suppressed_by` is the comment of the repository that asks for silence, such as "nosemgrep". `blob` is
    the git blob id of the file's bytes, set by the scan stage: edits are against that blob.
    """

    rule_id: str
    path: str
    span: Span
    text: str
    line_text: str
    scope: str
    message: str
    edits: tuple[Edit, ...] = ()
    no_fix: Skipped | None = None
    suppressed_by: str = ""
    blob: str = ""


class FindingState(StrEnum):
    """OPEN: seen by the last scan that could see it. UNVERIFIED: the last scan could not look. RESOLVED: proven
    gone. Suppression is no state: it is a recorded decision beside the finding."""

    OPEN = "open"
    UNVERIFIED = "unverified"
    RESOLVED = "resolved"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A match with an identity. `fingerprint` never changes while the finding lives (see fingerprint.py)."""

    fingerprint: str
    match: Match
    state: FindingState = FindingState.OPEN
