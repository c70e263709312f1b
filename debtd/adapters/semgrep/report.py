"""Semgrep's JSON report, read with suspicion: what does not say "scanned in full" is a skip or a failure."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath
from typing import Any

from debtd.adapters.semgrep.run import Outcome
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
_REFUSED_CONFIG = {"InvalidRuleSchemaError", "UnknownLanguageError"}
# 2 stands for broken rules as well as for a crash, and is not even stable: the report itself has to tell.
_WHOLE_RUN_CODES = {0, 1, 2}


@dataclass(frozen=True, slots=True)
class Hit:
    """Offsets and the column are bytes of the planted copy. `message` is the filled-in message of run.py."""

    rule_id: str
    path: str
    start: int
    end: int
    column: int
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """`failure`: nothing of the run counts; `overloaded` if the files may be the cause.

    `refused`: the rule id ("" when unknown) and why no rule was run.
    """

    hits: tuple[Hit, ...] = ()
    scanned: frozenset[str] = frozenset()
    skipped: Mapping[str, Skipped] = field(default_factory=dict)
    broken: Mapping[str, str] = field(default_factory=dict)
    failure: Skipped | None = None
    overloaded: bool = False
    refused: tuple[str, str] | None = None
    separator: str = ""

    def with_broken(self, broken: Mapping[str, str]) -> "Report":
        return replace(self, broken={**self.broken, **broken})


def read_report(outcome: Outcome) -> Report:
    """The report, or the reason why there is none to rely on."""
    child = outcome.child
    if child.timed_out:
        return _failed(SkipReason.TIMEOUT, f"semgrep took more than {outcome.timeout_seconds:.0f} seconds", True)
    if child.over_memory:
        return _failed(SkipReason.ENGINE_ERROR, "semgrep took too much memory", True)
    if child.returncode < 0:
        return _failed(SkipReason.ENGINE_ERROR, f"semgrep was ended by signal {-child.returncode}", True)
    if outcome.document is None:
        return _failed(SkipReason.ENGINE_ERROR, f"semgrep ended with {child.returncode} and without a report")
    try:
        report = _parse(json.loads(outcome.document), outcome.separator)
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return _failed(SkipReason.ENGINE_ERROR, f"semgrep ended with {child.returncode}, its report cannot be read")
    if report.refused is None and child.returncode not in _WHOLE_RUN_CODES:
        return _failed(SkipReason.ENGINE_ERROR, f"semgrep ended with {child.returncode}")
    return report


def _failed(reason: SkipReason, detail: str, overloaded: bool = False) -> Report:
    return Report(failure=Skipped(reason, detail), overloaded=overloaded)


def _parse(document: dict[str, Any], separator: str) -> Report:
    skipped: dict[str, Skipped] = {}
    broken: dict[str, str] = {}
    for error in document["errors"]:
        kind = error["type"] if isinstance(error["type"], str) else str(error["type"][0])
        if kind in _REFUSED_CONFIG:
            return Report(refused=_refused(error))
        if kind in _RULE_ERRORS and "rule_id" in error:
            broken.setdefault(_plain_id(error["rule_id"]), _rule_sentence(error["message"]))
        elif "path" in error:
            skipped.setdefault(error["path"], Skipped(_REASONS.get(kind, SkipReason.ENGINE_ERROR), _detail(kind)))
        else:
            return _failed(SkipReason.ENGINE_ERROR, f"semgrep reports: {_detail(kind)}")
    for entry in document["paths"]["skipped"]:
        reason = _REASONS.get(entry["reason"], SkipReason.ENGINE_ERROR)
        skipped.setdefault(entry["path"], Skipped(reason, _detail(entry["reason"])))
    return Report(
        hits=tuple(_hit(result) for result in document["results"]),
        scanned=frozenset(document["paths"]["scanned"]),
        skipped=skipped,
        broken=broken,
        separator=separator,
    )


def _hit(result: dict[str, Any]) -> Hit:
    return Hit(
        rule_id=_plain_id(result["check_id"]),
        path=result["path"],
        start=int(result["start"]["offset"]),
        end=int(result["end"]["offset"]),
        column=int(result["start"]["col"]),
        message=str(result["extra"]["message"]),
    )


def _plain_id(rule_id: str) -> str:
    """Semgrep prefixes ids with the folders of their file."""
    return rule_id.rpartition(".")[2]


def _refused(error: dict[str, Any]) -> tuple[str, str]:
    path = PurePosixPath(error["spans"][0]["file"])
    rule_id = path.stem if path.parent.name == "rules" else ""
    return rule_id, _rule_sentence(error["long_msg"])


def _rule_sentence(message: str) -> str:
    told = " ".join(message.partition("-----")[0].split())
    return f"semgrep cannot run the rule: {told[:300]}"


def _detail(kind: str) -> str:
    return f"semgrep: {kind.lower().replace('_', ' ')}"
