"""The tables `[policy]`, `[budgets]` and `[load]` of debtd.toml, and what `[[repository]]` tables change of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import timedelta
from typing import Any

from debtd.model.budget import DEFAULT_SIZES, BudgetKind, Budgets, Pot
from debtd.model.errors import ConfigError
from debtd.model.policy import Policy
from debtd.model.repo import Repository
from debtd.model.valve import LoadLimits
from debtd.setting_tables import (
    Entry,
    RepositoryTable,
    Table,
    checked,
    is_texts,
    read_repository_tables,
    read_table,
)

POLICY_KEYS = tuple(one.name for one in fields(Policy) if one.name not in {"budgets", "load"})
SIZE_KEYS = {kind.name.lower(): kind for kind in BudgetKind}
BUDGET_KEYS = (*SIZE_KEYS, "teams", "groups")
REPOSITORY_BUDGET_KEYS = ("open_in_repository", "lines_in_repository")
LOAD_KEYS = ("queued_jobs", "check_seconds", "max_age_minutes")

_OF_TEAM = {"open": BudgetKind.OPEN_OF_TEAM, "lines": BudgetKind.LINES_OF_TEAM}
_OF_GROUP = {"open": BudgetKind.OPEN_IN_GROUP}
_NO_LIMIT = 1_000_000_000  # of a single pot, where its kind has a limit
Tables = Mapping[str, Table]


@dataclass(frozen=True, slots=True)
class PolicySettings:
    """The tables as they stand, by "policy", "budgets" and "load"; those of repositories in the order of the file."""

    base: Tables = field(default_factory=dict)
    repositories: Mapping[str, tuple[RepositoryTable, ...]] = field(default_factory=dict)

    @property
    def sets_budgets(self) -> bool:
        """Whether the file says anything of budgets."""
        return bool(self.base.get("budgets")) or any(one.table for one in self.repositories.get("budgets", ()))

    def policy_for(self, repository: Repository | None, *, default_budgets: bool) -> Policy:
        """What holds for a repository (None: for one that no pattern matches). `default_budgets`: budgets hold even
        where the file says nothing of them. Raises ConfigError."""

        def merged(key: str) -> Table:
            fitting = [one.table for one in self.repositories.get(key, ()) if one.fits(repository)]
            return {name: entry for table in (self.base.get(key, {}), *fitting) for name, entry in table.items()}

        name = "" if repository is None else repository.id
        budgets = _budgets(merged("budgets"), self.base.get("budgets", {}), name)
        return _policy(
            merged("policy"), budgets if default_budgets or self.sets_budgets else Budgets(), _load(merged("load"))
        )


def read_policy(values: Mapping[str, object], file: str) -> PolicySettings:
    """The tables of a file, each checked. Raises ConfigError."""
    base = {
        "policy": read_table(values, "policy", POLICY_KEYS, file),
        "budgets": read_table(values, "budgets", BUDGET_KEYS, file),
        "load": read_table(values, "load", LOAD_KEYS, file),
    }
    repositories = {
        "policy": read_repository_tables(values, "policy", POLICY_KEYS, file),
        "budgets": read_repository_tables(values, "budgets", REPOSITORY_BUDGET_KEYS, file),
        "load": read_repository_tables(values, "load", LOAD_KEYS, file),
    }
    _policy(base["policy"], _budgets(base["budgets"], base["budgets"], ""), _load(base["load"]))
    for one in repositories["policy"]:
        _policy(one.table, Budgets(), LoadLimits())
    for one in repositories["budgets"]:
        _budgets(one.table, {}, "")
    for one in repositories["load"]:
        _load(one.table)
    return PolicySettings(base, repositories)


def _policy(table: Table, budgets: Budgets, load: LoadLimits) -> Policy:
    values: dict[str, Any] = {
        key: checked(entry, _labels if key == "labels" else _switch) for key, entry in table.items()
    }
    return Policy(**values, budgets=budgets, load=load)


def _budgets(table: Table, base: Table, repository_id: str) -> Budgets:
    """`table` is `base` with what a repository changes of it: those budgets are of that repository alone."""
    sizes: dict[BudgetKind, int] = dict(DEFAULT_SIZES)
    of_single: dict[Pot, int] = {}
    for key, entry in base.items():
        if key in SIZE_KEYS:
            _put(sizes, SIZE_KEYS[key], entry)
    for key, entry in table.items():
        if key == "teams":
            of_single |= _singles(entry, _OF_TEAM, "@acme/core")
        elif key == "groups":
            of_single |= _singles(entry, _OF_GROUP, "stdlib")
        elif base.get(key) is not entry:
            size = checked(entry, _size)
            of_single[Pot(SIZE_KEYS[key], repository_id)] = _NO_LIMIT if size is None else size
    return Budgets(sizes=sizes, of_single=of_single)


def _put(sizes: dict[BudgetKind, int], kind: BudgetKind, entry: Entry) -> None:
    size = checked(entry, _size)
    if size is None:
        sizes.pop(kind, None)
    else:
        sizes[kind] = size


def _singles(entry: Entry, kinds: Mapping[str, BudgetKind], example: str) -> dict[Pot, int]:
    """The pots of single teams or groups."""
    first = next(iter(kinds))
    if not isinstance(entry.value, dict):
        raise ConfigError(f'{entry.where} must be a table; write "{example}" = {{ {first} = 3 }} in it.')
    found: dict[Pot, int] = {}
    for name, table in entry.value.items():
        place = f"{entry.where[:-1]}.{name}"
        if not isinstance(table, dict) or not table:
            raise ConfigError(f"{place}` must be a table such as {{ {first} = 3 }}.")
        for key, value in table.items():
            if key not in kinds:
                raise ConfigError(f"{place}.{key}` is not known; known are {', '.join(kinds)}.")
            size = checked(Entry(value, f"{place}.{key}`"), _size)
            found[Pot(kinds[key], name)] = _NO_LIMIT if size is None else size
    return found


def _load(table: Table) -> LoadLimits:
    values: dict[str, Any] = {}
    for key, entry in table.items():
        number = checked(entry, _number)
        values |= {"max_age": timedelta(minutes=number)} if key == "max_age_minutes" else {key: number}
    return LoadLimits(**values)


def _switch(value: object) -> bool:
    if not isinstance(value, bool):
        raise ValueError("write true or false")  # noqa: TRY004  (the caller tells it as a setting)
    return value


def _labels(value: object) -> tuple[str, ...]:
    if not is_texts(value) or not all(item.strip() and "," not in item for item in value):
        raise ValueError('write a list of names such as ["debtd", "tech debt"]')
    return tuple(value)


def _size(value: object) -> int | None:
    """None for no limit."""
    if value == "none":
        return None
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < _NO_LIMIT:
        raise ValueError('write a whole number of at least 0, or "none" for no limit')
    return value


def _number(value: object) -> float:
    if not isinstance(value, int | float) or isinstance(value, bool) or not 0 <= value < 1e9:
        raise ValueError("write a number of at least 0")
    return value
