"""The other way: `semgrep scan`, for releases whose engine debtd has not been proven with."""

import json
import re
import secrets
import shutil
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from debtd.adapters.child import ChildResult, run_child
from debtd.adapters.semgrep.dialect import write_rules
from debtd.adapters.semgrep.limits import (
    ENGINE_MEMORY_MIB,
    MAX_FILE_BYTES,
    MAX_REPORT_BYTES,
    MEMORY_BYTES,
    RULE_SECONDS,
    RULE_TIMEOUTS,
)
from debtd.adapters.semgrep.report import (
    Complaint,
    Hit,
    Report,
    child_failure,
    failed,
    report_of,
    rule_sentence,
)
from debtd.adapters.semgrep.tree import Tree
from debtd.adapters.semgrep.way import environment
from debtd.model.coverage import SkipReason
from debtd.rulekit.rule import Rule

_START = "import sys; from semgrep.main import main; sys.exit(main())"
_PREAMBLE = re.compile(r"^(?:Rule parse error in|Incompatible) rule [\w.-]+:\s+")
_MAX_REFUSED_RULES = 3
_REFUSED_CONFIG = {"InvalidRuleSchemaError", "UnknownLanguageError"}
# 2 stands for broken rules as well as for a crash, and is not even stable: the report itself has to tell.
_WHOLE_RUN_CODES = {0, 1, 2}


class RefusedRule(Exception):
    """Semgrep has run no rule because of one. `rule_id` is "" when it does not tell which."""

    def __init__(self, rule_id: str, why: str) -> None:
        super().__init__(why)
        self.rule_id = rule_id
        self.why = why


@dataclass(frozen=True, slots=True)
class CommandLineWay:
    """One process, with `jobs` jobs of its own."""

    jobs: int

    @property
    def reads_in_place(self) -> bool:
        return False

    def shards(self, tree: Tree) -> Sequence[Tree]:
        return [tree.part(tree.planted)]

    def run(self, tree: Tree, rules: Sequence[Rule], *, timeout_seconds: float, stop_fd: int) -> Report:
        """See `Way`. A rule that semgrep refuses to read spoils its run, so the others run again without it."""
        left, refused, apart = list(rules), dict[str, str](), False
        while left and len(refused) <= _MAX_REFUSED_RULES:
            try:
                return self._run(tree, left, timeout_seconds, stop_fd, apart=apart).with_broken(refused)
            except RefusedRule as refusal:
                if not apart:
                    apart = True  # in one file rules load fastest; in files of their own the refused one has a name
                    continue
                if refusal.rule_id not in {rule.id for rule in left}:
                    break
                refused[refusal.rule_id] = refusal.why
                left = [rule for rule in left if rule.id != refusal.rule_id]
        return failed(SkipReason.ENGINE_ERROR, "semgrep refuses the rules").with_broken(refused)

    def _run(self, tree: Tree, rules: Sequence[Rule], timeout_seconds: float, stop_fd: int, *, apart: bool) -> Report:
        """`apart` gives each rule a file of its own, named by its id, instead of one for all."""
        separator = f"<{secrets.token_hex(8)}>"
        config = _write_config(tree.root, rules, separator, apart=apart)
        report = tree.root / "report.json"
        report.unlink(missing_ok=True)
        child = run_child(
            [sys.executable, "-I", "-B", "-W", "ignore", "-c", _START, *_arguments(config, self.jobs)],
            cwd=tree.root,
            env=environment(tree.root),
            timeout_seconds=timeout_seconds,
            memory_bytes=MEMORY_BYTES,
            max_file_bytes=4 * MAX_REPORT_BYTES,
            stop_fd=stop_fd,
        )
        return _read(child, _read_report(report), separator, timeout_seconds)


def _write_config(root: Path, rules: Sequence[Rule], separator: str, *, apart: bool) -> str:
    if not apart:
        write_rules(root / "rules.yaml", rules, separator)
        return "rules.yaml"
    shutil.rmtree(root / "rules", ignore_errors=True)
    (root / "rules").mkdir()
    for rule in rules:
        write_rules(root / "rules" / f"{rule.id}.yaml", [rule], separator)
    return "rules"


def _arguments(config: str, jobs: int) -> list[str]:
    # Without its own project root, the copy would obey the ignore files of a git repository around it.
    fixed = (
        "scan --metrics=off --disable-version-check --oss-only --disable-nosem --no-git-ignore --json --verbose"
        f" --timeout {RULE_SECONDS} --timeout-threshold {RULE_TIMEOUTS} --max-target-bytes {MAX_FILE_BYTES}"
        f" --max-memory {ENGINE_MEMORY_MIB} --project-root tree -o report.json"
    )
    return [*fixed.split(), "--jobs", str(jobs), "--config", config, "--", "tree"]


def _read_report(path: Path) -> bytes | None:
    """None when there is no report, or it is too large."""
    try:
        with path.open("rb") as file:
            document = file.read(MAX_REPORT_BYTES + 1)
    except FileNotFoundError:
        return None
    return document if len(document) <= MAX_REPORT_BYTES else None


def _read(child: ChildResult, document: bytes | None, separator: str, timeout_seconds: float) -> Report:
    failure = child_failure(child, timeout_seconds)
    if failure is not None:
        return failure
    ended = f"semgrep ended with {child.returncode}"
    if document is None:
        return failed(SkipReason.ENGINE_ERROR, f"{ended} and without a report")
    try:
        report = _parse(json.loads(document), separator)
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return failed(SkipReason.ENGINE_ERROR, f"{ended}, its report cannot be read")
    return report if child.returncode in _WHOLE_RUN_CODES else failed(SkipReason.ENGINE_ERROR, ended)


def _parse(document: Mapping[str, Any], separator: str) -> Report:
    complaints = [_complaint(error) for error in document["errors"]]
    left_out = [Complaint(entry["reason"], "", entry["path"], None) for entry in document["paths"]["skipped"]]
    hits = (_hit(match) for match in document["results"])
    return report_of(hits, [*complaints, *left_out], document["paths"]["scanned"], separator)


def _hit(match: Mapping[str, Any]) -> Hit:
    return Hit(
        rule_id=_plain_id(match["check_id"]),
        path=match["path"],
        start=int(match["start"]["offset"]),
        end=int(match["end"]["offset"]),
        column=int(match["start"]["col"]),
        message=str(match["extra"]["message"]),
    )


def _complaint(error: Mapping[str, Any]) -> Complaint:
    kind = error["type"] if isinstance(error["type"], str) else str(error["type"][0])
    if kind in _REFUSED_CONFIG:
        path = PurePosixPath(error["spans"][0]["file"])
        raise RefusedRule(path.stem if path.parent.name == "rules" else "", rule_sentence(error["long_msg"]))
    rule_id = _plain_id(error["rule_id"]) if "rule_id" in error else None
    message = _PREAMBLE.sub("", str(error.get("message", "")))
    return Complaint(kind, message, error.get("path"), rule_id)


def _plain_id(rule_id: str) -> str:
    """Semgrep prefixes ids with the folders of their file."""
    return rule_id.rpartition(".")[2]
