"""FixTask -> Patch | Skipped. Codemods and semgrep fixes were computed by the scan; here they become one patch."""

from collections import defaultdict
from collections.abc import Sequence

from debtd.model.coverage import Skipped, SkipReason
from debtd.model.edit import Edit, EditConflict, FileEdit, merge_edits
from debtd.model.finding import Finding
from debtd.model.task import FixTask, Patch


def fix(task: FixTask, findings: Sequence[Finding]) -> Patch | Skipped:
    """The patch of a task, from the edits that the scan of its base commit computed for its findings."""
    by_path: dict[str, list[Edit]] = defaultdict(list)
    for finding in findings:
        by_path[finding.match.path] += finding.match.edits
    blobs = {finding.match.path: finding.match.blob for finding in findings}
    if len(findings) != len(task.fingerprints) or not all(finding.match.edits for finding in findings):
        return Skipped(SkipReason.NO_FIX, "a finding of the group has no fix any more")
    try:
        files = tuple(FileEdit(path, blobs[path], merge_edits(edits)) for path, edits in sorted(by_path.items()))
    except EditConflict as conflict:
        return Skipped(SkipReason.OVERLAP, str(conflict))
    return Patch(task_key=task.key, base_commit=task.base_commit, files=files)
