"""Repositories, fix tasks, patches and their evidence, and events, as they are stored."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from debtd.adapters.db.edits import decode_edits
from debtd.adapters.db.escaping import unescape
from debtd.adapters.db.reads.rows import Rows, among, from_json, utc
from debtd.model.edit import FileEdit
from debtd.model.event import Event
from debtd.model.evidence import Check, Evidence, Gate
from debtd.model.repo import Repository
from debtd.model.task import FixTask, Patch, TaskState

_EVIDENCE = "task_key, patch_digest, base_commit, rule_id, rule_digest, engines, files, checks"


def repositories(rows: Rows) -> tuple[Repository, ...]:
    """In the order of enrolment."""
    found = rows.select("SELECT id, source, name FROM repositories ORDER BY number")
    return tuple(Repository(id=key, source=unescape(source), name=unescape(name)) for key, source, name in found)


def tasks(rows: Rows, repository_id: str, states: Sequence[TaskState]) -> tuple[FixTask, ...]:
    """In planning order; no states means all."""
    condition, values = among("t.state", [state.value for state in states])
    where = f"t.repository_id = :repository_id AND {condition}"
    links = (
        "SELECT l.task_key, l.fingerprint FROM fix_task_findings l JOIN fix_tasks t ON t.key = l.task_key"
        f" WHERE {where} ORDER BY l.task_key, l.ordinal"
    )
    fingerprints: dict[str, list[str]] = defaultdict(list)
    for key, fingerprint in rows.select(links, repository_id=repository_id, **values):
        fingerprints[key].append(fingerprint)
    facts = "t.key, t.rule_id, t.base_commit, t.inputs, t.state, t.reason"
    query = f"SELECT {facts} FROM fix_tasks t WHERE {where} ORDER BY t.number"
    found = rows.select(query, repository_id=repository_id, **values)
    return tuple(
        FixTask(
            key=key,
            repository_id=repository_id,
            rule_id=rule_id,
            fingerprints=tuple(fingerprints[key]),
            base_commit=base_commit,
            inputs=inputs,
            state=TaskState(state),
            reason=unescape(reason),
        )
        for key, rule_id, base_commit, inputs, state, reason in found
    )


def patch(rows: Rows, task_key: str) -> Patch | None:
    query = "SELECT base_commit, files FROM patches WHERE task_key = :task_key"
    for base_commit, files in rows.select(query, task_key=task_key):
        edited = tuple(FileEdit(path, base_blob, decode_edits(edits)) for path, base_blob, edits in from_json(files))
        return Patch(task_key=task_key, base_commit=base_commit, files=edited)
    return None


def evidence(rows: Rows, task_key: str) -> Evidence | None:
    query = f"SELECT {_EVIDENCE} FROM evidence WHERE task_key = :task_key"
    return next((_evidence(row) for row in rows.select(query, task_key=task_key)), None)


def events(rows: Rows, subject: str | None, limit: int) -> tuple[Event, ...]:
    """Newest first."""
    where = "1 = 1" if subject is None else "subject = :subject"
    values = {} if subject is None else {"subject": subject}
    query = f"SELECT at, kind, subject, fields FROM events WHERE {where} ORDER BY id DESC LIMIT :number"
    return tuple(
        Event(at=utc(at), kind=kind, subject=about, fields=tuple((name, value) for name, value in from_json(fields)))
        for at, kind, about, fields in rows.select(query, number=limit, **values)
    )


def _evidence(row: Sequence[Any]) -> Evidence:
    task_key, patch_digest, base_commit, rule_id, rule_digest, engines, files, checks = row
    return Evidence(
        task_key=task_key,
        patch_digest=patch_digest,
        base_commit=base_commit,
        rule_id=rule_id,
        rule_digest=rule_digest,
        engines=tuple((name, version) for name, version in from_json(engines)),
        files=tuple((path, before, after) for path, before, after in from_json(files)),
        checks=tuple(
            Check(gate=Gate(gate), passed=passed, detail=detail, path=path)
            for gate, passed, detail, path in from_json(checks)
        ),
    )
