"""A promise that was not kept."""

from collections import Counter
from dataclasses import dataclass, field


class Broken(AssertionError):
    """`village` and `branch` lead to the history; `branch` is "" where none is concerned."""

    def __init__(self, promise: str, village: str, branch: str, words: str) -> None:
        super().__init__(f"{promise}: {village} {branch}: {words}")
        self.promise, self.village, self.branch, self.words = promise, village, branch, words


@dataclass
class Count:
    """How often each promise was looked at."""

    of: Counter[str] = field(default_factory=Counter)

    def __call__(self, kept: object, promise: str, village: str, branch: str = "", words: str = "") -> None:
        self.of[promise] += 1
        if not kept:
            raise Broken(promise, village, branch, words)
