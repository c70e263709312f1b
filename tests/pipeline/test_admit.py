"""Who goes when: budgets over all repositories, the best first, and a sentence for whoever waits."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from debtd.model.acceptance import RuleStanding, Standing
from debtd.model.coverage import SkipReason
from debtd.model.errors import RepoUnusable, Retryable
from debtd.model.forge import CiLoad
from debtd.model.policy import Policy
from debtd.model.pull_request import Attention, HandsOff, PullRequestState
from debtd.model.suppression import Suppression, SuppressionKind
from debtd.model.task import TaskState
from debtd.model.valve import LoadLimits
from debtd.model.window import WindowKind
from debtd.pipeline.waiting import held_tasks
from tests.support.night_bench import EVENING, NIGHTS, Bench, night_bench, schedule, sizes, waits

WORDS = ("alpha", "beta", "gamma", "delta")
CODE = {f"{word}.py": f"{word}\n".encode() for word in WORDS}


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    with night_bench(tmp_path, WORDS) as made:
        yield made


def test_without_limits_everything_is_published_the_most_severe_first(bench: Bench) -> None:
    bench.commit("shop", CODE)
    outcome = bench.run("shop")
    assert waits(outcome) == []
    assert bench.opened()[:2] == ["word-alpha", "word-beta"]
    assert {one.published_at for one in outcome.published} == {EVENING}


def test_what_does_not_fit_waits_and_says_for_what_until_there_is_room(bench: Bench) -> None:
    bench.commit("shop", CODE)
    policy = Policy(budgets=sizes(open_in_repository=2))
    assert waits(bench.run("shop", policy)) == 2 * ["room: 2 open pull requests in the repository, and the budget is 2"]
    assert bench.opened() == ["word-alpha", "word-beta"]
    held = held_tasks(bench.store, bench.repository("shop").id)
    assert {one.reason for one in held} == {
        "waits for room: 2 open pull requests in the repository, and the budget is 2"
    }
    first, second = bench.store.pull_requests()
    bench.store.save_pull_request(replace(first, state=PullRequestState.MERGED))
    bench.commit("shop", {path: data for path, data in CODE.items() if path != "alpha.py"})
    bench.store.save_pull_request(replace(second, attention=Attention.PARKED, hands_off=HandsOff.TARGET))
    assert len(bench.run("shop", policy).published) == 2
    assert held_tasks(bench.store, bench.repository("shop").id) == ()


def test_the_best_of_all_repositories_goes_first(bench: Bench) -> None:
    for name, word in (("shop", "gamma"), ("till", "alpha"), ("desk", "beta")):
        bench.commit(name, {"a.py": f"{word}\n".encode()})
    policy = Policy(budgets=sizes(per_night=2))
    bench.night(*(bench.visit(name, policy) for name in ("shop", "till", "desk")))
    assert bench.opened() == ["word-alpha", "word-beta"]
    bench.clock.advance(hours=1)
    night = bench.night(*(bench.visit(name, policy) for name in ("shop", "till", "desk")))
    assert bench.opened() == ["word-alpha", "word-beta"], "it is still the same night"
    assert {words for one in night.repositories if one.outcome for words in waits(one.outcome)} == {
        "room: 2 published this night, and the budget is 2"
    }
    bench.clock.advance(hours=24)
    bench.night(*(bench.visit(name, policy) for name in ("shop", "till", "desk")))
    assert bench.opened() == ["word-alpha", "word-beta", "word-gamma"]


def test_what_was_recorded_by_a_killed_run_takes_its_place_and_goes_first(bench: Bench) -> None:
    shop = bench.commit("shop", CODE)
    bench.crowd.opening_raises[shop.id] = Retryable("the forge does not answer")
    policy = Policy(budgets=sizes(open_in_repository=1))
    assert [str(fault) for fault in bench.run("shop", policy).faults] == ["the forge does not answer"]
    (pending,) = bench.store.pull_requests(states=(PullRequestState.PENDING,))
    bench.crowd.opening_raises.clear()
    outcome = bench.run("shop", policy)
    assert [one.key for one in outcome.published] == [pending.key]
    assert len(waits(outcome)) == 3


def test_a_fault_of_one_repository_stops_no_other_and_is_said_to_who_waits(bench: Bench) -> None:
    shop = bench.commit("shop", CODE)
    bench.commit("till", {"a.py": b"gamma\n"})
    bench.crowd.opening_raises[shop.id] = RepoUnusable("it is archived")
    night = bench.night(bench.visit("shop"), bench.visit("till"))
    assert bench.opened() == ["word-gamma"]
    assert set(waits(night.repositories[0].outcome)) == {"another try: it is archived"}
    assert len(bench.store.pull_requests(states=(PullRequestState.PENDING,))) == 2, "two tries, then no more"
    assert len(waits(night.repositories[0].outcome)) == 4


def test_a_closed_window_holds_what_is_proven(bench: Bench) -> None:
    bench.commit("shop", CODE)
    bench.clock.at = EVENING - timedelta(hours=8)
    outcome = bench.run("shop", windows=schedule(publish=NIGHTS))
    assert set(waits(outcome)) == {"the publish window: it opens on Mon 2026-11-23 at 22:00 UTC"}
    assert (bench.opened(), len(outcome.judged)) == ([], 4)
    bench.clock.at = EVENING
    assert len(bench.run("shop", windows=schedule(publish=NIGHTS)).published) == 4


def test_a_window_that_closes_in_the_middle_stops_publishing_and_nothing_is_lost(bench: Bench) -> None:
    bench.commit("shop", CODE)
    bench.clock.at = EVENING.replace(hour=5) + timedelta(days=1, minutes=59)
    bench.crowd.opens_takes = timedelta(seconds=40)
    outcome = bench.run("shop", windows=schedule(publish=NIGHTS))
    assert [len(outcome.published), len(waits(outcome))] == [2, 2]
    assert len(bench.store.pull_requests()) == 2, "nothing was recorded that may not be pushed"
    bench.clock.at = EVENING + timedelta(days=1)
    assert len(bench.run("shop", windows=schedule(publish=NIGHTS)).published) == 2


def test_stages_wait_for_their_windows(bench: Bench) -> None:
    bench.commit("shop", CODE)
    closed = {"scan": "01:00-02:00", "generate": "02:00-03:00", "publish": "03:00-04:00"}
    first = bench.run("shop", windows=schedule(**closed))
    assert first.scanned.waits_for == "the scan window: it opens on Tue 2026-11-24 at 01:00 UTC"
    assert first.withheld == {WindowKind.GENERATE: "the generate window: it opens on Tue 2026-11-24 at 02:00 UTC"}
    assert (bench.store.findings(), bench.store.tasks(bench.repository("shop").id)) == ((), ())
    done = []
    for hour in (1, 2, 3):
        bench.clock.at = EVENING + timedelta(hours=2 + hour - 1, minutes=30)
        outcome = bench.run("shop", windows=schedule(**closed))
        done.append((outcome.scanned.record is not None, len(outcome.judged), len(outcome.published)))
    assert done == [(True, 0, 0), (False, 4, 0), (False, 0, 4)]
    assert set(bench.store.completed_stages(bench.repository("shop").id)) >= {
        WindowKind.SCAN, WindowKind.GENERATE, WindowKind.PUBLISH,
    }  # fmt: skip


def test_a_branch_that_moved_on_after_its_scan_is_published_only_where_it_did_not_change(bench: Bench) -> None:
    bench.commit("shop", CODE)
    bench.run("shop", windows=schedule(publish=""))
    bench.commit("shop", CODE | {"alpha.py": b"alpha\nmore\n", "new.py": b"beta\n"})
    outcome = bench.run("shop", windows=schedule(scan=""))
    assert sorted(one.rule_id for one in outcome.published) == ["word-beta", "word-delta", "word-gamma"]
    assert waits(outcome) == ["a new scan: a file that it changes, a rule or an engine is not what it was"]
    assert outcome.withheld == {WindowKind.GENERATE: "the scan window: it does not open within a year (set to never)"}


def test_the_valve_holds_pushes_and_opens_again_only_when_the_load_is_clearly_lower(bench: Bench) -> None:
    bench.commit("shop", CODE)
    policy = Policy(load=LoadLimits(queued_jobs=10))
    bench.crowd.load = CiLoad(queued=11, running=0, latencies_seconds=())
    assert set(waits(bench.run("shop", policy))) == {"calmer checks: jobs that wait: 11, more than 10"}
    bench.crowd.load = Retryable("no answer")
    assert set(waits(bench.run("shop", policy))) == {"calmer checks: the load of the checks is not known"}
    bench.crowd.load = CiLoad(queued=10, running=0, latencies_seconds=())
    assert len(bench.run("shop", policy).published) == 4


def test_the_load_is_measured_again_while_it_publishes(tmp_path: Path) -> None:
    words = [f"word{number}" for number in range(7)]
    with night_bench(tmp_path, words) as bench:
        bench.commit("shop", {f"{word}.py": f"{word}\n".encode() for word in words})
        bench.crowd.load = CiLoad(queued=0, running=0, latencies_seconds=(30.0, 50.0, 900.0))
        visit = bench.visit("shop", Policy(load=LoadLimits(check_seconds=60)))
        original = bench.rooms.forge.ensure_pull_request

        def opened_and_busy(*arguments, **named):
            bench.crowd.load = CiLoad(queued=0, running=3, latencies_seconds=(600.0,))
            return original(*arguments, **named)

        object.__setattr__(bench.rooms.forge, "ensure_pull_request", opened_and_busy)
        night = bench.night(visit)
        assert len(bench.opened()) == 5
        held = waits(night.repositories[0].outcome)
        assert sorted(held) == [  # once shut, it opens below four fifths of the limit
            "calmer checks: the time that checks take: 600 seconds, more than 48",
            "calmer checks: the time that checks take: 600 seconds, more than 60",
        ]


def test_a_rule_that_may_only_report_gets_no_pull_request_and_keeps_none_that_waits(bench: Bench) -> None:
    shop = bench.commit("shop", CODE)
    bench.run("shop", windows=schedule(publish=""))
    demoted = RuleStanding(
        rule_id="word-alpha", repository_id="", standing=Standing.REPORT_ONLY, since=EVENING, author="debtd", reason="x"
    )
    bench.store.save_standing(demoted)
    outcome = bench.run("shop")
    assert sorted(bench.opened()) == ["word-beta", "word-delta", "word-gamma"]
    assert [skipped.reason for skipped in outcome.skipped.values()] == [SkipReason.REPORT_ONLY]
    bench.store.save_standing(replace(demoted, standing=Standing.DRAFT))
    assert [one.rule_id for one in bench.run("shop").published] == ["word-alpha"]
    assert bench.store.tasks(shop.id, (TaskState.SUPERSEDED,)) == ()


def test_old_debt_is_left_where_the_policy_says_so(bench: Bench) -> None:
    shop = bench.commit("shop", {"a.py": b"alpha\n"})
    bench.run("shop", windows=schedule(generate=""))
    assert bench.store.set_baseline(shop.id) == 1
    bench.commit("shop", {"a.py": b"alpha\n", "b.py": b"beta\n"})
    outcome = bench.run("shop", Policy(old_debt=False))
    assert bench.opened() == ["word-beta"]
    assert [skipped.reason for skipped in outcome.skipped.values()] == [SkipReason.OLD_DEBT]
    bench.run("shop", Policy(old_debt=True))
    assert bench.opened() == ["word-beta", "word-alpha"]


def test_a_no_reaches_what_waits(bench: Bench) -> None:
    bench.commit("shop", {"a.py": b"alpha\n"})
    bench.run("shop", windows=schedule(publish=""))
    (found,) = bench.store.findings()
    bench.store.add_suppression(
        Suppression(
            fingerprint=found.fingerprint,
            kind=SuppressionKind.EXTERNAL,
            reason="not this",
            author="ann",
            created_at=EVENING,
        )
    )
    outcome = bench.run("shop", windows=schedule(generate=""))
    assert (outcome.published, waits(outcome)) == ((), [])
