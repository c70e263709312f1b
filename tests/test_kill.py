"""`kill -9` anywhere on the road, then once more: the same final state as an undisturbed run."""

import sqlite3
from pathlib import Path

import pytest

from tests.support.command import debtd, git, make_repository

FILES = {
    "pyproject.toml": b'[project]\nname = "x"\nrequires-python = ">=3.9"\n',
    "a.py": b'class A(object):\n    x = u"one"\n',
    "b.py": b'class B(object):\n    x = u"two"\n\n\nclass C(B, object):\n    pass\n',
    "pkg/c.py": b"x = [u'three', u'four']\n",
    "old.py": b"print 'object'\n",
}
RULES = ("--rule", "class-inherits-object", "--rule", "unicode-literal-prefix")
SCANS = "debtd.adapters.db.scanning_store:ScanningStore"
STORE = "debtd.adapters.db.store:SqlStore"
POINTS = {
    "scan: begun": f"{SCANS}.begin_scan@after#1",
    "scan: in the engine": "debtd.cli.progress:ProgressBars.advance@before#2",
    "scan: before the record": f"{SCANS}.finish_scan@before#1",
    "scan: recorded": f"{SCANS}.finish_scan@after#1",
    "fix: planned": f"{STORE}.plan_tasks@after#1",
    "fix: one patch made": f"{STORE}.save_patch@after#1",
    "verify: before the first evidence": f"{STORE}.save_evidence@before#1",
    "verify: one patch judged": f"{STORE}.save_evidence@after#1",
    "publish: commits made": "debtd.adapters.git.workspaces:GitWorkspaces.ensure_commits@after#1",
    "publish: one recorded": f"{STORE}.save_pull_request@after#1",
    "publish: before the push": "debtd.adapters.git.workspaces:GitWorkspaces.push_new_branches@before#1",
    "publish: pushed": "debtd.adapters.git.workspaces:GitWorkspaces.push_new_branches@after#1",
    "publish: opened": "debtd.adapters.forge.local:LocalForge.ensure_pull_request@after#1",
    "publish: one of two done": "debtd.adapters.forge.local:LocalForge.ensure_pull_request@before#2",
}
QUERIES = (
    "select fingerprint, state, rule_id, path from findings order by 1",
    "select key, state, rule_id, base_commit from fix_tasks order by 1",
    "select task_key, fingerprint from fix_task_findings order by 1, 2",
    "select key, state, branch, commit_id, number from pull_requests order by 1",
    "select path, reason from scan_skips order by 1, 2",
)


def final_state(state: Path) -> dict[str, object]:
    """All that outlives a run, without times and row numbers."""
    found: dict[str, object] = {}
    connection = sqlite3.connect(state / "debtd.sqlite3")
    for query in QUERIES:
        found[query] = connection.execute(query).fetchall()
    connection.close()
    for bare in sorted((state / "forge").rglob("repository.git")):
        found["branches"] = git(bare, "for-each-ref", "--format=%(refname) %(objectname)")
        found["pulls"] = sorted(p.name for p in bare.parent.joinpath("pulls").iterdir())
    leftovers = [p for folder in ("scratch", "trees") for p in (state / folder).glob("*")]
    found["leftovers"] = [p.name for p in leftovers if p.is_dir()]
    return found


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_repository(tmp_path_factory.mktemp("source") / "project", FILES)


@pytest.fixture(scope="module")
def undisturbed(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, object]:
    home = tmp_path_factory.mktemp("undisturbed")
    ran = debtd(home, "run", repository, *RULES, "--state-dir", home / "state")
    assert ran.code == 0, ran.err
    state = final_state(home / "state")
    assert len(state["pulls"]) == 4, state  # type: ignore[arg-type]  # two pull requests, each with its page
    return state


@pytest.mark.parametrize("point", POINTS.values(), ids=POINTS)
def test_killed_and_started_again(point: str, repository: Path, undisturbed: dict[str, object], tmp_path: Path) -> None:
    arguments = ("run", repository, *RULES, "--state-dir", tmp_path / "state")
    killed = debtd(tmp_path, *arguments, killed_at=point)
    assert killed.code == -9, killed
    again = debtd(tmp_path, *arguments)
    assert again.code == 0, again.err
    assert final_state(tmp_path / "state") == undisturbed
