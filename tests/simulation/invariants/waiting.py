"""Whatever is proven and not open waits with a sentence that is true, and nothing waits for ever.

How long is too long: `OVERTAKING` is how much younger something may be and still go first, by the largest difference
in worth that there is here. A patch is starved if, in a pass that visited its repository while the window was open,
something younger by more than that

(A) took room without which the patch would have fitted into every pot, or
(B) once its patience (14 days) is over, took from a pot that had no room for it even before the pass: that is kept;

or (C) if it has waited for longer than both together, and neither was one of its pots full of what people had not dealt
with before the pass, nor did older ones alone take the room. So whatever waits for longer waits for people.
"""

import math
from collections import Counter
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

from debtd.model.admission import PATIENCE
from debtd.model.budget import BudgetKind
from debtd.model.forge import ForgeState
from debtd.model.ranking import Candidate, worth
from debtd.model.window import WindowKind
from debtd.pipeline.nightly import Night
from tests.simulation.charter import RULES, START, TEAMS
from tests.simulation.chronicle import Deed
from tests.simulation.country import Country
from tests.simulation.invariants.broken import Count
from tests.simulation.invariants.budgets import Pot, Spending, takes
from tests.simulation.invariants.hours import is_open
from tests.simulation.invariants.records import Records, Waiting
from tests.simulation.village import Bid, Village

_NOON = datetime.combine(START, datetime.min.time()).astimezone()
_EFFORT = max(rule.effort_minutes for rule in RULES)


def _worth(severity_of: int, minutes: int, acceptance: float) -> float:
    rule = RULES[severity_of]
    made = Candidate(
        key="", repository_id="", waiting_since=_NOON, severity=rule.severity, effort_minutes=minutes, lines=1,
        acceptance=acceptance,
    )  # fmt: skip
    return worth(made, START)


OVERTAKING = timedelta(days=4) * math.log2(_worth(0, 25 * _EFFORT, 1.0) / _worth(2, 1, 0.0))
REASONS = (
    "room: ", "pull request #", "the publish window", "calmer checks", "a new scan", "another try", "the next pass",
    "the next opening", "an answer to which lines", "the run of another process",
)  # fmt: skip


class Queue:
    def __init__(self, country: Country, records: Records, spending: Spending, count: Count) -> None:
        self._country, self._records, self._spending, self._count = country, records, spending, count
        self._by_name = {one.village.name: one.village for one in country.neighbourhoods}
        self.reasons: dict[str, int] = {}
        self.longest = timedelta()

    def look(self, night: Night, before: Mapping[Pot, int], opened: Collection[Deed], began_at: datetime) -> None:
        """After a pass that went to its end. `before` is what was used when it began."""
        waiting = self._records.waiting()
        used, now = self._spending.used(), self._country.clock.now()
        visited = {self._country.village(one.repository.id).name: one for one in night.repositories if one.outcome}
        fresh = self._fresh(opened)
        self.reasons = {}
        for one in waiting:
            reason = one.reason.removeprefix("waits for ")
            kind = next((words for words in REASONS if reason.startswith(words)), "")
            self._count(
                one.reason.startswith("waits for ") and kind, "whatever waits says for what", one.village,
                _branch(one), f"it says {one.reason!r}",
            )  # fmt: skip
            self.reasons[kind.strip(": #")] = self.reasons.get(kind.strip(": #"), 0) + 1
            self._is_true(one, kind, visited[one.village].outcome if one.village in visited else None, began_at)
            if kind == "room: " and "are kept for" not in reason and one.village in visited:
                self.longest = max(self.longest, now - one.since)
                self._not_starved(one, used, before, fresh)

    def _fresh(self, opened: Collection[Deed]) -> list[tuple[datetime, dict[Pot, int]]]:
        """Since when what was opened in this pass had waited, and what it took."""
        proven = self._records.proven()
        found = []
        for deed in opened:
            key = deed.branch.rpartition("/")[2]
            since = min((at for one, at in proven.items() if one.startswith(key)), default=deed.at)
            village = self._by_name[deed.village]
            pots = takes(village, village.bids[deed.branch])
            found.append((since, pots | {(BudgetKind.PER_NIGHT, ""): 1, (BudgetKind.PER_HOUR, ""): 1}))
        return found

    def _is_true(self, one: Waiting, kind: str, outcome: object, began_at: datetime) -> None:
        village, promise = self._by_name[one.village], "what it waits for is true"
        hours, now = village.charter.hours, self._country.clock.now()
        branch = _branch(one)
        if kind == "the publish window":
            shut = not all(is_open(hours, WindowKind.PUBLISH, at) for at in (began_at, now))
            self._count(shut, promise, one.village, branch, "the window was open")
        elif kind == "pull request #":
            number = int(one.reason.partition("#")[2].split()[0])
            theirs = [p for p in village.others() if p.number == number]
            touched = {path for pull in theirs for path in village.changes(pull)}
            met = any(pull.state is ForgeState.OPEN for pull in theirs) and touched & set(one.paths)
            self._count(met, promise, one.village, branch, f"{one.reason}, which touches {touched}, not {one.paths}")
        elif kind == "calmer checks":
            self._count(village.charter.busy_hours, promise, one.village, branch, "nothing is measured there")

    def _not_starved(
        self, one: Waiting, used: Mapping[Pot, int], before: Mapping[Pot, int],
        fresh: Collection[tuple[datetime, dict[Pot, int]]],
    ) -> None:  # fmt: skip
        village, promise = self._by_name[one.village], "nothing starves"
        now, branch = self._country.clock.now(), _branch(one)
        need = _need(village, one)
        lacks = [pot for pot in need if self._lacks(village, pot, used, need)]
        taken: Counter[Pot] = sum((Counter(pots) for _, pots in fresh), Counter())
        lacked = {pot for pot in need if self._lacks(village, pot, {pot: used[pot] - taken[pot]}, need)}
        younger = [(since, pots) for since, pots in fresh if since - one.since > OVERTAKING]
        waited = now - one.since
        for since, pots in younger:
            without = {pot: used[pot] - pots.get(pot, 0) for pot in need}
            fits = not any(self._lacks(village, pot, without, need) for pot in need) and pots.keys() & need.keys()
            words = f"(A) it waits since {one.since}; one that waited since {since} took its room"
            self._count(not fits, promise, one.village, branch, words)
            patient = waited <= PATIENCE or not (pots.keys() & lacked)
            self._count(patient, promise, one.village, branch, f"(B) one that waited since {since} took from {lacked}")
        if waited > OVERTAKING + PATIENCE:
            held = [pot for pot in lacks if before[pot] + need[pot] > self._spending.size(village, pot)]
            older_only = not any(since > one.since + OVERTAKING for since, _ in fresh)
            words = f"(C) it waited {waited}; it lacks {lacks}, and people hold {held}"
            self._count(held or older_only, promise, one.village, branch, words)

    def _lacks(self, village: Village, pot: Pot, used: Mapping[Pot, int], need: Mapping[Pot, int]) -> bool:
        return used[pot] + need[pot] > self._spending.size(village, pot)


def _need(village: Village, one: Waiting) -> dict[Pot, int]:
    teams = frozenset(TEAMS[path.split("/")[0]] for path in one.paths)
    return takes(village, Bid(one.rule_id, frozenset(), teams, len(one.paths)))


def _branch(one: Waiting) -> str:
    return f"debtd/{one.rule_id}/{one.key[:12]}"
