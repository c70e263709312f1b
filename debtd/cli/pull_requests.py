"""`debtd pr`: the pull requests, what they change, and how to say no."""

import re
from collections.abc import Sequence
from pathlib import Path

import click

from debtd.cli.diff import render_diff
from debtd.cli.options import author_option, format_option, reason_option, settings_of, state_options
from debtd.cli.output import Format, plural, put, put_json, put_table, say
from debtd.cli.pull_request_waiting import waiting
from debtd.cli.views import pull_request_json, render_status
from debtd.model.edit import apply_edits
from debtd.model.errors import ConfigError, StateUnusable
from debtd.model.printable import printable
from debtd.model.pull_request import PullRequest, PullRequestState
from debtd.model.task import FixTask
from debtd.ports import Store
from debtd.wiring import durable
from debtd.wiring.forges import forge_of

key_argument = click.argument("key")


@click.group("pr")
def pull_requests() -> None:
    """Review pull requests.

    A KEY can be given by its beginning.
    """


pull_requests.add_command(waiting)


@pull_requests.command("list")
@click.option(
    "--state",
    "states",
    type=click.Choice(PullRequestState, case_sensitive=False),
    multiple=True,
    help="Only in this state; may be given several times.",
)
@format_option
@state_options
def list_pull_requests(
    *, states: Sequence[PullRequestState], output: Format, state_dir: Path | None, config: Path | None
) -> None:
    """List pull requests, oldest first."""
    with durable.open_store(settings_of(state_dir, config)) as store:
        found = store.pull_requests(states=tuple(states))
    if output is Format.JSON:
        put_json([pull_request_json(pull_request) for pull_request in found])
        return
    headers = ("key", "state", "waits for, or ended by", "rule", "title")
    put_table(headers, [(p.key[:12], p.state.value, render_status(p), p.rule_id, p.title) for p in found])
    say(f"{plural(len(found), 'pull request')}.")


@pull_requests.command()
@key_argument
@format_option
@state_options
def show(key: str, *, output: Format, state_dir: Path | None, config: Path | None) -> None:
    """Show what a pull request changes, why, and its evidence."""
    with durable.open_store(settings_of(state_dir, config)) as store:
        found = find_one(store, key)
        evidence = store.evidence(found.key)
    if output is Format.JSON:
        checks = [] if evidence is None else evidence.checks
        gates = [{"gate": c.gate, "passed": c.passed, "detail": c.detail, "path": c.path} for c in checks]
        put_json(pull_request_json(found) | {"body": found.body, "evidence": gates})
        return
    put(printable(f"{found.title} [{found.state}]"))
    put(printable(f"branch {found.branch} at {found.commit[:12]}, onto {found.base_branch}; {found.url}"))
    _put_life(found)
    put()
    put(found.body)


def _put_life(found: PullRequest) -> None:
    if found.state is PullRequestState.OPEN:
        put(f"waits for: {found.attention}" + (" (a draft)" if found.draft else ""))
    if found.hands_off is not None:
        put(f"hands off: {found.hands_off}")
    if found.close_reason is not None or found.outcome is not None:
        put(f"ended: {render_status(found)}" + (f", {found.outcome}" if found.close_reason and found.outcome else ""))
    if found.reason:
        put(printable(f"reason: {found.reason}"))
    if found.owners:
        put(printable(f"owners: {' '.join(found.owners)}; at most {plural(found.lines, 'line')} to review"))


@pull_requests.command()
@key_argument
@state_options
def diff(key: str, *, state_dir: Path | None, config: Path | None) -> None:
    """Print the change as a unified diff."""
    settings = settings_of(state_dir, config)
    with durable.open_store(settings) as store:
        found = find_one(store, key)
        patch = store.patch(found.key)
        repository = next(r for r in store.repositories() if r.id == found.repository_id)
    if patch is None:
        raise StateUnusable(f"the patch of pull request {found.key[:12]} is missing; run `debtd db check`.")
    blobs = durable.workspaces(settings).read_blobs(repository, [file.base_blob for file in patch.files])
    for file in patch.files:
        before = blobs[file.base_blob]
        put(render_diff(file.path, before, apply_edits(before, file.edits)))


@pull_requests.command()
@key_argument
@reason_option
@author_option
@state_options
def reject(key: str, *, reason: str, author: str | None, state_dir: Path | None, config: Path | None) -> None:
    """Say no: the pull request is closed, and its findings are not proposed again."""
    from debtd.pipeline import reconcile  # noqa: PLC0415

    if not reason.strip():
        raise click.BadParameter("say why.", param_hint="--reason")
    settings = settings_of(state_dir, config)
    with durable.open_store(settings) as store:
        found = find_one(store, key)
        task = _task_of(store, found)
        repository = next(r for r in store.repositories() if r.id == found.repository_id)
        forge = forge_of(settings, repository, found)
        now = durable.SystemClock().now()
        reconcile.reject(found, task, (author or durable.login_name(), reason), forge, store, now)
    say(
        f"rejected {found.key[:12]}; its {plural(len(task.fingerprints), 'finding')} will not be proposed again"
        f" (`debtd pr reopen {found.key[:12]}` undoes it, `debtd findings reopen` for one finding)."
    )


@pull_requests.command()
@key_argument
@click.option("--reason", default="taken back", help="Why; it is kept.")
@author_option
@state_options
def reopen(key: str, *, reason: str, author: str | None, state_dir: Path | None, config: Path | None) -> None:
    """Take a no back: what is still found is proposed again, as a new pull request."""
    from debtd.pipeline import reconcile  # noqa: PLC0415

    with durable.open_store(settings_of(state_dir, config)) as store:
        found = find_one(store, key)
        now = durable.SystemClock().now()
        why = (author or durable.login_name(), reason)
        lifted = reconcile.reopen(found, _task_of(store, found), why, store, now)
    if lifted:
        say(f"took {plural(lifted, 'no', 'noes')} back; the next run proposes anew what it still finds.")
    else:
        say(f"nobody said no to the findings of {found.key[:12]}; nothing was changed.")


def _task_of(store: Store, pull_request: PullRequest) -> FixTask:
    return next(task for task in store.tasks(pull_request.repository_id) if task.key == pull_request.key)


def find_one(store: Store, prefix: str) -> PullRequest:
    """The one pull request whose key begins so. Raises ConfigError for none or several."""
    found = [p for p in store.pull_requests() if p.key.startswith(prefix)]
    if not found or not re.fullmatch(r"[0-9a-f]{4,40}", prefix):
        raise ConfigError(f"there is no pull request {prefix!r}; `debtd pr list` shows all keys.")
    if len(found) > 1:
        raise ConfigError(f"several pull requests begin with {prefix!r}; give more of the key.")
    return found[0]
