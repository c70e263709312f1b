"""The months, pass by pass, with everything checked after each."""

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta

from debtd.model.acceptance import Standing as Rank
from debtd.model.pull_request import PullRequestState
from debtd.pipeline.nightly import Night
from debtd.pipeline.reconcile import reopen
from tests.simulation.chronicle import BOT, Act, Deed
from tests.simulation.country import Country, Trouble, moments
from tests.simulation.invariants.broken import Count
from tests.simulation.invariants.budgets import Spending
from tests.simulation.invariants.deeds import Deeds
from tests.simulation.invariants.learning import Learning
from tests.simulation.invariants.passes import Look, Passes
from tests.simulation.invariants.records import Records
from tests.simulation.invariants.waiting import Queue
from tests.simulation.village import Told

Tell = Callable[[str], None]


@dataclass
class Totals:
    """What happened, for people."""

    of: Counter[str] = field(default_factory=Counter)
    waits: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)


class Simulation:
    def __init__(self, country: Country, days: int, tell: Tell = lambda words: None) -> None:
        self.country, self.days, self._tell = country, days, tell
        self.count, self.totals = Count(), Totals()
        names = {identity: village.name for identity, village in country.villages.items()} | {"": ""}
        self.records = Records(country.folder / "debtd.sqlite3", names)
        self.deeds = Deeds(country, self.count)
        self.spending = Spending(country, self.count)
        self.learning = Learning(country, self.count)
        self.queue = Queue(country, self.records, self.spending, self.count)
        self._passes = Passes(country, self.records, self.deeds, self.count)
        self._calls = 100

    def run(self) -> None:
        """All of it. Raises Broken."""
        self.country.chronicle.listeners.append(self._add_up)
        for number, moment in enumerate(moments(self.days, self.country.chance)):
            self.country.live(max(moment, self.country.clock.now()))
            self._operate()
            for _ in range(5):
                night = self._one_pass(calm=False)
                if night is not None:
                    break
                self.country.clock.advance(minutes=5)
            if number % 10 == 9:
                self._tell(f"{moment:%Y-%m-%d}: {self._so_far()}")

    def _one_pass(self, *, calm: bool) -> Night | None:
        country, chance = self.country, self.country.chance
        trouble = Trouble() if calm else self._draw_trouble()
        began_at, first = country.clock.now(), len(country.chronicle.deeds)
        deadline = began_at + timedelta(minutes=chance.randint(2, 30)) if chance.random() < 0.1 else None
        before, told = self.spending.used(), [dict(village.told) for village in country.villages.values()]
        rows = self.records.rows()
        self.deeds.pass_began = first
        self.spending.cut_short = frozenset(r.branch for those in rows.values() for r in those if r.state == "pending")
        night = country.run_pass(trouble, deadline)
        self._calls = max(self._calls, trouble.calls) if night else self._calls
        if trouble.happened:
            self.totals.of["passes killed" if night is None else "passes with lost answers"] += 1
            self._forget_what_was_told(told)
        opened = [d for d in country.chronicle.deeds[first:] if d.by == BOT and d.act is Act.OPEN]
        rows, standings = self.records.rows(), self.records.standings()
        self.learning.look(night, rows, standings)
        if night is not None:
            self.totals.of["passes"] += 1
            if not trouble.happened:
                faults = [fault for one in night.repositories for fault in one.all_faults]
                self.totals.faults.update(re.sub(r"[0-9a-f]{8,}|\d+", "N", str(fault)) for fault in faults)
            self._passes.look(Look(night, began_at, rows, standings))
            self.queue.look(night, before, opened, began_at)
            self.totals.waits.update(self.queue.reasons)
        self.totals.of["demotions"] = self.learning.demotions
        return night

    def _draw_trouble(self) -> Trouble:
        chance = self.country.chance
        if chance.random() < 0.12:
            return Trouble(killed_at=chance.randint(1, self._calls * 2))
        if chance.random() < 0.15:
            return Trouble(lost_at=frozenset(chance.randint(1, self._calls * 2) for _ in range(20)))
        return Trouble()

    def _forget_what_was_told(self, before: list[dict[int, Told]]) -> None:
        """Where a pass was disturbed, debtd may not have kept what it was told: then what it knew before counts."""
        for village, known in zip(self.country.villages.values(), before, strict=True):
            for number, told in village.told.items():
                earlier = known.get(number)
                if earlier is not None and not earlier.waits and told.waits:
                    village.told[number] = replace(told, waits=False)

    def _operate(self) -> None:
        """What operators do by hand: promote a rule that fell, take back a no."""
        chance, store, now = self.country.chance, self.country.real_store, self.country.clock.now()
        fallen = [one for one in store.standings() if one.standing is not Rank.PULL_REQUEST]
        if fallen and chance.random() < 0.25:
            one = chance.choice(fallen)
            better = list(Rank)[list(Rank).index(one.standing) - 1]
            raised = replace(one, standing=better, since=now, author="op", reason="it was mended")
            store.save_standing(raised)
            self.totals.of["promotions by people"] += 1
        refused = store.pull_requests(states=(PullRequestState.REJECTED,))
        if refused and chance.random() < 0.15:
            row = chance.choice(refused)
            village = self.country.village(row.repository_id)
            task = next(task for task in store.tasks(row.repository_id) if task.key == row.key)
            reopen(row, task, ("op", "give it another try"), store, now)
            for token in village.bids[row.branch].tokens:
                self.deeds.refused.pop((village.name, token), None)
            self.totals.of["refusals taken back"] += 1

    def _add_up(self, deed: Deed) -> None:
        self.totals.of[f"{'debtd' if deed.by == BOT else 'people'} {deed.act}"] += 1

    def close(self) -> None:
        self.records.close()
        self.country.close()

    def _so_far(self) -> str:
        of = self.totals.of
        looks = sum(self.count.of.values())
        return f"{of['passes']} passes, {of[f'debtd {Act.OPEN}']} opened, {looks} checks"
