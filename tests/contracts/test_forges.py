"""The contract of the Forge port, over every adapter; `make forge-check` prints the same cases."""

from pathlib import Path

import pytest

from tests.contracts.forge_case import EVERY, Case
from tests.contracts.forge_cases import CASES
from tests.support.forges.descriptions import description_file
from tests.support.forges.park import Park

KINDS = [(kind, case) for kind in EVERY for case in CASES if kind in case.kinds]


@pytest.mark.parametrize(("kind", "case"), KINDS, ids=[f"{kind}: {case.name}" for kind, case in KINDS])
def test_contract(kind: str, case: Case, park: Park, tmp_path: Path) -> None:
    if kind == "local":
        assert case.run(park.local(tmp_path)) == case.expected
        return
    world = park.world(kind, tmp_path)
    assert case.run(world) == case.expected
    assert world.site.violations == []


@pytest.mark.parametrize("kind", ["github", "gitea"])
def test_calls_and_answers_are_checked_against_the_published_description(kind: str) -> None:
    if description_file(kind) is None:
        pytest.skip(f"the API description of {kind} is not here: its calls and answers were not checked against it")
