"""What semgrep is given to read: sources, and one control for each rule."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from debtd.adapters.file_facts import Facts
from debtd.adapters.semgrep.limits import LARGE_FILE_BYTES
from debtd.adapters.semgrep.source_file import facts_at, read_listed
from debtd.model.coverage import Skipped, SkipReason
from debtd.model.language import Language
from debtd.model.repo import Source
from debtd.rulekit.text import Refused, SourceText


@dataclass(frozen=True, slots=True)
class Planted:
    """One source in the tree. `copy` is its private copy; without one the file stood in place with these `facts`."""

    source: Source
    size: int
    encoding: str
    bom_bytes: int
    copy: Path | None
    facts: Facts

    def read(self) -> SourceText:
        """The text that semgrep has read. Raises Refused when that is no longer certain."""
        if self.copy is not None:  # the source itself may have changed since
            utf8 = self.copy.read_bytes()
            body = utf8.decode("utf-8").encode(self.encoding)
            return SourceText(b"\xef\xbb\xbf"[: self.bom_bytes] + body, utf8, self.encoding, self.bom_bytes)
        data, facts = read_listed(self.source)
        if facts != self.facts:
            raise _changed()
        return SourceText(data, data, self.encoding, 0)

    def ensure_unchanged(self) -> None:
        """Raises Refused when a file in place is not the one that was checked, or was written to since."""
        if self.copy is None and facts_at(self.source.location) != self.facts:
            raise _changed()


@dataclass(frozen=True, slots=True)
class Control:
    rule_id: str
    language: Language


def _changed() -> Refused:
    return Refused(SkipReason.UNREADABLE, "the file has changed while it was scanned")


@dataclass(frozen=True, slots=True)
class Tree:
    """`planted` and `controls` are keyed by path as semgrep is given it: below `root`, or absolute."""

    root: Path
    planted: Mapping[str, Planted]
    controls: Mapping[str, Control]
    skipped: Mapping[str, Skipped]

    def part(self, names: Iterable[str]) -> "Tree":
        """A tree of these sources only, and of all controls."""
        return replace(self, planted={name: self.planted[name] for name in names}, skipped={})

    def without(self, skipped: Mapping[str, Skipped]) -> "Tree":
        """Take out sources, by name; a private copy is removed."""
        for name in skipped:
            copy = self.planted[name].copy
            if copy is not None:
                copy.unlink()
        return replace(
            self,
            planted={name: planted for name, planted in self.planted.items() if name not in skipped},
            skipped={**self.skipped, **{self.planted[name].source.path: why for name, why in skipped.items()}},
        )

    def large_files(self) -> Sequence[str]:
        return [name for name, planted in self.planted.items() if planted.size > LARGE_FILE_BYTES]
