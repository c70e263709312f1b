"""What debtd makes of people's answers: outcomes as they were, and rules that fall by the bound only and never rise."""

import math
from collections.abc import Collection
from datetime import datetime

from debtd.pipeline.nightly import Night
from tests.simulation.chronicle import BOT, Act
from tests.simulation.country import Country
from tests.simulation.invariants.broken import Count
from tests.simulation.invariants.records import Row, Standing
from tests.simulation.village import Village

_ORDER = ("pull-request", "draft", "report-only")
_Z = 1.96


def surely_unwelcome(unwelcome: int, decided: int) -> bool:
    """Whether the true share of unwelcome ones is above 0.3 in 95 of 100 cases (Wilson)."""
    if not unwelcome:
        return False
    share = unwelcome / decided
    middle = share + _Z**2 / (2 * decided)
    spread = _Z * math.sqrt(share * (1 - share) / decided + _Z**2 / (4 * decided**2))
    return (middle - spread) / (1 + _Z**2 / decided) > 0.3


def _was_known(row: Row, at: datetime) -> bool:
    """Whether debtd had it in hand when it decided; of what it met just then, what speaks for its decision."""
    return row.ended_at is not None and (row.ended_at < at or (row.ended_at == at and row.outcome != "merged"))


class Learning:
    def __init__(self, country: Country, count: Count) -> None:
        self._country, self._count = country, count
        self._standings: dict[tuple[str, str], Standing] = {}
        self._outcomes: dict[str, str | None] = {}
        self.demotions = 0

    def look(self, night: Night | None, rows: dict[str, list[Row]], standings: Collection[Standing]) -> None:
        decided = [row for those in rows.values() for row in those if row.outcome]
        for standing in standings:
            self._moved(standing, decided)
        self._standings = {(one.rule_id, one.village): one for one in standings}
        for one in night.repositories if night else ():
            village = self._country.village(one.repository.id)
            if one.outcome is not None and not one.all_faults:
                for row in rows.get(village.name, ()):
                    self._outcome(village, row)
                self._has_fallen(village, decided)
        self._outcomes = {row.key: row.outcome for those in rows.values() for row in those}

    def _moved(self, standing: Standing, decided: Collection[Row]) -> None:
        place = standing.rule_id, standing.village
        before = self._standings.get(place)
        if standing == before:
            return
        promise = "a rule falls by the bound only, and never rises by itself"
        old = before.standing if before else _ORDER[0]
        step = _ORDER.index(standing.standing) - _ORDER.index(old)
        if standing.author != "debtd":
            self._count(True, promise, standing.village)
            return
        self.demotions += 1
        since = before.since if before else None
        known = [row for row in decided if _was_known(row, standing.since)]
        due = self._must_fall(*place, since, known)
        words = f"{old} -> {standing.standing}, {self._tally(*place, since, decided)}"
        self._count(step == 1 and due, promise, standing.village or standing.rule_id, "", words)

    def _has_fallen(self, village: Village, decided: Collection[Row]) -> None:
        """Nothing that must fall was spared, here or everywhere."""
        for rule_id in {row.rule_id for row in decided if row.village == village.name}:
            for where in (village.name, ""):
                present = self._standings.get((rule_id, where))
                if present is not None and present.standing == _ORDER[-1]:
                    continue
                due = self._must_fall(rule_id, where, present.since if present else None, decided)
                self._count(not due, "a rule that is not welcome falls", where or rule_id, "", f"{rule_id} stands")

    def _tally(self, rule_id: str, where: str, since: datetime | None, decided: Collection[Row]) -> list[str]:
        return [
            row.outcome
            for row in decided
            if row.outcome and row.rule_id == rule_id and where in {"", row.village}
            if since is None or (row.ended_at is not None and row.ended_at > since)
        ]

    def _must_fall(self, rule_id: str, where: str, since: datetime | None, decided: Collection[Row]) -> bool:
        outcomes = self._tally(rule_id, where, since, decided)
        if where and "reverted" in outcomes:
            return True
        return surely_unwelcome(sum(one != "merged" for one in outcomes), len(outcomes))

    def _outcome(self, village: Village, row: Row) -> None:
        """What is recorded about a pull request that is over is what people made of it."""
        if (row.key in self._outcomes and self._outcomes[row.key] == row.outcome) or row.state in {"open", "pending"}:
            return
        story = self._country.chronicle.of_branch[village.name, row.branch]
        theirs = any(one.act is Act.PUSH and one.by != BOT for one in story)
        number = row.number
        allowed: set[str | None]
        if row.state == "merged":
            allowed = {"merged", "edited"} if theirs else {"merged"}
            allowed |= {"reverted"} if number in village.undone else set()
        elif row.close_reason in {"closed-by-a-person", "never"}:
            left = village.bids[row.branch].tokens & village.debt().keys()
            allowed = {"refused"} if left else {"refused", None}
        else:
            allowed = {None}
        words = f"{row.state}, {row.close_reason}: {row.outcome}, not one of {allowed}"
        self._count(row.outcome in allowed, "outcomes are what people made of it", village.name, row.branch, words)
