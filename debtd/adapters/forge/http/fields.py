"""Reading a forge's JSON, which may be anything: a field is there and has the type, or a fault names it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeVar

from debtd.model.errors import RepoUnusable

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Fields:
    """One JSON object; `what` names it in faults. A field that is null counts as missing."""

    value: object
    what: str

    def text(self, name: str) -> str:
        return self._typed(name, str)

    def text_or(self, name: str, default: str = "") -> str:
        return self.text(name) if self.has(name) else default

    def number(self, name: str) -> int:
        return self._typed(name, int)

    def flag(self, name: str) -> bool:
        return self.has(name) and self._typed(name, bool)

    def moment(self, name: str) -> datetime:
        """A time, aware, UTC."""
        try:
            moment = datetime.fromisoformat(self.text(name))
        except ValueError:
            raise self._odd(name) from None
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)

    def child(self, name: str) -> "Fields":
        return Fields(self._typed(name, dict), f"{self.what}.{name}")

    def children(self, name: str) -> "Iterator[Fields]":
        """The objects of a list; a missing list is empty."""
        for item in self._typed(name, list) if self.has(name) else ():
            yield Fields(item, f"{self.what}.{name}")

    def texts(self, name: str) -> tuple[str, ...]:
        """The texts of a list; a missing list is empty."""
        items = self._typed(name, list) if self.has(name) else []
        if not all(isinstance(item, str) for item in items):
            raise self._odd(name)
        return tuple(items)

    def has(self, name: str) -> bool:
        if not isinstance(self.value, dict):
            raise RepoUnusable(f"the forge's answer about {self.what} is no object; check `base_url` and `api_url`.")
        return self.value.get(name) is not None

    def _typed(self, name: str, kind: type[T]) -> T:
        if not self.has(name):
            raise self._odd(name)
        value = self.value[name]  # type: ignore[index]  # `has` has checked it
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            raise self._odd(name)
        return value

    def _odd(self, name: str) -> RepoUnusable:
        return RepoUnusable(
            f"the forge's answer about {self.what} has no usable `{name}`; is it the kind that the settings name?"
        )


def items_of(value: object, what: str) -> tuple[Fields, ...]:
    """The objects of an answer that is a list; `what` names one of them."""
    return tuple(Fields({"items": value}, what).children("items"))
