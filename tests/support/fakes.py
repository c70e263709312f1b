"""Fakes for the ports: a detector that finds words, a progress that counts nothing."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from debtd.model.coverage import Skipped
from debtd.model.edit import Edit
from debtd.model.finding import Match, Span
from debtd.model.project import Project
from debtd.model.repo import ListedFile, Source
from debtd.model.scan import Detection
from debtd.ports import Progress
from debtd.rulekit import Bad, Rule, RuleVisitor, Severity


class NoProgress:
    def start(self, stage: str, total: int) -> None: ...

    def advance(self, stage: str, count: int = 1) -> None: ...


class PlainFiles:
    """`Files` over sources that stand somewhere already. `moving` are paths whose bytes may have changed."""

    def __init__(self, sources: Sequence[Source], moving: Sequence[str] = ()) -> None:
        self._sources = {source.path: source for source in sources}
        self._moving = moving
        self.given: list[str] = []

    @contextmanager
    def materialised(self, files: Sequence[ListedFile]) -> Iterator[tuple[Source, ...]]:
        self.given += [file.path for file in files]
        yield tuple(self._sources[file.path] for file in files)

    def unchanged(self, files: Sequence[ListedFile]) -> frozenset[str]:
        return frozenset(file.path for file in files if file.path not in self._moving)


def word_rule(word: str, digest: str = "d") -> Rule:
    """A rule that `WordDetector` understands: it reports every `word`."""
    return Rule(
        id=f"word-{word}",
        message=f"{word} stands here",
        detect=RuleVisitor,
        words=((word,),),
        names=(word,),
        severity=Severity.LOW,
        effort_minutes=1,
        tags=("test",),
        references=("https://example.org/",),
        bad=(Bad(f"{word}\n", None),),
        good=("x\n",),
        summary=f"{word} stands here",
        digest=digest,
    )


class WordDetector:
    """Reports each rule's word and mends it by `cures` (none: no fix). `deaf` rules never fire, nor their control."""

    name = "words"

    def __init__(
        self, cures: dict[str, str] | None = None, deaf: Sequence[str] = (), skipped: dict[str, Skipped] | None = None
    ) -> None:
        self.version = "1"
        self.calls = 0
        self._cures = cures or {}
        self._deaf = deaf
        self._skipped = skipped or {}

    def accepts(self, rule: Rule) -> bool:
        return True

    def facts(self, rules: Sequence[Rule], project: Project) -> str:
        return ""

    def reads_paths(self, rules: Sequence[Rule]) -> bool:
        return False

    def detect(
        self, sources: Sequence[Source], rules: Sequence[Rule], project: Project, progress: Progress
    ) -> Detection:
        self.calls += 1
        words = [rule.id.removeprefix("word-") for rule in rules]
        heard = [word for word in words if word not in self._deaf]
        return Detection(
            matches=tuple(m for source in sources for word in heard for m in self._matches(source, word)),
            skipped={
                source.path: reason
                for source in sources
                for name, reason in self._skipped.items()
                if source.path.endswith(name)
            },
            fired=frozenset(f"word-{word}" for word in heard),
        )

    def _matches(self, source: Source, word: str) -> list[Match]:
        data = self._read(source)
        found: list[Match] = []
        at = data.find(word.encode())
        while at >= 0:
            found.append(self._match(source.path, word, at, data))
            at = data.find(word.encode(), at + 1)
        return found

    def _read(self, source: Source) -> bytes:
        return Path(source.location).read_bytes()

    def _match(self, path: str, word: str, at: int, data: bytes) -> Match:
        end = at + len(word)
        cure = self._cures.get(word)
        line = data.count(b"\n", 0, at) + 1
        return Match(
            rule_id=f"word-{word}",
            path=path,
            span=Span(start=at, end=end, line=line, column=1, end_line=line, end_column=1),
            text=word,
            line_text=data.splitlines()[line - 1].decode(),
            scope="",
            message="m",
            edits=() if cure is None else (Edit(at, end, cure.encode(), word.encode()),),
        )
