"""Rows of scans, and the one transaction in which a scan changes the store."""

import json
import zlib
from collections.abc import Iterable
from enum import StrEnum

from debtd.adapters.db import findings, suppressions
from debtd.adapters.db.changes import Transaction, inserting, updating
from debtd.adapters.db.escaping import escape
from debtd.adapters.db.faults import overtaken
from debtd.model.coverage import Coverage
from debtd.model.errors import StateUnusable
from debtd.model.finding import Finding, FindingState
from debtd.model.repo import Revision
from debtd.ports import ScanRecord

_INSERT = inserting(
    "scans", "repository_id", "state", "commit_id", "tree_id", "branch", "committed_at", "inputs", "started_at"
)
_ABANDON = updating("scans", "state", "ended_at") + " WHERE repository_id = :repository_id AND state = 'running'"
_END = updating("scans", "state", "ended_at", "rule_ids", "fired", "engines") + " WHERE id = :id AND state = 'running'"
_COVER = updating("scans", "listed", "scanned", "scanned_paths", "skip_counts") + " WHERE id = :id"
_EARLIER = "repository_id = :repository_id AND id <> :id"
_SKIP = inserting("scan_skips", "scan_id", "ordinal", "path", "reason", "detail")
_LOOKED_FOR = (FindingState.OPEN, FindingState.UNVERIFIED)


class ScanState(StrEnum):
    """ABANDONED: its run ended without a word, or another began a scan of the same repository."""

    RUNNING = "running"
    FINISHED = "finished"
    ABANDONED = "abandoned"


def begin(tx: Transaction, repository_id: str, revision: Revision, inputs: str) -> int:
    abandoned = tx.rows.change(_ABANDON, repository_id=repository_id, state=ScanState.ABANDONED.value, ended_at=tx.at)
    ((scan_id,),) = tx.rows.select(
        f"{_INSERT} RETURNING id",
        repository_id=repository_id,
        state=ScanState.RUNNING.value,
        commit_id=revision.commit,
        tree_id=revision.tree,
        branch=escape(revision.branch),
        committed_at=revision.committed_at,
        inputs=inputs,
        started_at=tx.at,
    )
    tx.record("scan.started", repository_id, scan=scan_id, commit=revision.commit, abandoned=abandoned)
    return int(scan_id)


def finish(tx: Transaction, scan_id: int, record: ScanRecord) -> None:
    """All that the scan found, together. Repeating it changes nothing; an abandoned scan is refused."""
    known = list(tx.rows.select("SELECT repository_id, state FROM scans WHERE id = :id", id=scan_id))
    if not known:
        raise StateUnusable(f"the database knows no scan {scan_id}: it was replaced during the run; run again.")
    ((repository_id, state),) = known
    if state == ScanState.FINISHED:
        return
    _end(tx, scan_id, repository_id, record)
    _keep_coverage(tx, scan_id, repository_id, record.coverage)
    counts = _move_findings(tx, scan_id, repository_id, record)
    seen = [finding.fingerprint for finding in (*record.new, *record.seen)]
    suppressions.replace_in_source(tx, repository_id, [*seen, *record.resolved], record.in_source)
    coverage = {"listed": record.coverage.listed, "skipped": len(record.coverage.skipped)}
    tx.record("scan.finished", repository_id, scan=scan_id, **coverage, **counts)


def _end(tx: Transaction, scan_id: int, repository_id: str, record: ScanRecord) -> None:
    # The lock makes two scans of a repository take turns where a database has more than one writer.
    tx.rows.select_and_lock("SELECT id FROM repositories WHERE id = :id", id=repository_id)
    ended = tx.rows.change(
        _END,
        id=scan_id,
        state=ScanState.FINISHED.value,
        ended_at=tx.at,
        rule_ids=json.dumps(sorted(record.rule_ids)),
        fired=json.dumps(sorted(record.fired)),
        engines=json.dumps([list(engine) for engine in record.engines]),
    )
    if ended != 1:
        raise overtaken(f"another run began a scan of repository {repository_id} while this one was running")


def _move_findings(tx: Transaction, scan_id: int, repository_id: str, record: ScanRecord) -> dict[str, int]:
    known = findings.states_of(tx, repository_id)
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


def _keep_coverage(tx: Transaction, scan_id: int, repository_id: str, coverage: Coverage) -> None:
    """Write what became of every path; of earlier scans only the counts are kept."""
    both = {"repository_id": repository_id, "id": scan_id}
    tx.rows.change(f"DELETE FROM scan_skips WHERE scan_id IN (SELECT id FROM scans WHERE {_EARLIER})", **both)
    tx.rows.change(f"UPDATE scans SET scanned_paths = NULL WHERE {_EARLIER} AND scanned_paths IS NOT NULL", **both)
    tx.rows.change(
        _COVER,
        id=scan_id,
        listed=coverage.listed,
        scanned=len(coverage.scanned),
        scanned_paths=zlib.compress(json.dumps(sorted(coverage.scanned)).encode("ascii")),
        skip_counts=json.dumps({reason.value: count for reason, count in coverage.by_reason().items()}),
    )
    rows = (
        {
            "scan_id": scan_id,
            "ordinal": ordinal,
            "path": escape(file.path),
            "reason": file.skipped.reason.value,
            "detail": escape(file.skipped.detail),
        }
        for ordinal, file in enumerate(coverage.skipped)
    )
    tx.rows.change_many(_SKIP, rows)
