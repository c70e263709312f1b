"""Identity over time: which match of today is which finding of yesterday.

A fingerprint is made once, when a finding is first seen, and then carried from scan to scan by pairing: by rule and
matched text, and then by ever weaker circumstances. Line numbers never count, so findings survive code that moves;
a renamed file keeps its findings; twins (the same text twice) are paired in the order in which they stand.
"""

import hashlib
from collections import defaultdict
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from debtd.model.finding import Finding, FindingState, Match

_Bucket = tuple[str, ...]


def content_key(match: Match) -> tuple[str, str]:
    """What must be equal for two matches to be the same finding: the rule and the text, white space folded."""
    return match.rule_id, " ".join(match.text.split())


@dataclass(frozen=True, slots=True)
class Pairing:
    """`seen`: known findings with their present match; `new`: first seen now; `missing`: known but not matched."""

    seen: tuple[Finding, ...]
    new: tuple[Finding, ...]
    missing: tuple[Finding, ...]


def pair(repository_id: str, known: Sequence[Finding], matches: Sequence[Match], listed: Collection[str]) -> Pairing:
    """Give every match an identity. `listed` are all paths of the tree, to tell a rename from a copy.

    Resolved findings are paired only with a match in the very same circumstances (a revert brings them back).
    """
    left = {f.fingerprint: f for f in known}
    open_matches = sorted(matches, key=_position)
    seen: list[Finding] = []
    for tier in _tiers(frozenset(listed)):
        open_matches = _pair_tier(tier, left, open_matches, seen)
    used = {f.fingerprint for f in known}
    new = tuple(_new_finding(repository_id, match, used) for match in open_matches)
    missing = tuple(f for f in left.values() if f.state is not FindingState.RESOLVED)
    return Pairing(tuple(seen), new, missing)


@dataclass(frozen=True, slots=True)
class _Tier:
    """Which known findings take part, and the circumstances that must agree besides the content."""

    admits: Callable[[Finding], bool]
    bucket: Callable[[Match], _Bucket | None]


def _tiers(listed: frozenset[str]) -> tuple[_Tier, ...]:
    def alive(finding: Finding) -> bool:
        return finding.state is not FindingState.RESOLVED

    def vanished(finding: Finding) -> bool:
        return alive(finding) and finding.match.path not in listed

    return (
        _Tier(alive, lambda m: (m.path, m.scope, _line(m))),
        _Tier(alive, lambda m: (m.path, m.scope)),
        _Tier(alive, lambda m: (m.path, _line(m))),
        _Tier(vanished, lambda m: (m.scope, _line(m))),
        _Tier(alive, lambda m: (m.scope, _line(m)) if m.scope else None),
        _Tier(lambda f: not alive(f), lambda m: (m.path, m.scope, _line(m))),
    )


def _pair_tier(tier: _Tier, left: dict[str, Finding], matches: Sequence[Match], seen: list[Finding]) -> list[Match]:
    waiting: dict[tuple[_Bucket, tuple[str, str]], list[Finding]] = defaultdict(list)
    for finding in sorted(left.values(), key=lambda f: _position(f.match), reverse=True):
        bucket = tier.bucket(finding.match)
        if bucket is not None and tier.admits(finding):
            waiting[bucket, content_key(finding.match)].append(finding)
    rest: list[Match] = []
    for match in matches:
        bucket = tier.bucket(match)
        queue = waiting.get((bucket, content_key(match))) if bucket is not None else None
        if not queue:
            rest.append(match)
            continue
        finding = queue.pop()
        del left[finding.fingerprint]
        seen.append(Finding(fingerprint=finding.fingerprint, match=match))
    return rest


def _new_finding(repository_id: str, match: Match, used: set[str]) -> Finding:
    ordinal = 0
    while True:
        parts = (repository_id, *content_key(match), match.path, match.scope, str(ordinal))
        fingerprint = hashlib.sha256("\0".join(parts).encode("utf-8", "surrogateescape")).hexdigest()[:40]
        if fingerprint not in used:
            used.add(fingerprint)
            return Finding(fingerprint=fingerprint, match=match)
        ordinal += 1


def _line(match: Match) -> str:
    return " ".join(match.line_text.split())


def _position(match: Match) -> tuple[str, int, int, str]:
    return match.path, match.span.start, match.span.end, match.rule_id
