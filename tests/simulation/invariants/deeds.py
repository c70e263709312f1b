"""What debtd may do to branches and pull requests, looked at the moment it does it."""

import re
from datetime import datetime, timedelta

from debtd.model.forge import ChecksState, ForgeState, ReviewState
from debtd.model.window import WindowKind
from tests.simulation.chronicle import BOT, Act, Deed
from tests.simulation.country import Country
from tests.simulation.invariants.broken import Count
from tests.simulation.invariants.hours import is_open
from tests.simulation.village import Village
from tests.support.town import WRITER

_WINDOWS = {
    Act.PUSH_NEW: (WindowKind.PUBLISH, "published in its window only"),
    Act.OPEN: (WindowKind.PUBLISH, "published in its window only"),
    Act.PUSH_OVER: (WindowKind.MAINTAIN, "maintained in its window only"),
    Act.MERGE: (WindowKind.MERGE, "merged by debtd in its window only"),
}
_KEY = re.compile(r"debtd-key: (\w+)")
_NO = re.compile(r"/debtd (?:never|not-now (\d+)d) ")


class Deeds:
    """`refused` is until when debt may not be proposed, by village and token."""

    def __init__(self, country: Country, count: Count) -> None:
        self._country = country
        self._count = count
        self._keys: dict[str, str] = {}
        self._words: dict[tuple[str, str], tuple[datetime, timedelta | None]] = {}
        self._handed_back: set[tuple[str, str]] = set()
        self.pass_began = 0
        self.refused: dict[tuple[str, str], datetime | None] = {}
        self.reverted: set[tuple[str, str]] = set()
        self.reverted_rules: set[tuple[str, str]] = set()
        self.late: set[tuple[str, int]] = set()
        self._by_name = {one.village.name: one.village for one in country.neighbourhoods}
        country.chronicle.listeners.append(self.hear)

    def hear(self, deed: Deed) -> None:
        village = self._by_name[deed.village]
        if deed.by == BOT:
            self._windows(village, deed)
            looks = {Act.OPEN: self._opened, Act.PUSH_OVER: self._pushed_over, Act.DELETE_BRANCH: self._deleted,
                     Act.MERGE: self._merged, Act.REOPEN: self._reopened, Act.CLOSE: self._closed_as_told}  # fmt: skip
            looks.get(deed.act, lambda village, deed: None)(village, deed)
        else:
            self._by_people(village, deed)

    def _check(self, kept: object, promise: str, deed: Deed, words: str = "") -> None:
        self._count(kept, promise, deed.village, deed.branch, f"{words or 'not so'}, by: {deed}")

    # what people did

    def _by_people(self, village: Village, deed: Deed) -> None:
        bid = village.bids.get(deed.branch)
        if bid is None:
            return
        if deed.act is Act.CLOSE:
            self.refused |= {(village.name, token): None for token in bid.tokens}
        elif deed.act is Act.REOPEN:
            if village.told[deed.number].is_over:
                self.late.add((village.name, deed.number))  # debtd has done with it
            else:
                self.refused = {k: v for k, v in self.refused.items() if k not in _of(village, bid.tokens)}
        elif deed.act is Act.SAY and deed.words == "/debtd rebase" and deed.by == WRITER:
            if village.told[deed.number].is_theirs:
                self._handed_back.add((village.name, deed.branch))  # they were told before what that means
        elif deed.act is Act.SAY and deed.by == WRITER and (found := _NO.match(deed.words)):
            days = timedelta(days=int(found[1])) if found[1] else None
            self._words.setdefault((village.name, deed.branch), (deed.at, days))
        elif deed.act is Act.REVERT:
            self.reverted |= _of(village, bid.tokens)

    # what debtd did

    def _windows(self, village: Village, deed: Deed) -> None:
        if deed.act in _WINDOWS:
            kind, promise = _WINDOWS[deed.act]
            self._check(is_open(village.charter.hours, kind, deed.at), promise, deed)

    def _opened(self, village: Village, deed: Deed) -> None:
        pull = next(pull for pull in village.pulls if pull.number == deed.number)
        found = _KEY.search(pull.body)
        key = found[1] if found else ""
        twins = [one for one in village.own() if one.head == pull.head]
        self._check(key not in self._keys and len(twins) == 1, "one branch and one pull request for each key", deed)
        self._keys[key] = pull.head
        tokens = village.bids[pull.head].tokens
        others = {
            token
            for one in village.own(ForgeState.OPEN)
            if one is not pull and (village.name, one.number) not in self.late
            for token in village.bids[one.head].tokens
        }
        self._check(not others & tokens, "no piece of debt in two open pull requests", deed)
        for token in tokens:
            until = self.refused.get((village.name, token), deed.at)
            self._check(until is not None and until <= deed.at, "nothing refused comes back", deed, token)

    def _pushed_over(self, village: Village, deed: Deed) -> None:
        ours = deed.before in village.ours[deed.branch] and deed.before != ""
        handed_back = (village.name, deed.branch) in self._handed_back
        self._check(ours or handed_back, "a branch with somebody's commit is not written", deed)
        self._handed_back.discard((village.name, deed.branch))
        pull = next(pull for pull in village.own() if pull.number == deed.number)
        self._check(pull.state is ForgeState.OPEN, "what is over is left alone", deed)
        on_base = village.parents[deed.after][0] in village.history(village.branches["main"])
        self._check(on_base, "one commit on the base", deed)

    def _deleted(self, village: Village, deed: Deed) -> None:
        self._check(deed.before in village.ours[deed.branch], "a branch with somebody's commit is not written", deed)

    def _merged(self, village: Village, deed: Deed) -> None:
        pull = next(pull for pull in village.own() if pull.number == deed.number)
        bid, policy = village.bids[deed.branch], village.charter.policy
        self._check(policy.auto_merge, "merged by debtd only where that is wanted", deed)
        again = _of(village, bid.tokens) & self.reverted or (village.name, bid.rule_id) in self.reverted_rules
        self._check(not again, "nothing reverted is merged by debtd", deed)
        moved = [d for d in self._country.chronicle.deeds[self.pass_began : -1] if d.branch == deed.branch]
        moved = [d for d in moved if d.act in {Act.PUSH_NEW, Act.PUSH_OVER, Act.OPEN} and d.village == deed.village]
        self._check(not moved, "what moved in a run is not merged in it", deed)
        approved = pull.review is ReviewState.APPROVED
        liked = approved or (policy.merge_unapproved and pull.review is ReviewState.NONE)
        is_ours = pull.commit in village.ours[pull.head] and pull.base == "main"
        green = pull.checks is ChecksState.GREEN and not pull.draft
        self._check(liked and is_ours and green, "only what is green and ready is merged by debtd", deed)

    def _reopened(self, village: Village, deed: Deed) -> None:
        self._check(False, "a closed one is never reopened by debtd", deed)

    def _closed_as_told(self, village: Village, deed: Deed) -> None:
        """A word that ended it is a no to what it would have paid."""
        said = self._words.pop((village.name, deed.branch), None)
        if said is not None:
            at, days = said
            until = None if days is None else at + days
            self.refused |= {(village.name, token): until for token in village.bids[deed.branch].tokens}


def _of(village: Village, tokens: frozenset[str]) -> set[tuple[str, str]]:
    return {(village.name, token) for token in tokens}
