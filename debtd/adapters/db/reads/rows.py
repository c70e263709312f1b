"""How a query runs: the same for each driver."""

import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any, Protocol

from debtd.adapters.db.escaping import unescape


class Rows(Protocol):
    """One transaction that only reads."""

    def select(self, sql: str, **values: object) -> Iterator[Sequence[Any]]:
        """The rows, each as long as the list of columns; `:name` stands for a value."""
        ...

    def stream(self, sql: str, **values: object) -> Iterator[Sequence[Any]]:
        """The same for many rows: they are not all held in memory."""
        ...

    def moment(self, at: datetime) -> object:
        """A moment as the database compares it."""
        ...


def among(column: str, values: Sequence[str]) -> tuple[str, dict[str, str]]:
    """A condition that is true for these values (for every value when there are none), and what it needs."""
    if not values:
        return "1 = 1", {}
    named = {f"{column.replace('.', '_')}_{number}": value for number, value in enumerate(values)}
    return f"{column} IN ({', '.join(f':{name}' for name in named)})", named


def aware(at: datetime) -> datetime:
    """The moment itself. Raises ValueError for one without a zone."""
    if at.tzinfo is None:
        raise ValueError(f"{at!r} is a naive datetime: times are aware, in UTC")
    return at


def sqlite_moment(at: datetime) -> str:
    """A moment as SQLite keeps it: text in UTC that sorts by time."""
    return aware(at).astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")


def text(value: str | None) -> str | None:
    """Text from outside, as it was stored."""
    return None if value is None else unescape(value)


def from_json(value: Any) -> Any:
    """A JSON value. SQLite hands it over as text, PostgreSQL's driver ready."""
    return json.loads(value) if isinstance(value, str) else value


def utc(value: str | datetime) -> datetime:
    """An aware moment in UTC. SQLite stores no zone."""
    moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
