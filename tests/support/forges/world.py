"""A forge under test, seen from both sides: debtd's port, and the people and records behind it."""

import json
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol

from debtd.adapters.forge.http.client import Limits
from debtd.adapters.git import BareBranches, GitWorkspaces
from debtd.model.forge_settings import ForgeSettings, forge_settings
from debtd.model.pull_request import PullRequest
from debtd.model.repo import Repository, repository_id
from debtd.ports import CommitRequest, Forge
from debtd.settings import Settings
from debtd.wiring.forges import forge_for, git_access
from tests.support.forges.clock import FakeClock
from tests.support.forges.project import FILES, Check, Project
from tests.support.forges.site import TOKEN, Site
from tests.support.git_repo import add_commit, git, make_repo

KEY = "4b" * 20
QUICK = Limits(connect_seconds=30, read_seconds=60, total_seconds=120)


@dataclass(frozen=True)
class Seen:
    """A pull request as the forge keeps it."""

    head: str
    base: str
    title: str
    state: str
    draft: bool
    labels: tuple[str, ...]
    comments: tuple[str, ...]


class World(Protocol):
    clock: FakeClock
    repository: Repository

    def forge(self) -> Forge: ...

    def workspaces(self) -> GitWorkspaces: ...

    def make_branch(self, branch: str, files: dict[str | bytes, bytes]) -> str: ...

    def seen(self) -> list[Seen]: ...

    def branches(self) -> list[str]: ...

    def end(self, number: int, by: str, state: str) -> None: ...

    def comment(self, number: int, author: str, text: str) -> None: ...

    def retarget(self, number: int, base: str) -> None: ...

    def statuses(self) -> list[tuple[str, str, str]]: ...

    def issues(self) -> list[tuple[str, str, str]]: ...

    def close_issue(self, number: int) -> None: ...


def pending(world: World, commit: str, key: str = KEY, title: str = "Drop object from 3 classes") -> PullRequest:
    """A pull request as it is recorded before it is published."""
    return PullRequest(
        key=key,
        repository_id=world.repository.id,
        rule_id="class-inherits-object",
        branch=f"debtd/class-inherits-object/{key[:12]}",
        base_branch="main",
        commit=commit,
        title=title,
        body=f"<!-- debtd-key: {key} -->\n## What\n\nEvidence.\n",
    )


def branched(world: World, key: str = KEY, files: dict[str | bytes, bytes] | None = None) -> PullRequest:
    """A recorded pull request whose branch the forge has already."""
    branch = f"debtd/class-inherits-object/{key[:12]}"
    return pending(world, world.make_branch(branch, files or {"b.py": b"x = 2\n"}), key)


def opened(world: World, key: str = KEY, *, draft: bool = False) -> PullRequest:
    return world.forge().ensure_pull_request(branched(world, key), draft=draft)


def committed(world: World, workspaces: GitWorkspaces, key: str = KEY) -> PullRequest:
    """A recorded pull request whose commit is in the mirror and nowhere else."""
    revision = workspaces.ensure_mirror(world.repository)
    request = CommitRequest(key=key, base_commit=revision.commit, message="m", files=(("b.py", b"x = 2\n"),))
    return pending(world, workspaces.ensure_commits(world.repository, [request])[key], key)


class HostedWorld:
    """A repository of its own on a site."""

    def __init__(self, site: Site, path: str, folder: Path, **settings: Any) -> None:
        self.site = site
        self.clock = site.clock
        self.project: Project = site.add_project(path)
        self.recorded: PullRequest
        source = f"{site.origin}/{path}"
        self.repository = Repository(id=repository_id(source), source=source, name=path.rpartition("/")[2])
        self.state_dir = folder / "state"
        token_file = folder / "token"
        token_file.write_text(f"{TOKEN}\n")
        table = {"kind": site.wire.kind, "base_url": site.origin, "repositories": ["acme/*"]}
        table |= {"ca_file": str(site.ca_file)} | (settings or {"token_file": str(token_file)})
        self.settings = Settings(state_dir=self.state_dir, forges=(forge_settings(table, "test"),))

    @property
    def forge_settings(self) -> ForgeSettings:
        return self.settings.forges[0]

    def forge(self, limits: Limits = QUICK) -> Forge:
        """A new one, as a new process has it."""
        return forge_for(self.settings, self.repository, clock=self.clock, sleep=self.clock.sleep, limits=limits)

    def workspaces(self) -> GitWorkspaces:
        access = git_access(self.settings, clock=self.clock, sleep=self.clock.sleep)
        return GitWorkspaces(self.state_dir, access)

    def make_branch(self, branch: str, files: dict[str | bytes, bytes]) -> str:
        return self.project.push_by_hand(branch, files)

    def seen(self) -> list[Seen]:
        return [
            Seen(p.head, p.base, p.title, p.state, p.draft, tuple(p.labels), tuple(note.body for note in p.notes))
            for p in self.project.pulls
        ]

    def branches(self) -> list[str]:
        return self.project.branches()

    def end(self, number: int, by: str, state: str) -> None:
        self.project.end(self._pull(number), by, state)

    def comment(self, number: int, author: str, text: str) -> None:
        self.project.note(self._pull(number), author, text)

    def retarget(self, number: int, base: str) -> None:
        self._pull(number).base = base

    def statuses(self) -> list[tuple[str, str, str]]:
        return [entry[1:4] for entry in self.project.statuses]

    def issues(self) -> list[tuple[str, str, str]]:
        """Title, state and body, the oldest first."""
        return [(issue.title, issue.state, issue.body) for issue in self.project.issues]

    def close_issue(self, number: int) -> None:
        issue = self.project.issue(number)
        assert issue is not None
        issue.state = "closed"

    def check(self, commit: str, name: str, outcome: str) -> None:
        """A job on a commit; `outcome` is success or failure, or how far it is (queued, in_progress)."""
        now = self.clock.now()
        ended = outcome not in {"queued", "in_progress"}
        status = "completed" if ended else outcome
        self.project.checks.append(Check(commit, status, now, now if ended else None, name, outcome))

    def review(self, number: int, author: str, verdict: str) -> None:
        """`verdict` is approved, changes, comment or dismissed."""
        self.project.review(self._pull(number), author, verdict)

    def _pull(self, number: int) -> Any:
        found = self.project.pull(number)
        assert found is not None
        return found


