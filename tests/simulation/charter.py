"""What operators decided for the repositories: windows, budgets, policies. Said in plain values, so that the checks can
read them without debtd's own arithmetic."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import cached_property
from random import Random
from zoneinfo import ZoneInfo

from debtd.model.budget import BudgetKind, Budgets, Pot
from debtd.model.closed_days import ClosedDays, Freeze
from debtd.model.finding import Severity
from debtd.model.policy import Policy
from debtd.model.schedule import Schedule
from debtd.model.valve import LoadLimits
from debtd.model.weekly import Weekly
from debtd.model.weekly_text import parse_weekly
from debtd.model.window import Window, WindowKind
from debtd.rulekit.rule import Rule
from tests.support.fakes import word_rule

START = date(2026, 10, 5)
"""A Monday; clocks change in Berlin and New York three and four weeks later."""

CURES = {"alfa": "ALFA", "bravo": "BRAVO", "carol": "CAROL", "delta": "DELTA", "elbow": "ELBOW", "sour": "alfa"}
"""What each word is mended by. The last cure brings a new finding: no gate lets it through."""

_SEVERITY = {"alfa": Severity.HIGH, "bravo": Severity.MEDIUM, "carol": Severity.LOW}
_GROUPS = {"alfa": "names", "bravo": "names", "carol": "calls", "delta": "calls", "elbow": "calls", "sour": "sour"}
RULES: tuple[Rule, ...] = tuple(
    replace(
        word_rule(word),
        severity=_SEVERITY.get(word, Severity.LOW),
        effort_minutes=1 + number,
        path=f"rules/python/{_GROUPS[word]}/{word}.py",
    )
    for number, word in enumerate(CURES)
)

TEAMS = {"api": "@acme/api", "web": "@acme/web", "lib": "@bob"}
"""Who owns which folder, in every repository."""
CODEOWNERS = "".join(f"/{folder}/ {owner}\n" for folder, owner in TEAMS.items()).encode()

Sizes = Mapping[BudgetKind, int]


def sizes_for(count: int) -> Sizes:
    """What operators would set for so many repositories: much less than there is to propose."""
    return {
        BudgetKind.OPEN: max(6, count * 2 // 3),
        BudgetKind.OPEN_IN_REPOSITORY: 2,
        BudgetKind.OPEN_OF_TEAM: max(4, count // 4),
        BudgetKind.OPEN_IN_GROUP: max(4, count // 2),
        BudgetKind.LINES_IN_REPOSITORY: 7,
        BudgetKind.LINES_OF_TEAM: max(10, count // 2),
        BudgetKind.PER_NIGHT: max(3, count // 6),
        BudgetKind.PER_HOUR: max(2, count // 8),
    }


@dataclass(frozen=True)
class Hours:
    """Windows by kind, as an operator writes them ("" is never), in one zone; closed on the days of `freezes`."""

    texts: Mapping[WindowKind, str]
    zone: ZoneInfo
    freezes: tuple[tuple[date, date], ...] = ()

    @cached_property
    def weekly(self) -> dict[WindowKind, tuple[Weekly, ...]]:
        return {k: (parse_weekly(text, self.zone),) if text else () for k, text in self.texts.items()}

    @cached_property
    def schedule(self) -> Schedule:
        """The same for debtd."""
        closed = ClosedDays(freezes=tuple(Freeze(first, last, "release") for first, last in self.freezes))
        windows = {kind: Window(weekly, self.zone, closed) for kind, weekly in self.weekly.items()}
        return Schedule(windows, dict.fromkeys(WindowKind, "the simulation"), self.zone, closed)


@dataclass(frozen=True)
class Charter:
    """All that holds for one repository. `busy_hours` of a day its checks are slow; `rate` says how lively its people
    are."""

    hours: Hours
    policy: Policy
    own_size: int | None = None
    busy_hours: int = 0
    closes_with_branch: bool = True
    rate: float = 1.0
    sizes: Sizes = field(default_factory=dict)


def _hours(zone: str, *, freeze: bool = False, **texts: str) -> Hours:
    told = {kind: texts.get(kind.value, "00:00-24:00") for kind in WindowKind}
    closed = ((START + timedelta(days=20), START + timedelta(days=26)),) if freeze else ()
    return Hours(told, ZoneInfo(zone), closed)


HOURS = (
    _hours("Europe/Berlin", scan="20:00-03:00", generate="20:00-05:00", publish="22:00-06:00", maintain="22:00-06:00",
           merge="Mon-Fri 09:00-16:00"),
    _hours("America/New_York", publish="22:00-05:00", maintain="22:00-05:00", merge="Mon-Thu 10:00-20:00"),
    _hours("Asia/Kolkata", publish="22:00-06:00", maintain="20:00-06:00", merge=""),
    _hours("Europe/Berlin", publish="Sat-Sun 00:00-24:00", merge="Mon-Fri 13:00-23:00"),
    _hours("UTC", merge="00:00-24:00"),
    _hours("Europe/London", freeze=True, publish="21:00-07:00", maintain="21:00-07:00", merge="08:00-18:00"),
)  # fmt: skip


def draw_charter(chance: Random, sizes: Sizes, repository_id: str) -> Charter:
    """Another one for each repository."""
    own_size = chance.choice([None, None, None, 1, 3])
    single = {Pot(BudgetKind.OPEN_IN_REPOSITORY, repository_id): own_size} if own_size is not None else {}
    limited = chance.random() < 0.2
    policy = Policy(
        draft=chance.random() < 0.1,
        status=chance.random() < 0.3,
        maintain=chance.random() < 0.9,
        auto_merge=chance.random() < 0.4,
        merge_unapproved=chance.random() < 0.5,
        budgets=Budgets(sizes=sizes, of_single=single),
        load=LoadLimits(queued_jobs=5.0) if limited else LoadLimits(),
    )
    return Charter(
        hours=chance.choice(HOURS),
        policy=policy,
        own_size=own_size,
        busy_hours=8 if limited else 0,
        closes_with_branch=chance.random() < 0.7,
        rate=chance.choice([0.3, 1.0, 1.0, 2.0]),
        sizes=sizes,
    )
