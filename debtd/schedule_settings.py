"""The tables `[schedule]` and `[[repository]]` of debtd.toml, read and checked as a whole.

A bad schedule is refused: with a window guessed, debtd would push at a time that nobody asked for.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from zoneinfo import ZoneInfo

from debtd.model.closed_days import Freeze, parse_freeze
from debtd.model.errors import ConfigError
from debtd.model.repo import Repository
from debtd.model.window import WindowKind
from debtd.model.zone import load_zone
from debtd.pipeline.window_value import WindowValue, read_window
from debtd.setting_tables import (
    UNSET,
    Entry,
    RepositoryTable,
    Table,
    checked,
    is_texts,
    read_repository_tables,
    read_table,
)

_KINDS = tuple(kind.value for kind in WindowKind)
_KEYS = (*_KINDS, "zone", "freeze", "holidays", "freeze_applies_to")
_DEFAULTS: Table = {
    **{kind: Entry("always", UNSET) for kind in _KINDS},
    "merge": Entry("never", UNSET),
    "freeze_applies_to": Entry(["publish", "maintain", "merge"], UNSET),
}


@dataclass(frozen=True, slots=True)
class Plan:
    """What holds for one repository. `clock` is the zone to show times in, UTC where none is set. `windows`, and the
    places they come from, are there for every kind; `holidays` are codes of calendars, still to be opened; `frozen`
    are the kinds that freezes and holidays close."""

    clock: ZoneInfo
    windows: Mapping[WindowKind, WindowValue]
    origins: Mapping[WindowKind, str]
    freezes: tuple[Freeze, ...]
    holidays: tuple[str, ...]
    holidays_origin: str
    frozen: frozenset[WindowKind]


@dataclass(frozen=True, slots=True)
class ScheduleSettings:
    """The tables as they stand, those of repositories in the order of the file."""

    base: Table = field(default_factory=dict)
    repositories: tuple[RepositoryTable, ...] = ()

    def plans(self) -> tuple[Plan, ...]:
        """The general one, then that of each `[[repository]]` table by itself."""
        return (_plan(self.base), *(_plan(self.base, one.table) for one in self.repositories))

    def plan_for(self, repository: Repository | None) -> Plan:
        """What holds for a repository (None: for one that no pattern matches). Raises ConfigError."""
        return _plan(self.base, *(one.table for one in self.repositories if one.fits(repository)))


def read_schedule(values: Mapping[str, object], file: str) -> ScheduleSettings:
    """The tables of a file, each checked together with what it builds on. Raises ConfigError."""
    base = read_table(values, "schedule", _KEYS, file)
    repositories = read_repository_tables(values, "schedule", _KEYS, file)
    _plan(base)
    for one in repositories:
        _plan(base, one.table)
    return ScheduleSettings(base, repositories)


def _plan(*tables: Table) -> Plan:
    """Later tables replace the keys of earlier ones; only freezes add up."""
    merged = {key: entry for table in (_DEFAULTS, *tables) for key, entry in table.items()}
    freezes = [entry for table in tables if (entry := table.get("freeze")) is not None]
    zone = checked(merged["zone"], _zone) if "zone" in merged else None
    windows = {kind: checked(merged[kind.value], lambda value: read_window(value, zone)) for kind in WindowKind}
    holidays = merged.get("holidays", Entry([], UNSET))
    plan = Plan(
        clock=zone or checked(Entry("UTC", "the zone"), _zone),
        windows=windows,
        origins={kind: merged[kind.value].where for kind in WindowKind},
        freezes=tuple(freeze for entry in freezes for freeze in checked(entry, _freezes)),
        holidays=checked(holidays, _codes),
        holidays_origin=holidays.where,
        frozen=checked(merged["freeze_applies_to"], _kinds),
    )
    if zone is None and (plan.freezes or plan.holidays):
        place = freezes[0] if plan.freezes else holidays
        raise ConfigError(f"{place.where} names days, which begin at other times in other places; set `zone` too.")
    return plan


def _zone(value: object) -> ZoneInfo:
    if not isinstance(value, str):
        raise ValueError("write a time zone such as Europe/Berlin")  # noqa: TRY004  (the caller tells it as a setting)
    return load_zone(value)


def _freezes(value: object) -> tuple[Freeze, ...]:
    if not isinstance(value, list):
        raise ValueError(  # noqa: TRY004  (as in _zone)
            'write a list of days such as ["2026-12-20..2027-01-06", "2026-11-27 Black Friday"]'
        )
    return tuple(_freeze(item) for item in value)


def _freeze(item: object) -> Freeze:
    text = item.isoformat() if isinstance(item, date) and not isinstance(item, datetime) else item
    if not isinstance(text, str):
        raise ValueError(f"{text} is not a day; write days as 2026-12-24")  # noqa: TRY004  (as in _zone)
    return parse_freeze(text)


def _codes(value: object) -> tuple[str, ...]:
    if not is_texts(value) or not all(item.replace("-", "").isalnum() for item in value):
        raise ValueError('write a list of countries or parts of them such as ["DE-BY"]')
    return tuple(value)


def _kinds(value: object) -> frozenset[WindowKind]:
    if not is_texts(value) or not set(value) <= set(_KINDS):
        raise ValueError(f"write a list of {', '.join(_KINDS)}")
    return frozenset(WindowKind(item) for item in value)
