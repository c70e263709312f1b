"""Rows of patches and of the evidence about them: written once, never changed."""

from typing import Any

from sqlalchemy import insert, select

from debtd.adapters.db import tasks
from debtd.adapters.db.edits import encode_edits
from debtd.adapters.db.faults import overtaken
from debtd.adapters.db.journal import Tx
from debtd.adapters.db.reads import work
from debtd.adapters.db.schema import evidence as evidence_table
from debtd.adapters.db.schema import fix_tasks
from debtd.adapters.db.schema import patches as patch_table
from debtd.model.evidence import Evidence
from debtd.model.task import Patch, TaskState


def save_patch(tx: Tx, patch: Patch) -> None:
    """Store the patch; its task goes from PLANNED to PATCHED. The same patch again is a no-op."""
    known = select(patch_table.c.digest).where(patch_table.c.task_key == patch.task_key)
    digest = tx.connection.execute(known).scalar_one_or_none()
    if digest == patch.digest:
        return
    base = select(fix_tasks.c.base_commit).where(fix_tasks.c.key == patch.task_key)
    if digest is not None or tx.connection.execute(base).scalar_one_or_none() != patch.base_commit:
        raise overtaken(f"fix task {patch.task_key} has another patch or another base by now")
    tasks.move(tx, patch.task_key, (TaskState.PLANNED,), TaskState.PATCHED)
    tx.connection.execute(
        insert(patch_table).values(
            task_key=patch.task_key,
            base_commit=patch.base_commit,
            digest=patch.digest,
            files=[[file.path, file.base_blob, encode_edits(file.edits)] for file in patch.files],
            created_at=tx.now,
        )
    )


def save_evidence(tx: Tx, evidence: Evidence) -> None:
    """Store the evidence; its task goes from PATCHED to ACCEPTED or REJECTED. The same again is a no-op."""
    known = work.evidence(tx.rows, evidence.task_key)
    if known == evidence:
        return
    if known is not None:
        raise overtaken(f"fix task {evidence.task_key} has other evidence by now")
    judged = select(patch_table.c.digest).where(patch_table.c.task_key == evidence.task_key)
    if tx.connection.execute(judged).scalar_one_or_none() != evidence.patch_digest:
        raise overtaken(f"the patch of fix task {evidence.task_key} is no longer the one that was judged")
    failure = evidence.failure
    verdict = TaskState.ACCEPTED if evidence.accepted else TaskState.REJECTED
    reason = "" if failure is None else f"{failure.gate}: {failure.detail}"
    tasks.move(tx, evidence.task_key, (TaskState.PATCHED,), verdict, reason)
    tx.connection.execute(insert(evidence_table).values(created_at=tx.now, **_encode(evidence)))


def _encode(evidence: Evidence) -> dict[str, Any]:
    return {
        "task_key": evidence.task_key,
        "patch_digest": evidence.patch_digest,
        "base_commit": evidence.base_commit,
        "rule_id": evidence.rule_id,
        "rule_digest": evidence.rule_digest,
        "accepted": evidence.accepted,
        "engines": [list(engine) for engine in evidence.engines],
        "files": [list(file) for file in evidence.files],
        "checks": [[check.gate.value, check.passed, check.detail, check.path] for check in evidence.checks],
    }
