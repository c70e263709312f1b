"""A case of the forges' contract."""

from collections.abc import Callable
from dataclasses import dataclass

from debtd.model.errors import DebtdError
from tests.support.forges.world import World

EVERY = ("local", "github", "gitlab", "gitea")
HOSTED = EVERY[1:]
OTHER_KEY = "5c" * 20


@dataclass(frozen=True)
class Case:
    """`run` gives what is seen, to be compared with `expected`."""

    name: str
    run: Callable[[World], object]
    expected: object
    kinds: tuple[str, ...] = EVERY


def consequence(call: Callable[[], object]) -> str:
    """What a call ends in: the class of its fault, or "done"."""
    try:
        call()
    except DebtdError as error:
        return consequence_of(error)
    return "done"


def consequence_of(error: DebtdError) -> str:
    """The class of a fault by its consequence."""
    return next(kind.__name__ for kind in type(error).__mro__ if kind.__module__ == "debtd.model.errors")
