"""Rows of scans, and the one transaction in which a scan changes the store."""

import json
import zlib
from collections.abc import Iterable
from enum import StrEnum

from sqlalchemy import delete, insert, select, update

from debtd.adapters.db import findings, suppressions
from debtd.adapters.db.faults import overtaken
from debtd.adapters.db.journal import Tx
from debtd.adapters.db.schema import repositories, scan_skips
from debtd.adapters.db.schema import scans as table
from debtd.model.coverage import Coverage
from debtd.model.errors import StateUnusable
from debtd.model.finding import Finding, FindingState
from debtd.model.repo import Revision
from debtd.ports import ScanRecord

_LOOKED_FOR = (FindingState.OPEN, FindingState.UNVERIFIED)


class ScanState(StrEnum):
    """ABANDONED: its run ended without a word, or another began a scan of the same repository."""

    RUNNING = "running"
    FINISHED = "finished"
    ABANDONED = "abandoned"


def begin(tx: Tx, repository_id: str, revision: Revision, inputs: str) -> int:
    running = table.c.repository_id == repository_id, table.c.state == ScanState.RUNNING.value
    abandoned = tx.connection.execute(
        update(table).where(*running).values(state=ScanState.ABANDONED.value, ended_at=tx.now)
    )
    statement = insert(table).values(
        repository_id=repository_id,
        state=ScanState.RUNNING.value,
        commit_id=revision.commit,
        tree_id=revision.tree,
        branch=revision.branch,
        committed_at=revision.committed_at,
        inputs=inputs,
        started_at=tx.now,
    )
    scan_id: int = tx.connection.execute(statement.returning(table.c.id)).scalar_one()
    tx.record("scan.started", repository_id, scan=scan_id, commit=revision.commit, abandoned=abandoned.rowcount)
    return scan_id


def finish(tx: Tx, scan_id: int, record: ScanRecord) -> None:
    """All that the scan found, together. Repeating it changes nothing; an abandoned scan is refused."""
    row = tx.connection.execute(select(table.c.repository_id, table.c.state).where(table.c.id == scan_id)).one_or_none()
    if row is None:
        raise StateUnusable(f"the database knows no scan {scan_id}: it was replaced during the run; run again.")
    if row.state == ScanState.FINISHED:
        return
    _end(tx, scan_id, row.repository_id, record)
    _keep_coverage(tx, scan_id, row.repository_id, record.coverage)
    counts = _move_findings(tx, scan_id, row.repository_id, record)
    seen = [finding.fingerprint for finding in (*record.new, *record.seen)]
    suppressions.replace_in_source(tx, row.repository_id, [*seen, *record.resolved], record.in_source)
    coverage = {"listed": record.coverage.listed, "skipped": len(record.coverage.skipped)}
    tx.record("scan.finished", row.repository_id, scan=scan_id, **coverage, **counts)


def _end(tx: Tx, scan_id: int, repository_id: str, record: ScanRecord) -> None:
    # The lock makes two scans of a repository take turns where a database has more than one writer.
    tx.connection.execute(select(repositories.c.id).where(repositories.c.id == repository_id).with_for_update())
    guarded = update(table).where(table.c.id == scan_id, table.c.state == ScanState.RUNNING.value)
    statement = guarded.values(
        state=ScanState.FINISHED.value,
        ended_at=tx.now,
        rule_ids=sorted(record.rule_ids),
        fired=sorted(record.fired),
        engines=[list(engine) for engine in record.engines],
    )
    if tx.connection.execute(statement).rowcount != 1:
        raise overtaken(f"another run began a scan of repository {repository_id} while this one was running")


def _move_findings(tx: Tx, scan_id: int, repository_id: str, record: ScanRecord) -> dict[str, int]:
    known = findings.states_of(tx.connection, repository_id)
    present = {finding.fingerprint: finding for finding in (*record.new, *record.seen)}
    fresh = [finding for key, finding in present.items() if key not in known]
    old = [finding for key, finding in present.items() if key in known]
    findings.add(tx, repository_id, scan_id, fresh)
    findings.refresh(tx, repository_id, scan_id, old)
    tx.record_each("finding.new", _keys(fresh), scan=scan_id)

    def change(keys: Iterable[str], origins: Iterable[FindingState], new: FindingState, kind: str) -> int:
        moved = 0
        wanted = [key for key in keys if key in known]
        for origin in origins:
            moving = [key for key in wanted if known[key] is origin]
            findings.move(tx, moving, origin, new)
            tx.record_each(kind, moving, scan=scan_id)
            moved += len(moving)
        return moved

    seen = _keys(old)
    change(seen, (FindingState.UNVERIFIED,), FindingState.OPEN, "finding.verified")
    return {
        "new": len(fresh),
        "seen": len(old),
        "reopened": change(seen, (FindingState.RESOLVED,), FindingState.OPEN, "finding.reopened"),
        "resolved": change(record.resolved, _LOOKED_FOR, FindingState.RESOLVED, "finding.resolved"),
        "unverified": change(record.unverified, (FindingState.OPEN,), FindingState.UNVERIFIED, "finding.unverified"),
    }


def _keys(of: Iterable[Finding]) -> list[str]:
    return [finding.fingerprint for finding in of]


def _keep_coverage(tx: Tx, scan_id: int, repository_id: str, coverage: Coverage) -> None:
    """Write what became of every path; of earlier scans only the counts are kept."""
    earlier = select(table.c.id).where(table.c.repository_id == repository_id, table.c.id != scan_id)
    tx.connection.execute(delete(scan_skips).where(scan_skips.c.scan_id.in_(earlier)))
    tx.connection.execute(update(table).where(table.c.id.in_(earlier)).values(scanned_paths=None))
    tx.connection.execute(
        update(table)
        .where(table.c.id == scan_id)
        .values(
            listed=coverage.listed,
            scanned=len(coverage.scanned),
            scanned_paths=zlib.compress(json.dumps(sorted(coverage.scanned)).encode("ascii")),
            skip_counts={reason.value: count for reason, count in coverage.by_reason().items()},
        )
    )
    rows = (
        {
            "scan_id": scan_id,
            "ordinal": ordinal,
            "path": file.path,
            "reason": file.skipped.reason.value,
            "detail": file.skipped.detail,
        }
        for ordinal, file in enumerate(coverage.skipped)
    )
    tx.execute_many(insert(scan_skips), rows)
