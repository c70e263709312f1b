"""Accepted -> pull request. Recorded before the push, pushed create-only, looked up before it is created."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from debtd.model.acceptance import Standing, standing_of
from debtd.model.edit import apply_edits
from debtd.model.errors import DebtdError, RepoUnusable, Retryable
from debtd.model.evidence import Evidence
from debtd.model.finding import Finding
from debtd.model.policy import Policy
from debtd.model.pull_request import Attention, PullRequest, PullRequestState
from debtd.model.repo import Repository, Revision
from debtd.model.task import FixTask, Patch
from debtd.pipeline.burden import group_of, lines_of
from debtd.pipeline.dress import dressing
from debtd.pipeline.order import Rooms
from debtd.pipeline.refusals import all_the_same
from debtd.pipeline.render import render_body, render_commit_message, render_title
from debtd.ports import CommitRequest
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


def new_pull_request(accepted: Accepted, revision: Revision, commit: str, owners: tuple[str, ...] = ()) -> PullRequest:
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
        lines=lines_of(accepted.patch),
        owners=owners,
        group=group_of(accepted.rule),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """The pull requests that are open now, and what hindered single others."""

    opened: tuple[PullRequest, ...] = ()
    faults: tuple[DebtdError, ...] = ()


def publish(repository: Repository, pending: Sequence[PullRequest], policy: Policy, rooms: Rooms) -> Published:
    """Push all recorded commits at once and open their pull requests. Safe to repeat from any point of interruption.

    One that is refused hinders no other: its fault is told at the end. Raises what concerns all: a credential that is
    refused, a remote that took nothing, and a forge that fails twice in a row ends the round.
    """
    if not pending:
        return Published()
    commits = {pull_request.branch: pull_request.commit for pull_request in pending}
    hindered = rooms.workspaces.push_new_branches(repository, commits, rooms.forge.remote(repository))
    standings = rooms.store.standings()
    rooms.progress.start("publish", len(pending))
    opened: list[PullRequest] = []
    faults: list[DebtdError] = list(hindered.values())
    failures = 0
    for pull_request in pending:
        rooms.progress.advance("publish")
        if pull_request.branch in hindered or failures > 1:
            continue
        standing = standing_of(pull_request.rule_id, repository.id, standings)
        try:
            opened.append(_open(pull_request, policy, rooms, draft=policy.draft or standing is Standing.DRAFT))
            failures = 0
        except RepoUnusable as fault:
            faults.append(fault)
        except Retryable as fault:
            faults.append(fault)
            failures += 1
    return Published(opened=tuple(opened), faults=tuple(faults))


def _open(pull_request: PullRequest, policy: Policy, rooms: Rooms, *, draft: bool) -> PullRequest:
    """Open it, dress it, and only then record that it is open: what was killed on the way is done again. One that
    people have closed already is recorded as open all the same, so that the next round treats it as a no."""
    found = rooms.forge.ensure_pull_request(pull_request, draft=draft)
    recorded = replace(
        found,
        state=PullRequestState.OPEN,
        reason="",
        draft=draft,
        attention=Attention.DRAFT if draft else Attention.PEOPLE,
        published_at=rooms.clock.now(),
    )
    undressed = found.state is PullRequestState.OPEN
    evidence = rooms.store.evidence(pull_request.key)
    # A label or a person too much: it is open, and stays so.
    with all_the_same(dressing(recorded, evidence, policy, rooms.forge) if undressed else ()):
        rooms.store.save_pull_request(recorded)
    return recorded
