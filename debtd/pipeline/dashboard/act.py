"""Read what people ticked, do it, and write the dashboard anew."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from debtd.model.errors import DebtdError, RepoUnusable, Retryable
from debtd.model.repo import Repository
from debtd.model.task import TaskState
from debtd.pipeline.backlog import Backlog
from debtd.pipeline.dashboard.board import Board, gather
from debtd.pipeline.dashboard.boxes import KEY_LENGTH, Box, Wish, ticked_boxes
from debtd.pipeline.dashboard.render import TITLE, render_board
from debtd.pipeline.order import Order, Rooms, Stage
from debtd.ports import Forge

NAME = "dashboard"


@dataclass(frozen=True, slots=True)
class Heard:
    """What people ticked: the boxes, and the keys of the fix tasks that are approved; or what was in the way."""

    boxes: frozenset[Box] = frozenset()
    approved: frozenset[str] = frozenset()
    faults: tuple[DebtdError, ...] = ()


def hear(work: Backlog, order: Order, rooms: Rooms) -> Heard:
    """Read the dashboard and do what its boxes ask for. A dashboard that cannot be read stops nothing else."""
    if not _is_on(order):
        return Heard()
    try:
        wishes = read_wishes(work.repository, rooms.forge)
    except (RepoUnusable, Retryable) as fault:
        return Heard(faults=(fault,))
    if not wishes:
        return Heard()
    approved = carry_out(wishes, gather(work, rooms.store, rooms.clock), work, rooms)
    return Heard(boxes=wishes, approved=approved)


def present(work: Backlog, order: Order, rooms: Rooms, heard: Heard, notes: Sequence[str]) -> tuple[DebtdError, ...]:
    """Write the dashboard anew; what was in the way."""
    if not _is_on(order):
        return ()
    try:
        show(gather(work, rooms.store, rooms.clock, notes), work.repository, rooms.forge, heard.boxes)
    except (RepoUnusable, Retryable) as fault:
        return (fault,)
    return ()


def _is_on(order: Order) -> bool:
    """A dry run neither reads nor writes it."""
    return order.policy.dashboard and order.stop_after is Stage.PUBLISH


def read_wishes(repository: Repository, forge: Forge) -> frozenset[Box]:
    """The boxes that are ticked on the repository's dashboard. None where there is none, or people closed it.

    Who ticked is not known: a forge lets those edit an issue who may edit issues of the repository.
    """
    issue = forge.read_issue(repository, NAME)
    return ticked_boxes(issue.body) if issue is not None and issue.is_open else frozenset()


def carry_out(wishes: Collection[Box], offered: Board, work: Backlog, rooms: Rooms) -> frozenset[str]:
    """Take noes back and plan again what was given up; the keys of the fix tasks that are approved. A box that is not
    offered (any more) means nothing."""
    heard = {box for box in wishes if box in offered.boxes}
    tasks = {task.key[:KEY_LENGTH]: task for task in rooms.store.tasks(work.repository.id)}
    for box in sorted(heard, key=lambda one: (one.wish, one.key)):
        task = tasks[box.key]
        if box.wish is Wish.BRING_BACK:
            for fingerprint in task.fingerprints:
                rooms.store.lift_suppressions(
                    fingerprint, "somebody on the dashboard", f"box {box.key} was ticked", rooms.clock.now()
                )
        elif box.wish is Wish.RETRY:
            again = replace(task, state=TaskState.PLANNED, base_commit=work.revision.commit)
            rooms.store.plan_tasks([again])
    return frozenset(tasks[box.key].key for box in heard if box.wish is Wish.APPROVE)


def show(board: Board, repository: Repository, forge: Forge, heard: Collection[Box] = ()) -> None:
    """Write the dashboard, unless it says so already or people closed it. One that would be empty is not begun. An
    approval stays ticked until it is published; what else was `heard` is unticked, and what was ticked since stays."""
    issue = forge.read_issue(repository, NAME)
    if issue is None and board.is_empty:
        return
    if issue is not None and not issue.is_open:
        return
    done = {box for box in heard if box.wish is not Wish.APPROVE}
    ticked = (ticked_boxes(issue.body) if issue is not None else frozenset()) - done
    forge.ensure_issue(repository, NAME, TITLE, render_board(board, ticked & board.boxes))
