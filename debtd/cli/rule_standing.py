"""`debtd rules promote`: a person says that a rule may do more again."""

from pathlib import Path

import click

from debtd.cli.options import author_option, reason_option, settings_of, state_options
from debtd.cli.output import plural, say
from debtd.model.acceptance import RuleStanding, Standing
from debtd.model.errors import ConfigError
from debtd.model.repo import Repository

_BETTER = (Standing.PULL_REQUEST, Standing.DRAFT)


@click.command()
@click.argument("rule_id", metavar="RULE")
@click.option(
    "--standing",
    type=click.Choice(_BETTER, case_sensitive=False),
    default=Standing.PULL_REQUEST,
    show_default="pull-request",
    help="What it may do.",
)
@click.option("--in", "place", metavar="REPOSITORY", help="Only there: its name, path or URL.")
@reason_option
@author_option
@state_options
def promote(
    rule_id: str,
    *,
    standing: Standing,
    place: str | None,
    reason: str,
    author: str | None,
    state_dir: Path | None,
    config: Path | None,
) -> None:
    """Let a rule do more again that fell by itself.

    Everywhere where it may do less now, or in one repository. What was decided until now is not held against it again.
    """
    from debtd.wiring import durable  # noqa: PLC0415  (the other commands of the group need no database)

    if not reason.strip():
        raise click.BadParameter("say why.", param_hint="--reason")
    with durable.open_store(settings_of(state_dir, config)) as store:
        only = None if place is None else _repository(place, store.repositories()).id
        order = list(Standing)
        lower = [
            one
            for one in store.standings()
            if one.rule_id == rule_id
            and only in {None, one.repository_id}
            and order.index(one.standing) > order.index(standing)
        ]
        if not lower:
            raise ConfigError(
                f"the rule {rule_id} may do that already; `debtd rules stats --by-repository` shows what fell."
            )
        for one in lower:
            store.save_standing(
                RuleStanding(
                    rule_id=rule_id,
                    repository_id=one.repository_id,
                    standing=standing,
                    since=durable.SystemClock().now(),
                    author=author or durable.login_name(),
                    reason=reason,
                )
            )
    repositories = sum(1 for one in lower if one.repository_id)
    where = [plural(repositories, "repository", "repositories")] if repositories else []
    where += ["all repositories together"] if len(lower) > repositories else []
    say(f"{rule_id} may {_MAY[standing]} again: {' and '.join(where)}.")


_MAY = {Standing.PULL_REQUEST: "open pull requests", Standing.DRAFT: "open drafts"}


def _repository(place: str, known: tuple[Repository, ...]) -> Repository:
    found = [one for one in known if place in {one.id, one.name, one.source}]
    if len(found) != 1:
        words = "several repositories are" if found else "no repository is"
        raise ConfigError(f"{words} known as {place!r}; give the path or URL that `debtd run` was given.")
    return found[0]
