"""Standings of rules, as they are stored."""

from collections.abc import Sequence
from typing import Any

from debtd.adapters.db.escaping import unescape
from debtd.adapters.db.reads.rows import Rows, utc
from debtd.model.acceptance import RuleStanding, Standing

_QUERY = "SELECT rule_id, repository_id, standing, since, author, reason FROM rule_standings"


def standings(rows: Rows) -> tuple[RuleStanding, ...]:
    """Ordered by rule and repository."""
    found = [_standing(row) for row in rows.select(_QUERY)]
    # Sorted here, because databases disagree about the order of text.
    return tuple(sorted(found, key=lambda standing: (standing.rule_id, standing.repository_id)))


def standing(rows: Rows, rule_id: str, repository_id: str) -> RuleStanding | None:
    query = f"{_QUERY} WHERE rule_id = :rule_id AND repository_id = :repository_id"
    found = rows.select(query, rule_id=rule_id, repository_id=repository_id)
    return next((_standing(row) for row in found), None)


def _standing(row: Sequence[Any]) -> RuleStanding:
    rule_id, repository_id, value, since, author, reason = row
    return RuleStanding(
        rule_id=rule_id,
        repository_id=repository_id,
        standing=Standing(value),
        since=utc(since),
        author=unescape(author),
        reason=unescape(reason),
    )
