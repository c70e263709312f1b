"""Steps that a forge may refuse one by one, without an end to the rest."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

from debtd.model.errors import RepoUnusable


@contextmanager
def all_the_same(steps: Iterable[Callable[[], object]]) -> Iterator[None]:
    """Take every step, then do what is inside, whatever the forge refused (a locked conversation, a protected branch);
    the first refusal is raised in the end."""
    refusals: list[RepoUnusable] = []
    for step in steps:
        try:
            step()
        except RepoUnusable as refusal:
            refusals.append(refusal)
    yield
    if refusals:
        raise refusals[0]
