"""The checks can fail: every promise is broken on purpose, by a spoilt room, budget or decision, and found broken."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from debtd.model.acceptance import RuleStanding, Standing
from debtd.model.budget import BudgetKind, Budgets
from debtd.model.forge import ForgePullRequest, ForgeState
from debtd.model.pull_request import PullRequest, PullRequestOutcome
from debtd.model.window import WindowKind
from debtd.pipeline.visit import Visit
from tests.simulation.charter import HOURS
from tests.simulation.chronicle import BOT, Act
from tests.simulation.country import Country, Trouble
from tests.simulation.invariants.broken import Broken
from tests.simulation.simulation import Simulation
from tests.simulation.village import Village
from tests.support.town import Pull

ALWAYS = HOURS[4].schedule


class Spoilt:
    """A room, some of whose methods are replaced."""

    def __init__(self, room: object, **methods: Callable[..., Any]) -> None:
        self._room, self._methods = room, methods

    def __getattr__(self, name: str) -> Any:
        return self._methods.get(name) or getattr(self._room, name)


def spoilt(which: str, **methods: Callable[..., Any]) -> Callable[[Any, str], Any]:
    """Puts other methods in the place of a room's; each is given the room first."""

    def spoil(room: Any, name: str) -> Any:
        if name != which:
            return room
        return Spoilt(room, **{k: lambda *a, _m=method, **o: _m(room, *a, **o) for k, method in methods.items()})

    return spoil


def breaks(folder: Path, *, size: int = 8, days: int = 25, seed: int = 1, **country: Any) -> str:
    """The promise that is found broken first."""
    simulation = Simulation(Country(folder, seed, size, **country), days)
    try:
        simulation.run()
    except Broken as broken:
        return broken.promise
    finally:
        simulation.close()
    return ""


# windows and budgets


@pytest.mark.parametrize(
    ("kind", "promise"),
    [(WindowKind.PUBLISH, "published in its window only"), (WindowKind.MAINTAIN, "maintained in its window only")],
)
def test_windows(kind: WindowKind, promise: str, tmp_path: Path) -> None:
    def spoil(visit: Visit) -> Visit:
        assert visit.permit.schedule is not None
        windows = {**visit.permit.schedule.windows, kind: ALWAYS[kind]}
        schedule = replace(visit.permit.schedule, windows=windows)
        return replace(visit, permit=replace(visit.permit, schedule=schedule))

    assert breaks(tmp_path, spoil_visit=spoil) == promise


@pytest.mark.parametrize("kind", BudgetKind)
def test_budgets(kind: BudgetKind, tmp_path: Path) -> None:
    """Only this one is kept to by the checks and not by debtd."""

    def spoil(visit: Visit) -> Visit:
        policy = replace(visit.order.policy, budgets=Budgets(), draft=False)
        return replace(visit, order=replace(visit.order, policy=policy))

    country = Country(tmp_path, 1, 8, spoil_visit=spoil)
    country.sizes = {one: 2 if one is kind else 10_000 for one in BudgetKind}
    for one in country.neighbourhoods:
        one.village.charter = replace(one.village.charter, own_size=None)
    simulation = Simulation(country, 25)
    with pytest.raises(Broken) as broken:
        simulation.run()
    simulation.close()
    assert broken.value.promise == f"budget: {kind}"


# what a spoilt forge or store makes debtd do


def _twice(forge: Any, pull_request: PullRequest, *, draft: bool = False) -> PullRequest:
    made: PullRequest = forge.ensure_pull_request(pull_request, draft=draft)
    first = forge.town.pulls[-1]
    second = Pull(forge.town.next_number(), first.head, first.base, first.title, first.body, draft, first.commit)
    forge.town.pulls.append(second)
    forge.town.note(Act.OPEN, BOT, second)
    return made


def _reopening(forge: Any, pull_request: PullRequest) -> ForgePullRequest | None:
    for pull in forge.town.own(ForgeState.CLOSED):
        forge.town.reopen(pull, BOT)
    seen: ForgePullRequest | None = forge.read_pull_request(pull_request)
    return seen


def _blind(forge: Any, pull_request: PullRequest) -> ForgePullRequest | None:
    seen: ForgePullRequest | None = forge.read_pull_request(pull_request)
    return seen and replace(seen, state=ForgeState.OPEN, commit=pull_request.commit)


def _flattering(store: Any, pull_request: PullRequest) -> None:
    refused = pull_request.outcome is PullRequestOutcome.REFUSED
    store.save_pull_request(replace(pull_request, outcome=PullRequestOutcome.MERGED) if refused else pull_request)


def _unfair(store: Any, pull_request: PullRequest) -> None:
    store.save_pull_request(pull_request)
    if pull_request.outcome is not None:
        store.save_standing(RuleStanding(
            rule_id=pull_request.rule_id, repository_id="", standing=Standing.DRAFT, author="debtd", reason="so",
            since=pull_request.ended_at or pull_request.published_at or START,
        ))  # fmt: skip


START = datetime(2026, 10, 5, tzinfo=UTC)

