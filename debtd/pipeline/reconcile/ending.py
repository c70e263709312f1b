"""How a pull request ends, step by step. Every step may be repeated, and the row is saved last: what was killed on the
way is begun again. What debtd closes by itself is announced in the row first, so that it is never taken for a no."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from debtd.model.forge import ForgePullRequest
from debtd.model.pull_request import CloseReason, PullRequest, PullRequestOutcome, PullRequestState
from debtd.pipeline.reconcile.case import Case
from debtd.pipeline.reconcile.decide import hands_off, merge_outcome
from debtd.pipeline.reconcile.desk import Desk
from debtd.pipeline.reconcile.words import render_refused
from debtd.pipeline.refusals import all_the_same
from debtd.pipeline.render import quoted

_STATES = {
    CloseReason.VANISHED: PullRequestState.CLOSED,
    CloseReason.NOT_PROVEN: PullRequestState.CLOSED,
    CloseReason.BY_PERSON: PullRequestState.REJECTED,
    CloseReason.NOT_NOW: PullRequestState.REJECTED,
    CloseReason.NEVER: PullRequestState.REJECTED,
}
_REFUSALS = frozenset({CloseReason.BY_PERSON, CloseReason.NEVER})


def record_merge(case: Case, seen: ForgePullRequest, desk: Desk) -> None:
    """It was merged; what is left of it is the branch."""
    merged = replace(
        _taken_over(case.pull_request, seen),
        state=PullRequestState.MERGED,
        outcome=merge_outcome(case, seen),
        merge_commit=seen.merge_commit,
        reason=f"merged by {seen.ended_by}" if seen.ended_by else "merged",
        hands_off=case.pull_request.hands_off or hands_off(case, seen),
        ended_at=desk.now(),
        close_reason=None,
    )
    with all_the_same([_tidying(case, seen, desk)]):
        desk.save(merged)


def record_refusal(case: Case, seen: ForgePullRequest, desk: Desk) -> None:
    """A person closed it: a no to all its findings, under whatever name they would come again. Where they are all gone
    already, it says nothing about the rule."""
    pull_request = case.pull_request
    who = seen.ended_by or "somebody"
    desk.say_no(case.task.fingerprints, f"{who} closed {pull_request.url}", who, desk.now())
    answer = partial(desk.forge(pull_request).ensure_comment, pull_request, "refused", render_refused(pull_request))
    outcome = None if case.is_gone else PullRequestOutcome.REFUSED
    with all_the_same([answer, _tidying(case, seen, desk)]):
        _end(_taken_over(pull_request, seen), CloseReason.BY_PERSON, f"closed by {who}", outcome, desk)


def close(case: Case, seen: ForgePullRequest, why: CloseReason, sentence: str, desk: Desk) -> None:
    """debtd closes it, by itself or at people's word, and deletes the branch if nobody else has worked on it.
    `sentence` is plain text."""
    announced = desk.save(replace(case.pull_request, close_reason=why, reason=sentence))
    desk.forge(announced).close_pull_request(announced, quoted(sentence))
    outcome = PullRequestOutcome.REFUSED if why in _REFUSALS else None
    with all_the_same([_tidying(case, seen, desk)]):
        _end(_taken_over(announced, seen), why, sentence, outcome, desk)


def _end(
    pull_request: PullRequest, why: CloseReason, sentence: str, outcome: PullRequestOutcome | None, desk: Desk
) -> None:
    desk.save(
        replace(
            pull_request,
            state=_STATES[why],
            close_reason=why,
            reason=sentence,
            outcome=outcome,
            ended_at=desk.now(),
        )
    )


def _tidying(case: Case, seen: ForgePullRequest, desk: Desk) -> Callable[[], object]:
    """Deletes the branch, but only where it stands at one of debtd's own commits."""
    if seen.commit not in case.own_commits:
        return lambda: None
    pull_request = replace(case.pull_request, commit=seen.commit)
    return partial(desk.forge(pull_request).delete_branch, pull_request)


def _taken_over(pull_request: PullRequest, seen: ForgePullRequest) -> PullRequest:
    """The row at the commit that its branch had in the end, where that push is not recorded yet."""
    commit = seen.commit if seen.commit == pull_request.next_commit else pull_request.commit
    return replace(pull_request, commit=commit, next_commit="")
