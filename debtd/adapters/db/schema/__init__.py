"""The tables. The state columns hold the values of the model's enumerations; migrations/ brings databases here."""

from debtd.adapters.db.schema.base import metadata
from debtd.adapters.db.schema.found import baseline, findings, repositories, scan_skips, scans, suppressions
from debtd.adapters.db.schema.records import enrolments, events, rule_standings, stage_runs
from debtd.adapters.db.schema.work import evidence, fix_task_findings, fix_tasks, patches, pull_requests

__all__ = [
    "baseline",
    "enrolments",
    "events",
    "evidence",
    "findings",
    "fix_task_findings",
    "fix_tasks",
    "metadata",
    "patches",
    "pull_requests",
    "repositories",
    "rule_standings",
    "scan_skips",
    "scans",
    "stage_runs",
    "suppressions",
]
