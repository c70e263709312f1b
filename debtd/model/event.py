"""The journal: what happened, in order, for `explain` and for people."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """`kind` is a static dotted name such as "scan.finished"; `subject` an id; `fields` are small JSON values."""

    at: datetime
    kind: str
    subject: str
    fields: tuple[tuple[str, str | int], ...] = ()
