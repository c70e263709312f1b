"""Making the branch of an open pull request again on the new base: planned anew here, then made and proven by the
ordinary stages, then pushed: one commit, recorded before the push, in the place of the one that was seen there."""

from dataclasses import dataclass, replace

from debtd.model.coverage import Skipped
from debtd.model.errors import StateUnusable
from debtd.model.forge import ForgePullRequest, ForgeState
from debtd.model.pull_request import Attention, CloseReason, PullRequest
from debtd.model.task import TaskState
from debtd.pipeline.burden import lines_of
from debtd.pipeline.dress import status_of
from debtd.pipeline.fix import fix
from debtd.pipeline.publish import Accepted, commit_request
from debtd.pipeline.reconcile import words
from debtd.pipeline.reconcile.case import Case
from debtd.pipeline.reconcile.desk import Desk
from debtd.pipeline.reconcile.ending import close
from debtd.pipeline.render import render_body, render_title
from debtd.pipeline.triage import TriageInput, new_task
from debtd.ports import CommitRequest

_FAILED = frozenset({TaskState.REJECTED, TaskState.SKIPPED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Renewal:
    """`head` is the commit that the new one replaces; `heard` is the last comment that it answers. `asked` is the
    number of the comment that asked for it, 0 for none."""

    head: str
    heard: int
    asked: int = 0


def begin(case: Case, renewal: Renewal, desk: Desk) -> Renewal | str:
    """Plan its fix task again, for what it still owes; or why there is no fix any more."""
    if case.task.state in _FAILED and not renewal.asked:
        return _failure(case, desk)  # this was tried, and only its end is missing
    given = TriageInput(
        repository_id=case.pull_request.repository_id,
        base_commit=desk.ground.commit,
        findings=case.owed,
        scanned=desk.work.scanned,
        inputs=desk.work.inputs,
    )
    task = replace(new_task(given, case.owed), key=case.pull_request.key)
    patch = fix(task, case.owed)
    if isinstance(patch, Skipped):
        return patch.detail or patch.reason
    desk.rooms.store.replan_task(task)
    return renewal


def finish(pull_request: PullRequest, renewal: Renewal, desk: Desk) -> None:
    """Push what was proven; give up what was not. One that people touched meanwhile is left to the next run."""
    seen = desk.forge(pull_request).read_pull_request(pull_request)
    if seen is None or seen.state is not ForgeState.OPEN:
        return
    if (seen.commit, seen.base_branch) != (renewal.head, pull_request.base_branch):
        return
    case = desk.case(pull_request, seen.commit)
    if case.task.state in _FAILED:
        why = _failure(case, desk)
        if pull_request.hands_off is None:
            close(case, seen, CloseReason.NOT_PROVEN, words.render_not_proven(why), desk)
        else:
            decline(pull_request, renewal.asked, why, desk)
            desk.save(replace(pull_request, heard=renewal.heard))
    elif case.task.state is TaskState.ACCEPTED and (accepted := _accepted(case, desk)) is not None:
        _push(case, seen, renewal, accepted, desk)


def decline(pull_request: PullRequest, asked: int, why: str, desk: Desk) -> None:
    """The answer where people's work is on the branch, and debtd has nothing to put in its place."""
    desk.forge(pull_request).ensure_comment(pull_request, f"not-possible-{asked}", words.render_not_possible(why))


def settle(case: Case, seen: ForgePullRequest, desk: Desk) -> Case:
    """End a renewal that was killed after its push."""
    pull_request = case.pull_request
    if not pull_request.next_commit or seen.commit != pull_request.next_commit:
        return case
    accepted = _accepted(case, desk)
    if accepted is None:
        return case
    return replace(case, pull_request=_dress_anew(pull_request, seen, accepted, desk))


def _push(case: Case, seen: ForgePullRequest, renewal: Renewal, accepted: Accepted, desk: Desk) -> None:
    work, workspaces = desk.work, desk.rooms.workspaces
    blobs = workspaces.read_blobs(work.repository, [file.base_blob for file in accepted.patch.files])
    request: CommitRequest = commit_request(accepted, blobs)
    commit = workspaces.ensure_commits(work.repository, [request])[request.key]
    recorded = desk.save(replace(case.pull_request, next_commit=commit))
    remote = desk.forge(recorded).remote(work.repository)
    workspaces.replace_branch(work.repository, recorded.branch, renewal.head, commit, remote)
    _dress_anew(replace(recorded, heard=renewal.heard), seen, accepted, desk)


def _dress_anew(recorded: PullRequest, seen: ForgePullRequest, accepted: Accepted, desk: Desk) -> PullRequest:
    """What the new commit changes of a pull request. Words of people stay as they are."""
    fresh = replace(
        recorded,
        commit=recorded.next_commit,
        next_commit="",
        hands_off=None,
        title=render_title(accepted.rule, accepted.findings),
        body=render_body(accepted.task, accepted.rule, accepted.findings, accepted.evidence),
        lines=lines_of(accepted.patch),
        draft=seen.draft,
        attention=Attention.DRAFT if seen.draft else Attention.PEOPLE,
    )
    forge = desk.forge(fresh)
    own_title = _same(seen.title, recorded.title) or _same(seen.title, fresh.title)
    own_body = _same(seen.body, recorded.body) or _same(seen.body, fresh.body)
    forge.update_pull_request(
        replace(
            fresh,
            title=fresh.title if own_title else seen.title,
            body=fresh.body if own_body else seen.body,
        )
    )
    if not own_body:
        note = words.render_evidence_note(fresh.commit, fresh.body)
        forge.ensure_comment(fresh, f"renewed-{fresh.commit[:12]}", note)
    if desk.order.policy.status:
        forge.set_status(fresh, status_of(accepted.evidence))
    return desk.save(fresh)


def _failure(case: Case, desk: Desk) -> str:
    evidence = desk.rooms.store.evidence(case.task.key)
    failure = evidence.failure if evidence is not None else None
    return "no fix" if failure is None else f"{failure.gate}: {failure.detail}"


def _accepted(case: Case, desk: Desk) -> Accepted | None:
    """What was proven; None when the rule takes no part in this run."""
    rule = desk.rule(case.pull_request.rule_id)
    if rule is None:
        return None
    patch, evidence = desk.rooms.store.patch(case.task.key), desk.rooms.store.evidence(case.task.key)
    if patch is None or evidence is None:
        raise StateUnusable(f"the store has lost what belongs to fix task {case.task.key}; run `debtd db check`.")
    findings = [finding for finding in case.findings if finding.fingerprint in case.task.fingerprints]
    return Accepted(task=case.task, patch=patch, evidence=evidence, rule=rule, findings=findings)


def _same(one: str, other: str) -> bool:
    """Forges change line ends, and blanks at ends."""
    return [line.rstrip() for line in one.strip().splitlines()] == [
        line.rstrip() for line in other.strip().splitlines()
    ]
