"""Verdicts and the evidence for them."""

from dataclasses import dataclass
from enum import StrEnum


class Gate(StrEnum):
    """Cheapest first; a patch must pass all of them."""

    APPLIES = "applies-exactly"
    BYTES_KEPT = "bytes-outside-kept"
    PARSES = "parses"
    FINDING_GONE = "finding-gone"
    NOTHING_NEW = "nothing-new"
    IDEMPOTENT = "second-run-changes-nothing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """What one gate saw in one patch. `path` is the file that decided a failure, "" otherwise."""

    gate: Gate
    passed: bool
    detail: str
    path: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What verify did and saw, for one patch; enough to do it again.

    `engines` maps engine names to versions; `files` lists (path, blob id before, blob id after).
    """

    task_key: str
    patch_digest: str
    base_commit: str
    rule_id: str
    rule_digest: str
    engines: tuple[tuple[str, str], ...]
    files: tuple[tuple[str, str, str], ...]
    checks: tuple[Check, ...]

    @property
    def accepted(self) -> bool:
        return {check.gate for check in self.checks if check.passed} == set(Gate)

    @property
    def failure(self) -> Check | None:
        """The first gate that failed; None for an accepted patch."""
        return next((check for check in self.checks if not check.passed), None)
