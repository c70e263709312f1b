"""What happened on the forges, deed by deed: the side from which debtd is judged."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

BOT = "debtd-bot"


class Act(StrEnum):
    """What changes something on a forge."""

    PUSH_NEW = "pushed the new branch"
    PUSH_OVER = "pushed over the branch"
    PUSH = "pushed a commit"
    DELETE_BRANCH = "deleted the branch"
    OPEN = "opened"
    CLOSE = "closed"
    REOPEN = "reopened"
    MERGE = "merged"
    REVERT = "reverted"
    RETARGET = "changed the target of"
    SAY = "said"
    OTHER = "changed"


@dataclass(frozen=True, slots=True)
class Deed:
    """`number` is the pull request's, 0 for none; `before` and `after` are commits of `branch`."""

    at: datetime
    village: str
    act: Act
    by: str
    number: int = 0
    branch: str = ""
    before: str = ""
    after: str = ""
    words: str = ""

    def __str__(self) -> str:
        where = f"#{self.number} " if self.number else ""
        moved = f" {self.before[:8] or '-'} -> {self.after[:8] or '-'}" if self.before or self.after else ""
        told = f" {self.words!r}" if self.words else ""
        return f"{self.at:%Y-%m-%d %H:%M:%S} {self.village}: {self.by} {self.act} {where}{self.branch}{moved}{told}"


@dataclass
class Chronicle:
    """All deeds in order. `listeners` hear of each at once."""

    deeds: list[Deed] = field(default_factory=list)
    listeners: list[Callable[[Deed], None]] = field(default_factory=list)
    of_branch: dict[tuple[str, str], list[Deed]] = field(default_factory=lambda: defaultdict(list))

    def note(self, deed: Deed) -> None:
        self.deeds.append(deed)
        self.of_branch[deed.village, deed.branch].append(deed)
        for listener in self.listeners:
            listener(deed)
