"""Accepted -> pull request. Recorded before the push, pushed create-only, looked up before it is created."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from debtd.model.edit import apply_edits
from debtd.model.evidence import Evidence
from debtd.model.finding import Finding
from debtd.model.pull_request import PullRequest, PullRequestState
from debtd.model.repo import Repository, Revision
from debtd.model.task import FixTask, Patch
from debtd.pipeline.render import render_body, render_commit_message, render_title
from debtd.ports import CommitRequest, Forge, Progress, Store, Workspaces
from debtd.rulekit.rule import Rule


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """A proven patch with all that its pull request tells."""

    task: FixTask
    patch: Patch
    evidence: Evidence
    rule: Rule
    findings: Sequence[Finding]


def commit_request(accepted: Accepted, blobs: Mapping[str, bytes]) -> CommitRequest:
    """The commit of a patch, from the bytes of its base blobs (by blob id)."""
    return CommitRequest(
        key=accepted.task.key,
        base_commit=accepted.patch.base_commit,
        message=render_commit_message(accepted.task, accepted.rule, accepted.findings),
        files=tuple((f.path, apply_edits(blobs[f.base_blob], f.edits)) for f in accepted.patch.files),
    )


def new_pull_request(accepted: Accepted, revision: Revision, commit: str) -> PullRequest:
    """The pull request as it is recorded before anything is pushed."""
    return PullRequest(
        key=accepted.task.key,
        repository_id=accepted.task.repository_id,
        rule_id=accepted.rule.id,
        branch=accepted.task.branch,
        base_branch=revision.branch,
        commit=commit,
        title=render_title(accepted.rule, accepted.findings),
        body=render_body(accepted.task, accepted.rule, accepted.findings, accepted.evidence),
    )


def publish(
    repository: Repository,
    pending: Sequence[PullRequest],
    workspaces: Workspaces,
    forge: Forge,
    store: Store,
    progress: Progress,
) -> tuple[PullRequest, ...]:
    """Push all recorded commits at once and open their pull requests. Safe to repeat from any point of interruption.

    A branch that was refused hinders no other: it is told, by its error, when the others are open.
    """
    if not pending:
        return ()
    commits = {pull_request.branch: pull_request.commit for pull_request in pending}
    hindered = workspaces.push_new_branches(repository, commits, forge.remote(repository))
    progress.start("publish", len(pending))
    opened: list[PullRequest] = []
    for pull_request in pending:
        if pull_request.branch not in hindered:
            opened.append(forge.ensure_pull_request(pull_request))
            store.save_pull_request(opened[-1])
        progress.advance("publish")
    for error in hindered.values():
        raise error
    return tuple(opened)


def reject(pull_request: PullRequest, reason: str, forge: Forge, store: Store) -> PullRequest:
    """A person said no: remembered first, then told to the forge."""
    refused = replace(pull_request, state=PullRequestState.REJECTED, reason=reason)
    store.save_pull_request(refused)
    forge.close_pull_request(refused, reason)
    return refused
