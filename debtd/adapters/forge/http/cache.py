"""Answers kept with their ETag: a forge that says "not modified" does not count the call."""

from collections import OrderedDict
from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from debtd.adapters.forge.http.transport import Answer

_MAX_ENTRIES = 256
_MAX_CHARACTERS = 1_000_000


class EtagCache:
    """The newest answers by URL, for one credential; they are no older than the forge says."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, tuple[str, Answer]] = OrderedDict()

    def condition(self, url: str) -> Mapping[str, str]:
        """The header that asks only for news."""
        return {"if-none-match": self._kept[url][0]} if url in self._kept else {}

    def answer(self, url: str) -> "Answer":
        """What was kept for the URL that `condition` was sent for."""
        return self._kept[url][1]

    def keep(self, url: str, etag: str, answer: "Answer") -> None:
        self._kept.pop(url, None)
        if etag and len(answer.text) <= _MAX_CHARACTERS:
            self._kept[url] = (etag, answer)
            while len(self._kept) > _MAX_ENTRIES:
                self._kept.popitem(last=False)
