"""Runs of stages, as they are stored."""

from datetime import datetime

from debtd.adapters.db.reads.rows import Rows, utc
from debtd.model.window import WindowKind


def completed(rows: Rows, repository_id: str) -> dict[WindowKind, datetime]:
    """When the last completed run of each stage ended."""
    query = "SELECT kind, ended_at FROM stage_runs WHERE repository_id = :repository_id"
    return {WindowKind(kind): utc(at) for kind, at in rows.select(query, repository_id=repository_id)}
