"""Budgets are never exceeded, nothing starves, and whatever waits says for what."""

import os
import random
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from debtd.model.admission import PATIENCE, Admission, WaitReason, admit
from debtd.model.budget import (
    BudgetKind,
    Budgets,
    BudgetState,
    OpenOne,
    Pot,
    pots_of,
    publishing,
    used,
)
from debtd.model.finding import Severity
from debtd.model.pull_request import Attention
from debtd.model.ranking import LEAST, MOST, Candidate, longest_overtaking, ranked, worth
from tests.support.samples import NOW

DEPTH = int(os.environ.get("DEBTD_TEST_DEPTH", "1"))
REPOSITORIES, TEAMS, GROUPS = ("shop", "till"), ("web", "data"), ("", "django")


def candidate(key: str, **values: object) -> Candidate:
    given = Candidate(
        key=key, repository_id="shop", waiting_since=NOW, severity=Severity.MEDIUM, effort_minutes=10, lines=20
    )
    return replace(given, **values)  # type: ignore[arg-type]


def opened(key: str, **values: object) -> OpenOne:
    return replace(OpenOne(key=key, repository_id="shop", lines=20), **values)  # type: ignore[arg-type]


def state(*ones: OpenOne, published: tuple[datetime, ...] = ()) -> BudgetState:
    return BudgetState(opened=ones, published_at=published, night_began_at=NOW - timedelta(hours=3))


def budgets(**sizes: int) -> Budgets:
    return Budgets(sizes={BudgetKind[name.upper()]: size for name, size in sizes.items()})


ranges = st.integers(0, 8)
candidates = st.lists(
    st.builds(
        candidate,
        st.integers(0, 15).map(str),
        repository_id=st.sampled_from(REPOSITORIES),
        waiting_since=st.integers(-5, 60).map(lambda days: NOW - timedelta(days=days)),
        severity=st.sampled_from(Severity),
        effort_minutes=st.integers(-5, 10_000),
        lines=st.integers(0, 120),
        churn=st.integers(-5, 10_000),
        acceptance=st.floats(),
        deadline=st.none() | st.dates(),
        teams=st.sampled_from([(), ("web",), ("data",), TEAMS]),
        group=st.sampled_from(GROUPS),
    ),
    max_size=20,
)
states = st.builds(
    lambda ones, published: state(*{one.key: one for one in ones}.values(), published=tuple(published)),
    st.lists(
        st.builds(
            opened,
            st.integers(10, 40).map(str),
            repository_id=st.sampled_from(REPOSITORIES),
            lines=st.integers(0, 120),
            attention=st.sampled_from(Attention),
            teams=st.sampled_from([(), ("web",), TEAMS]),
            group=st.sampled_from(GROUPS),
        ),
        max_size=12,
    ),
    st.lists(st.integers(0, 300).map(lambda minutes: NOW - timedelta(minutes=minutes)), max_size=8),
)
some_budgets = st.builds(
    lambda sizes, lines, single: Budgets(sizes=sizes | lines, of_single=single),
    st.dictionaries(st.sampled_from([kind for kind in BudgetKind if "LINES" not in kind.name]), ranges),
    st.dictionaries(st.sampled_from([BudgetKind.LINES_IN_REPOSITORY, BudgetKind.LINES_OF_TEAM]), st.integers(0, 300)),
    st.dictionaries(st.sampled_from([Pot(BudgetKind.OPEN_OF_TEAM, "web"), Pot(BudgetKind.OPEN)]), ranges),
)


def after(admission: Admission, before: BudgetState) -> BudgetState:
    """The state when all that was admitted has been published."""
    new = tuple(
        OpenOne(key=c.key, repository_id=c.repository_id, lines=c.lines, teams=c.teams, group=c.group)
        for c in admission.admitted
    )
    times = (*before.published_at, *(NOW for _ in new))
    return replace(before, opened=(*before.opened, *new), published_at=times)


@settings(max_examples=150 * DEPTH)
@given(candidates, states, some_budgets)
def test_no_budget_is_exceeded(several: list[Candidate], before: BudgetState, limits: Budgets) -> None:
    held, holds = used(before, NOW), used(after(admit(several, before, limits, NOW), before), NOW)
    for pot, amount in holds.items():
        size = limits.size(pot)
        assert size is None or amount <= size or amount == held[pot]  # what people overdrew, nobody fills further


