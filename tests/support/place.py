"""A repository with its people, and debtd beside it: real git, the real store, the local forge, and engines that look
for words."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from debtd.adapters.forge.local import LocalForge
from debtd.adapters.git import BareBranches, GitWorkspaces
from debtd.adapters.scratch import TemporaryScratch
from debtd.model.discovery import Terms
from debtd.model.enrolment import Enrolment, EnrolmentState
from debtd.model.policy import Policy
from debtd.model.repository_file import FILE_NAME
from debtd.model.schedule import Schedule
from debtd.pipeline.enrol import enrolment_of
from debtd.pipeline.onboarding import FILE_TEXT
from debtd.pipeline.order import Order, Outcome, Rooms, Stage
from debtd.pipeline.permit import Permit
from debtd.pipeline.road import run_road
from debtd.pipeline.scan import Engines
from debtd.ports import Store
from debtd.settings import Settings
from debtd.wiring.durable import open_store
from tests.support.command import make_repository
from tests.support.fakes import NoProgress, WordDetector, word_rule
from tests.support.git_repo import git
from tests.support.samples import FixedClock

ASK = Terms(onboarding=True, baseline=True)
FILES = {"a.py": b"old\n", "b.py": b"bad\n", "gen/c.py": b"old\n"}


class Place:
    """A repository with its people, and debtd beside it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.files = dict(FILES)
        self.clock = FixedClock()
        self.settings = Settings(state_dir=folder / "state")
        (folder / "scratch").mkdir()
        make_repository(folder / "code", self.files)
        self.workspaces = GitWorkspaces(self.settings.state_dir)
        self.repository = self.workspaces.identify(str(folder / "code"))
        self.forge = LocalForge(self.settings.state_dir, BareBranches(), self.clock)

    @contextmanager
    def store(self) -> Iterator[Store]:
        with open_store(self.settings) as store:
            yield store

    def found(self, **values: Any) -> None:
        with self.store() as store:
            store.ensure_repository(self.repository)
            given = Enrolment(
                repository_id=self.repository.id,
                state=EnrolmentState.FOUND,
                changed_at=self.clock.now(),
                reason="found in acme",
            )
            store.save_enrolment(replace(given, **values))

    def run(
        self,
        terms: Terms = ASK,
        policy: Policy | None = None,
        stop_after: Stage = Stage.PUBLISH,
        schedule: Schedule | None = None,
        change: Callable[[Rooms], Rooms] = lambda rooms: rooms,
        cures: dict[str, str] | None = None,
    ) -> Outcome:
        order = Order(
            rules=(word_rule("old"), word_rule("bad")),
            stop_after=stop_after,
            policy=policy or Policy(),
            terms=terms,
        )
        with self.store() as store:
            rooms = change(
                Rooms(
                    workspaces=self.workspaces,
                    scratch=TemporaryScratch(self.folder / "scratch"),
                    engines=Engines(detectors=[WordDetector(cures or {"old": "new", "bad": "good"})]),
                    store=store,
                    forge=self.forge,
                    clock=self.clock,
                    progress=NoProgress(),
                )
            )
            permit = Permit(clock=self.clock, began_at=self.clock.now(), schedule=schedule)
            return run_road(self.repository, order, rooms, permit)

    def commits(self, path: str, data: bytes) -> None:
        """A person changes the default branch."""
        self.files[path] = data
        make_repository(self.folder / "code", self.files)

    def merges(self) -> None:
        self.commits(FILE_NAME, FILE_TEXT.encode())
        self.ends("merged")

    def ends(self, state: str, number: int = 1) -> None:
        path = self._pulls / f"{number}.json"
        path.write_text(json.dumps(json.loads(path.read_text()) | {"state": state}))

    @property
    def _pulls(self) -> Path:
        return self.settings.state_dir / "forge" / self.repository.id / "pulls"

    def pulls(self) -> list[dict[str, Any]]:
        return [json.loads(path.read_text()) for path in sorted(self._pulls.glob("*.json"))]

    def branches(self) -> list[str]:
        home = self._pulls.parent / "repository.git"
        return git(home, "for-each-ref", "--format=%(refname:short)").splitlines() if home.exists() else []

    def enrolment(self) -> Enrolment:
        with self.store() as store:
            found = enrolment_of(store, self.repository.id)
        assert found is not None
        return found

    def issues(self) -> list[dict[str, Any]]:
        folder = self._pulls.parent / "issues"
        return [json.loads(path.read_text()) for path in sorted(folder.glob("*.json"))]

    def edits_issue(self, change: Callable[[str], str], state: str = "open") -> None:
        """A person edits the text of the first issue."""
        path = self._pulls.parent / "issues" / "1.json"
        known = json.loads(path.read_text())
        path.write_text(json.dumps(known | {"body": change(known["body"]), "state": state}))
