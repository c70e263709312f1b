"""Making patches and judging them, as the store says that there are some to make and to judge."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from debtd.model.coverage import Skipped
from debtd.model.finding import Finding
from debtd.model.project import Project
from debtd.model.task import FixTask, Patch, TaskState
from debtd.pipeline.backlog import Backlog, plan, required
from debtd.pipeline.fix import fix
from debtd.pipeline.order import Rooms
from debtd.pipeline.verify import Candidate, verify


def make_patches(work: Backlog, rooms: Rooms) -> Mapping[str, Skipped]:
    """Plan what is not planned, and make the patch of every planned task."""
    skipped = plan(work, rooms.store, rooms.clock) if work.only is None else {}
    findings = work.findings(rooms.store)
    planned = work.to_do(rooms.store, TaskState.PLANNED)
    rooms.progress.start("fix", len(planned))
    for task in planned:
        patch = fix(task, [findings[f] for f in task.fingerprints if f in findings])
        if isinstance(patch, Skipped):
            rooms.store.move_task(task.key, TaskState.SKIPPED, patch.detail or patch.reason)
        else:
            rooms.store.save_patch(patch)
        rooms.progress.advance("fix")
    return skipped


def judge_patches(work: Backlog, project: Project, rooms: Rooms) -> list[str]:
    """Judge every patch that waits for it; the keys of the tasks judged."""
    patched = work.to_do(rooms.store, TaskState.PATCHED)
    if not patched:
        return []
    patches = {task.key: required(rooms.store.patch(task.key), task) for task in patched}
    blobs = rooms.workspaces.read_blobs(work.repository, [f.base_blob for p in patches.values() for f in p.files])
    by_path: dict[str, list[Finding]] = defaultdict(list)
    for finding in work.findings(rooms.store).values():
        by_path[finding.match.path].append(finding)
    candidates = [_candidate(task, patches[task.key], blobs, by_path) for task in patched]
    for evidence in verify(candidates, work.rules, rooms.engines.detectors, project, rooms.scratch, rooms.progress):
        rooms.store.save_evidence(evidence)
    return [task.key for task in patched]


def _candidate(
    task: FixTask, patch: Patch, blobs: Mapping[str, bytes], by_path: Mapping[str, Sequence[Finding]]
) -> Candidate:
    return Candidate(
        task=task,
        patch=patch,
        before={file.path: blobs[file.base_blob] for file in patch.files},
        findings=[finding for file in patch.files for finding in by_path.get(file.path, ())],
    )
