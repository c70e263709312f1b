"""What rules declare, noted down: most commands need neither the rules' own code nor LibCST, which are slow to load.

The note is a JSON file. A rule is read from it while the rule's files and debtd's own code are what they were; else the
rule is loaded, and noted. A note that cannot be read or written costs time and nothing else.
"""

import hashlib
import json
import os
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import fields, replace
from datetime import date
from pathlib import Path
from typing import Any

from debtd import __version__
from debtd.model.finding import Severity
from debtd.model.language import Language
from debtd.rulekit.loader import collect, load_rule
from debtd.rulekit.node import decode_node, encode_node
from debtd.rulekit.rule import Bad, Rule, SemgrepPattern

_FIELDS = tuple(field.name for field in fields(Rule))


def load_declared(folders: Iterable[Path], note: Path) -> tuple[Rule, ...]:
    """As `load_rules`, but for the detectors of LibCST rules: they are None. Raises ConfigError."""
    kit = _kit_key()
    noted = _read(note, kit)
    current: dict[str, dict[str, Any]] = {}

    def rule_at(path: Path) -> Rule:
        key = _key(path)
        row = noted.get(str(path))
        if row is not None and row[0]["key"] == key:
            current[str(path)], rule = row
            return rule
        rule = _without_code(load_rule(path))
        encoded = _encoded(rule)
        if encoded is not None:
            current[str(path)] = {"key": key, "rule": encoded}
        return rule

    rules = collect(folders, rule_at)
    if current != {path: row for path, (row, _) in noted.items()}:
        _write(note, {"kit": kit, "rules": current})
    return rules


def _without_code(rule: Rule) -> Rule:
    return rule if isinstance(rule.detect, SemgrepPattern) else replace(rule, detect=None)


def _kit_key() -> str:
    """Changes with the code that reads rules."""
    facts = [__version__]
    for entry in sorted(os.scandir(Path(__file__).parent), key=lambda entry: entry.name):
        if entry.name.endswith(".py"):
            status = entry.stat()
            facts.append(f"{entry.name} {status.st_size} {status.st_mtime_ns}")
    return hashlib.sha256("\n".join(facts).encode()).hexdigest()


def _key(path: Path) -> str:
    """A digest over the rule's file and, for a semgrep rule, the examples beside it."""
    digest = hashlib.sha256()
    beside = [path] if path.suffix == ".py" else sorted(path.parent.glob(f"{path.stem}.*"))
    for file in beside:
        with suppress(OSError):
            data = file.read_bytes()
            digest.update(f"{file.name} {len(data)}\n".encode() + data)
    return digest.hexdigest()


def _read(note: Path, kit: str) -> Mapping[str, tuple[dict[str, Any], Rule]]:
    """The rows of the note by path, each with its rule; none where one of them cannot be read."""
    try:
        body = json.loads(note.read_bytes())
        if body["kit"] != kit:
            return {}
        return {path: (row, _decoded(row["rule"])) for path, row in body["rules"].items()}
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        return {}


def _write(note: Path, body: Mapping[str, object]) -> None:
    with suppress(OSError):
        note.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft = note.with_name(f".{note.name}.{os.getpid()}")
        try:
            draft.write_text(json.dumps(body), "utf-8")
            draft.replace(note)
        finally:
            draft.unlink(missing_ok=True)


# -- one rule --------------------------------------------------------------------------------------------------


def _encoded(rule: Rule) -> dict[str, Any] | None:
    """The rule as JSON values; None where its YAML holds what JSON does not (such as a date)."""
    values: dict[str, Any] = {name: getattr(rule, name) for name in _FIELDS}
    pattern = rule.detect
    values["detect"] = None
    if isinstance(pattern, SemgrepPattern):
        values["detect"] = [pattern.body, pattern.example_name, pattern.example, pattern.fixed]
    values["nodes"] = [encode_node(node) for node in rule.nodes]
    values["deadline"] = rule.deadline and rule.deadline.isoformat()
    values["bad"] = [[example.before, example.after, example.min_python] for example in rule.bad]
    try:
        copy: dict[str, Any] = json.loads(json.dumps(values))
    except (TypeError, ValueError):
        return None
    return copy if _decoded(copy) == rule else None


def _decoded(values: Mapping[str, Any]) -> Rule:
    """The reverse of `_encoded`. Raises KeyError, TypeError, ValueError or AttributeError for anything else."""
    plain = {name: _tuples(values[name]) for name in _FIELDS if name not in {"detect", "nodes", "bad", "deadline"}}
    plain["severity"] = Severity(values["severity"])
    plain["languages"] = tuple(map(Language, values["languages"]))
    return Rule(
        **plain,
        detect=None if values["detect"] is None else SemgrepPattern(*values["detect"]),
        deadline=values["deadline"] and date.fromisoformat(values["deadline"]),
        nodes=tuple(map(decode_node, values["nodes"])),
        bad=tuple(Bad(before, after, tuple(oldest)) for before, after, oldest in values["bad"]),
    )


def _tuples(value: Any) -> Any:
    return tuple(map(_tuples, value)) if isinstance(value, list) else value
