"""Rules that misbehave on purpose, and a short way to run the LibCST engine over texts."""

import os
import shutil
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path

from debtd.adapters.cst_pool.pool import CstDetector
from debtd.model.language import language_of
from debtd.model.project import Project
from debtd.model.repo import Source, git_blob_id
from debtd.model.scan import Detection
from debtd.rulekit.loader import load_rules

MODERN = Project(min_python=(3, 9), declared_in="the test")
INHERITS_OBJECT = Path(__file__).parents[2] / "rules" / "python" / "syntax" / "class_inherits_object.py"

_RULE = '''"""A rule of the tests.

It costs nothing.

Fix safety: it has no fix.
"""

import os
import re
import resource
import sys
import time

from debtd.rulekit import Bad, Node, Rule, RuleVisitor, Severity


class Visitor(RuleVisitor):
    def visit_Name(self, node):
        name = node.value
        {body}


RULE = Rule(
    message="m",
    detect=Visitor,
    words=(("{word}",),),
    nodes=(Node("Name"),),
    severity=Severity.LOW,
    effort_minutes=1,
    tags=("test",),
    references=("https://example.invalid/",),
    bad=(Bad("{word}  #: finding\\n", None),),
    good=("x\\n",),
)
'''


def write_rule(folder: Path, rule_id: str, body: str, *, word: str = "victim") -> None:
    """A rule whose `visit_Name` runs `body` (one line, with `self`, `node` and `name`) and reports its word."""
    lines = [body, f"if name == {word!r}: self.report(node, message=str(getattr(self, 'said', '')))"]
    text = _RULE.format(body="\n        ".join(lines), word=word)
    folder.mkdir(exist_ok=True)
    (folder / f"{rule_id.replace('-', '_')}.py").write_text(text)


def copy_real_rule(folder: Path) -> None:
    folder.mkdir(exist_ok=True)
    shutil.copy(INHERITS_OBJECT, folder)


class CountingProgress:
    def __init__(self) -> None:
        self.advanced: list[str] = []
        self._lock = threading.Lock()

    def start(self, stage: str, total: int) -> None:
        raise AssertionError("the caller starts the stage")

    def advance(self, stage: str, count: int = 1) -> None:
        with self._lock:
            self.advanced += [stage] * count


def sources_of(folder: Path, texts: Mapping[str, str]) -> tuple[Source, ...]:
    folder.mkdir(exist_ok=True)
    for path, text in texts.items():
        (folder / path).write_text(text)
    return tuple(source_at(folder / path) for path in texts)


def source_at(location: Path) -> Source:
    language = language_of(location.name)
    assert language is not None
    data = location.read_bytes()
    return Source(path=location.name, blob=git_blob_id(data), size=len(data), language=language, location=str(location))


def detect(
    rules: Path,
    sources: Sequence[Source],
    *,
    workers: int = 2,
    wall_seconds: float = 120.0,
    project: Project = MODERN,
    progress: CountingProgress | None = None,
) -> Detection:
    detector = CstDetector([rules], workers, wall_seconds=wall_seconds)
    return detector.detect(sources, load_rules([rules]), project, progress or CountingProgress())


def workers_of(parent: int) -> list[int]:
    """The process ids of the children that the process has now; zombies count."""
    found = []
    for entry in Path("/proc").iterdir():
        try:
            status = (entry / "stat").read_bytes().rpartition(b")")[2].split()
        except OSError:
            continue
        if entry.name.isdigit() and int(status[1]) == parent:
            found.append(int(entry.name))
    return found


def is_alive(pid: int) -> bool:
    try:
        status = Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()
    except OSError:
        return False
    return status[0] not in {b"Z", b"X"} and pid != os.getpid()
