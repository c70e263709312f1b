"""What a scan saw, and what it can therefore claim."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from debtd.model.coverage import Coverage, Skipped
from debtd.model.finding import Match
from debtd.model.project import Project


@dataclass(frozen=True, slots=True)
class Candidates:
    """In how many files a rule's declaration let its detector look, and in how many of these it found nothing."""

    files: int = 0
    refused: int = 0

    def __add__(self, other: "Candidates") -> "Candidates":
        return Candidates(self.files + other.files, self.refused + other.refused)


@dataclass(frozen=True, slots=True, kw_only=True)
class Detection:
    """What one engine made of the sources it was given.

    `skipped` maps paths that were not scanned, or not in full, to the reason; matches found in them all the same
    are real. `fired` are the rules whose planted control was reported in this very run: only for those does
    silence mean absence. `broken` maps rule ids to what went wrong with the rule itself. `words` are the identifiers of
    Python files that could be decoded, joined by spaces, by blob id; `candidates` tells by rule id how sharp its
    declaration was.
    """

    matches: tuple[Match, ...] = ()
    skipped: Mapping[str, Skipped] = field(default_factory=dict)
    fired: frozenset[str] = frozenset()
    broken: Mapping[str, str] = field(default_factory=dict)
    words: Mapping[str, str] = field(default_factory=dict)
    candidates: Mapping[str, Candidates] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What one engine made of one blob by `rules` (rule keys, see `pipeline.answers.rule_key`), wherever it stands.

    Its matches have neither path nor blob. `skipped` as in `Detection`.
    """

    rules: frozenset[str]
    matches: tuple[Match, ...] = ()
    skipped: Skipped | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanResult:
    """One scan of one tree by all engines.

    `rule_ids` are the rules that were asked for, `attempted` those that had files to read at all. `candidates` counts
    the files that were read now, not those whose answers were remembered.
    """

    matches: tuple[Match, ...]
    coverage: Coverage
    rule_ids: frozenset[str]
    attempted: frozenset[str]
    fired: frozenset[str]
    broken: Mapping[str, str]
    project: Project
    candidates: Mapping[str, Candidates] = field(default_factory=dict)

    def can_deny(self, rule_id: str, path: str) -> bool:
        """Whether this scan's silence about the rule in the path proves that there is nothing (DESIGN D6)."""
        if path not in self.coverage.listed_paths:
            return rule_id in self.fired or rule_id not in self.attempted
        return rule_id in self.fired and path in self.coverage.scanned
