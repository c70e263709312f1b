"""Comments of a scanned repository that ask a scanner for silence: recorded and counted, never obeyed in silence."""

import re

_REQUEST = re.compile(r"\b(nosem(?:grep)?)\b(?::[ \t]*([\w./-]+(?:[ \t]*,[ \t]*[\w./-]+)*))?", re.IGNORECASE)
_COMMENT_ONLY = re.compile(r"^\s*(?:#|//|/\*|\*|--|<!--)")


def silence_request(line: str, previous_line: str, rule_id: str) -> str:
    """The request that covers `rule_id` on this line ("nosemgrep"), or "" when there is none.

    A request stands on the line itself, or alone on the line before. With a list of ids it covers those only;
    an id may carry a dotted prefix, as semgrep prints it.
    """
    candidates = [line]
    if _COMMENT_ONLY.match(previous_line):
        candidates.append(previous_line)
    for candidate in candidates:
        for found in _REQUEST.finditer(candidate):
            ids = found.group(2)
            if ids is None or rule_id in (name.strip().rpartition(".")[2] for name in ids.split(",")):
                return found.group(1).lower()
    return ""
