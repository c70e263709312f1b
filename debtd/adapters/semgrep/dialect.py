"""What semgrep is told of a rule, and which rules it is not told of at all.

Semgrep itself re-parses the whole file for every fix that it renders, outside its own time limits: some hundred
matches in one file take minutes. A rule's `fix` therefore travels as the rule's message, in which semgrep fills
in metavariables with the same source text at no cost.
"""

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from debtd.model.language import Language
from debtd.rulekit.rule import Rule, SemgrepPattern

_METAVARIABLE = re.compile(r"\$(?:\.\.\.)?[A-Z_][A-Z_0-9]*|\$[0-9]+")
_NOT_FOR_THE_ENGINE = {"fix", "fix-regex", "message", "metadata"}
_MODES = ("search", "taint")
_REFUSED_KEYS: Mapping[str, str] = {
    "paths": "what a rule finds may not depend on a file's name; leave files out by .semgrepignore",
    "validators": "rules do not reach the network",
    "r2c-internal-project-depends-on": "dependencies are not looked at",
}


def refusal(rule: Rule) -> str | None:
    """Why debtd does not run the rule, in one sentence; None when it does."""
    body = _body(rule)
    for key, why in _REFUSED_KEYS.items():
        if key in body:
            return f"debtd does not run rules with `{key}`: {why}"
    mode = body.get("mode", "search")
    if mode not in _MODES:
        return f"debtd does not run rules with `mode: {mode}`, only {' and '.join(_MODES)}"
    languages = body.get("languages")
    if not isinstance(languages, list) or not {str(name) for name in languages} <= {*Language}:
        return f"debtd knows the languages {', '.join(Language)}; the rule is for {languages}"
    return None


def write_rules(path: Path, rules: Sequence[Rule], separator: str) -> None:
    """A file that both ways of running semgrep read: JSON is YAML in which no text is taken for something else."""
    text = json.dumps({"rules": [_engine_body(r, separator) for r in rules]}, ensure_ascii=False, default=str)
    path.write_text(text, "utf-8", errors="replace")


def metavariables(fix: str) -> tuple[str, ...]:
    """The metavariables of a fix, in the order of their first use."""
    return tuple(dict.fromkeys(_METAVARIABLE.findall(fix)))


def _engine_body(rule: Rule, separator: str) -> dict[str, object]:
    body = {key: value for key, value in _body(rule).items() if key not in _NOT_FOR_THE_ENGINE}
    return {**body, "id": rule.id, "message": _message(_body(rule).get("fix"), separator)}


def _message(fix: object, separator: str) -> str:
    """The fix, then each of its metavariables: one that stays as it is was not bound, and the fix is not whole."""
    if not isinstance(fix, str):
        return "-"
    return separator.join(["", fix, *metavariables(fix), ""])


def _body(rule: Rule) -> Mapping[str, object]:
    assert isinstance(rule.detect, SemgrepPattern)  # noqa: S101  (accepted by the detector)
    return rule.detect.body
