import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from debtd.adapters.forge.local import LocalForge
from debtd.adapters.git import BareBranches
from debtd.model.errors import RepoUnusable, StateUnusable
from debtd.model.pull_request import PullRequest, PullRequestState
from debtd.model.repo import Repository, repository_id
from debtd.wiring.durable import SystemClock
from tests.support.git_repo import names_in

REPOSITORY = Repository(id=repository_id("/src/shop"), source="/src/shop", name="shop")


def pull_request(key: str = "1" * 40) -> PullRequest:
    return PullRequest(
        key=key,
        repository_id=REPOSITORY.id,
        rule_id="class-inherits-object",
        branch=f"debtd/class-inherits-object/{key[:12]}",
        base_branch="main",
        commit="c" * 40,
        title="Drop object from 3 classes",
        body="What changed.\n\n<!-- debtd-key: 1 -->\n",
    )


@pytest.fixture
def forge(tmp_path: Path) -> LocalForge:
    return LocalForge(tmp_path, BareBranches(), SystemClock())


def pulls(tmp_path: Path) -> Path:
    return tmp_path / "forge" / REPOSITORY.id / "pulls"


def test_the_remote_is_a_bare_repository(tmp_path: Path) -> None:
    forge = LocalForge(tmp_path, BareBranches(), SystemClock())
    remote = forge.remote(REPOSITORY)
    assert remote == forge.remote(REPOSITORY) == str(tmp_path / "forge" / REPOSITORY.id / "repository.git")
    assert (Path(remote) / "HEAD").exists()
    assert forge.name == "local"


def test_created_once(forge: LocalForge, tmp_path: Path) -> None:
    made = forge.ensure_pull_request(pull_request())
    assert made == replace(pull_request(), state=PullRequestState.OPEN, number=1, url=str(pulls(tmp_path) / "1.md"))
    assert forge.ensure_pull_request(pull_request()) == made
    other = forge.ensure_pull_request(pull_request("2" * 40))
    assert other.number == 2
    assert names_in(pulls(tmp_path)) == ["1.json", "1.md", "2.json", "2.md"]


def test_the_page(forge: LocalForge) -> None:
    made = forge.ensure_pull_request(replace(pull_request(), title="Drop object\nfrom 3 classes"))
    assert Path(made.url).read_text() == (
        "# Drop object from 3 classes\n\n"
        f"Pull request 1, open. `{made.branch}` into `main`, commit `{'c' * 40}`.\n\n"
        "What changed.\n\n<!-- debtd-key: 1 -->\n"
    )


def test_closed_stays_closed(forge: LocalForge) -> None:
    made = forge.ensure_pull_request(pull_request())
    for reason in ("superseded", "another reason, too late"):
        forge.close_pull_request(made, reason)
    again = forge.ensure_pull_request(pull_request())
    assert (again.state, again.reason, again.number) == (PullRequestState.REJECTED, "superseded", 1)
    assert "closed: superseded" in Path(made.url).read_text()


def test_closing_what_is_not_there(forge: LocalForge) -> None:
    with pytest.raises(RepoUnusable, match="has no pull request for branch"):
        forge.close_pull_request(pull_request(), "x")


def test_a_merge_by_hand_is_seen(forge: LocalForge, tmp_path: Path) -> None:
    forge.ensure_pull_request(pull_request())
    path = pulls(tmp_path) / "1.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"state": "merged"}))
    assert forge.ensure_pull_request(pull_request()).state is PullRequestState.MERGED


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"number": "1"}', "\ud800"])
def test_a_broken_record_stops_and_names_itself(text: str, forge: LocalForge, tmp_path: Path) -> None:
    forge.ensure_pull_request(pull_request())
    (pulls(tmp_path) / "1.json").write_bytes(text.encode("utf-8", "surrogatepass"))
    with pytest.raises(StateUnusable, match=r"1\.json is not a pull request"):
        forge.ensure_pull_request(pull_request("2" * 40))


def test_a_crash_between_page_and_record(forge: LocalForge, tmp_path: Path) -> None:
    forge.ensure_pull_request(pull_request())
    (pulls(tmp_path) / "1.json").unlink()
    (pulls(tmp_path) / ".half-x").write_text("half")
    made = forge.ensure_pull_request(pull_request("2" * 40))
    assert made.number == 1
    assert made.branch in Path(made.url).read_text()
    assert names_in(pulls(tmp_path)) == ["1.json", "1.md"]


def test_a_failed_write_leaves_the_old(forge: LocalForge, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = forge.ensure_pull_request(pull_request())
    page = Path(made.url).read_text()

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", fail)
        with pytest.raises(StateUnusable, match="No space left"):
            forge.close_pull_request(made, "x")
    assert Path(made.url).read_text() == page
    assert forge.ensure_pull_request(pull_request()).state is PullRequestState.OPEN


@pytest.mark.parametrize("odd", ["", "../../x", "/etc", "..", "a/b"])
def test_an_odd_repository_id_is_no_path(odd: str, forge: LocalForge, tmp_path: Path) -> None:
    with pytest.raises(RepoUnusable, match="is not the id of a repository"):
        forge.remote(replace(REPOSITORY, id=odd))
    with pytest.raises(RepoUnusable, match="is not the id of a repository"):
        forge.ensure_pull_request(replace(pull_request(), repository_id=odd))
    assert names_in(tmp_path) == []


def test_hostile_text_is_only_text(forge: LocalForge) -> None:
    made = forge.ensure_pull_request(
        replace(pull_request(), branch="../../x", title="\ud800 `x`\n# y", body="\x1b\0\ud800")
    )
    assert Path(made.url).name == "1.md"
    assert Path(made.url).read_text().startswith("# \\ud800 `x` # y\n")


def test_two_processes_at_once(forge: LocalForge, tmp_path: Path) -> None:
    script = (
        "import sys\nfrom pathlib import Path\nfrom debtd.adapters.forge.local import LocalForge\n"
        "from debtd.adapters.git import BareBranches\nfrom debtd.model.pull_request import PullRequest\n"
        "from debtd.wiring.durable import SystemClock\n"
        "forge = LocalForge(Path(sys.argv[1]), BareBranches(), SystemClock())\n"
        "for n in range(20):\n    print(forge.ensure_pull_request(PullRequest(key=str(n), repository_id=sys.argv[2], "
        "rule_id='r', branch=f'b{n}', base_branch='main', commit='c', title='t', body='b')).number)\n"
    )
    command = [sys.executable, "-c", script, str(tmp_path), REPOSITORY.id]
    children = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    answers = [child.communicate()[0].split() for child in children]
    assert answers[0] == answers[1] == [str(n) for n in range(1, 21)]
    assert len(names_in(pulls(tmp_path))) == 40
