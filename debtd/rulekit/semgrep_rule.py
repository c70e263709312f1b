"""Semgrep rules: `<id>.yaml` beside `<id>.<ext>` (marked `ruleid:` / `ok:`) and, with a fix, `<id>.fixed.<ext>`."""

import hashlib
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import cast

import yaml

from debtd.model.errors import ConfigError
from debtd.model.finding import Severity
from debtd.model.language import Language, language_of
from debtd.rulekit.rule import Rule, SemgrepPattern

_SEVERITIES = {"INFO": Severity.LOW, "WARNING": Severity.MEDIUM, "ERROR": Severity.HIGH}


@dataclass(frozen=True, slots=True)
class _Fields:
    """Typed reading of one YAML mapping; every mistake names the file and the key."""

    path: Path
    body: dict[str, object]

    def text(self, key: str) -> str:
        value = self.body.get(key)
        if not isinstance(value, str) or not value.strip():
            raise ConfigError(f"{self.path}: `{key}` must be a text.")
        return value.strip()

    def texts(self, key: str) -> tuple[str, ...]:
        value = self.body.get(key)
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise ConfigError(f"{self.path}: `{key}` must be a list of texts.")
        return tuple(cast(list[str], value))

    def number(self, key: str) -> int:
        value = self.body.get(key)
        if not isinstance(value, int):
            raise ConfigError(f"{self.path}: `{key}` must be a whole number.")
        return value

    def day(self, key: str) -> date | None:
        """A day, written as a text; None where there is none."""
        if key not in self.body:
            return None
        try:
            return date.fromisoformat(self.text(key))
        except (ConfigError, ValueError):
            raise ConfigError(f'{self.path}: `{key}` must be a day in quotes, such as "2026-10-31".') from None

    def mapping(self, key: str) -> "_Fields":
        value = self.body.get(key)
        if not isinstance(value, dict):
            raise ConfigError(f"{self.path}: `{key}` must be a mapping.")
        return _Fields(self.path, value)


def load_semgrep_rule(path: Path) -> Rule:
    """Read and check one semgrep rule file with exactly one rule. Raises ConfigError."""
    raw = _read(path)
    fields = _Fields(path, _only_rule(path, raw))
    rule_id = fields.text("id")
    if rule_id != path.stem:
        raise ConfigError(f"{path}: the rule's id {rule_id!r} must be the file's name, {path.stem!r}.")
    metadata = fields.mapping("metadata")
    return Rule(
        id=rule_id,
        message=fields.text("message"),
        detect=_pattern(path, fields.body),
        severity=_severity(fields),
        languages=_languages(fields),
        effort_minutes=metadata.number("effort_minutes"),
        tags=metadata.texts("tags"),
        references=metadata.texts("references"),
        deadline=metadata.day("deadline"),
        summary=metadata.text("summary"),
        description=metadata.text("description"),
        fix_safety=metadata.text("fix_safety"),
        path=str(path),
        digest=hashlib.sha256(raw).hexdigest(),
    )


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ConfigError(f"the rule {path} cannot be read: {error.strerror}.") from None


def _only_rule(path: Path, raw: bytes) -> dict[str, object]:
    try:
        document = yaml.safe_load(raw)
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        mark = getattr(error, "problem_mark", None)
        where = f", line {mark.line + 1}" if mark else ""
        raise ConfigError(f"{path}{where}: this is not valid YAML.") from None
    rules = document.get("rules") if isinstance(document, dict) else None
    if not isinstance(rules, list) or len(rules) != 1 or not isinstance(rules[0], dict):
        raise ConfigError(f"{path}: a rule file holds `rules:` with exactly one rule.")
    return cast(dict[str, object], rules[0])


def _severity(fields: _Fields) -> Severity:
    name = fields.text("severity")
    if name not in _SEVERITIES:
        raise ConfigError(f"{fields.path}: `severity` must be one of {', '.join(_SEVERITIES)}.")
    return _SEVERITIES[name]


def _languages(fields: _Fields) -> tuple[Language, ...]:
    names = fields.texts("languages")
    try:
        return tuple(Language(name) for name in names)
    except ValueError as error:
        known = ", ".join(Language)
        raise ConfigError(f"{fields.path}: `languages`: {error}; known are {known}.") from None


def _pattern(path: Path, body: dict[str, object]) -> SemgrepPattern:
    examples = [p for p in sorted(path.parent.glob(f"{path.stem}.*")) if language_of(p.name) is not None]
    plain = [p for p in examples if not p.stem.endswith(".fixed")]
    fixed = [p for p in examples if p.stem.endswith(".fixed")]
    if len(plain) != 1:
        raise ConfigError(f"{path}: one example {path.stem}.<ending of the language> must stand beside the rule.")
    if ("fix" in body) != bool(fixed):
        raise ConfigError(f"{path}: a rule with `fix` needs {path.stem}.fixed{plain[0].suffix}, and only then.")
    try:
        example = plain[0].read_text("utf-8")
        fixed_text = fixed[0].read_text("utf-8") if fixed else None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: an example cannot be read: {error}.") from None
    if f"ruleid: {path.stem}" not in example:
        raise ConfigError(f"{path}: the example marks no line with `ruleid: {path.stem}`.")
    return SemgrepPattern(body=body, example_name=plain[0].name, example=example, fixed=fixed_text)
