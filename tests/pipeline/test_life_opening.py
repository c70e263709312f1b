"""Opening: draft, labels, people, status; and one that cannot be opened hinders no other."""

from pathlib import Path

import pytest

from debtd.model.acceptance import RuleStanding, Standing
from debtd.model.errors import ConfigError, RepoUnusable, Retryable
from debtd.model.policy import Policy
from debtd.model.pull_request import Attention, PullRequestState
from tests.support.night import Hook, Nights
from tests.support.town import Town


def test_nothing_is_sent_that_the_operator_does_not_want(tmp_path: Path, town: Town) -> None:
    town.push(files={"CODEOWNERS": b"* @ann\n"})
    nights = Nights(tmp_path, town, Policy(labels=(), reviewers=False))
    nights.run()
    assert [(p.draft, p.labels, p.reviewers, p.assignees) for p in town.pulls] == [(False, [], [], [])] * 2
    assert town.statuses == []


def test_owners_of_the_base_are_asked_and_others_are_not(nights: Nights, town: Town) -> None:
    town.push(files={".github/CODEOWNERS": b"a.py @ann @acme/web me@example.org\nb.py @gone\n"})
    town.unknown_people = {"gone"}
    nights.set_policy(status=True, assignees=True)
    nights.run()
    about_b, about_a = town.pulls
    assert (about_a.reviewers, about_a.assignees, about_a.labels) == (["ann", "acme/web"], ["ann"], ["debtd"])
    assert (about_b.reviewers, about_b.assignees) == ([], []), "a login that the forge does not know is no fault"
    row = nights.row(about_a)
    assert (row.owners, row.lines, row.published_at) == (("@ann", "@acme/web", "me@example.org"), 1, town.clock.now())
    assert [state for _, _, state in town.statuses] == ["success"] * 2
    assert nights.run().faults == ()


@pytest.mark.parametrize("place", ["", "ab" * 8])
def test_drafts_by_the_rules_standing(place: str, nights: Nights, town: Town) -> None:
    standing = RuleStanding(
        rule_id="word-old",
        repository_id=place,
        standing=Standing.DRAFT,
        since=town.clock.now(),
        author="debtd",
        reason="r",
    )
    nights.store.ensure_repository(town.repository)
    nights.store.save_standing(standing)
    nights.run()
    assert {pull.title[:12]: pull.draft for pull in town.pulls} == {"Fix word-bad": False, "Fix word-old": True}
    assert [row.attention for row in nights.rows()] == [Attention.PEOPLE, Attention.DRAFT]


def test_drafts_by_policy(nights: Nights, town: Town) -> None:
    nights.set_policy(draft=True)
    nights.run()
    assert [(row.draft, row.attention) for row in nights.rows()] == [(True, Attention.DRAFT)] * 2


def failing(name: str, fault: Exception, times: int = 1) -> Hook:
    left = [times]

    def hook(called: str, when: str) -> None:
        if (called, when) == (name, "before") and left[0]:
            left[0] -= 1
            raise fault

    return hook


@pytest.mark.parametrize("name", ["ensure_pull_request", "change_labels", "set_status"])
@pytest.mark.parametrize("fault", [RepoUnusable("no"), Retryable("later")])
def test_n_one_that_fails_hinders_no_other(name: str, fault: Exception, nights: Nights, town: Town) -> None:
    nights.set_policy(status=True)
    outcome = nights.run(hook=failing(name, fault))
    assert [str(one) for one in outcome.faults] == [str(fault)]
    assert PullRequestState.OPEN in {row.state for row in nights.rows()}
    nights.run()
    assert [(row.state, pull.labels) for row, pull in zip(nights.rows(), town.pulls, strict=True)][1:] == [
        (PullRequestState.OPEN, ["debtd"])
    ]
    assert (len(town.pulls), {row.state for row in nights.rows()}) == (2, {PullRequestState.OPEN})


def test_n_a_forge_that_fails_twice_in_a_row_is_left_alone(nights: Nights, town: Town) -> None:
    town.push(files={"d.py": b"old\n" * 60})
    seen: list[str] = []

    def hook(name: str, when: str) -> None:
        if (name, when) == ("ensure_pull_request", "before"):
            seen.append(name)
            raise Retryable("slow down", after_seconds=600)

    outcome = nights.run(hook=hook)
    assert (len(seen), len(outcome.faults), {row.state for row in nights.rows()}) == (2, 2, {PullRequestState.PENDING})
    assert nights.run().faults == ()
    assert len(town.pulls) == len(nights.rows()) > 3


def test_n_a_refused_credential_stops_the_repository(nights: Nights, town: Town) -> None:
    with pytest.raises(ConfigError):
        nights.run(hook=failing("ensure_pull_request", ConfigError("renew the token")))
    assert town.pulls == []
    nights.run()
    assert len(town.pulls) == 2


def test_closed_by_a_person_before_debtd_had_recorded_it(nights: Nights, town: Town) -> None:
    from tests.support.night import Killed

    def hook(name: str, when: str) -> None:
        if (name, when) == ("ensure_pull_request", "after"):
            raise Killed

    with pytest.raises(Killed):
        nights.run(hook=hook)
    (pull,) = town.pulls
    town.close(pull)
    for _ in range(2):
        nights.run()
    assert nights.row(pull).state is PullRequestState.REJECTED
    assert (pull.labels, list(pull.named), len(town.pulls)) == ([], ["refused"], 2)
