"""Semgrep rules and sources made in a test, and what came of them."""

import os
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

import pytest

from debtd.adapters.semgrep.command_line import CommandLineWay
from debtd.adapters.semgrep.core import CoreWay, find_core
from debtd.adapters.semgrep.way import Way
from debtd.model.language import Language, language_of
from debtd.model.repo import Source, git_blob_id
from debtd.rulekit import Rule, Severity
from debtd.rulekit.rule import SemgrepPattern

WAYS = ("core", "command line")
every_way = pytest.mark.parametrize("way", WAYS)


def way_called(name: str, jobs: int = 2) -> Way:
    """One of the two ways to run semgrep."""
    if name == "command line":
        return CommandLineWay(jobs)
    program = find_core()
    assert program is not None
    return CoreWay(program, jobs)


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


def write_sources(folder: Path, files: Mapping[str, bytes], *, endings: bool = False) -> tuple[Source, ...]:
    """Sources with these repository paths; on disk they have numbers for names, and on request their own endings."""
    folder.mkdir(exist_ok=True)
    return tuple(
        _write(folder / f"{number}{PurePosixPath(path).suffix if endings else ''}", path, data)
        for number, (path, data) in enumerate(files.items())
    )


def _write(location: Path, path: str, data: bytes) -> Source:
    location.write_bytes(data)
    language = language_of(path)
    assert language is not None
    return Source(path=path, blob=git_blob_id(data), size=len(data), language=language, location=os.fspath(location))
