"""The rule: what to find, how to fix it, metadata, examples. One file, one rule.

A Python rule file ends in one `RULE = Rule(...)`; a semgrep rule is a YAML file beside its examples. The loader
fills the fields that come from the file itself (id, documentation, digest).
"""

from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from debtd.model.finding import Severity
from debtd.model.language import Language
from debtd.model.project import PythonVersion
from debtd.rulekit.node import Node
from debtd.rulekit.sieve import Declaration

if TYPE_CHECKING:
    from debtd.rulekit.visitor import RuleVisitor

FINDING_MARK = "#: finding"


@dataclass(frozen=True, slots=True)
class Bad:
    """An example that must be reported, and what its fix makes of it.

    In `before` every reported line ends in `#: finding`; the marks are removed before the rule sees the text.
    `after` is None where the rule reports without a fix. `min_python` is the floor that the example's project
    declares; the default allows every fix.
    """

    before: str
    after: str | None
    min_python: PythonVersion = (3, 14)


@dataclass(frozen=True, slots=True)
class SemgrepPattern:
    """The body of a semgrep rule, as parsed YAML; `example` is the annotated file beside it, `fixed` its fix."""

    body: dict[str, object]
    example_name: str
    example: str
    fixed: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """`words`, `signs`, `names` and `nodes` are promises about what the rule can report; a file that keeps none of them
    is clean without LibCST reading it. They may promise too little (that costs time), never too much.

    `words`: of each group, at least one word stands in the file as an identifier; `BACKSLASH` stands for a backslash
    that may begin no escape sequence. `signs`: where any are declared, one of these regular expressions is found in the
    statement that is reported, or in one that imports one of `names`; it is looked for in code without comments and
    without what stands in strings (skeleton.py; see `compile_sign`). `names` (qualified names) and `nodes` (kinds of
    `ast` nodes with conditions): one stands in the file. At least one group of words, and one name or node, are
    required of a LibCST rule.

    `detect` is None for a LibCST rule whose code is not loaded (see catalogue.py).

    `fix_from`: the oldest Python for which the debt is debt and the fix is right. A project that supports older
    ones is not reported; one that declares nothing is reported without a fix. `deadline`: the day from which what is
    reported does not work any more, as the language's or library's own documentation names it; one of `references`
    leads there.
    """

    message: str
    detect: "type[RuleVisitor] | SemgrepPattern | None"
    words: tuple[tuple[str, ...], ...] = ()
    names: tuple[str, ...] = ()
    nodes: tuple[Node, ...] = ()
    signs: tuple[str, ...] = ()
    severity: Severity
    effort_minutes: int
    tags: tuple[str, ...]
    references: tuple[str, ...]
    fix_from: PythonVersion | None = None
    deadline: date | None = None
    bad: tuple[Bad, ...] = ()
    good: tuple[str, ...] = ()

    id: str = ""
    summary: str = ""
    description: str = ""
    fix_safety: str = ""
    languages: tuple[Language, ...] = (Language.PYTHON,)
    path: str = field(default="", compare=False)
    digest: str = ""

    @property
    def has_fix(self) -> bool:
        if isinstance(self.detect, SemgrepPattern):
            return "fix" in self.detect.body
        return any(example.after is not None for example in self.bad)

    @property
    def declaration(self) -> Declaration:
        """What rules files out without the rule itself."""
        return Declaration(rule_id=self.id, words=self.words, signs=self.signs, names=self.names, nodes=self.nodes)

    def wants(self, identifiers: frozenset[str]) -> bool:
        """Whether a file with these identifiers can hold a finding at all."""
        return all(not identifiers.isdisjoint(group) for group in self.words)


def control_of(rule: Rule) -> str:
    """A text in which the rule must fire: planted in every run, so that silence can be told from deafness."""
    if isinstance(rule.detect, SemgrepPattern):
        return rule.detect.example
    return strip_marks(rule.bad[0].before)


def strip_marks(text: str) -> str:
    """The example's text without its `#: finding` marks."""
    return "\n".join(
        line.removesuffix(FINDING_MARK).rstrip() if line.endswith(FINDING_MARK) else line for line in text.split("\n")
    )


def marked_lines(text: str) -> tuple[int, ...]:
    """The 1-based numbers of the lines that carry a mark."""
    return tuple(number for number, line in enumerate(text.split("\n"), 1) if line.endswith(FINDING_MARK))
