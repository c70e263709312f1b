"""Tables of debtd.toml, and `[[repository]]` tables that replace keys of the general ones. A mistake names its key."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TypeGuard, TypeVar

from debtd.model.errors import ConfigError
from debtd.model.repo import Repository

_T = TypeVar("_T")
OF_A_REPOSITORY = ("match", "schedule", "policy", "budgets", "load")
"""The keys of a `[[repository]]` table."""

UNSET = "not set"


@dataclass(frozen=True, slots=True)
class Entry:
    """A value, and the place that it stands at, for people: "/etc/debtd.toml: `schedule.publish`"."""

    value: object
    where: str


Table = Mapping[str, Entry]


@dataclass(frozen=True, slots=True)
class RepositoryTable:
    """What one `[[repository]]` table says under one key, for the repositories that one of the patterns fits."""

    patterns: tuple[str, ...]
    table: Table

    def fits(self, repository: Repository | None) -> bool:
        names = () if repository is None else (repository.source, repository.name)
        return any(fnmatchcase(name, pattern) for name in names for pattern in self.patterns)


def read_table(values: Mapping[str, object], key: str, known: Sequence[str], file: str) -> Table:
    """The general table `[key]`; empty where there is none. Raises ConfigError."""
    return _table(values.get(key, {}), key, known, f"{file}: `{key}")


def read_repository_tables(
    values: Mapping[str, object], key: str, known: Sequence[str], file: str
) -> tuple[RepositoryTable, ...]:
    """What the `[[repository]]` tables say under `key`, in the order of the file. Raises ConfigError."""
    listed = values.get("repository", [])
    if not isinstance(listed, list):
        raise ConfigError(f"{file}: `repository` must be a list of tables; write [[repository]].")
    return tuple(
        _repository(item, key, known, f"{file}: `repository {number}") for number, item in enumerate(listed, start=1)
    )


def repository_patterns(values: Mapping[str, object], file: str) -> tuple[str, ...]:
    """All patterns of the `[[repository]]` tables, in the order of the file."""
    tables = read_repository_tables(values, "match", (), file)
    return tuple(dict.fromkeys(pattern for table in tables for pattern in table.patterns))


def _repository(value: object, key: str, known: Sequence[str], where: str) -> RepositoryTable:
    if not isinstance(value, dict):
        raise ConfigError(f"{where}` must be a table; write [[repository]].")
    if unknown := sorted(set(value) - set(OF_A_REPOSITORY)):
        raise ConfigError(f"{where}.{unknown[0]}` is not known; known are {', '.join(OF_A_REPOSITORY)}.")
    patterns = value.get("match")
    if isinstance(patterns, str):
        patterns = [patterns]
    if not is_texts(patterns) or not patterns or not all(patterns):
        raise ConfigError(f'{where}.match` must say which repositories; write "https://github.com/acme/*".')
    table = {} if key == "match" else _table(value.get(key, {}), key, known, f"{where}.{key}")
    return RepositoryTable(tuple(patterns), table)


def _table(value: object, key: str, known: Sequence[str], where: str) -> Table:
    if not isinstance(value, dict):
        raise ConfigError(f"{where}` must be a table; write [{key}] above its keys.")
    if unknown := sorted(set(value) - set(known)):
        raise ConfigError(f"{where}.{unknown[0]}` is not known; known are {', '.join(known)}.")
    return {name: Entry(item, f"{where}.{name}`") for name, item in value.items()}


def checked(entry: Entry, read: Callable[[object], _T]) -> _T:
    """The value, read; the ValueError of `read` becomes a ConfigError that tells place and value."""
    try:
        return read(entry.value)
    except ValueError as error:
        end = "" if str(error).endswith("?") else "."
        raise ConfigError(f"{entry.where} is {_shown(entry.value)}: {error}{end}") from None


def is_texts(value: object) -> TypeGuard[list[str]]:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


def _shown(value: object) -> str:
    text = f'"{value}"' if isinstance(value, str) else str(value)
    return text if len(text) <= 200 else f"{text[:200]}..."
