"""The first way: semgrep's engine, the program `semgrep-core`, without the command line in front of it.

The command line is a Python program that takes twenty times as long as the engine to scan a small change. But it is
the interface that semgrep promises; the engine's own may change with any release. All that debtd knows of it
stands in this file: where the program is, its arguments, the file of targets, and its JSON. It holds for one
release, for which the contract suite has proven that both ways see the same.
"""

import json
import os
import re
import secrets
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from debtd.adapters.child import ChildResult, run_child
from debtd.adapters.semgrep.dialect import write_rules
from debtd.adapters.semgrep.limits import (
    ENGINE_MEMORY_MIB,
    MAX_REPORT_BYTES,
    MEMORY_BYTES,
    RULE_SECONDS,
    RULE_TIMEOUTS,
)
from debtd.adapters.semgrep.report import Complaint, Hit, Report, child_failure, failed, report_of
from debtd.adapters.semgrep.shards import shards_of
from debtd.adapters.semgrep.tree import Tree
from debtd.adapters.semgrep.way import environment
from debtd.model.coverage import SkipReason
from debtd.rulekit.rule import Rule

PROVEN_VERSION = "1.182.0"
_START_SECONDS = 30.0
_LEAST_MEMORY_BYTES = 1 << 30
_STACK_BYTES = 1_000_000_000  # as semgrep's command line gives it


class OtherEngine(Exception):
    """The program is not of the proven release, whatever its package says: use the other way."""


def find_core() -> Path | None:
    """The program in the package `semgrep`, which is not imported for it (that takes seconds); None without one."""
    spec = find_spec("semgrep")
    for folder in (spec.submodule_search_locations or ()) if spec is not None else ():
        program = Path(folder, "bin", "semgrep-core")
        if os.access(program, os.X_OK) and program.is_file():
            return program
    return None


def engine_version(program: Path) -> str:
    """What the program itself says; "" when it does not start or says something else."""
    with tempfile.TemporaryDirectory(prefix="semgrep-", ignore_cleanup_errors=True) as name:
        env = environment(Path(name))
        child = run_child([str(program), "-version"], cwd=Path(name), env=env, timeout_seconds=_START_SECONDS)
    found = re.fullmatch(rb"semgrep-core version: ([0-9.]+)\b.*\n", child.stdout)
    return found.group(1).decode() if found else ""


@dataclass(frozen=True, slots=True)
class CoreWay:
    """One process for each of at most `jobs` shards: two processes with one job each take less time and memory than
    one process with two."""

    program: Path
    jobs: int

    @property
    def memory_bytes(self) -> int:
        """Of one process."""
        return max(MEMORY_BYTES // self.jobs, _LEAST_MEMORY_BYTES)

    @property
    def reads_in_place(self) -> bool:
        return True

    def shards(self, tree: Tree) -> Sequence[Tree]:
        return shards_of(tree, self.jobs)

    def run(self, tree: Tree, rules: Sequence[Rule], *, timeout_seconds: float, stop_fd: int) -> Report:
        """See `Way`. Raises OtherEngine."""
        separator = f"<{secrets.token_hex(8)}>"
        with tempfile.TemporaryDirectory(prefix="shard-", dir=tree.root, ignore_cleanup_errors=True) as name:
            folder = Path(name)
            write_rules(folder / "rules.json", rules, separator)
            (folder / "targets.json").write_text(json.dumps(_targets(tree)), "utf-8")
            child = run_child(
                [str(self.program), *_arguments(folder, self.memory_bytes)],
                cwd=tree.root,
                env=environment(folder),
                timeout_seconds=timeout_seconds,
                memory_bytes=self.memory_bytes,
                max_output_bytes=MAX_REPORT_BYTES,
                stack_bytes=_STACK_BYTES,
                stop_fd=stop_fd,
            )
        return _read(child, separator, timeout_seconds)


def _arguments(folder: Path, memory_bytes: int) -> list[str]:
    memory_mib = min(ENGINE_MEMORY_MIB, memory_bytes * 3 // 4 >> 20)  # it gives up the file before it is killed
    # -fast: rules whose words do not stand in a file are not run on it, nor is a file parsed that has none of them
    fixed = (
        f"-json_nodots -j 1 -fast -timeout {RULE_SECONDS} -timeout_threshold {RULE_TIMEOUTS} -max_memory {memory_mib}"
    )
    return [*fixed.split(), "-rules", str(folder / "rules.json"), "-targets", str(folder / "targets.json")]


def _targets(tree: Tree) -> list[object]:
    """The engine runs on each target the rules of its language, and no others."""
    languages = {name: planted.source.language for name, planted in tree.planted.items()}
    languages |= {name: control.language for name, control in tree.controls.items()}
    return ["Targets", [_target(name, language) for name, language in languages.items()]]


def _target(name: str, language: str) -> list[object]:
    path = {"fpath": name, "ppath": "/" + name.lstrip("/")}
    return ["CodeTarget", {"path": path, "analyzer": language, "products": ["sast"]}]


def _read(child: ChildResult, separator: str, timeout_seconds: float) -> Report:
    failure = child_failure(child, timeout_seconds)
    if failure is not None:
        return failure
    if child.truncated:
        return failed(SkipReason.ENGINE_ERROR, "semgrep's report is too large", overloaded=True)
    ended = f"semgrep-core ended with {child.returncode}"
    try:
        document = json.loads(child.stdout)
        if document["version"] != PROVEN_VERSION:
            raise OtherEngine(str(document["version"]))
        report = report_of(
            (_hit(match) for match in document["results"]),
            (_complaint(error) for error in document["errors"]),
            document["paths"]["scanned"],
            separator,
        )
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return failed(SkipReason.ENGINE_ERROR, f"{ended}, its report cannot be read")
    return report if child.returncode == 0 else failed(SkipReason.ENGINE_ERROR, ended)


def _hit(match: dict[str, Any]) -> Hit:
    return Hit(
        rule_id=match["check_id"],
        path=match["path"],
        start=int(match["start"]["offset"]),
        end=int(match["end"]["offset"]),
        column=int(match["start"]["col"]),
        message=str(match["extra"]["message"]),
    )


def _complaint(error: dict[str, Any]) -> Complaint:
    kind = error["error_type"]
    return Complaint(
        kind=kind if isinstance(kind, str) else str(kind[0]),
        message=str(error["message"]),
        path=error["location"]["path"] if error.get("location") else None,
        rule_id=error.get("rule_id"),
    )
