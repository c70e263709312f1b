"""Short ways to say values in tests."""

from debtd.model.edit import Edit
from debtd.model.finding import Finding, FindingState, Match, Span


def match(
    text: str = "object",
    *,
    rule_id: str = "class-inherits-object",
    path: str = "a.py",
    start: int = 0,
    line: int = 1,
    line_text: str = "",
    scope: str = "",
    edits: tuple[Edit, ...] = (),
    blob: str = "b" * 40,
) -> Match:
    end = start + len(text)
    return Match(
        rule_id=rule_id,
        path=path,
        span=Span(start=start, end=end, line=line, column=1, end_line=line, end_column=1 + len(text)),
        text=text,
        line_text=line_text or text,
        scope=scope,
        message="m",
        edits=edits,
        blob=blob,
    )


def finding(fingerprint: str, made: Match, state: FindingState = FindingState.OPEN) -> Finding:
    return Finding(fingerprint=fingerprint, match=made, state=state)
