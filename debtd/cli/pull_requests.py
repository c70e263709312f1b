"""`debtd pr`: the pull requests, what they change, and how to say no."""

import re
from typing import Annotated

import typer

from debtd.cli.diff import render_diff
from debtd.cli.options import Config, OutputFormat, StateDir, settings_of
from debtd.cli.output import Format, plural, put, put_json, put_table, say
from debtd.cli.views import pull_request_json
from debtd.model.edit import apply_edits
from debtd.model.errors import ConfigError, StateUnusable
from debtd.model.printable import printable
from debtd.model.pull_request import PullRequest, PullRequestState
from debtd.model.suppression import Suppression, SuppressionKind
from debtd.ports import Store
from debtd.wiring import durable

app = typer.Typer(help="Review pull requests.", no_args_is_help=True)

Key = Annotated[str, typer.Argument(metavar="KEY", help="A pull request's key, or the beginning of one.")]


@app.command("list")
def list_pull_requests(
    *,
    state: Annotated[list[PullRequestState] | None, typer.Option("--state", help="Only in this state.")] = None,
    output: OutputFormat = Format.TEXT,
    state_dir: StateDir = None,
    config: Config = None,
) -> None:
    """List pull requests, oldest first."""
    with durable.open_store(settings_of(state_dir, config)) as store:
        found = store.pull_requests(states=tuple(state or ()))
    if output is Format.JSON:
        put_json([pull_request_json(pull_request) for pull_request in found])
        return
    put_table(("key", "state", "rule", "title"), [(p.key[:12], p.state.value, p.rule_id, p.title) for p in found])
    say(f"{plural(len(found), 'pull request')}.")


@app.command("show")
def show(key: Key, *, output: OutputFormat = Format.TEXT, state_dir: StateDir = None, config: Config = None) -> None:
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
    if found.reason:
        put(printable(f"reason: {found.reason}"))
    put()
    put(found.body)


@app.command("diff")
def diff(key: Key, *, state_dir: StateDir = None, config: Config = None) -> None:
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


@app.command("reject")
def reject(
    key: Key,
    *,
    reason: Annotated[str, typer.Option("--reason", help="Why; it is kept and shown.")],
    author: Annotated[str | None, typer.Option(help="Who decides (default: the login name).")] = None,
    state_dir: StateDir = None,
    config: Config = None,
) -> None:
    """Say no: the pull request is closed, and its findings are not proposed again."""
    from debtd.pipeline import publish  # noqa: PLC0415

    if not reason.strip():
        raise typer.BadParameter("say why.", param_hint="--reason")
    settings = settings_of(state_dir, config)
    with durable.open_store(settings) as store:
        found = find_one(store, key)
        if found.state not in {PullRequestState.OPEN, PullRequestState.PENDING}:
            raise ConfigError(f"pull request {found.key[:12]} is {found.state} already; nothing was changed.")
        task = next(t for t in store.tasks(found.repository_id) if t.key == found.key)
        now = durable.SystemClock().now()
        for fingerprint in task.fingerprints:
            store.add_suppression(
                Suppression(
                    fingerprint=fingerprint,
                    kind=SuppressionKind.REJECTED,
                    reason=reason,
                    author=author or durable.login_name(),
                    created_at=now,
                )
            )
        publish.reject(found, reason, durable.local_forge(settings), store)
    say(
        f"rejected {found.key[:12]}; its {plural(len(task.fingerprints), 'finding')} will not be proposed again"
        " (`debtd findings reopen` undoes it for one)."
    )


def find_one(store: Store, prefix: str) -> PullRequest:
    """The one pull request whose key begins so. Raises ConfigError for none or several."""
    found = [p for p in store.pull_requests() if p.key.startswith(prefix)]
    if not found or not re.fullmatch(r"[0-9a-f]{4,40}", prefix):
        raise ConfigError(f"there is no pull request {prefix!r}; `debtd pr list` shows all keys.")
    if len(found) > 1:
        raise ConfigError(f"several pull requests begin with {prefix!r}; give more of the key.")
    return found[0]
