"""What became of every listed file: scanned, or skipped with a reason. The sum is checked."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class SkipReason(StrEnum):
    """Why something expected was not done. One enumeration for files, fixes and publishing."""

    # a listed file was not scanned (or not in full)
    NO_RULE = "no-rule"
    SYMLINK = "symlink"
    SUBMODULE = "submodule"
    NOT_A_REGULAR_FILE = "not-a-regular-file"
    PATH_ENCODING = "path-encoding"
    PATH_REFUSED = "path-refused"
    UNREADABLE = "unreadable"
    TOO_LARGE = "too-large"
    IGNORED_BY_REPOSITORY = "ignored-by-repository"
    ENCODING = "encoding"
    NUL_BYTE = "nul-byte"
    DEPTH = "depth"
    CHAIN = "chain"
    PATTERN_DEPTH = "pattern-depth"
    PYTHON2 = "python2"
    SYNTAX = "syntax"
    PARSER_REFUSED = "parser-refused"
    PARTIAL_PARSE = "partial-parse"
    PARSER_CRASH = "parser-crash"
    TIMEOUT = "timeout"
    TOO_MANY_MATCHES = "too-many-matches"
    RULE_ERROR = "rule-error"
    ENGINE_ERROR = "engine-error"
    # a finding was not fixed
    NO_FIX = "no-fix"
    ROUND_TRIP = "round-trip"
    VERSION_UNKNOWN = "version-unknown"
    SUPPRESSED = "suppressed"
    LEFT_OUT = "left-out-by-the-repository"
    REPORT_ONLY = "report-only"
    OLD_DEBT = "old-debt"
    OVERLAP = "overlap"
    FILE_NOT_SCANNED = "file-not-scanned"
    CONTROL_SILENT = "control-silent"


@dataclass(frozen=True, slots=True)
class Skipped:
    """An expected non-action. `detail` is for people and may be empty."""

    reason: SkipReason
    detail: str = ""


@dataclass(frozen=True, slots=True)
class SkippedFile:
    path: str
    skipped: Skipped


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """`listed` counts every entry of the tree; each is in `scanned` (paths) or in `skipped`, never in both."""

    listed: int
    scanned: frozenset[str]
    skipped: tuple[SkippedFile, ...]

    def __post_init__(self) -> None:
        paths = {entry.path for entry in self.skipped}
        if len(paths) != len(self.skipped) or paths & self.scanned:
            raise AssertionError("a listed file has two outcomes")
        if self.listed != len(self.scanned) + len(self.skipped):
            raise AssertionError(
                f"{self.listed} files listed, but {len(self.scanned)} scanned and {len(self.skipped)} skipped"
            )

    @property
    def listed_paths(self) -> frozenset[str]:
        return self.scanned | {entry.path for entry in self.skipped}

    def by_reason(self) -> dict[SkipReason, int]:
        """How many files were skipped for each reason, most frequent first."""
        return dict(Counter(entry.skipped.reason for entry in self.skipped).most_common())


def coverage_of(listed: Iterable[str], scanned: Iterable[str], skipped: Iterable[SkippedFile]) -> Coverage:
    """The checked sum over one tree."""
    return Coverage(
        listed=len(set(listed)),
        scanned=frozenset(scanned),
        skipped=tuple(sorted(skipped, key=lambda s: s.path)),
    )
