"""Which candidates become pull requests now. Whoever waits is told for what."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from debtd.model.budget import HOUR, BudgetKind, Budgets, BudgetState, Pot, publishing, used
from debtd.model.ranking import Candidate, ranked

PATIENCE = timedelta(days=14)
"""After it, a candidate that does not fit keeps its pots closed for those behind it, until it fits."""


class WaitReason(StrEnum):
    """FULL: the pot has no room. TOO_LARGE: it would not fit into the empty pot. BEHIND: the pot is kept for one
    that has waited too long. ALREADY_OPEN: its pull request is open."""

    FULL = "full"
    TOO_LARGE = "too-large"
    BEHIND = "behind"
    ALREADY_OPEN = "already-open"


@dataclass(frozen=True, slots=True)
class Wait:
    """Why a candidate waits. `sentence` is for people; `look_again_at` is when this can first change by itself, None
    when it changes by what people do."""

    candidate: Candidate
    reason: WaitReason
    sentence: str
    pot: Pot | None = None
    look_again_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Admission:
    """Each candidate is in one of them, once; `admitted` in the order in which to publish."""

    admitted: tuple[Candidate, ...]
    waiting: tuple[Wait, ...]


def admit(candidates: Iterable[Candidate], state: BudgetState, budgets: Budgets, now: datetime) -> Admission:
    """The best candidates that fit, and why the others wait. The same arguments give the same answer.

    A candidate that does not fit is passed by smaller ones or those of other teams, until its patience is over. Budgets
    that are overdrawn already (people reopen and undraft) let nothing in, and close nothing.
    """
    pots = used(state, now)
    opened = {one.key for one in state.opened}
    kept_for: dict[Pot, Candidate] = {}
    admitted: list[Candidate] = []
    waiting: list[Wait] = []
    for candidate in ranked({one.key: one for one in candidates}.values(), now):
        wait = _obstacle(candidate, opened, pots, budgets, kept_for)
        if wait is None:
            admitted.append(candidate)
            pots.update(publishing(candidate))
            continue
        waiting.append(_timed(wait, state, now))
        if wait.reason is WaitReason.FULL and now - candidate.waiting_since >= PATIENCE:
            for pot in _full(candidate, pots, budgets):
                kept_for.setdefault(pot, candidate)
    return Admission(tuple(admitted), tuple(waiting))


def _obstacle(
    candidate: Candidate, opened: set[str], pots: Counter[Pot], budgets: Budgets, kept_for: dict[Pot, Candidate]
) -> Wait | None:
    if candidate.key in opened:
        return Wait(candidate, WaitReason.ALREADY_OPEN, "its pull request is open")
    for pot, amount in publishing(candidate).items():
        size = budgets.size(pot)
        if size is not None and amount > size:
            sentence = f"it takes {amount} of the {_named(pot)}, and the whole budget is {size}"
            return Wait(candidate, WaitReason.TOO_LARGE, sentence, pot)
    for pot in _full(candidate, pots, budgets):
        sentence = f"{pots[pot]} {_named(pot)}, and the budget is {budgets.size(pot)}"
        return Wait(candidate, WaitReason.FULL, sentence, pot)
    for pot in publishing(candidate):
        if pot in kept_for:
            sentence = f"the {_named(pot)} are kept for {kept_for[pot].key[:12]}, which has waited longer"
            return Wait(candidate, WaitReason.BEHIND, sentence, pot)
    return None


def _full(candidate: Candidate, pots: Counter[Pot], budgets: Budgets) -> list[Pot]:
    """The pots in which there is no room for it."""
    takes = publishing(candidate).items()
    return [pot for pot, amount in takes if (size := budgets.size(pot)) is not None and pots[pot] + amount > size]


def _named(pot: Pot) -> str:
    """A repository is known from where the sentence stands."""
    is_of_repository = pot.kind in {BudgetKind.OPEN_IN_REPOSITORY, BudgetKind.LINES_IN_REPOSITORY}
    return str(pot.kind) if is_of_repository or not pot.of else f"{pot.kind} {pot.of}"


def _timed(wait: Wait, state: BudgetState, now: datetime) -> Wait:
    """An hour's budget is free again an hour after the oldest of the publications that fill it."""
    if wait.pot is None or wait.pot.kind is not BudgetKind.PER_HOUR or wait.reason is WaitReason.TOO_LARGE:
        return wait
    recent = [at for at in state.published_at if at > now - HOUR]
    return Wait(wait.candidate, wait.reason, wait.sentence, wait.pot, min(recent, default=now) + HOUR)
