"""How a repository came to debtd, and whether its people agreed."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class EnrolmentState(StrEnum):
    """FOUND: discovered, and nothing is done yet. ASKED: its onboarding pull request is open. ENROLLED: debtd works
    there. OPTED_OUT: its people closed that pull request."""

    FOUND = "found"
    ASKED = "asked"
    ENROLLED = "enrolled"
    OPTED_OUT = "opted-out"


@dataclass(frozen=True, slots=True, kw_only=True)
class Enrolment:
    """`branch`, `commit`, `number` and `url` are those of the onboarding pull request; empty and 0 without one.
    `reason` says for people what decided the state."""

    repository_id: str
    state: EnrolmentState
    changed_at: datetime
    reason: str = ""
    branch: str = ""
    commit: str = ""
    number: int = 0
    url: str = ""
