"""Fix tasks and their patches: one rule, one repository, one bounded group of findings."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from debtd.model.edit import FileEdit


class TaskState(StrEnum):
    """PLANNED -> PATCHED -> ACCEPTED -> PUBLISHED, or REJECTED by a gate, or SKIPPED, or SUPERSEDED by a newer base."""

    PLANNED = "planned"
    PATCHED = "patched"
    ACCEPTED = "accepted"
    PUBLISHED = "published"
    REJECTED = "rejected"
    SKIPPED = "skipped"
    SUPERSEDED = "superseded"


@dataclass(frozen=True, slots=True, kw_only=True)
class FixTask:
    """`key` is its identity (see `task_key`); `base_commit` the commit that its patch applies to.

    `inputs` is a digest over all that decides the outcome (rule, engines, blobs): a task that was rejected is
    tried again only when it changes. `reason` is what it waits for, or why it ended, for people: the store's word.
    """

    key: str
    repository_id: str
    rule_id: str
    fingerprints: tuple[str, ...]
    base_commit: str
    inputs: str
    state: TaskState = TaskState.PLANNED
    reason: str = field(default="", compare=False)

    @property
    def branch(self) -> str:
        return f"debtd/{self.rule_id}/{self.key[:12]}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Patch:
    """The immutable file edits of one fix task, ordered by path. `digest` names its content."""

    task_key: str
    base_commit: str
    files: tuple[FileEdit, ...]

    @property
    def digest(self) -> str:
        parts = hashlib.sha256(self.base_commit.encode())
        for file in self.files:
            parts.update(repr((file.path, file.base_blob, file.edits)).encode())
        return parts.hexdigest()


def task_key(repository_id: str, rule_id: str, fingerprints: Iterable[str]) -> str:
    """Forty hexadecimal digits over repository, rule and the set of findings: never a title, never a random id."""
    text = "\0".join((repository_id, rule_id, *sorted(fingerprints)))
    return hashlib.sha256(text.encode()).hexdigest()[:40]