@settings(max_examples=150 * DEPTH)
@given(candidates, states, some_budgets)
def test_each_candidate_is_admitted_or_told_why_not(
    several: list[Candidate], before: BudgetState, limits: Budgets
) -> None:
    admission = admit(several, before, limits, NOW)
    keys = [one.key for one in admission.admitted] + [wait.candidate.key for wait in admission.waiting]
    assert sorted(keys) == sorted({one.key for one in several})
    holds = used(after(admission, before), NOW)
    for wait in admission.waiting:
        assert wait.sentence
        if wait.reason is WaitReason.ALREADY_OPEN:
            assert wait.candidate.key in {one.key for one in before.opened}
            continue
        assert wait.pot is not None
        size, amount = limits.size(wait.pot), publishing(wait.candidate)[wait.pot]
        if wait.reason is WaitReason.BEHIND:
            continue
        assert size is not None
        assert amount + (0 if wait.reason is WaitReason.TOO_LARGE else holds[wait.pot]) > size


@settings(max_examples=80 * DEPTH)
@given(candidates, states, some_budgets, st.randoms(use_true_random=False))
def test_the_order_in_which_they_are_given_changes_nothing(
    several: list[Candidate], before: BudgetState, limits: Budgets, chance: random.Random
) -> None:
    unique = list({one.key: one for one in several}.values())
    shuffled = chance.sample(unique, len(unique))
    mixed = replace(before, opened=chance.sample(list(before.opened), len(before.opened)))
    assert admit(shuffled, mixed, limits, NOW) == admit(unique, before, limits, NOW)


@settings(max_examples=100 * DEPTH)
@given(candidates)
def test_worth_is_bounded_so_that_waiting_wins(several: list[Candidate]) -> None:
    for one in several:
        assert LEAST <= worth(one, NOW.date()) <= MOST
    eldest = candidate("eldest", waiting_since=NOW - timedelta(days=100) - longest_overtaking(), severity=Severity.LOW)
    assert ranked([*several, replace(eldest, effort_minutes=0, acceptance=0.0)], NOW)[0].key == "eldest"


@pytest.mark.parametrize("large_lines", [60, 150, 200])
@pytest.mark.parametrize("seed", range(3))
def test_nothing_starves_while_better_ones_come_faster_than_people_review(seed: int, large_lines: int) -> None:
    """Every night two small ones of the highest worth arrive, and people merge one: the queue grows for ever. A dull
    and a large one go all the same, before anything that came so much later that it must not pass them."""
    chance = random.Random(seed)  # noqa: S311  (a script, not a secret)
    limits = budgets(open=4, lines_in_repository=200, per_night=2)
    poor = {"severity": Severity.LOW, "effort_minutes": 0, "acceptance": 0.0}
    waiting = {"dull": candidate("dull", **poor), "large": candidate("large", lines=large_lines, **poor)}
    best = candidate("", severity=Severity.HIGH, effort_minutes=10**6, churn=10**6, acceptance=1.0, lines=50)
    open_ones: list[OpenOne] = []
    night = 0
    while {"dull", "large"} & waiting.keys():
        assert night < 250
        now = NOW + timedelta(days=night)
        for key in (f"{night}-a", f"{night}-b"):
            waiting[key] = replace(best, key=key, waiting_since=now, deadline=now.date())
        before = BudgetState(opened=tuple(open_ones), night_began_at=now)
        for one in admit(waiting.values(), before, limits, now).admitted:
            assert one.waiting_since <= NOW + longest_overtaking()
            open_ones.append(OpenOne(key=one.key, repository_id=one.repository_id, lines=one.lines))
            del waiting[one.key]
        open_ones.pop(chance.randrange(len(open_ones)))
        night += 1


@pytest.mark.parametrize("attention", [one for one in Attention if one is not Attention.PEOPLE])
def test_what_waits_for_nobody_gives_its_slot_back(attention: Attention) -> None:
    limits = budgets(open=2, open_in_repository=2, open_of_team=2, lines_in_repository=60)
    waits = opened("1", teams=("web",))
    full = state(waits, replace(waits, key="2"))
    assert admit([candidate("x", teams=("web",))], full, limits, NOW).admitted == ()
    freed = state(waits, replace(waits, key="2", attention=attention))
    assert [one.key for one in admit([candidate("x", teams=("web",))], freed, limits, NOW).admitted] == ["x"]


def test_a_full_team_does_not_hold_up_another() -> None:
    limits = budgets(open_of_team=1)
    admission = admit(
        [candidate("a", teams=("web",), severity=Severity.HIGH), candidate("b", teams=("data",))],
        state(opened("1", teams=("web",))),
        limits,
        NOW,
    )
    assert [one.key for one in admission.admitted] == ["b"]
    assert admission.waiting[0].sentence == "1 open pull requests of the team web, and the budget is 1"


