"""Merging by itself: only where the operator wants it, in its window, and never what moved in this run."""

from collections.abc import Iterable

from debtd.model.acceptance import standing_of
from debtd.model.errors import RepoUnusable
from debtd.model.forge import ForgeState
from debtd.model.window import WindowKind
from debtd.pipeline.reconcile.attend import Attended
from debtd.pipeline.reconcile.decide import may_merge, needs_renewal
from debtd.pipeline.reconcile.desk import Desk
from debtd.pipeline.reconcile.ending import record_merge


def ready(attended: Iterable[Attended], desk: Desk) -> list[Attended]:
    """Those that may be merged now. No two of them touch the same file: after the first, the second has to be looked
    at again."""
    if WindowKind.MERGE not in desk.order.windows or not desk.work.is_current:
        return []
    touched: set[str] = set()
    chosen: list[Attended] = []
    for one in attended:
        paths = {file.path for file in one.case.patch.files} if one.case.patch is not None else set()
        if paths and touched.isdisjoint(paths) and _may_merge(one, desk):
            touched |= paths
            chosen.append(one)
    return chosen


def _may_merge(one: Attended, desk: Desk) -> bool:
    pull_request, reception = one.case.pull_request, one.reception
    if reception is None or pull_request.base_branch != desk.ground.branch:
        return False
    if one.case.is_unsure or needs_renewal(one.case, one.seen):
        return False
    standing = standing_of(pull_request.rule_id, pull_request.repository_id, desk.standings)
    reverted = pull_request.rule_id in desk.reverted
    return may_merge(one.case, one.seen, reception, desk.order.policy, standing, reverted=reverted)


def merge(one: Attended, desk: Desk) -> None:
    """Merge it, and look at what the forge made of it. Raises RepoUnusable when the forge does not allow it."""
    forge = desk.forge(one.case.pull_request)
    forge.merge_pull_request(one.case.pull_request)
    seen = forge.read_pull_request(one.case.pull_request)
    if seen is None or seen.state is not ForgeState.MERGED:
        raise RepoUnusable("the forge took the merge and does not show it yet; the next run records it")
    record_merge(one.case, seen, desk)
