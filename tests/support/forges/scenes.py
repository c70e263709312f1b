"""A night of debtd that can be lived again and again from the very same beginning."""

import copy
import re
import shutil
from datetime import datetime
from pathlib import Path
from urllib.parse import unquote

from debtd.model.finding import FindingState
from tests.support.forges.clock import FakeClock
from tests.support.forges.nights import Nights
from tests.support.forges.park import Park
from tests.support.forges.project import Project
from tests.support.forges.wire import Call
from tests.support.forges.world import HostedWorld


class Scene:
    """What the forge and debtd have at one moment, to be restored. `words` are those of the rules of this night."""

    def __init__(self, name: str, nights: Nights, words: tuple[str, ...]) -> None:
        self.name = name
        self.words = words
        self._world = nights.world
        self._folder = nights.folder
        self._saved = nights.folder.with_name(f"{nights.folder.name} before {name}")
        self._now: datetime = nights.world.clock.now()
        self._project: Project = copy.deepcopy(nights.world.project)
        nights.store.close()
        shutil.copytree(self._folder, self._saved / "debtd")
        shutil.copytree(nights.world.project.folder, self._saved / "repository")

    def begin(self) -> Nights:
        world, site, clock = self._world, self._world.site, FakeClock(self._now)
        site.forget(clock)
        for kept, live in ((self._saved / "debtd", self._folder), (self._saved / "repository", self._project.folder)):
            shutil.rmtree(live)
            shutil.copytree(kept, live)
        world.clock = clock
        world.project = copy.deepcopy(self._project, {id(self._project.clock): clock})
        site.projects[world.project.path] = world.project
        return Nights(world, self._folder, self.words)


def kind_of(call: Call, world: HostedWorld) -> str:
    """Method and route, without what is different from pull request to pull request."""
    path = unquote(call.path).removeprefix(world.site.wire.prefix).replace(world.project.path, "{repo}")
    for pattern, name in (
        (r"debtd/word-\w+/[0-9a-f]{12}", "{branch}"),
        (r"[0-9a-f]{40}", "{commit}"),
        (r"(?<=collaborators/)\w+", "{login}"),
        (r"(?<=labels/)\w+", "{label}"),
        (r"(?<=/)\d+", "{number}"),
    ):
        path = re.sub(pattern, name, path)
    return f"{call.method} {path}"


def state_of(nights: Nights) -> list[str]:
    """All that the forge and the store have that people or a later run may act on, a line for each thing."""
    world, store = nights.world, nights.store
    project, repository_id = world.project, world.repository.id
    lines = [f"branch {branch} at {project.branch_commit(branch)}" for branch in project.branches()]
    for pull in project.pulls:
        lines.append(f"pull {pull.head} to {pull.base}, {pull.state}, {pull.draft}, by {pull.author}: {pull.title}")
        lines.append(f"body of {pull.head}: {pull.body!r}")
        lines += [f"label of {pull.head}: {label}" for label in pull.labels]
        lines += [f"note of {pull.head} by {note.author}: {note.body!r}" for note in pull.notes]
    lines += sorted({f"status of {' '.join(status[:4])}" for status in project.statuses})  # the last of a name counts
    lines += [f"issue {issue.title}: {issue.body}" for issue in project.issues]
    for row in store.pull_requests(repository_id):
        words = (row.state, row.close_reason, row.outcome, row.hands_off, row.attention, row.draft, row.reason)
        lines.append(f"row {row.branch} at {row.commit}, next {row.next_commit!r}: {', '.join(map(str, words))}")
    lines += [f"task {task.branch}: {task.state}" for task in store.tasks(repository_id)]
    lines += [f"finding {one.fingerprint}: {one.state}" for one in store.findings(repository_id, tuple(FindingState))]
    lines += [f"no to {s.fingerprint}: {s.reason}" for s in store.suppressions(world.clock.now(), repository_id)]
    lines += [f"standing {one.rule_id}: {one.standing}" for one in store.standings()]
    return sorted(re.sub(r"(?<=[/#!])\d+", "N", line) for line in lines)


WORDS = ("renewed", "never", "theirs", "closed", "merged", "gone")


def scenes(park: Park, kind: str, folder: Path) -> tuple[Scene, Scene]:
    """The night in which the first two pull requests are opened, and one after people have done everything to six."""
    home = folder / kind
    home.mkdir()
    world = park.world(kind, home)
    world.make_branch("main", {f"{word}.py": f"x\nold{word}\n".encode() for word in WORDS})
    opening = Scene("opening", Nights(world, home, WORDS), WORDS[:2])
    nights = opening.begin()
    nights.words = WORDS
    assert nights.run().faults == ()
    _people(nights)
    return opening, Scene("answering", nights, (*WORDS, "fresh"))


def _people(nights: Nights) -> None:
    project = nights.world.project
    renewed, never, theirs, closed, merged, _ = map(nights.pull, WORDS)
    project.merge(merged, "ann")
    files: dict[str | bytes, bytes] = {
        "renewed.py": b"# moved\nx\noldrenewed\n", "gone.py": b"x\n", "fresh.py": b"x\noldfresh\n",
    }  # fmt: skip
    project.push_by_hand("main", files)
    project.push_by_hand(theirs.head, {"theirs.py": b"by hand\n"})
    project.note(never, "ann", "/debtd never we like it")
    project.note(renewed, "rob", "/debtd never we do not")
    project.end(closed, "ann", "closed")