SPOILT = {
    "one branch and one pull request for each key": spoilt("forge", ensure_pull_request=_twice),
    "a closed one is never reopened by debtd": spoilt("forge", read_pull_request=_reopening),
    "nothing refused comes back": spoilt("store", suppressions=lambda store, *a: ()),
    "the store says what the forge has": spoilt("forge", read_pull_request=_blind),
    "whatever waits says for what": spoilt("store", hold_tasks=lambda store, reasons: None),
    "no debt is forgotten": spoilt("store", plan_tasks=lambda store, tasks: store.plan_tasks(tasks[1:])),
    "outcomes are what people made of it": spoilt("store", save_pull_request=_flattering),
    "a rule falls by the bound only, and never rises by itself": spoilt("store", save_pull_request=_unfair),
}


@pytest.mark.parametrize("promise", SPOILT)
def test_rooms(promise: str, tmp_path: Path) -> None:
    assert breaks(tmp_path, spoil=SPOILT[promise]) == promise


# what spoilt decisions make debtd do


def test_decisions_about_what_people_took_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("debtd.pipeline.reconcile.attend.hands_off", lambda case, seen: None)
    assert breaks(tmp_path) == "debtd knows what people took over"


def test_decisions_about_rules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("debtd.pipeline.reconcile.rounds.learn", lambda *arguments: None)
    assert breaks(tmp_path, days=40) == "a rule that is not welcome falls"


def test_decisions_about_the_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The youngest goes first, and nothing is kept for whoever waited long."""
    monkeypatch.setattr("tests.simulation.invariants.waiting.OVERTAKING", timedelta(days=2))
    monkeypatch.setattr(
        "debtd.model.admission.ranked", lambda them, now: sorted(them, key=lambda one: one.waiting_since, reverse=True)
    )
    assert breaks(tmp_path) == "nothing starves"


# what debtd never does by itself, done in its name


@pytest.fixture
def simulation(tmp_path: Path) -> Iterator[Simulation]:
    """After some days in which nothing went wrong."""
    simulation = Simulation(Country(tmp_path, 1, 8), 6)
    simulation.run()
    yield simulation
    simulation.close()


def found(simulation: Simulation, fits: Callable[[Village, Pull], bool]) -> tuple[Village, Pull]:
    return next(
        (one.village, pull)
        for one in simulation.country.neighbourhoods
        for pull in one.village.own(ForgeState.OPEN)
        if pull.head in one.village.branches and not one.village.is_conflicted(pull) and fits(one.village, pull)
    )


def at_noon(simulation: Simulation) -> None:
    """A Sunday."""
    now = simulation.country.clock.now()
    simulation.country.clock.at = now.replace(hour=12) + timedelta(days=6 - now.weekday())


def test_a_merge_outside_the_window(simulation: Simulation) -> None:
    at_noon(simulation)
    village, pull = found(simulation, lambda village, pull: village.charter.hours in HOURS[:4])
    with pytest.raises(Broken, match="merged by debtd in its window only"):
        village.merge(pull, BOT)


def test_a_merge_of_what_was_reverted(simulation: Simulation) -> None:
    at_noon(simulation)
    village, pull = found(simulation, lambda village, pull: True)
    village.charter = replace(village.charter, hours=HOURS[4], policy=replace(village.charter.policy, auto_merge=True))
    simulation.deeds.reverted |= {(village.name, token) for token in village.bids[pull.head].tokens}
    with pytest.raises(Broken, match="nothing reverted is merged by debtd"):
        village.merge(pull, BOT)


def test_a_merge_where_nobody_wants_it(simulation: Simulation) -> None:
    village, pull = found(simulation, lambda village, pull: True)
    policy = replace(village.charter.policy, auto_merge=False)
    village.charter = replace(village.charter, hours=HOURS[4], policy=policy)
    with pytest.raises(Broken, match="merged by debtd only where that is wanted"):
        village.merge(pull, BOT)


def test_a_push_over_somebodys_commit(simulation: Simulation) -> None:
    village, pull = found(simulation, lambda village, pull: True)
    village.charter = replace(village.charter, hours=HOURS[4])
    ours = pull.commit
    theirs = village.push(pull.head, {"api/more.py": b"x\n"})
    workspaces = next(o.workspaces for o in simulation.country.neighbourhoods if o.village is village)
    with pytest.raises(Broken, match="a branch with somebody's commit is not written"):
        workspaces.replace_branch(village.repository, pull.head, theirs, ours, "")


def test_a_branch_with_somebodys_commit_that_is_deleted(simulation: Simulation) -> None:
    village, pull = found(simulation, lambda village, pull: True)
    theirs = village.push(pull.head, {"api/more.py": b"x\n"})
    with pytest.raises(Broken, match="a branch with somebody's commit is not written"):
        village.note(Act.DELETE_BRANCH, BOT, branch=pull.head, before=theirs)


def test_the_story_of_what_was_broken_is_told(simulation: Simulation) -> None:
    from tests.simulation.story import story_of

    village, pull = found(simulation, lambda village, pull: True)
    with pytest.raises(Broken) as broken:
        village.reopen(pull, BOT)
    story = story_of(broken.value, simulation)
    assert "debtd-bot pushed the new branch" in story
    assert "task.accepted" in story


def test_a_killed_pass_is_none(tmp_path: Path) -> None:
    country = Country(tmp_path, 1, 3)
    assert country.run_pass(Trouble(killed_at=40)) is None
    assert country.run_pass(Trouble()) is not None
    country.close()
