"""Budgets, counted from what the forges have and from what debtd was told of it.

A pull request that people changed since debtd last looked counts as it was told then: nobody can know more. One whose
publishing was cut short by a kill took its place when it was recorded, and is let through.
"""

from collections import Counter
from datetime import timedelta

from debtd.model.budget import BudgetKind
from debtd.model.window import WindowKind
from tests.simulation.charter import RULES
from tests.simulation.chronicle import BOT, Act, Deed
from tests.simulation.country import Country
from tests.simulation.invariants.broken import Count
from tests.simulation.invariants.hours import is_open, night_began
from tests.simulation.village import Bid, Village

Pot = tuple[BudgetKind, str]
_HOUR = timedelta(hours=1)
_GROUPS = {rule.id: rule.path.split("/")[-2] for rule in RULES}


def takes(village: Village, bid: Bid) -> dict[Pot, int]:
    """What a bid takes from each pot while it waits for people."""
    pots: dict[Pot, int] = {
        (BudgetKind.OPEN, ""): 1,
        (BudgetKind.OPEN_IN_REPOSITORY, village.name): 1,
        (BudgetKind.LINES_IN_REPOSITORY, village.name): bid.lines,
        (BudgetKind.OPEN_IN_GROUP, _GROUPS[bid.rule_id]): 1,
    }
    for team in bid.teams:
        pots |= {(BudgetKind.OPEN_OF_TEAM, team): 1, (BudgetKind.LINES_OF_TEAM, team): bid.lines}
    return pots


class Spending:
    """`opened` are the times at which debtd opened something, all over the country."""

    def __init__(self, country: Country, count: Count) -> None:
        self._country = country
        self._count = count
        self.opened: list[Deed] = []
        self.cut_short: frozenset[str] = frozenset()
        self._by_name = {one.village.name: one.village for one in country.neighbourhoods}
        country.chronicle.listeners.append(self.hear)

    def size(self, village: Village, pot: Pot) -> int:
        own = village.charter.own_size
        if pot[0] is BudgetKind.OPEN_IN_REPOSITORY and own is not None:
            return own
        return self._country.sizes[pot[0]]

    def used(self) -> Counter[Pot]:
        """What waits for people, as far as debtd was told."""
        found: Counter[Pot] = Counter()
        for village in self._by_name.values():
            for pull in village.own():
                told = village.told.get(pull.number)
                if told is not None and told.waits:
                    found.update(takes(village, village.bids[pull.head]))
        return found

    def hear(self, deed: Deed) -> None:
        if deed.act is not Act.OPEN or deed.by != BOT:
            return
        self.opened.append(deed)
        village = self._by_name[deed.village]
        if deed.branch in self.cut_short:
            return
        used = self.used()
        for pot in takes(village, village.bids[deed.branch]):
            size = self.size(village, pot)
            words = f"{used[pot]} of {size} are used now, after {deed}"
            self._count(used[pot] <= size, f"budget: {pot[0]}", deed.village, deed.branch, words)
        if is_open(village.charter.hours, WindowKind.PUBLISH, deed.at):
            since = night_began(village.charter.hours, deed.at)
            self._rate(deed, BudgetKind.PER_NIGHT, sum(one.at >= since for one in self.opened))
        self._rate(deed, BudgetKind.PER_HOUR, sum(one.at > deed.at - _HOUR for one in self.opened))

    def _rate(self, deed: Deed, kind: BudgetKind, number: int) -> None:
        size = self._country.sizes[kind]
        self._count(number <= size, f"budget: {kind}", deed.village, deed.branch, f"{number} of {size}, after {deed}")
