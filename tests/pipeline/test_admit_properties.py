"""Whatever people do: no budget is exceeded, everything that waits says for what, nothing in a person's way goes."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from hypothesis import given, settings
from hypothesis import strategies as st

from debtd.model.admission import admit
from debtd.model.budget import BudgetKind, Budgets, BudgetState, OpenOne, used
from debtd.model.finding import Severity
from debtd.model.ranking import Candidate, ranked
from debtd.pipeline.admit import admit_proposals
from debtd.pipeline.overlap import Neighbours
from debtd.pipeline.proposals import Proposal
from tests.support.samples import NOW

DEPTH = int(os.environ.get("DEBTD_TEST_DEPTH", "1"))
REPOSITORIES = ("shop", "till", "desk")


@dataclass
class Busy:
    """People work on these paths."""

    paths: frozenset[str]
    asked: list[str] = field(default_factory=list)

    def in_the_way(self, changed: Mapping[str, object], base_branch: str) -> str:
        self.asked += changed
        return "a person" if self.paths & set(changed) else ""


class Anywhere:
    """A prepared repository, as far as admission looks at it."""

    work = type("Work", (), {"revision": type("Revision", (), {"branch": "main"})})


def proposal(candidate: Candidate) -> Proposal:
    return Proposal(
        prepared=cast(Any, Anywhere()),
        accepted=cast(Any, None),
        candidate=candidate,
        changed={f"{candidate.key}.py": ((1, 1),)},
    )


candidates = st.lists(
    st.builds(
        Candidate,
        key=st.integers(0, 30).map(str),
        repository_id=st.sampled_from(REPOSITORIES),
        waiting_since=st.just(NOW),
        severity=st.sampled_from(Severity),
        effort_minutes=st.integers(1, 60),
        lines=st.integers(0, 60),
        teams=st.sampled_from([(), ("@a",), ("@a", "@b")]),
        group=st.sampled_from(["", "stdlib"]),
    ),
    max_size=20,
    unique_by=lambda one: one.key,
)
limits = st.dictionaries(st.sampled_from(BudgetKind), st.integers(0, 12)).map(lambda sizes: Budgets(sizes=sizes))
busy_keys = st.frozensets(st.integers(0, 30).map(lambda number: f"{number}.py"), max_size=12)


@settings(max_examples=150 * DEPTH)
@given(candidates, limits, busy_keys)
def test_admission_keeps_to_budgets_ranks_and_people(
    several: list[Candidate], budgets: Budgets, busy: frozenset[str]
) -> None:
    neighbours = {name: Busy(busy) for name in REPOSITORIES}
    state = BudgetState(night_began_at=NOW)
    admitted = admit_proposals(
        [proposal(one) for one in several], state, budgets, cast(Mapping[str, Neighbours], neighbours), NOW
    )
    first = [one.candidate for one in admitted.first]
    assert sorted([one.key for one in first] + list(admitted.waiting)) == sorted(one.key for one in several)
    assert all(admitted.waiting.values())
    assert not busy & {f"{one.key}.py" for one in first}
    assert tuple(first) == ranked(first, NOW)
    opened = [
        OpenOne(key=c.key, repository_id=c.repository_id, lines=c.lines, teams=c.teams, group=c.group) for c in first
    ]
    after = BudgetState(opened=opened, published_at=[NOW] * len(first), night_began_at=NOW)
    assert all((size := budgets.size(pot)) is None or amount <= size for pot, amount in used(after, NOW).items())
    held_up = {key for key, words in admitted.waiting.items() if words == "a person"}
    alone = admit([one for one in several if one.key not in held_up], state, budgets, NOW)
    assert [one.key for one in alone.admitted] == [one.key for one in first], "whom people hold up takes no room"
    asked = [path for one in neighbours.values() for path in one.asked]
    assert len(asked) == len(set(asked)), "each is compared once"
