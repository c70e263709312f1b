"""Run LibCST rules over one text: one parse, one walk, all rules. Text in, matches out.

It trusts its caller for safety: only examples are parsed in-process; repository bytes go through the pool of
killable children, which calls this module behind its guards.
"""

from collections.abc import Sequence

import libcst as cst

from debtd.model.coverage import Skipped, SkipReason
from debtd.model.edit import Edit
from debtd.model.finding import Match
from debtd.model.inline import silence_request
from debtd.model.project import Project
from debtd.rulekit.file_view import FileView
from debtd.rulekit.identifiers import identifiers
from debtd.rulekit.lines import MAX_TEXT, Lines
from debtd.rulekit.rule import Rule, SemgrepPattern
from debtd.rulekit.text import Refused, SourceText
from debtd.rulekit.tree import tell
from debtd.rulekit.visitor import Report, RuleVisitor


def run_rules(source: SourceText, path: str, rules: Sequence[Rule], project: Project) -> tuple[Match, ...]:
    """All matches of LibCST rules in one Python file, ordered by position.

    Rules whose words are missing cost nothing; without any wanted rule the text is not parsed. Raises `Refused`
    where LibCST refuses the text. A fault of a rule propagates: the caller names the rule and the file.
    """
    words = identifiers(source.text)
    wanted = [rule for rule in rules if not isinstance(rule.detect, SemgrepPattern) and rule.wants(words)]
    if not wanted:
        return ()
    view = FileView(_parse(source), source.utf8)
    visitors = [(rule, _visitor(rule, view, project)) for rule in wanted]
    tell(view.module, view.parents, [visitor for _, visitor in visitors])
    lines = Lines(source.utf8)
    found = [
        _match(rule, report, source, path, view, lines, project)
        for rule, visitor in visitors
        for report in visitor.reports
        if not _is_below_floor(rule, report, project)
    ]
    return tuple(sorted(found, key=lambda m: (m.span.start, m.span.end, m.rule_id)))


def _parse(source: SourceText) -> cst.Module:
    try:
        return cst.parse_module(source.text)
    except cst.ParserSyntaxError as error:
        raise Refused(SkipReason.SYNTAX, f"line {error.raw_line}: {error.message}") from None
    except RecursionError:
        raise
    except Exception as error:  # noqa: BLE001  (LibCST raises TypeError, CSTLogicError, ... for valid Python)
        raise Refused(SkipReason.PARSER_REFUSED, f"{type(error).__name__}: {str(error)[:200]}") from None


def _visitor(rule: Rule, view: FileView, project: Project) -> RuleVisitor:
    assert isinstance(rule.detect, type)  # noqa: S101  (run_rules has sorted the others out)
    return rule.detect(view, project)


def _needed_python(rule: Rule, report: Report) -> tuple[int, int]:
    return max(rule.fix_from or (0, 0), report.requires_python or (0, 0))


def _is_below_floor(rule: Rule, report: Report, project: Project) -> bool:
    """What a supported old Python needs is no debt."""
    return project.min_python is not None and project.min_python < _needed_python(rule, report)


def _match(
    rule: Rule,
    report: Report,
    source: SourceText,
    path: str,
    view: FileView,
    lines: Lines,
    project: Project,
) -> Match:
    edits, no_fix = _edits(rule, report, source, project, view)
    line = lines.number(report.start)
    return Match(
        rule_id=rule.id,
        path=path,
        span=lines.span(report.start, report.end, source),
        text=view.slice(report.start, report.end)[:MAX_TEXT],
        line_text=lines.text(line).strip()[:MAX_TEXT],
        scope=view.scope_name(report.node),
        message=report.message or rule.message,
        edits=edits,
        no_fix=no_fix,
        suppressed_by=silence_request(lines.text(line), lines.text(line - 1), rule.id),
    )


def _edits(
    rule: Rule, report: Report, source: SourceText, project: Project, view: FileView
) -> tuple[tuple[Edit, ...], Skipped | None]:
    if not report.changes:
        return (), Skipped(SkipReason.NO_FIX, "the rule has no certain fix for this place")
    if _needed_python(rule, report) > (0, 0) and project.min_python is None:
        return (), Skipped(SkipReason.VERSION_UNKNOWN, project.render_min_python())
    if not view.is_exact:
        return (), Skipped(SkipReason.ROUND_TRIP, "LibCST does not reproduce this file byte for byte")
    edits: list[Edit] = []
    for change in report.changes:
        start, end = source.to_original(change.start), source.to_original(change.end)
        try:
            replacement = source.encode(change.text)
        except UnicodeEncodeError:
            return (), Skipped(SkipReason.ENCODING, f"the fix cannot be written in {source.encoding}")
        edits.append(Edit(start, end, replacement, source.data[start:end]))
    return tuple(edits), None
