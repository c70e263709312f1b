"""Several nights over several repositories, with people who merge, park and commit: what must hold after every pass."""

import os
import random
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from debtd.model.budget import BudgetKind, used
from debtd.model.policy import Policy
from debtd.model.pull_request import HandsOff, PullRequestState
from debtd.model.task import TaskState
from debtd.model.window import WindowKind
from debtd.pipeline.admit import budget_state
from debtd.pipeline.nightly import Night
from debtd.pipeline.waiting import held_tasks
from tests.support.night_bench import EVENING, NIGHTS, Bench, night_bench, schedule, sizes

DEPTH = int(os.environ.get("DEBTD_TEST_DEPTH", "1"))
WORDS = tuple(f"word{letter}" for letter in "abcdef")
WINDOWS = {
    "shop": schedule(publish=NIGHTS),
    "till": schedule(scan="20:00-23:30", generate="20:00-02:00", publish="01:00-05:00"),
    "desk": schedule(publish="00:00-24:00", generate=NIGHTS),
}
POLICY = Policy(budgets=sizes(open=7, open_in_repository=3, per_night=4, per_hour=3))


def people(bench: Bench, chance: random.Random, code: dict[str, dict[str, bytes]]) -> None:
    """Merge some of what is open, take over some, and commit something of their own."""
    for one in bench.store.pull_requests(states=(PullRequestState.OPEN,)):
        name = next(name for name in WINDOWS if bench.repository(name).id == one.repository_id)
        what = chance.random()
        if what < 0.3:
            bench.store.save_pull_request(replace(one, state=PullRequestState.MERGED))
            code[name].pop(f"{one.rule_id.removeprefix('word-')}.py", None)
        elif what < 0.4:
            bench.store.save_pull_request(replace(one, hands_off=HandsOff.TARGET))
    for name, files in code.items():
        if chance.random() < 0.5:
            files[f"more{chance.randrange(3)}.py"] = f"{chance.choice(WORDS)}\n".encode() * chance.randint(1, 3)
        bench.commit(name, files)


def check(bench: Bench, night: Night, published_before: set[str]) -> None:
    """Budgets hold; nothing was published outside its window; whatever is proven and not published says why."""
    now, recorded = bench.clock.now(), bench.store.pull_requests()
    held = used(budget_state(recorded, now - timedelta(hours=24), now), now)
    for pot, amount in held.items():
        size = POLICY.budgets.size(pot)
        if pot.kind is not BudgetKind.PER_NIGHT:
            assert size is None or amount <= size, (pot, amount)
    for one in recorded:
        if one.key not in published_before:
            name = next(name for name in WINDOWS if bench.repository(name).id == one.repository_id)
            assert one.published_at is not None
            assert WINDOWS[name][WindowKind.PUBLISH].is_open(one.published_at)
    assert sum(len(one.outcome.published) for one in night.repositories if one.outcome) <= 3
    for name in WINDOWS:
        for waiting in held_tasks(bench.store, bench.repository(name).id):
            assert waiting.reason.startswith("waits for "), waiting
    assert not bench.store.pull_requests(states=(PullRequestState.PENDING,))


@pytest.mark.parametrize("seed", range(DEPTH))
def test_what_holds_after_every_pass(seed: int, tmp_path: Path) -> None:
    chance = random.Random(seed)  # noqa: S311
    with night_bench(tmp_path, WORDS, at=EVENING - timedelta(hours=2)) as bench:
        code = {name: {f"{word}.py": f"{word}\n".encode() for word in WORDS} for name in WINDOWS}
        published: set[str] = set()
        for _ in range(9):
            people(bench, chance, code)
            bench.crowd.opens_takes = timedelta(minutes=chance.choice([0, 1, 40]))
            visits = [bench.visit(name, POLICY, windows) for name, windows in WINDOWS.items()]
            night = bench.night(*visits)
            assert not [fault for one in night.repositories for fault in one.all_faults]
            check(bench, night, published)
            published = {one.key for one in bench.store.pull_requests()}
            bench.clock.advance(hours=chance.choice([2, 3, 5]))
        assert len(published) > 4, "the line moves"
        kinds = bench.store.tasks(bench.repository("shop").id, (TaskState.PLANNED, TaskState.PATCHED))
        assert kinds == ()
