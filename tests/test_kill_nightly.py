"""`kill -9` anywhere in a pass over two repositories, then once more: the same final state as an undisturbed pass."""

from pathlib import Path

import pytest

from tests.support.command import Ran, debtd, make_repository
from tests.test_kill import FILES, RULES, STORE, final_state

POINTS = {
    "one repository prepared, the other not": f"{STORE}.complete_stage@after#2",
    "one recorded, nothing pushed": f"{STORE}.save_pull_request@after#1",
    "the best of one repository is open": "debtd.adapters.forge.local:LocalForge.ensure_pull_request@after#2",
}


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sources")
    make_repository(folder / "shop", FILES)
    make_repository(
        folder / "till", {"pyproject.toml": FILES["pyproject.toml"], "t.py": b"class T(object):\n    pass\n"}
    )
    return folder


def nightly(sources: Path, home: Path, killed_at: str = "") -> Ran:
    (home / "debtd.toml").write_text(
        "".join(f'[[repository]]\nmatch = "{sources}/{name}"\n' for name in ("shop", "till"))
    )
    options = ("--config", home / "debtd.toml", "--state-dir", home / "state")
    return debtd(home, "nightly", *RULES, *options, killed_at=killed_at)


@pytest.fixture(scope="module")
def undisturbed(sources: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, object]:
    home = tmp_path_factory.mktemp("undisturbed")
    ran = nightly(sources, home)
    assert ran.code == 0, ran.err
    assert "3 published, 0 waiting" in ran.out
    return final_state(home / "state")


@pytest.mark.parametrize("point", POINTS.values(), ids=POINTS)
def test_killed_and_started_again(point: str, sources: Path, undisturbed: dict[str, object], tmp_path: Path) -> None:
    assert nightly(sources, tmp_path, killed_at=point).code == -9
    again = nightly(sources, tmp_path)
    assert again.code == 0, again.err
    assert final_state(tmp_path / "state") == undisturbed