class LocalWorld:
    """The local forge, and people who edit its files by hand."""

    def __init__(self, folder: Path) -> None:
        self.clock = FakeClock()
        source = folder / "source.git"
        make_repo(source, FILES)
        self.repository = Repository(id=repository_id(str(source)), source=str(source), name="source")
        self.state_dir = folder / "state"
        self.settings = Settings(state_dir=self.state_dir)
        self._home = self.state_dir / "forge" / self.repository.id

    def forge(self) -> Forge:
        return forge_for(self.settings, self.repository)

    def workspaces(self) -> GitWorkspaces:
        return GitWorkspaces(self.state_dir)

    def make_branch(self, branch: str, files: dict[str | bytes, bytes]) -> str:
        remote = Path(self.forge().remote(self.repository))
        BareBranches().ensure(remote)
        if not (remote / "refs/heads" / branch).exists():
            shutil.copytree(Path(self.repository.source) / "objects", remote / "objects", dirs_exist_ok=True)
            git(remote, "update-ref", f"refs/heads/{branch}", git(Path(self.repository.source), "rev-parse", "main"))
        return add_commit(remote, dict(files), branch=branch)

    def seen(self) -> list[Seen]:
        records = [json.loads(path.read_text()) for path in sorted((self._home / "pulls").glob("*.json"))]
        return [
            Seen(r["head"], r["base"], r["title"], r["state"], r["draft"], tuple(r["labels"]), _texts(r["comments"]))
            for r in records
        ]

    def branches(self) -> list[str]:
        names = git(self._home / "repository.git", "for-each-ref", "--format=%(refname)", "refs/heads").splitlines()
        return ["main", *(name.removeprefix("refs/heads/") for name in names)]

    def end(self, number: int, by: str, state: str) -> None:
        self._edit(number, state=state)

    def comment(self, number: int, author: str, text: str) -> None:
        path = self._home / "pulls" / f"{number}.json"
        known = json.loads(path.read_text())["comments"]
        self._edit(number, comments=[*known, [author, "", self.clock.now().isoformat(), text]])

    def retarget(self, number: int, base: str) -> None:
        self._edit(number, base=base)

    def statuses(self) -> list[tuple[str, str, str]]:
        records = [json.loads(path.read_text()) for path in sorted((self._home / "pulls").glob("*.json"))]
        return [(name, state, summary) for r in records for name, state, summary, _ in r["statuses"]]

    def issues(self) -> list[tuple[str, str, str]]:
        records = [json.loads(path.read_text()) for path in sorted((self._home / "issues").glob("*.json"))]
        return [(r["title"], r["state"], r["body"]) for r in records]

    def close_issue(self, number: int) -> None:
        path = self._home / "issues" / f"{number}.json"
        path.write_text(json.dumps(json.loads(path.read_text()) | {"state": "closed"}))

    def move_branch(self, branch: str, to: str) -> None:
        """The branch of the forge's own repository, to where it stands in the source."""
        commit = git(Path(self.repository.source), "rev-parse", to)
        git(self._home / "repository.git", "update-ref", f"refs/heads/{branch}", commit)

    def tip(self, branch: str) -> str:
        return git(self._home / "repository.git", "rev-parse", f"refs/heads/{branch}")

    def _edit(self, number: int, **fields: object) -> None:
        path = self._home / "pulls" / f"{number}.json"
        path.write_text(json.dumps(json.loads(path.read_text()) | fields))


def _texts(comments: Sequence[Sequence[str]]) -> tuple[str, ...]:
    return tuple(comment[3] for comment in comments)


def again(pull_request: PullRequest) -> PullRequest:
    """As it was recorded before its number was known: what a crash leaves."""
    return replace(pull_request, number=0, url="")
