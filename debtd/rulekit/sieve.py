"""Which rules can have a finding in a Python file, without LibCST: words, then signs, then one pass over `ast`.

A rule left out here is proven silent; for every other one LibCST has the last word.
"""

import ast
import re
import warnings
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

from debtd.rulekit.conditions import Facts, Test, compiled
from debtd.rulekit.imports import Imports
from debtd.rulekit.node import INVALID_ESCAPE, Node
from debtd.rulekit.old_python import may_be_python_2
from debtd.rulekit.skeleton import skeleton
from debtd.rulekit.statements import LogicalLines, standing_alone
from debtd.rulekit.surroundings import PartOnly, Surroundings

_GAP = r"[\s\\]*+"
_DEPTH = 4  # of brackets that a sign looks into; text that goes deeper bears the sign
_UNREADABLE = (SyntaxError, ValueError, RecursionError, MemoryError)
_NAMES = ("Name", "Attribute")


@dataclass(frozen=True, slots=True, kw_only=True)
class Declaration:
    """What a rule says about the files in which it can find anything. See `Rule`."""

    rule_id: str
    words: tuple[tuple[str, ...], ...]
    signs: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    nodes: tuple[Node, ...] = ()


def compile_sign(sign: str) -> re.Pattern[str]:
    """A sign as a pattern. Raises re.error.

    A space stands for any white space, line ends included, or none; `...` for what may stand inside one pair of
    brackets, other pairs within included.
    """
    before, ellipsis, after = sign.replace(" ", _GAP).partition("...")
    if not ellipsis:
        return re.compile(before)
    opening, closing, other = r"[(\[{]", r"[)\]}]", r"[^()\[\]{}]"
    contents = [other]
    for _ in range(_DEPTH - 1):
        contents.append(rf"(?:{other}|{opening}{contents[-1]}*+{closing})")
    deeper = opening.join(f"{content}*?" for content in reversed(contents))
    return re.compile(rf"{before}(?:{contents[-1]}*?{after}|{deeper}{opening})")


class Sieve:
    """The declarations of all rules of a run, made ready for any number of files."""

    def __init__(self, declarations: Sequence[Declaration]) -> None:
        self._rules = {d.rule_id: d for d in declarations}
        self._signs = {d.rule_id: tuple(map(compile_sign, d.signs)) for d in declarations}
        self._by_word: dict[str, list[str]] = defaultdict(list)
        for declaration in declarations:
            for word in declaration.words[0]:
                self._by_word[word].append(declaration.rule_id)
        self._words = frozenset(self._by_word)
        self._looks = {d.rule_id: tuple(_looks(d)) for d in declarations}

    def wanted(self, words: frozenset[str]) -> list[str]:
        """The ids of the rules whose words stand in a file with these identifiers."""
        first = {rule_id for word in self._words & words for rule_id in self._by_word[word]}
        return sorted(r for r in first if all(not words.isdisjoint(group) for group in self._rules[r].words[1:]))

    def candidates(self, text: str, wanted: Iterable[str]) -> Mapping[str, int]:
        """How many places each of the wanted rules may report; the rules without any are left out.

        Where the text cannot be read by this Python, every rule that has a sign in it is a candidate; where it looks
        like Python 2, every wanted rule is.
        """
        code = skeleton(text)
        if code is not None and may_be_python_2(code) and not _is_readable(text):
            return dict.fromkeys(wanted, 1)
        signs = {rule_id: None if code is None else self._find_signs(rule_id, code) for rule_id in wanted}
        signed = [rule_id for rule_id, offsets in signs.items() if offsets is None or offsets]
        if not signed:
            return {}
        if code is not None and all(signs[rule_id] for rule_id in signed):
            offsets = [offset for rule_id in signed for offset in signs[rule_id] or ()]
            part = self._part(text, code, offsets)
            if part is not None:
                with suppress(PartOnly, *_UNREADABLE):
                    return self._count(part, signed, is_whole=False)
        try:
            return self._count(text, signed, is_whole=True)
        except _UNREADABLE:
            return dict.fromkeys(signed, 1)

    def _find_signs(self, rule_id: str, code: str) -> list[int] | None:
        """Where the rule's signs stand; None for a rule that declares none."""
        signs = self._signs[rule_id]
        return [found.start() for sign in signs for found in sign.finditer(code)] if signs else None

    def _part(self, text: str, code: str, offsets: Iterable[int]) -> str | None:
        """The statements around the offsets, and all imports; None where statements cannot be told apart."""
        lines = LogicalLines(code)
        if not lines.are_whole:
            return None
        spans = lines.around([*offsets, *lines.imports()])
        return "".join(standing_alone(text[start:end], code[start:end]) for start, end in spans)

    def _count(self, text: str, rule_ids: Sequence[str], *, is_whole: bool) -> Mapping[str, int]:
        tree, has_invalid_escape = _parse(text)
        tests: dict[type, list[tuple[str, Test]]] = defaultdict(list)
        found: Counter[str] = Counter()
        imports = Imports()
        for rule_id in rule_ids:
            found[rule_id] += INVALID_ESCAPE in self._kinds(rule_id) and has_invalid_escape
            for kind, test in self._looks[rule_id]:
                tests[kind].append((rule_id, test))
        later: list[tuple[ast.AST, list[tuple[str, Test]]]] = []
        stack: list[ast.AST] = [tree]
        while stack:
            node = stack.pop()
            kind = node.__class__
            if kind in tests:
                later.append((node, tests[kind]))
            if kind is ast.Import or kind is ast.ImportFrom:
                imports.add(node)
            else:
                stack += _children(node)
        for rule_id in rule_ids:
            found[rule_id] += sum(imports.binds(name) for name in self._rules[rule_id].names)
        facts = Facts(imports, Surroundings(tree, is_whole=is_whole))
        for node, asked in later:
            for rule_id, test in asked:
                found[rule_id] += test(node, facts)
        return {rule_id: count for rule_id, count in found.items() if count}

    def _kinds(self, rule_id: str) -> set[str]:
        return {kind for node in self._rules[rule_id].nodes for kind in node.kinds}


def _is_readable(text: str) -> bool:
    try:
        _parse(text)
    except _UNREADABLE:
        return False
    return True


def _parse(text: str) -> tuple[ast.AST, bool]:
    """The tree, and whether the parser warns of an invalid escape sequence."""
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        tree = ast.parse(text)
    return tree, any("escape sequence" in str(warning.message) for warning in warned)


def _children(node: ast.AST) -> list[ast.AST]:
    found: list[ast.AST] = []
    for name in node._fields:
        value = getattr(node, name, None)
        if value.__class__ is list:
            found += [item for item in value if isinstance(item, ast.AST)]
        elif isinstance(value, ast.AST):
            found.append(value)
    return found


def _looks(declaration: Declaration) -> Iterable[tuple[type, Test]]:
    """A test for each kind of node that the rule looks for."""
    if declaration.names:
        yield from compiled(Node(*_NAMES, named=declaration.names))
    for node in declaration.nodes:
        yield from compiled(node)
