"""A room for passes over several repositories: a clock that stands still, engines that look for words, a forge where
people work too."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from debtd.adapters.db.embedded import EmbeddedStore
from debtd.adapters.forge.local import LocalForge
from debtd.adapters.git import BareBranches, GitWorkspaces
from debtd.adapters.scratch import TemporaryScratch
from debtd.model.budget import BudgetKind, Budgets
from debtd.model.errors import DebtdError
from debtd.model.forge import CiLoad, ForgePullRequest, ForgeState, TouchedFile
from debtd.model.policy import Policy
from debtd.model.pull_request import PullRequest, PullRequestState
from debtd.model.repo import Repository
from debtd.model.schedule import Schedule
from debtd.model.weekly_text import parse_weekly
from debtd.model.window import Window, WindowKind
from debtd.pipeline.load import LoadWatch
from debtd.pipeline.nightly import Night, run_night
from debtd.pipeline.order import Order, Outcome, Rooms
from debtd.pipeline.permit import Permit
from debtd.pipeline.road import run_road
from debtd.pipeline.scan import Engines
from debtd.pipeline.visit import Visit
from debtd.ports import Store
from debtd.rulekit import Rule, Severity
from tests.support.command import make_repository
from tests.support.fakes import NoProgress, WordDetector, word_rule
from tests.support.samples import FixedClock

UTC_ZONE = ZoneInfo("UTC")
EVENING = datetime(2026, 11, 23, 23, tzinfo=UTC)
"""A Monday at 23:00, inside `NIGHTS`."""

NIGHTS = "22:00-06:00"
ALWAYS = "00:00-24:00"


def schedule(**texts: str) -> Schedule:
    """Windows by kind, in UTC; those that are not named are always open ("" never), but for merging."""
    told = {kind: texts.get(kind.value, "" if kind is WindowKind.MERGE else ALWAYS) for kind in WindowKind}
    windows = {kind: Window((parse_weekly(text, UTC_ZONE),) if text else (), UTC_ZONE) for kind, text in told.items()}
    return Schedule(windows, dict.fromkeys(WindowKind, "the test"), UTC_ZONE)


def sizes(**by_name: int) -> Budgets:
    return Budgets(sizes={BudgetKind[name.upper()]: size for name, size in by_name.items()})


def person(number: int, **values: object) -> ForgePullRequest:
    """A pull request of a person onto main."""
    made = ForgePullRequest(
        number=number,
        url=f"https://example.org/{number}",
        state=ForgeState.OPEN,
        draft=False,
        title="mine",
        body="",
        branch=f"work-{number}",
        commit=f"{number:040x}",
        base_branch="main",
        from_fork=False,
        author="ann",
    )
    return replace(made, **values)  # type: ignore[arg-type]


@dataclass
class Crowd:
    """What people and machines do on the forge: open pull requests, the files that they touch, the load of the checks.
    `asked` counts questions by name; `fault` is raised instead of an answer about people's pull requests."""

    people: list[ForgePullRequest] = field(default_factory=list)
    touched: dict[int, tuple[TouchedFile, ...]] = field(default_factory=dict)
    load: CiLoad | DebtdError = field(default_factory=lambda: CiLoad(queued=0, running=0, latencies_seconds=()))
    asked: list[str] = field(default_factory=list)
    fault: DebtdError | None = None
    opening_raises: dict[str, DebtdError] = field(default_factory=dict)
    opens_takes: timedelta = timedelta()


class CrowdedForge(LocalForge):
    def __init__(self, state_dir: Path, clock: FixedClock, crowd: Crowd) -> None:
        super().__init__(state_dir, BareBranches(), clock)
        self._crowd, self._time = crowd, clock

    def open_pull_requests(self, repository: Repository) -> tuple[ForgePullRequest, ...]:
        self._crowd.asked.append("list")
        if self._crowd.fault is not None:
            raise self._crowd.fault
        return (*super().open_pull_requests(repository), *self._crowd.people)

    def touched_files(self, repository: Repository, number: int) -> tuple[TouchedFile, ...]:
        self._crowd.asked.append(f"files {number}")
        return self._crowd.touched[number]

    def ci_load(self, repository: Repository) -> CiLoad:
        self._crowd.asked.append("load")
        if isinstance(self._crowd.load, DebtdError):
            raise self._crowd.load
        return self._crowd.load

    def ensure_pull_request(self, pull_request: PullRequest, *, draft: bool = False) -> PullRequest:
        if fault := self._crowd.opening_raises.get(pull_request.repository_id):
            raise fault
        self._time.at += self._crowd.opens_takes
        return super().ensure_pull_request(pull_request)


@dataclass
class Bench:
    """Repositories are folders below `folder`, by name."""

    folder: Path
    store: Store
    clock: FixedClock
    crowd: Crowd
    rooms: Rooms
    rules: tuple[Rule, ...]

    def commit(self, name: str, files: Mapping[str, bytes]) -> Repository:
        """Another commit in the repository, which has exactly these files then."""
        make_repository(self.folder / name, dict(files))
        return self.repository(name)

    def repository(self, name: str) -> Repository:
        return self.rooms.workspaces.identify(str(self.folder / name))

    def visit(
        self,
        name: str,
        policy: Policy | None = None,
        windows: Schedule | None = None,
        deadline: datetime | None = None,
    ) -> Visit:
        repository, policy = self.repository(name), policy or Policy()
        permit = Permit(
            clock=self.clock,
            began_at=self.clock.now(),
            schedule=windows or schedule(),
            load=LoadWatch(repository, self.rooms.forge, policy.load, self.clock),
            deadline=deadline,
            serves=True,
        )
        order = Order(rules=self.rules, policy=policy)
        return Visit(repository=repository, order=order, rooms=self.rooms, permit=permit)

    def run(self, name: str, policy: Policy | None = None, windows: Schedule | None = None) -> Outcome:
        """`debtd run`, by hand."""
        visit = self.visit(name, policy, windows)
        return run_road(visit.repository, visit.order, visit.rooms, visit.permit)

    def night(self, *visits: Visit) -> Night:
        return run_night(visits, self.store, self.clock)

    def opened(self) -> list[str]:
        """The rules of the open pull requests, in the order in which they were opened."""
        return [one.rule_id for one in self.store.pull_requests(states=(PullRequestState.OPEN,))]


@contextmanager
def night_bench(folder: Path, words: Sequence[str] = ("old", "bad"), at: datetime = EVENING) -> Iterator[Bench]:
    """`words` name the rules, the most severe first; each word is mended by its capitals."""
    clock, crowd, state = FixedClock(at), Crowd(), folder / "state"
    (folder / "scratch").mkdir(exist_ok=True)
    state.mkdir(exist_ok=True)
    store = EmbeddedStore(state / "debtd.sqlite3", clock)
    order = [Severity.HIGH, Severity.MEDIUM, Severity.LOW]
    rules = tuple(replace(word_rule(word), severity=order[min(number, 2)]) for number, word in enumerate(words))
    rooms = Rooms(
        workspaces=GitWorkspaces(state),
        scratch=TemporaryScratch(folder / "scratch"),
        engines=Engines(detectors=[WordDetector({word: word.upper() for word in words})]),
        store=store,
        forge=CrowdedForge(state, clock, crowd),
        clock=clock,
        progress=NoProgress(),
    )
    yield Bench(folder, store, clock, crowd, rooms, rules)
    store.close()


def waits(outcome: Outcome | None) -> list[str]:
    """What the held patches of an outcome wait for."""
    assert outcome is not None
    return [held.waits_for for held in outcome.held]
