"""Pure text for people: commit messages and pull request bodies. Repository text in them is hostile: escaped here."""

import re
from collections import Counter
from collections.abc import Sequence

from debtd.model.evidence import Evidence
from debtd.model.finding import Finding
from debtd.model.printable import printable
from debtd.model.task import FixTask
from debtd.rulekit.rule import Rule

_MAX_FILES = 30


def render_title(rule: Rule, findings: Sequence[Finding]) -> str:
    """One line: the rule, how often, where."""
    paths = sorted({finding.match.path for finding in findings})
    where = paths[0] if len(paths) == 1 else f"{len(paths)} files"
    count = f"{len(findings)} places" if len(findings) > 1 else "1 place"
    return f"Fix {rule.id}: {count} in {printable(where)}"


def render_commit_message(task: FixTask, rule: Rule, findings: Sequence[Finding]) -> str:
    """Subject, reason, and trailers that tie the commit to its fix task."""
    subject = f"{rule.id}: mend {len(findings)} finding{'s' if len(findings) > 1 else ''}"
    return f"{subject}\n\n{rule.message}\n\nDebtd-Rule: {rule.id}\nDebtd-Key: {task.key}\n"


def render_body(task: FixTask, rule: Rule, findings: Sequence[Finding], evidence: Evidence) -> str:
    """The pull request's Markdown: what, why, evidence, how to say no."""
    return "\n".join(
        [
            f"<!-- debtd-key: {task.key} -->",
            "## What",
            "",
            rule.summary,
            rule.message,
            "",
            *_files(findings),
            "",
            "## Why",
            "",
            rule.description,
            "",
            f"Fix safety: {rule.fix_safety}",
            "",
            *(f"- <{link}>" for link in rule.references),
            "",
            "## Evidence",
            "",
            *_evidence(evidence),
            "",
            "## How to say no",
            "",
            "Close it: what it fixes is not proposed again, under no other name either. Or comment, if you may write:",
            "",
            "- `/debtd not-now 30d REASON`: closed, and proposed again after that time at the earliest",
            "- `/debtd never REASON`: closed for good, with a reason that is remembered",
            "- `/debtd rebase`: the branch is made again on the newest base",
            "",
            f"`debtd pr reopen {task.key[:12]}`, where debtd runs, takes a no back.",
            "As soon as somebody else's commit is on this branch, debtd keeps its hands off it.",
            "",
        ]
    )


def _files(findings: Sequence[Finding]) -> list[str]:
    counts = Counter(finding.match.path for finding in findings)
    rows = [f"- {code(path)}: {count}" for path, count in sorted(counts.items())]
    if len(rows) > _MAX_FILES:
        rows = [*rows[:_MAX_FILES], f"- and {len(rows) - _MAX_FILES} more files"]
    return ["Places by file:", "", *rows]


def _evidence(evidence: Evidence) -> list[str]:
    engines = ", ".join(f"{name} {version}" for name, version in evidence.engines)
    rows = [f"| {c.gate} | {'passed' if c.passed else 'FAILED'} | {cell(c.detail)} |" for c in evidence.checks]
    facts = (
        f"Base commit `{evidence.base_commit}`, rule `{evidence.rule_id}` (digest `{evidence.rule_digest[:12]}`),"
        f" patch digest `{evidence.patch_digest[:12]}`, engines: {engines}."
    )
    return [
        "| gate | verdict | what was seen |",
        "|---|---|---|",
        *rows,
        "",
        facts,
        "",
        "The repository's own tests were **not** run: this fix is not test-verified.",
    ]


def cell(text: str) -> str:
    """Text for a cell of a Markdown table."""
    return printable(text).replace("|", "\\|")


def quoted(text: str) -> str:
    """Words of others inside a sentence: they mention nobody, link nowhere and format nothing."""
    return re.sub(r"([\\`*_\[\]<>#|~@])", r"\\\1", " ".join(printable(text).split())).replace("\\@", "@\u200b")


def code(text: str) -> str:
    """A Markdown code span in which the text cannot end the span, mention anybody or start a link."""
    return f"`{printable(text).replace('`', chr(39))}`"
