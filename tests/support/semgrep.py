"""Semgrep rules and sources made in a test, and what came of them."""

import os
from collections.abc import Mapping
from pathlib import Path

from debtd.model.language import Language, language_of
from debtd.model.repo import Source, git_blob_id
from debtd.rulekit import Rule, Severity
from debtd.rulekit.rule import SemgrepPattern


def semgrep_rule(rule_id: str, languages: str, example: str, **body: object) -> Rule:
    """A rule with this body. `languages` are parted by spaces; the example is a file of the first of them."""
    names = [Language(name) for name in languages.split()]
    endings = {"javascript": "js", "typescript": "ts", "python": "py", "cpp": "cpp", "c": "c", "rust": "rs"}
    whole = {"id": rule_id, "languages": [*names], "severity": "INFO", "message": "semgrep's $X", **body}
    return Rule(
        id=rule_id,
        message=f"{rule_id} stands here",
        detect=SemgrepPattern(
            body=whole,
            example_name=f"{rule_id}.{endings[names[0]]}",
            example=example,
            fixed="" if "fix" in body else None,
        ),
        severity=Severity.LOW,
        effort_minutes=1,
        tags=("test",),
        references=("https://example.org/",),
        languages=tuple(names),
        digest=rule_id,
    )


def write_sources(folder: Path, files: Mapping[str, bytes]) -> tuple[Source, ...]:
    """Sources with these repository paths; on disk they have numbers for names."""
    folder.mkdir(exist_ok=True)
    return tuple(_write(folder / str(number), path, data) for number, (path, data) in enumerate(files.items()))


def _write(location: Path, path: str, data: bytes) -> Source:
    location.write_bytes(data)
    language = language_of(path)
    assert language is not None
    return Source(path=path, blob=git_blob_id(data), size=len(data), language=language, location=os.fspath(location))
