"""What is known of a file from answers that were given to other sets of rules.

An answer without a skip says of each of its rules what it reports, whoever else was asked. One with a skip says that
these rules together made the engine read the file and stop: more rules would have met the same, fewer might not. So the
answers to any sets of rules add up to the answer to another set, and only what they leave open is asked anew.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence

from debtd.model.coverage import Skipped, SkipReason
from debtd.model.finding import Match
from debtd.model.scan import Answer
from debtd.rulekit.rule import Rule

# Engines stop at a thousand matches in one file. Answers that add up to many are not added up: the file is asked anew.
_MANY_MATCHES = 200
_LASTING = frozenset(
    {
        SkipReason.NUL_BYTE,
        SkipReason.ENCODING,
        SkipReason.TOO_LARGE,
        SkipReason.DEPTH,
        SkipReason.CHAIN,
        SkipReason.PATTERN_DEPTH,
        SkipReason.PYTHON2,
        SkipReason.SYNTAX,
        SkipReason.PARSER_REFUSED,
        SkipReason.PARTIAL_PARSE,
        SkipReason.TOO_MANY_MATCHES,
    }
)
_OF_THE_MOMENT = frozenset({"RecursionError", "MemoryError"})  # what the engine had left, not what the file is


def rule_key(rule: Rule) -> str:
    """Thirty-two hexadecimal digits that stand for the rule's id and content."""
    return hashlib.sha256(f"{rule.id}\0{rule.digest}".encode()).hexdigest()[:32]


def is_lasting(skipped: Skipped | None) -> bool:
    """Whether the same bytes would meet the same fate the next time."""
    return skipped is None or (skipped.reason in _LASTING and skipped.detail not in _OF_THE_MOMENT)


def add_up(asked: frozenset[str], answers: Iterable[Answer], ids: Mapping[str, str]) -> Answer:
    """The answer to those of the asked rules of which the answers tell; `ids` gives a rule's id by its key."""
    usable = []
    for answer in answers:
        if answer.rules == asked:
            return answer
        if _is_usable(asked, answer):
            usable.append(answer)
    covered: frozenset[str] = frozenset()
    matches: list[Match] = []
    skipped: Skipped | None = None
    for answer in usable:
        told = (answer.rules & asked) - covered
        covered |= told
        matches += _of_rules(answer.matches, told, ids)
        skipped = skipped or answer.skipped
    if len(usable) > 1 and len(matches) > _MANY_MATCHES:
        return Answer(rules=frozenset())
    return Answer(rules=covered, matches=tuple(matches), skipped=skipped)


def keepable(answer: Answer, heard: frozenset[str], ids: Mapping[str, str]) -> Answer | None:
    """The part of a fresh answer that counts later: silence only of rules whose control spoke (DESIGN D6)."""
    if not is_lasting(answer.skipped):
        return None
    if answer.rules <= heard:
        return answer
    told = answer.rules & heard
    if answer.skipped is not None or not told:
        return None  # perhaps one of the others made the engine read the file, and skip it
    return Answer(rules=told, matches=tuple(_of_rules(answer.matches, told, ids)))


def _is_usable(asked: frozenset[str], answer: Answer) -> bool:
    if answer.skipped is None:
        return not answer.rules.isdisjoint(asked)
    # Whether there are too many matches is a matter of all rules together.
    return answer.rules <= asked and answer.skipped.reason is not SkipReason.TOO_MANY_MATCHES


def _of_rules(matches: Sequence[Match], keys: frozenset[str], ids: Mapping[str, str]) -> Iterable[Match]:
    if not matches:
        return ()
    wanted = {ids[key] for key in keys}
    return (match for match in matches if match.rule_id in wanted)
