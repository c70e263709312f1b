"""`.debtd.toml`: what the people of a repository ask of debtd. It narrows what the operator allows and never widens it.

The file is hostile. What it says wrongly is no reason to guess: the repository is left alone until it is mended.
"""

import re
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from debtd.model.budget import BudgetKind, Budgets, Pot
from debtd.model.codeowners.paths import PathPattern, fits_path, parse_names
from debtd.model.codeowners.wildcard import fits_name, parse_segment
from debtd.model.coverage import Skipped, SkipReason
from debtd.model.finding import Finding, Match
from debtd.model.policy import Policy
from debtd.model.printable import printable

FILE_NAME = ".debtd.toml"
MAX_BYTES = 64 * 1024
_MAX_ITEMS = 50
_MAX_LENGTH = 100
_MAX_LABELS = 10
_RULE = re.compile(r"[a-z0-9*?-]{1,100}", re.ASCII)
_LABEL = re.compile(r"[^,\x00-\x1f\x7f]{1,50}")


@dataclass(frozen=True, slots=True, kw_only=True)
class RepositoryFile:
    """`leave_out_rules` are patterns over rule ids ("*" and "?"), `leave_out_paths` over paths: those of .gitignore
    without "!" and "[". `labels` are given to pull requests beside the operator's. Budgets are of this repository
    alone; None: as the operator says."""

    enabled: bool = True
    leave_out_rules: tuple[str, ...] = ()
    leave_out_paths: tuple[str, ...] = ()
    draft: bool = False
    auto_merge: bool = True
    old_debt: bool = True
    labels: tuple[str, ...] = ()
    open_pull_requests: int | None = None
    lines_to_review: int | None = None


def read_repository_file(data: bytes) -> RepositoryFile:
    """The file, checked. Raises ValueError with a sentence about the first mistake, without a full stop."""
    if len(data) > MAX_BYTES:
        raise ValueError(f"it has more than {MAX_BYTES:,} bytes")
    try:
        values = tomllib.loads(data.decode("utf-8"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        raise ValueError(f"it is not valid TOML ({_shown(str(error))})") from None
    budgets = values.pop("budgets", {})
    if not isinstance(budgets, dict):
        raise ValueError("`budgets` must be a table; write [budgets] above its keys")  # noqa: TRY004  (as for all values)
    return RepositoryFile(**_read(values, _KEYS), **_read(budgets, _BUDGETS))


def narrowed(policy: Policy, file: RepositoryFile, repository_id: str) -> Policy:
    """The operator's policy, with what the file takes away from it."""
    return replace(
        policy,
        draft=policy.draft or file.draft,
        auto_merge=policy.auto_merge and file.auto_merge,
        old_debt=policy.old_debt and file.old_debt,
        labels=tuple(dict.fromkeys((*policy.labels, *file.labels))),
        budgets=_smaller(policy.budgets, file, repository_id),
    )


def left_out(findings: Iterable[Finding], file: RepositoryFile) -> dict[str, Skipped]:
    """The findings that the file asks not to fix, by fingerprint."""
    rules = [parse_segment(pattern, classes=False) for pattern in file.leave_out_rules]
    paths = [_path_pattern(pattern) for pattern in file.leave_out_paths]

    @cache
    def leaves_out_rule(rule_id: str) -> bool:
        return any(fits_name(rule, rule_id) for rule in rules)

    @cache
    def leaves_out_path(path: str) -> bool:
        return any(fits_path(pattern, path) for pattern in paths)

    def asks(match: Match) -> str:
        if leaves_out_rule(match.rule_id):
            return f"{FILE_NAME} leaves this rule out"
        return f"{FILE_NAME} leaves this path out" if leaves_out_path(match.path) else ""

    asked = ((finding.fingerprint, asks(finding.match)) for finding in findings) if rules or paths else ()
    return {key: Skipped(SkipReason.LEFT_OUT, why) for key, why in asked if why}


def _path_pattern(text: str) -> PathPattern:
    """A name anywhere, or a path from the root where a slash stands in the middle; with all that is below it."""
    names = text.strip("/").split("/")
    is_anchored = "/" in text.rstrip("/")
    return (*parse_names(names if is_anchored else ["**", *names], classes=False), None)


def _smaller(budgets: Budgets, file: RepositoryFile, repository_id: str) -> Budgets:
    wanted = {
        BudgetKind.OPEN_IN_REPOSITORY: file.open_pull_requests,
        BudgetKind.LINES_IN_REPOSITORY: file.lines_to_review,
    }
    pots = {Pot(kind, repository_id): size for kind, size in wanted.items() if size is not None}
    allowed = {pot: budgets.size(pot) for pot in pots}
    least = {pot: size if (most := allowed[pot]) is None else min(size, most) for pot, size in pots.items()}
    return replace(budgets, of_single={**budgets.of_single, **least})


def _read(values: Mapping[str, object], known: Mapping[str, Callable[[object], object]]) -> dict[str, Any]:
    read: dict[str, Any] = {}
    for key, value in values.items():
        if key not in known:
            raise ValueError(f"the key `{_shown(key)}` is not known; known are {', '.join((*_KEYS, 'budgets'))}")
        try:
            read[key] = known[key](value)
        except ValueError as error:
            raise ValueError(f"`{key}` {error}") from None
    return read


def _switch(value: object) -> bool:
    if not isinstance(value, bool):
        raise ValueError("must be true or false")  # noqa: TRY004  (as for all values)
    return value


def _size(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= 1_000_000:
        raise ValueError("must be a whole number from 0 to 1,000,000")
    return value


def _texts(value: object, check: Callable[[str], bool], what: str) -> tuple[str, ...]:
    if not isinstance(value, list) or len(value) > _MAX_ITEMS:
        raise ValueError(f"must be a list of at most {_MAX_ITEMS} {what}")
    for item in value:
        if not isinstance(item, str) or not check(item):
            raise ValueError(f"has {_shown(repr(item))}, which is none of the {what} that debtd takes")
    return tuple(value)


def _rules(value: object) -> tuple[str, ...]:
    return _texts(value, lambda text: bool(_RULE.fullmatch(text)), "rules")


def _paths(value: object) -> tuple[str, ...]:
    """No negation, which could bring back what another line leaves out."""

    def is_plain(text: str) -> bool:
        fits = 0 < len(text) <= _MAX_LENGTH and text.isprintable() and "[" not in text
        return fits and text[0] not in "!#" and text.strip(" /") != "" and "//" not in text

    return _texts(value, is_plain, "patterns")


def _labels(value: object) -> tuple[str, ...]:
    labels = _texts(value, lambda text: bool(_LABEL.fullmatch(text)) and text.strip() != "", "labels")
    if len(labels) > _MAX_LABELS:
        raise ValueError(f"must be a list of at most {_MAX_LABELS} labels")
    return labels


def _shown(text: str) -> str:
    shown = printable(" ".join(text.split()))
    return shown if len(shown) <= 80 else f"{shown[:80]}..."


_KEYS: Mapping[str, Callable[[object], object]] = {
    "enabled": _switch,
    "leave_out_rules": _rules,
    "leave_out_paths": _paths,
    "draft": _switch,
    "auto_merge": _switch,
    "old_debt": _switch,
    "labels": _labels,
}
_BUDGETS: Mapping[str, Callable[[object], object]] = {"open_pull_requests": _size, "lines_to_review": _size}
