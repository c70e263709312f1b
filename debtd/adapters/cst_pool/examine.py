"""One file in the child: read, decode, guard, run the rules, and say what became of it."""

from collections.abc import Sequence
from dataclasses import replace

from debtd.adapters.cst_pool.guards import check, explain, unfixable
from debtd.adapters.cst_pool.messages import Reply
from debtd.adapters.cst_pool.reading import read_bytes
from debtd.model.coverage import Skipped, SkipReason
from debtd.model.finding import Match
from debtd.model.project import Project
from debtd.rulekit.engine import run_rules
from debtd.rulekit.identifiers import identifiers
from debtd.rulekit.rule import Rule
from debtd.rulekit.text import Refused, SourceText, decode_python


def examine(location: str, path: str, rules: Sequence[Rule], project: Project) -> Reply:
    """Never raises for what stands in the file. Only a file that a rule's words admit is guarded and parsed."""
    try:
        source = decode_python(read_bytes(location))
        words = identifiers(source.text)
        wanted = [rule for rule in rules if rule.wants(words)]
        if not wanted:
            return Reply()
        check(source, project)
        return _run(source, path, wanted, project)
    except Refused as refused:
        return Reply(skipped=refused.skipped)
    except (RecursionError, MemoryError) as error:
        return Reply(skipped=Skipped(SkipReason.PARSER_REFUSED, type(error).__name__))


def _run(source: SourceText, path: str, rules: Sequence[Rule], project: Project) -> Reply:
    try:
        matches, broken = _matches(source, path, rules, project)
    except Refused as refused:
        return Reply(skipped=explain(source, refused.skipped))
    skipped = None
    if broken:
        detail = "; ".join(f"rule {rule_id}: {why}" for rule_id, why in sorted(broken.items()))
        skipped = Skipped(SkipReason.RULE_ERROR, detail[:1_000])
    no_fix = unfixable(source)
    if no_fix:
        matches = tuple(replace(match, edits=(), no_fix=no_fix) if match.edits else match for match in matches)
        if b"\n" not in source.data:
            skipped = skipped or Skipped(SkipReason.PARTIAL_PARSE, no_fix.detail)
    return Reply(matches=matches, skipped=skipped, broken=broken)


def _matches(
    source: SourceText, path: str, rules: Sequence[Rule], project: Project
) -> tuple[tuple[Match, ...], dict[str, str]]:
    """Matches of the healthy rules, and the error of each broken one; halves the rules until it is found."""
    try:
        return run_rules(source, path, rules, project), {}
    except (Refused, RecursionError, MemoryError):
        raise
    except (Exception, SystemExit) as error:  # noqa: BLE001  (a rule may fail in any way; it is named below)
        if len(rules) == 1:
            return (), {rules[0].id: f"{type(error).__name__}: {str(error)[:200]}"}
    half = len(rules) // 2
    first, first_broken = _matches(source, path, rules[:half], project)
    second, second_broken = _matches(source, path, rules[half:], project)
    found = sorted((*first, *second), key=lambda m: (m.span.start, m.span.end, m.rule_id))
    return tuple(found), first_broken | second_broken
