"""`debtd repos`: which repositories debtd works in, and whether their people agreed."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from debtd.cli.discover import discover
from debtd.cli.options import author_option, format_option, reason_option, settings_of, state_options
from debtd.cli.output import Format, plural, put_json, put_table, say
from debtd.model.enrolment import Enrolment, EnrolmentState
from debtd.model.errors import ConfigError
from debtd.model.printable import printable
from debtd.model.repo import Repository
from debtd.wiring import durable

if TYPE_CHECKING:
    from debtd.ports import Store

name_argument = click.argument("name")
_BY_HAND = "run by hand"


@click.group()
def repos() -> None:
    """Find, list, add and remove repositories.

    A NAME is the name, the URL or path, or the id of a repository that `debtd repos list` shows.
    """


repos.add_command(discover)


@repos.command("list")
@format_option
@state_options
def list_repositories(*, output: Format, state_dir: Path | None, config: Path | None) -> None:
    """List all repositories: state, since when, and why."""
    with durable.open_store(settings_of(state_dir, config)) as store:
        known = {one.repository_id: one for one in store.enrolments()}
        found = [(one, known.get(one.id)) for one in store.repositories()]
        baselines = {one.id: len(store.baseline(one.id)) for one, _ in found}
    if output is Format.JSON:
        put_json([_json(one, enrolment, baselines[one.id]) for one, enrolment in found])
        return
    put_table(("name", "state", "since", "baseline", "source", "reason"), [_row(*pair, baselines) for pair in found])
    say(f"{plural(len(found), 'repository', 'repositories')}.")


@repos.command()
@click.argument("location", metavar="PATH|URL")
@state_options
def add(location: str, *, state_dir: Path | None, config: Path | None) -> None:
    """Enrol a repository, without asking its people.

    One that was removed comes back. A no of its people stands: `debtd repos ask` asks them again.
    """
    settings = settings_of(state_dir, config)
    repository = durable.workspaces(settings).identify(location)
    with durable.open_store(settings) as store:
        known = _enrolment(store, repository)
        if known is not None and known.state is EnrolmentState.OPTED_OUT and known.number:
            raise ConfigError(
                f"the people of {repository.source} said no on {known.changed_at:%Y-%m-%d} ({known.reason}); "
                f"`debtd repos ask {repository.name}` asks them again."
            )
        store.ensure_repository(repository)
        _save(store, repository, known, EnrolmentState.ENROLLED, f"added by {durable.login_name()}")
    say(
        f"enrolled {printable(repository.source)}; `debtd nightly` visits it. After its first scan, "
        f"`debtd repos baseline {printable(repository.name)}` makes what it owes now old debt."
    )


@repos.command()
@name_argument
@reason_option
@author_option
@state_options
def remove(name: str, *, reason: str, author: str | None, state_dir: Path | None, config: Path | None) -> None:
    """Leave a repository alone from now on. What is known of it is kept; `debtd repos add` brings it back."""
    if not reason.strip():
        raise click.BadParameter("say why.", param_hint="--reason")
    with durable.open_store(settings_of(state_dir, config)) as store:
        repository = find_one(store, name)
        known = _enrolment(store, repository)
        if known is not None and known.state is EnrolmentState.OPTED_OUT:
            raise ConfigError(f"{repository.source} is left alone already ({known.reason}); nothing was changed.")
        why = f"removed by {author or durable.login_name()}: {reason}"
        _save(store, repository, known, EnrolmentState.OPTED_OUT, why)
    say(f"removed {printable(repository.source)}; its open pull requests stay as they are.")


@repos.command()
@name_argument
@state_options
def ask(name: str, *, state_dir: Path | None, config: Path | None) -> None:
    """Ask the people of a repository again, by a new onboarding pull request in the next nightly pass."""
    from debtd.pipeline.onboarding import onboarding_branch  # noqa: PLC0415

    with durable.open_store(settings_of(state_dir, config)) as store:
        repository = find_one(store, name)
        known = _enrolment(store, repository)
        if known is not None and known.state in {EnrolmentState.ENROLLED, EnrolmentState.ASKED}:
            raise ConfigError(f"{repository.source} is {known.state} already; nothing was changed.")
        branch = onboarding_branch(known.branch if known is not None and known.commit else "")
        store.save_enrolment(
            Enrolment(
                repository_id=repository.id,
                state=EnrolmentState.FOUND,
                changed_at=durable.SystemClock().now(),
                reason=f"to be asked again, as {durable.login_name()} said",
                branch=branch,
            )
        )
    say(f"the next nightly pass asks the people of {printable(repository.source)} again.")


@repos.command()
@name_argument
@click.option("--lift", is_flag=True, help="Have no baseline any more.")
@state_options
def baseline(name: str, *, lift: bool, state_dir: Path | None, config: Path | None) -> None:
    """Make what a repository owes now its baseline: old debt, which `old_debt = false` leaves."""
    with durable.open_store(settings_of(state_dir, config)) as store:
        repository = find_one(store, name)
        if lift:
            count = store.drop_baseline(repository.id)
            say(f"{printable(repository.name)} has no baseline any more; it had {plural(count, 'finding')}.")
            return
        if store.last_scan(repository.id) is None:
            raise ConfigError(f"{repository.source} was never scanned; `debtd run` it first.")
        count = store.set_baseline(repository.id)
    say(f"the baseline of {printable(repository.name)} has {plural(count, 'finding')}; --lift takes it back.")


def find_one(store: "Store", name: str) -> Repository:
    """The one repository of this name, source or id. Raises ConfigError for none or several."""
    found = [one for one in store.repositories() if name in {one.name, one.source, one.id}]
    if not found:
        raise ConfigError(f"there is no repository {name!r}; `debtd repos list` shows all.")
    if len(found) > 1:
        sources = ", ".join(one.source for one in found)
        raise ConfigError(f"several repositories are called {name!r}; give one of {sources}.")
    return found[0]


def _enrolment(store: "Store", repository: Repository) -> Enrolment | None:
    return next((one for one in store.enrolments() if one.repository_id == repository.id), None)


def _save(store: "Store", repository: Repository, known: Enrolment | None, state: EnrolmentState, reason: str) -> None:
    """With a new state and reason; what an onboarding pull request left stays, but for its number: that is people's."""
    now = durable.SystemClock().now()
    fresh = known or Enrolment(repository_id=repository.id, state=state, changed_at=now)
    store.save_enrolment(replace(fresh, state=state, reason=reason, changed_at=now, number=0, url=""))


def _row(repository: Repository, known: Enrolment | None, baselines: dict[str, int]) -> tuple[str, ...]:
    state, since, reason = (_BY_HAND, "", "") if known is None else (known.state.value, _day(known), known.reason)
    return repository.name, state, since, str(baselines[repository.id] or ""), repository.source, reason


def _day(known: Enrolment) -> str:
    return f"{known.changed_at:%Y-%m-%d}"


def _json(repository: Repository, known: Enrolment | None, baseline_size: int) -> dict[str, object]:
    return {
        "id": repository.id,
        "name": repository.name,
        "source": repository.source,
        "state": None if known is None else known.state,
        "since": None if known is None else known.changed_at.isoformat(),
        "reason": None if known is None else known.reason,
        "url": known.url or None if known is not None else None,
        "baseline": baseline_size,
    }
