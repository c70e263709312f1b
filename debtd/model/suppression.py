"""A recorded human decision about a finding (SARIF `suppression`)."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class SuppressionKind(StrEnum):
    """EXTERNAL: said to debtd. IN_SOURCE: a comment in the repository. REJECTED: its pull request was refused."""

    EXTERNAL = "external"
    IN_SOURCE = "in-source"
    REJECTED = "pull-request-rejected"


@dataclass(frozen=True, slots=True, kw_only=True)
class Suppression:
    """Active from `created_at` until `expires_at` (None: for good) unless it is lifted. Times are aware UTC."""

    fingerprint: str
    kind: SuppressionKind
    reason: str
    author: str
    created_at: datetime
    expires_at: datetime | None = None

    def is_active(self, now: datetime) -> bool:
        return self.expires_at is None or now < self.expires_at
