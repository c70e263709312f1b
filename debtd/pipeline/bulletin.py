"""What is told when publishing is over: why repositories are left alone, and their dashboards."""

from debtd.model.task import TaskState
from debtd.model.window import WindowKind
from debtd.pipeline.dashboard import present
from debtd.pipeline.released import Released
from debtd.pipeline.visit import Prepared
from debtd.ports import Store


def explain_left_alone(prepared: Prepared, done: Released, store: Store) -> None:
    """What was proven in a repository that is left alone now waits for its people."""
    accepted = prepared.work.tasks(store, TaskState.ACCEPTED)
    done.rules |= {task.key: task.rule_id for task in accepted}
    reason = f"its repository, which is left alone: {prepared.left_alone}"
    done.waiting[prepared.work.repository.id] |= {task.key: reason for task in accepted}


def put_up_dashboard(prepared: Prepared, done: Released) -> None:
    """Write the dashboard, where there is leave to, or something to mend before there is."""
    visit, key = prepared.visit, prepared.work.repository.id
    if (prepared.left_alone and not prepared.file_is_wrong) or visit.permit.withheld(WindowKind.PUBLISH):
        return
    notes = [prepared.left_alone] if prepared.left_alone else []
    notes += [str(fault) for fault in (*prepared.faults, *done.faults[key])]
    with visit.lock():
        done.faults[key] += present(prepared.work, visit.order, visit.rooms, prepared.heard, notes)
