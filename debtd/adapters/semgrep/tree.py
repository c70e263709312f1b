"""The private copy that semgrep reads: sources, one control for each rule, and nothing that steers the scan.

tree/.semgrepignore           empty: without it, semgrep would leave out tests, vendored folders and more
tree/<path>                   sources whose names are plain
tree/.debtd/alias/7.js        sources whose names are not
tree/.debtd/control/<id>.js   the rules' examples
"""

import os
import re
import stat
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from debtd.model.coverage import Skipped, SkipReason
from debtd.model.errors import Retryable
from debtd.model.language import Language
from debtd.model.repo import Source
from debtd.rulekit.rule import Rule, SemgrepPattern, control_of
from debtd.rulekit.text import Refused, SourceText, decode_python, decode_utf8

MAX_FILE_BYTES = 1_000_000
LARGE_FILE_BYTES = 50_000

# The endings by which semgrep itself tells the language; any other file of the language gets the first of them.
# `.h` is not among them: semgrep would read such a file as C and as C++, debtd takes it for C++.
_ENDINGS: Mapping[Language, tuple[str, ...]] = {
    Language.PYTHON: (".py", ".pyi"),
    Language.JAVASCRIPT: (".js", ".jsx", ".mjs", ".cjs"),
    Language.TYPESCRIPT: (".ts", ".tsx"),
    Language.JAVA: (".java",),
    Language.GO: (".go",),
    Language.CPP: (".cpp", ".cc", ".cxx", ".hpp", ".hh", ".hxx"),
    Language.C: (".c",),
    Language.RUST: (".rs",),
}
_PLAIN = re.compile(r"[A-Za-z0-9_@+][A-Za-z0-9_.@+-]{0,119}(?:/[A-Za-z0-9_@+][A-Za-z0-9_.@+-]{0,119}){0,30}")


@dataclass(frozen=True, slots=True)
class Planted:
    """One source in the tree. The copy is UTF-8 without a byte order mark, whatever the source is."""

    source: Source
    location: Path
    encoding: str
    bom_bytes: int

    def read(self) -> SourceText:
        """The text again, from the copy: the source itself may have changed since."""
        utf8 = self.location.read_bytes()
        body = utf8.decode("utf-8").encode(self.encoding)
        return SourceText(b"\xef\xbb\xbf"[: self.bom_bytes] + body, utf8, self.encoding, self.bom_bytes)


@dataclass(frozen=True, slots=True)
class Tree:
    """`planted` and `controls` (rule ids) are keyed by the path below `root`, as semgrep prints it."""

    root: Path
    planted: Mapping[str, Planted]
    controls: Mapping[str, str]
    skipped: Mapping[str, Skipped]

    def without_large_files(self, reason: Skipped) -> "Tree":
        """Remove the large sources, skipped for this reason."""
        large = {name for name, planted in self.planted.items() if planted.location.stat().st_size > LARGE_FILE_BYTES}
        for name in large:
            self.planted[name].location.unlink()
        return replace(
            self,
            planted={name: planted for name, planted in self.planted.items() if name not in large},
            skipped={**self.skipped, **{self.planted[name].source.path: reason for name in large}},
        )


def plant(root: Path, sources: Iterable[Source], rules: Sequence[Rule]) -> Tree:
    """Write the copy below `root`, an empty private folder. Raises Retryable when it cannot be written."""
    planted: dict[str, Planted] = {}
    skipped: dict[str, Skipped] = {}
    try:
        (root / "tree/.debtd/alias").mkdir(parents=True)
        (root / "tree/.debtd/control").mkdir()
        (root / "tree/.semgrepignore").touch()
        controls = {_plant_control(root, rule): rule.id for rule in rules}
        for number, source in enumerate(sources):
            try:
                text = _read(source)
            except Refused as refused:
                skipped[source.path] = refused.skipped
                continue
            name = _write(root, source, number, text.utf8)
            planted[name] = Planted(source, root / name, text.encoding, text.bom_bytes)
    except OSError as error:
        raise Retryable(f"files for semgrep cannot be written to {root.parent}: {error.strerror}; make room.") from None
    return Tree(root, planted, controls, skipped)


def _plant_control(root: Path, rule: Rule) -> str:
    assert isinstance(rule.detect, SemgrepPattern)  # noqa: S101  (accepted by the detector)
    ending = PurePosixPath(rule.detect.example_name).suffix.lower()
    name = f"tree/.debtd/control/{rule.id}{ending}"
    (root / name).write_text(control_of(rule), "utf-8", newline="")
    return name


def _read(source: Source) -> SourceText:
    if source.path.startswith("/") or ".." in source.path.split("/"):
        raise Refused(SkipReason.PATH_REFUSED, "the path leaves the repository")
    data = _bytes_of(source)
    if len(data) > MAX_FILE_BYTES:
        raise Refused(SkipReason.TOO_LARGE, f"more than {MAX_FILE_BYTES} bytes")
    return decode_python(data) if source.language is Language.PYTHON else decode_utf8(data)


def _bytes_of(source: Source) -> bytes:
    """At most one byte more than is allowed. Never follows a link, never waits for a pipe."""
    try:
        descriptor = os.open(source.location, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        with open(descriptor, "rb") as file:  # noqa: PTH123  (a descriptor)
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise Refused(SkipReason.NOT_A_REGULAR_FILE)
            return file.read(MAX_FILE_BYTES + 1)
    except (OSError, ValueError) as error:
        raise Refused(SkipReason.UNREADABLE, getattr(error, "strerror", None) or str(error)) from None


def _write(root: Path, source: Source, number: int, data: bytes) -> str:
    endings = _ENDINGS[source.language]
    suffix = PurePosixPath(source.path).suffix
    name = f"tree/{source.path}"
    if _PLAIN.fullmatch(source.path) and suffix in endings:
        try:
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            with (root / name).open("xb") as file:
                file.write(data)
        except (FileExistsError, NotADirectoryError):  # `a.js` and `a.js/b.js`, or names that differ in case only
            pass
        else:
            return name
    ending = suffix.lower() if suffix.lower() in endings else endings[0]
    name = f"tree/.debtd/alias/{number}{ending}"
    (root / name).write_bytes(data)
    return name
