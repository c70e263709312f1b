"""`debtd schedule`: when debtd may do what, and why not now."""

from datetime import UTC, datetime
from pathlib import Path

import click

from debtd.cli.options import format_option, settings_of, state_options
from debtd.cli.output import Format, put, put_json, say
from debtd.cli.schedule_views import explanation_json, render_explanation
from debtd.model.printable import printable
from debtd.model.repo import Repository
from debtd.model.zone import moments_of
from debtd.pipeline.explain_schedule import Explanation, explain_schedule
from debtd.pipeline.waiting import read_queue
from debtd.ports import Store
from debtd.settings import Settings
from debtd.wiring import durable, schedules


@click.group()
def schedule() -> None:
    """The windows: when debtd may do what."""


@schedule.command()
@click.argument("repository", metavar="[REPO]", required=False)
@click.option("--at", metavar="TIME", help="Another moment: 2026-12-24T22:30, by the schedule's own clock.")
@click.option(
    "--openings", "count", type=click.IntRange(1, 50), default=2, show_default=True, help="How many openings to show."
)
@format_option
@state_options
def explain(
    repository: str | None, *, at: str | None, count: int, output: Format, state_dir: Path | None, config: Path | None
) -> None:
    """Show for each window whether it is open, why not, when it opens next, and what waits for it.

    REPO is a path, a URL, or the name of a repository that `debtd run` has seen; without it, all of those are shown.
    Nothing is fetched and nothing is changed.
    """
    settings = settings_of(state_dir, config)
    moment = _parse_moment(at)
    if settings.schedule is None:
        say("No windows are set in debtd.toml: all are always open, except merge.")
    with durable.open_store(settings) as store:
        known = store.repositories()
        chosen = known if repository is None else (_find(settings, known, repository),)
        explanations = [_explain(settings, store, one, one in known, moment, count) for one in chosen or (None,)]
    if output is Format.JSON:
        put_json([explanation_json(explanation) for explanation in explanations])
        return
    for number, explanation in enumerate(explanations):
        if number:
            put()
        for line in render_explanation(explanation):
            put(printable(line))


def _explain(
    settings: Settings, store: Store, repository: Repository | None, enrolled: bool, moment: datetime, count: int
) -> Explanation:
    now = durable.SystemClock().now()
    schedule = schedules.schedule_of(settings, repository, now)
    at = moment if moment.tzinfo else moments_of(moment, schedule.zone)[0]
    queue = read_queue(store, repository, now) if repository and enrolled else None
    return explain_schedule(schedule, at.astimezone(UTC), count, repository, queue)


def _parse_moment(text: str | None) -> datetime:
    """The moment asked for: aware, or naive when the text names no offset."""
    if text is None:
        return durable.SystemClock().now()
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise click.BadParameter(
            "write a moment such as 2026-12-24T22:30, or 2026-12-24T22:30+01:00.", param_hint="--at"
        ) from None
    if not 1970 < moment.year < 2200:
        raise click.BadParameter("write a year from 1971 to 2199.", param_hint="--at")
    return moment


def _find(settings: Settings, known: tuple[Repository, ...], text: str) -> Repository:
    """The known repository of that name, id or source; else the one at that path or URL, known or not."""
    named = [repository for repository in known if text in {repository.name, repository.source, repository.id}]
    if len(named) == 1:
        return named[0]
    if len(named) > 1:
        sources = ", ".join(repository.source for repository in named)
        raise click.BadParameter(f"several repositories have this name: {sources}.", param_hint="REPO")
    return durable.workspaces(settings).identify(text)