def test_a_shared_change_needs_room_at_every_owner() -> None:
    admission = admit([candidate("a", teams=TEAMS)], state(opened("1", teams=("data",))), budgets(open_of_team=1), NOW)
    assert admission.waiting[0].pot == Pot(BudgetKind.OPEN_OF_TEAM, "data")


def test_what_never_fits_is_told_apart_from_what_waits() -> None:
    admission = admit([candidate("a", lines=301)], state(), budgets(lines_in_repository=300), NOW)
    (wait,) = admission.waiting
    assert wait.reason is WaitReason.TOO_LARGE
    assert wait.sentence == "it takes 301 of the lines to review in the repository, and the whole budget is 300"


def test_smaller_ones_pass_a_large_one_until_its_patience_is_over() -> None:
    limits, before = budgets(lines_in_repository=100), state(opened("1", lines=60))
    small = candidate("small", lines=30)
    young = candidate("large", lines=80, severity=Severity.HIGH, waiting_since=NOW - PATIENCE + timedelta(hours=1))
    assert [one.key for one in admit([young, small], before, limits, NOW).admitted] == ["small"]
    admission = admit([replace(young, waiting_since=NOW - PATIENCE), small], before, limits, NOW)
    assert admission.admitted == ()
    assert (
        admission.waiting[1].sentence
        == "the lines to review in the repository are kept for large, which has waited longer"
    )
    elsewhere = replace(small, repository_id="till")
    assert admit([replace(young, waiting_since=NOW - PATIENCE), elsewhere], before, limits, NOW).admitted == (
        elsewhere,
    )


def test_an_hour_is_sixty_minutes_and_says_when_it_is_over() -> None:
    limits = budgets(per_hour=2, per_night=9)
    times = (NOW - timedelta(minutes=59), NOW - timedelta(minutes=20))
    (wait,) = admit([candidate("a")], state(published=times), limits, NOW).waiting
    assert wait.look_again_at == NOW + timedelta(minutes=1)
    assert wait.sentence == "2 published within an hour, and the budget is 2"
    assert admit([candidate("a")], state(published=times), limits, NOW + timedelta(minutes=1)).waiting == ()


def test_yesterdays_publications_do_not_count_tonight() -> None:
    limits, last_night = budgets(per_night=1), NOW - timedelta(hours=4)
    assert admit([candidate("a")], state(published=(last_night,)), limits, NOW).waiting == ()
    assert admit([candidate("a")], state(published=(NOW - timedelta(hours=2),)), limits, NOW).admitted == ()


def test_what_is_open_is_not_opened_again() -> None:
    (wait,) = admit([candidate("1")], state(opened("1", attention=Attention.DRAFT)), Budgets(), NOW).waiting
    assert wait.reason is WaitReason.ALREADY_OPEN


def test_zero_lets_nothing_through_and_less_is_no_budget() -> None:
    assert admit([candidate("a")], state(), budgets(open=0), NOW).admitted == ()
    with pytest.raises(ValueError, match="write 0 for nothing"):
        budgets(open=-1)


@pytest.mark.parametrize(
    ("better", "worse"),
    [
        ({"severity": Severity.HIGH}, {"severity": Severity.MEDIUM}),
        ({"effort_minutes": 60}, {"effort_minutes": 5}),
        ({"churn": 30}, {"churn": 2}),
        ({"deadline": date(2026, 5, 1)}, {"deadline": date(2026, 12, 1)}),
        ({"deadline": date(2026, 12, 1)}, {"deadline": None}),
        ({"deadline": date(2020, 1, 1)}, {"deadline": date(2026, 5, 1)}),
        ({"acceptance": 0.9}, {"acceptance": 0.4}),
        ({"waiting_since": NOW - timedelta(days=3)}, {"waiting_since": NOW}),
    ],
    ids=" ".join,
)
def test_what_goes_first(better: dict[str, object], worse: dict[str, object]) -> None:
    order = ranked([candidate("a", **worse), candidate("b", **better)], NOW)
    assert [one.key for one in order] == ["b", "a"]


def test_an_open_one_and_its_candidate_take_the_same() -> None:
    assert pots_of(opened("1", teams=("web",), group="g")) == pots_of(candidate("1", teams=("web",), group="g"))


def test_those_admitted_together_share_the_room() -> None:
    admission = admit([candidate("a"), candidate("b"), candidate("c")], state(), budgets(open_in_repository=2), NOW)
    assert [one.key for one in admission.admitted] == ["a", "b"]
    assert [wait.reason for wait in admission.waiting] == [WaitReason.FULL]
