"""Matches -> findings with an identity, and what became of the findings that were known before."""

from collections.abc import Sequence
from datetime import datetime

from debtd.model.finding import Finding
from debtd.model.fingerprint import Pairing, pair
from debtd.model.scan import ScanResult
from debtd.model.suppression import Suppression, SuppressionKind
from debtd.ports import ScanRecord


def identify(
    repository_id: str,
    result: ScanResult,
    known: Sequence[Finding],
    engines: tuple[tuple[str, str], ...],
    now: datetime,
) -> ScanRecord:
    """The record of one scan. A finding is resolved only where this scan's silence proves it (DESIGN D6)."""
    concerned = [f for f in known if f.match.rule_id in result.rule_ids]
    pairing = pair(repository_id, concerned, result.matches, result.coverage.listed_paths)
    resolved, unverified = _missing(pairing, result)
    return ScanRecord(
        coverage=result.coverage,
        new=pairing.new,
        seen=pairing.seen,
        resolved=resolved,
        unverified=unverified,
        in_source=tuple(_in_source(pairing, now)),
        rule_ids=result.rule_ids,
        fired=result.fired,
        engines=engines,
    )


def _missing(pairing: Pairing, result: ScanResult) -> tuple[tuple[str, ...], tuple[str, ...]]:
    resolved: list[str] = []
    unverified: list[str] = []
    for finding in pairing.missing:
        proven = result.can_deny(finding.match.rule_id, finding.match.path)
        (resolved if proven else unverified).append(finding.fingerprint)
    return tuple(resolved), tuple(unverified)


def _in_source(pairing: Pairing, now: datetime) -> list[Suppression]:
    return [
        Suppression(
            fingerprint=finding.fingerprint,
            kind=SuppressionKind.IN_SOURCE,
            reason=f"the code says {finding.match.suppressed_by}",
            author="repository",
            created_at=now,
        )
        for finding in (*pairing.seen, *pairing.new)
        if finding.match.suppressed_by
    ]
