"""The order of checks for one open pull request. The first that applies decides; every step may be repeated."""

from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial

from debtd.model.comment_command import Never, NotNow
from debtd.model.errors import RepoUnusable
from debtd.model.forge import Comment, ForgePullRequest, ForgeState, Reception
from debtd.model.pull_request import Attention, CloseReason, PullRequest
from debtd.model.window import WindowKind
from debtd.pipeline.reconcile import words
from debtd.pipeline.reconcile.case import Case
from debtd.pipeline.reconcile.decide import Renews, Vanished, attention_of, due, hands_off, is_on, unfinished_close
from debtd.pipeline.reconcile.desk import Desk
from debtd.pipeline.reconcile.ending import close, record_merge, record_refusal
from debtd.pipeline.reconcile.hearing import Heard, hear
from debtd.pipeline.reconcile.renewal import Renewal, begin, decline, settle
from debtd.pipeline.refusals import all_the_same


@dataclass(frozen=True, slots=True, kw_only=True)
class Attended:
    """One that stays open. `renewal`: it is made again in this run. `reception` is None for such a one, and for one
    that people have taken over."""

    case: Case
    seen: ForgePullRequest
    renewal: Renewal | None = None
    reception: Reception | None = None


def attend(pull_request: PullRequest, desk: Desk) -> Attended | None:
    """None for one that is over. Raises what its forge or store raise; nothing is concluded from that."""
    seen = desk.forge(pull_request).read_pull_request(pull_request)
    if seen is None:
        raise RepoUnusable("the forge does not have it any more; `debtd pr reject` settles what became of it")
    case = desk.case(pull_request, seen.commit)
    if _is_over(case, seen, desk):
        return None
    thought_over = replace(case, pull_request=replace(pull_request, close_reason=None, reason=""))
    case = _keep_off(_unpushed(settle(thought_over, seen, desk), seen, desk), seen, desk)
    heard = hear(desk.forge(pull_request).comments(pull_request), pull_request.heard)
    if heard.close is not None:
        command, comment = heard.close
        _close_as_told(case, seen, command, comment, heard.upto, desk)
        return None
    answers, heard = _answers(case, seen, heard, desk)
    say = partial(desk.forge(pull_request).ensure_comment, pull_request)
    with all_the_same([partial(say, name, text) for name, text in answers.items()]):
        return _maintain(case, seen, heard, desk)


def _is_over(case: Case, seen: ForgePullRequest, desk: Desk) -> bool:
    """Merged, closed by a person, or about to be closed by debtd: what is then to be done is done."""
    if seen.state is ForgeState.MERGED:
        record_merge(case, seen, desk)
    elif why := unfinished_close(case, seen):
        close(case, seen, why, case.pull_request.reason, desk)
    elif seen.state is ForgeState.CLOSED:
        record_refusal(case, seen, desk)
    else:
        return False
    return True


def _unpushed(case: Case, seen: ForgePullRequest, desk: Desk) -> Case:
    """A renewal that was killed before its push is begun again."""
    if not case.pull_request.next_commit or seen.commit == case.pull_request.next_commit:
        return case
    return replace(case, pull_request=desk.save(replace(case.pull_request, next_commit="")))


def _keep_off(case: Case, seen: ForgePullRequest, desk: Desk) -> Case:
    """One comment, and never touched again unless people hand it back."""
    pull_request = case.pull_request
    what = hands_off(case, seen)
    if what is None or pull_request.hands_off is not None:
        return case
    text = words.render_hands_off(pull_request, what)
    since = pull_request.heard  # another number after each time that it was handed back
    parked = replace(pull_request, hands_off=what, attention=Attention.PARKED)
    with all_the_same([partial(desk.forge(pull_request).ensure_comment, pull_request, f"hands-off-{since}", text)]):
        desk.save(parked)
    return replace(case, pull_request=parked)


def _close_as_told(
    case: Case, seen: ForgePullRequest, command: NotNow | Never, comment: Comment, heard: int, desk: Desk
) -> None:
    until = comment.created_at + timedelta(days=command.days) if isinstance(command, NotNow) else None
    why = CloseReason.NEVER if until is None else CloseReason.NOT_NOW
    desk.say_no(case.task.fingerprints, command.reason, comment.author, comment.created_at, until)
    sentence = words.render_close(case.pull_request, command, comment.author, until.date() if until else None)
    close(replace(case, pull_request=replace(case.pull_request, heard=heard)), seen, why, sentence, desk)


def _answers(case: Case, seen: ForgePullRequest, heard: Heard, desk: Desk) -> tuple[dict[str, str], Heard]:
    """What to say, by name, each once. A rebase that cannot be is answered and done with."""
    pull_request = case.pull_request
    answers = {f"answer-{number}": text for number, text in heard.answers}
    if heard.rebase is None:
        return answers, heard
    name = f"answer-{heard.rebase.number}"
    if not desk.order.policy.maintain:
        return answers | {name: words.render_not_maintained()}, replace(heard, rebase=None)
    if seen.base_branch != pull_request.base_branch:
        return answers | {name: words.render_wrong_target(pull_request)}, replace(heard, rebase=None)
    return answers | {name: words.render_rebase(pull_request)}, heard


def _maintain(case: Case, seen: ForgePullRequest, heard: Heard, desk: Desk) -> Attended | None:
    """Close it, begin its renewal, or say what it waits for."""
    taken_over = case.pull_request.hands_off is not None
    what = due(case, seen, desk.ground, asked=heard.rebase is not None)
    if isinstance(what, Vanished):
        if not taken_over:
            close(case, seen, CloseReason.VANISHED, what.sentence, desk)
            return None
        heard = _declined(case, heard, what.sentence, desk)
    allowed = desk.order.policy.maintain and WindowKind.MAINTAIN in desk.order.windows
    renewal: Renewal | None = None
    if isinstance(what, Renews) and allowed and (heard.rebase is not None or not taken_over):
        asked = heard.rebase.number if heard.rebase is not None else 0
        begun = begin(case, Renewal(head=seen.commit, heard=heard.upto, asked=asked), desk)
        if isinstance(begun, str) and not taken_over:
            close(case, seen, CloseReason.NOT_PROVEN, words.render_not_proven(begun), desk)
            return None
        if isinstance(begun, str):
            heard = _declined(case, heard, begun, desk)
        else:
            renewal = begun
    if is_on(case, seen, desk.ground):
        heard = replace(heard, rebase=None)
    return _stay(case, seen, heard, renewal, desk)


def _declined(case: Case, heard: Heard, why: str, desk: Desk) -> Heard:
    """Whoever asked is told why not, and need not ask again."""
    if heard.rebase is not None:
        decline(case.pull_request, heard.rebase.number, why, desk)
    return replace(heard, rebase=None)


def _stay(case: Case, seen: ForgePullRequest, heard: Heard, renewal: Renewal | None, desk: Desk) -> Attended:
    listened = replace(case.pull_request, heard=heard.before_rebase, draft=seen.draft)
    reception: Reception | None = None
    if listened.hands_off is None and renewal is None:
        reception = desk.forge(listened).reception(listened)
        listened = replace(listened, attention=attention_of(case, seen, reception))
    kept = replace(case, pull_request=desk.save(listened))
    return Attended(case=kept, seen=seen, renewal=renewal, reception=reception)
