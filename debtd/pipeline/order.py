"""What one run of the road is given, and what it gives back."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from debtd.model.coverage import Coverage, Skipped
from debtd.model.discovery import Terms
from debtd.model.errors import DebtdError
from debtd.model.policy import Policy
from debtd.model.project import Project, PythonVersion
from debtd.model.pull_request import PullRequest
from debtd.model.repo import Repository, Revision
from debtd.model.window import WindowKind
from debtd.pipeline.scan import Engines
from debtd.ports import Clock, Forge, Progress, ScanRecord, Scratch, Store, Workspaces
from debtd.rulekit.rule import Rule

ALL_BUT_MERGE = frozenset(WindowKind) - {WindowKind.MERGE}


class Stage(StrEnum):
    SCAN = "scan"
    FIX = "fix"
    VERIFY = "verify"
    PUBLISH = "publish"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rooms:
    """The adapters of one run. New pull requests go to `forge`; `forge_of` finds where an older one is."""

    workspaces: Workspaces
    scratch: Scratch
    engines: Engines
    store: Store
    forge: Forge
    clock: Clock
    progress: Progress
    forge_of: Callable[[PullRequest], Forge] | None = None

    def forge_at(self, pull_request: PullRequest) -> Forge:
        """Where a pull request is already. One that is not published yet goes to `forge`."""
        return self.forge if self.forge_of is None or not pull_request.url else self.forge_of(pull_request)


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What to do: `rules` (all of them, or the chosen ones), the last stage, the operator's Python floor and policy,
    which windows are open, and the terms of an enrolment."""

    rules: Sequence[Rule]
    stop_after: Stage = Stage.PUBLISH
    target_python: PythonVersion | None = None
    policy: Policy = field(default_factory=Policy)
    windows: frozenset[WindowKind] = ALL_BUT_MERGE
    terms: Terms = field(default_factory=Terms)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scanned:
    """What the scan stage left.

    `record` is None when nothing was scanned: nothing could differ, or the stage had to wait (`waits_for`). Then what
    is told is that of an earlier scan, and where `is_current` is False, of another commit. `is_whole`: nothing failed
    that may go better the next time. `broken` maps the ids of rules that failed to what went wrong: their silence means
    nothing.
    """

    project: Project
    inputs: str
    coverage: Coverage
    record: ScanRecord | None
    broken: Mapping[str, str] = field(default_factory=dict)
    is_current: bool = True
    is_whole: bool = True
    waits_for: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A proven patch that waits, and for what, in words that follow "waits for"."""

    task_key: str
    rule_id: str
    waits_for: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What one run did. `skipped` says why findings got no fix, by fingerprint; `judged` are keys of fix tasks;
    `withheld` says what a stage waits for that may not be done now; `faults` hindered single pull requests, and no
    others. `left_alone` says why nothing but a scan was done; "" when more was."""

    repository: Repository
    revision: Revision
    scanned: Scanned
    skipped: Mapping[str, Skipped]
    judged: tuple[str, ...]
    published: tuple[PullRequest, ...]
    held: tuple[Held, ...] = ()
    withheld: Mapping[WindowKind, str] = field(default_factory=dict)
    left_alone: str = ""
    faults: tuple[DebtdError, ...] = ()
