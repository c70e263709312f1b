"""What the checks and the reviews say together. Unknown is never green, and never approved."""

from collections.abc import Iterable, Mapping

from debtd.model.forge import ChecksState, Reception, ReviewState

_CHECKS = (ChecksState.RED, ChecksState.PENDING, ChecksState.GREEN)
_REVIEWS = (ReviewState.CHANGES_REQUESTED, ReviewState.APPROVED)


def reception_of(checks: Iterable[ChecksState], reviews: Mapping[str, ReviewState], author: str) -> Reception:
    """`reviews` by login; those of the pull request's `author` are no approval."""
    words = {word for login, word in reviews.items() if word is not ReviewState.APPROVED or login != author}
    states = set(checks)
    return Reception(
        checks=next((state for state in _CHECKS if state in states), ChecksState.NONE),
        review=next((word for word in _REVIEWS if word in words), ReviewState.NONE),
    )
