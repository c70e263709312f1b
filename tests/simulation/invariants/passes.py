"""What must hold after every pass that went to its end: the store says what the forges have, nothing is forgotten."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from debtd.model.forge import ForgeState
from debtd.model.window import WindowKind
from debtd.pipeline.nightly import Night, RepositoryNight
from tests.simulation.country import Country
from tests.simulation.invariants.broken import Count
from tests.simulation.invariants.deeds import Deeds
from tests.simulation.invariants.hours import is_open
from tests.simulation.invariants.records import Records, Row, Standing
from tests.simulation.village import Village
from tests.support.town import Pull

_ENDS = {
    ForgeState.OPEN: {"open"},
    ForgeState.MERGED: {"merged"},
    ForgeState.CLOSED: {"rejected", "closed"},
}


@dataclass(frozen=True)
class Look:
    """One pass, and the records after it. `began_at` is when it began."""

    night: Night
    began_at: datetime
    rows: dict[str, list[Row]]
    standings: Collection[Standing]


class Passes:
    def __init__(self, country: Country, records: Records, deeds: Deeds, count: Count) -> None:
        self._country, self._records, self._deeds, self._count = country, records, deeds, count

    def look(self, look: Look) -> None:
        covered = self._records.covered(self._country.clock.now())
        for one in look.night.repositories:
            village = self._country.village(one.repository.id)
            if one.outcome is None or one.all_faults:
                continue
            self._agrees(village, look.rows.get(village.name, []))
            if one.outcome.scanned.is_current:
                self._nothing_stale(village)
                if self._may_generate(village, look):
                    self._nothing_forgotten(village, covered, look)
                self._knows_reverts(village, one)

    def _agrees(self, village: Village, rows: Collection[Row]) -> None:
        """The store and the forge say the same."""
        promise = "the store says what the forge has"
        by_branch = {row.branch: row for row in rows}
        for pull in village.own():
            row = by_branch.get(pull.head)
            self._count(row is not None, promise, village.name, pull.head, f"#{pull.number} is not recorded")
            if row is None or (village.name, pull.number) in self._deeds.late:
                continue
            if row.state == "pending":
                continue
            same = row.number == pull.number and row.state in _ENDS[pull.state]
            self._count(same, promise, village.name, pull.head, f"{pull.state} there, recorded: {row}")
            if pull.state is ForgeState.OPEN:
                self._open_one_agrees(village, pull, row)
        for row in by_branch.values():
            pending = row.state == "pending" and is_open(
                village.charter.hours, WindowKind.PUBLISH, self._country.clock.now()
            )
            late = pending and not village.charter.busy_hours
            self._count(not late, promise, village.name, row.branch, "it is pending still")

    def _open_one_agrees(self, village: Village, pull: Pull, row: Row) -> None:
        theirs = village.told[pull.number].is_theirs
        taken = (row.hands_off is not None) == theirs
        words = f"theirs: {theirs}, recorded: {row}"
        self._count(taken, "debtd knows what people took over", village.name, pull.head, words)
        same = theirs or row.commit == pull.commit
        self._count(same, "the store says what the forge has", village.name, pull.head, f"at {pull.commit}, {row}")

    def _nothing_stale(self, village: Village) -> None:
        debt = village.debt()
        for pull in village.own(ForgeState.OPEN):
            is_over = (village.name, pull.number) in self._deeds.late
            if not is_over and not village.told[pull.number].is_theirs:
                left = village.bids[pull.head].tokens & debt.keys()
                self._count(left, "nothing stays open without debt to pay", village.name, pull.head, "all is paid")

    def _may_generate(self, village: Village, look: Look) -> bool:
        hours, now = village.charter.hours, self._country.clock.now()
        return is_open(hours, WindowKind.GENERATE, look.began_at) and is_open(hours, WindowKind.GENERATE, now)

    def _nothing_forgotten(self, village: Village, covered: Collection[tuple[str, str]], look: Look) -> None:
        lately = self._country.clock.now() - timedelta(days=1)  # what was merged since may not have arrived on main yet
        landing = {
            token
            for row in look.rows.get(village.name, ())
            if row.state == "merged" and row.ended_at is not None and row.ended_at > lately
            for token in village.bids[row.branch].tokens
        }
        silent = {s.rule_id for s in look.standings if s.village in {"", village.name} and s.standing == "report-only"}
        for token, (path, word) in village.debt().items():
            if token not in landing and f"word-{word}" not in silent:
                known = (village.name, f"{word} {token}") in covered
                words = f"{word} {token} in {path} is in nobody's hands"
                self._count(known, "no debt is forgotten", village.name, "", words)

    def _knows_reverts(self, village: Village, one: RepositoryNight) -> None:
        """From now on debtd has seen them."""
        for name, token in list(self._deeds.reverted):
            if name == village.name:
                rules = {bid.rule_id for bid in village.bids.values() if token in bid.tokens}
                self._deeds.reverted_rules |= {(name, rule_id) for rule_id in rules}
