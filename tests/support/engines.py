"""A fake engine with all that makes answers depend on more than one rule, and files and rules to ask it about."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath

from debtd.model.coverage import Skipped, SkipReason
from debtd.model.finding import Match, Span
from debtd.model.language import language_of
from debtd.model.project import Project
from debtd.model.repo import ListedFile, ListedTree, Source, git_blob_id
from debtd.model.scan import Detection
from debtd.ports import Progress
from debtd.rulekit.rule import Rule

Tree = Mapping[str, bytes]


def tree_of(tree: Tree) -> ListedTree:
    files = []
    for path, data in sorted(tree.items()):
        language = language_of(path)
        assert language is not None
        files.append(ListedFile(path=path, blob=git_blob_id(data), size=len(data), language=language))
    return ListedTree(files=tuple(files), skipped=())


class TreeFiles:
    """`Files` over a tree in memory: a source's location is its text. `moving` paths change while they are read."""

    def __init__(self, tree: Tree, moving: Sequence[str] = ()) -> None:
        self._tree = tree
        self._moving = moving
        self.given: list[str] = []

    @contextmanager
    def materialised(self, files: Sequence[ListedFile]) -> Iterator[tuple[Source, ...]]:
        self.given += [file.path for file in files]
        yield tuple(
            Source(
                path=file.path,
                blob=file.blob,
                size=file.size,
                language=file.language,
                location=self._tree[file.path].decode(),
            )
            for file in files
        )

    def unchanged(self, files: Sequence[ListedFile]) -> frozenset[str]:
        return frozenset(file.path for file in files if file.path not in self._moving)


@dataclass(slots=True)
class TextEngine:
    """Reports words, as LibCST does it or, with `partial`, as semgrep does.

    A file is read only when a rule's word stands in it. Reading fails for good at `(`; `slow` times out. The digest
    says what is special about a rule: `broken` fails, and spoils the file; `cracked` fails without spoiling it; `deaf`
    hears nothing, not even its control; `modern` keeps silent below Python 3.9; `paths` speaks only below src/. Beyond
    `limit` matches a file's answer is cut.
    """

    partial: bool = False
    version: str = "1"
    limit: int = 1_000
    name: str = "text"
    runs: list[tuple[frozenset[str], tuple[str, ...]]] = field(default_factory=list)

    def accepts(self, rule: Rule) -> bool:
        return True

    def facts(self, rules: Sequence[Rule], project: Project) -> str:
        return str(project.min_python)

    def reads_paths(self, rules: Sequence[Rule]) -> bool:
        return any(rule.digest == "paths" for rule in rules)

    def detect(
        self, sources: Sequence[Source], rules: Sequence[Rule], project: Project, progress: Progress
    ) -> Detection:
        paths = tuple(source.path for source in sources)
        assert len(set(paths)) == len(paths)
        self.runs.append((frozenset(rule.id for rule in rules), paths))
        matches: list[Match] = []
        skipped: dict[str, Skipped] = {}
        broken: dict[str, str] = {}
        for source in sources:
            found, why, failed = self._read(source, rules, project)
            matches += found
            broken |= failed
            if why is not None:
                skipped[source.path] = why
        return Detection(
            matches=tuple(matches),
            skipped=skipped,
            fired=frozenset(rule.id for rule in rules if rule.digest != "deaf"),
            broken=broken,
            words={} if self.partial else {s.blob: _words(s) for s in sources if "\0" not in s.location},
        )

    def _read(
        self, source: Source, rules: Sequence[Rule], project: Project
    ) -> tuple[list[Match], Skipped | None, dict[str, str]]:
        text = source.location
        words = text.split(" ")
        if "\0" in text:
            return [], Skipped(SkipReason.NUL_BYTE, "NUL"), {}
        wanted = [r for r in rules if source.language in r.languages and r.wants(frozenset(words))]
        if not wanted:
            return [], None, {}
        if "slow" in words:
            return [], Skipped(SkipReason.TIMEOUT, "slow"), {}
        if "(" in words and not self.partial:
            return [], Skipped(SkipReason.SYNTAX, "bracket"), {}
        found = [m for rule in wanted for m in _matches(source.path, words, rule, project)]
        failed = {rule.id: "it is broken" for rule in wanted if rule.digest in {"broken", "cracked"}}
        spoiled = any(rule.digest == "broken" for rule in wanted)
        why = Skipped(SkipReason.PARTIAL_PARSE, "bracket") if "(" in words else None
        if len(found) > self.limit:
            found = sorted(found, key=lambda m: (m.span.start, m.rule_id))[: self.limit]
            why = Skipped(SkipReason.TOO_MANY_MATCHES, "many")
        return found, Skipped(SkipReason.RULE_ERROR, "it is broken") if spoiled else why, failed


def _words(source: Source) -> str:
    return source.location


def _matches(path: str, words: Sequence[str], rule: Rule, project: Project) -> Iterator[Match]:
    if rule.digest in {"deaf", "broken", "cracked"}:
        return
    if rule.digest == "modern" and (project.min_python or (3, 9)) < (3, 9):
        return
    if rule.digest == "paths" and PurePosixPath(path).parts[0] != "src":
        return
    word = rule.words[0][0]
    for number, here in enumerate(words):
        if here == word:
            span = Span(start=number, end=number + 1, line=1, column=1, end_line=1, end_column=2)
            yield Match(rule_id=rule.id, path=path, span=span, text=word, line_text=word, scope="", message=rule.digest)


def changed(rule: Rule, digest: str) -> Rule:
    """The same rule with other content."""
    return replace(rule, digest=digest)
