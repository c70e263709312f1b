"""What a run of semgrep says, read with suspicion: what does not say "scanned in full" is a skip or a failure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from debtd.adapters.child import ChildResult
from debtd.model.coverage import Skipped, SkipReason

_REASONS = {
    "PartialParsing": SkipReason.PARTIAL_PARSE,
    "Syntax error": SkipReason.SYNTAX,
    "Other syntax error": SkipReason.SYNTAX,
    "Lexical error": SkipReason.SYNTAX,
    "AST builder error": SkipReason.SYNTAX,
    "Timeout": SkipReason.TIMEOUT,
    "Fixpoint timeout": SkipReason.TIMEOUT,
    "Too many matches": SkipReason.TOO_MANY_MATCHES,
    "exceeded_size_limit": SkipReason.TOO_LARGE,
}
_RULE_ERRORS = {"Rule parse error", "PatternParseError", "IncompatibleRule", "Missing plugin", "Invalid YAML"}


@dataclass(frozen=True, slots=True)
class Hit:
    """Offsets and the column are bytes of the file that was read. `message` is that of dialect.py, filled in."""

    rule_id: str
    path: str
    start: int
    end: int
    column: int
    message: str


@dataclass(frozen=True, slots=True)
class Complaint:
    """An error in semgrep's words. `kind` is the name of its type; path and rule id as far as they are known."""

    kind: str
    message: str
    path: str | None
    rule_id: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Paths are those of the tree. `failure`: nothing of the run counts; `overloaded` if the files may be the cause."""

    hits: tuple[Hit, ...] = ()
    scanned: frozenset[str] = frozenset()
    skipped: Mapping[str, Skipped] = field(default_factory=dict)
    broken: Mapping[str, str] = field(default_factory=dict)
    failure: Skipped | None = None
    overloaded: bool = False
    separator: str = ""

    def with_broken(self, broken: Mapping[str, str]) -> "Report":
        return replace(self, broken={**self.broken, **broken})


def report_of(hits: Iterable[Hit], complaints: Iterable[Complaint], scanned: Iterable[str], separator: str) -> Report:
    """Each complaint concerns a rule or a file; one that concerns neither spoils the run."""
    skipped: dict[str, Skipped] = {}
    broken: dict[str, str] = {}
    for complaint in complaints:
        if complaint.kind in _RULE_ERRORS and complaint.rule_id is not None:
            broken.setdefault(complaint.rule_id, rule_sentence(complaint.message))
        elif complaint.path is not None:
            reason = _REASONS.get(complaint.kind, SkipReason.ENGINE_ERROR)
            skipped.setdefault(complaint.path, Skipped(reason, _detail(complaint.kind)))
        else:
            return failed(SkipReason.ENGINE_ERROR, f"semgrep reports: {_detail(complaint.kind)}")
    return Report(hits=tuple(hits), scanned=frozenset(scanned), skipped=skipped, broken=broken, separator=separator)


def child_failure(child: ChildResult, timeout_seconds: float) -> Report | None:
    """Why nothing that the process has written counts; None when it ended by itself."""
    if child.timed_out:
        return failed(SkipReason.TIMEOUT, f"semgrep took more than {timeout_seconds:.0f} seconds", overloaded=True)
    if child.over_memory:
        return failed(SkipReason.ENGINE_ERROR, "semgrep took too much memory", overloaded=True)
    if child.returncode < 0:
        detail = f"semgrep was ended by signal {-child.returncode}"
        return failed(SkipReason.ENGINE_ERROR, detail, overloaded=True)
    return None


def failed(reason: SkipReason, detail: str, *, overloaded: bool = False) -> Report:
    return Report(failure=Skipped(reason, detail), overloaded=overloaded)


def rule_sentence(message: str) -> str:
    told = " ".join(message.partition("-----")[0].split())
    return f"semgrep cannot run the rule: {told[:300]}"


def _detail(kind: str) -> str:
    return f"semgrep: {kind.lower().replace('_', ' ')}"
