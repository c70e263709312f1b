"""`debtd pr waiting`: proven patches that are not published, and what each waits for."""

from pathlib import Path

import click

from debtd.cli.options import format_option, settings_of, state_options
from debtd.cli.output import Format, plural, put_json, put_table, say
from debtd.model.repo import Repository
from debtd.pipeline.waiting import HeldTask, held_tasks
from debtd.wiring import durable

_UNTOLD = "no run has looked at it since it was proven"


@click.command()
@format_option
@state_options
def waiting(*, output: Format, state_dir: Path | None, config: Path | None) -> None:
    """List proven patches that are not published, and what each waits for."""
    with durable.open_store(settings_of(state_dir, config)) as store:
        found = [(one, held) for one in store.repositories() for held in held_tasks(store, one.id)]
    if output is Format.JSON:
        put_json([_held_json(repository, held) for repository, held in found])
        return
    rows = [(held.task.key[:12], one.name, held.task.rule_id, held.reason or _UNTOLD) for one, held in found]
    put_table(("key", "repository", "rule", "reason"), rows)
    say(f"{plural(len(found), 'proven patch', 'proven patches')}.")


def _held_json(repository: Repository, held: HeldTask) -> dict[str, object]:
    return {
        "key": held.task.key,
        "repository": {"id": repository.id, "source": repository.source},
        "rule": held.task.rule_id,
        "reason": held.reason or None,
        "since": held.since.isoformat() if held.since else None,
    }
