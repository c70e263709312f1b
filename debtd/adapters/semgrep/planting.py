"""Making the tree: sources, one control for each rule, and nothing that steers the scan.

A source is read where it stands when the way of running semgrep allows it and its bytes are what the engine should
read; else there is a private copy, in UTF-8 and without a byte order mark:

tree/.semgrepignore           empty: without it, semgrep would leave out tests, vendored folders and more
tree/<path>                   sources whose names are plain
tree/.debtd/alias/7.js        sources whose names are not
tree/.debtd/control/<id>.js   the rules' examples
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from posixpath import splitext

from debtd.adapters.file_facts import is_settled, now_ns
from debtd.adapters.semgrep.source_file import read_source
from debtd.adapters.semgrep.tree import Control, Planted, Tree
from debtd.model.coverage import Skipped
from debtd.model.errors import Retryable
from debtd.model.language import Language, language_of
from debtd.model.repo import Source
from debtd.rulekit.rule import Rule, SemgrepPattern, control_of
from debtd.rulekit.text import Refused

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


def plant(root: Path, sources: Iterable[Source], rules: Sequence[Rule], *, in_place: bool) -> Tree:
    """Make the tree in `root`, an empty private folder. Raises Retryable when it cannot be written."""
    planted: dict[str, Planted] = {}
    skipped: dict[str, Skipped] = {}
    try:
        (root / "tree/.debtd/alias").mkdir(parents=True)
        (root / "tree/.debtd/control").mkdir()
        (root / "tree/.semgrepignore").touch()
        begin_ns = now_ns()
        controls = dict(_plant_control(root, rule) for rule in rules)
        for number, source in enumerate(sources):
            try:
                text, facts = read_source(source)
            except Refused as refused:
                skipped[source.path] = refused.skipped
                continue
            stays = in_place and text.utf8 == text.data and _stands_well(source) and is_settled(facts, begin_ns)
            stays = stays and source.location not in planted
            name = source.location if stays else _write(root, source, number, text.utf8)
            copy = None if stays else root / name
            planted[name] = Planted(source, len(text.utf8), text.encoding, text.bom_bytes, copy, facts)
    except OSError as error:
        raise Retryable(f"files for semgrep cannot be written to {root.parent}: {error.strerror}; make room.") from None
    return Tree(root, planted, controls, skipped)


def _plant_control(root: Path, rule: Rule) -> tuple[str, Control]:
    assert isinstance(rule.detect, SemgrepPattern)  # noqa: S101  (accepted by the detector)
    language = language_of(rule.detect.example_name) or rule.languages[0]
    name = f"tree/.debtd/control/{rule.id}{_ending(rule.detect.example_name, language)}"
    (root / name).write_text(control_of(rule), "utf-8", newline="")
    return name, Control(rule.id, language)


def _ending(path: str, language: Language) -> str:
    """The path's own, or another one by which semgrep tells the language."""
    suffix = splitext(path)[1].lower()
    return suffix if suffix in _ENDINGS[language] else _ENDINGS[language][0]


def _stands_well(source: Source) -> bool:
    """Whether semgrep can be told the location, and its ending is that of a copy."""
    suffix = splitext(source.path)[1]
    if not source.location.startswith("/") or not source.location.endswith(suffix):
        return False
    return suffix in _ENDINGS[source.language] and source.location.isprintable()


def _write(root: Path, source: Source, number: int, data: bytes) -> str:
    name = f"tree/{source.path}"
    if _PLAIN.fullmatch(source.path) and splitext(source.path)[1] in _ENDINGS[source.language]:
        try:
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            with (root / name).open("xb") as file:
                file.write(data)
        except (FileExistsError, NotADirectoryError):  # `a.js` and `a.js/b.js`, or names that differ in case only
            pass
        else:
            return name
    name = f"tree/.debtd/alias/{number}{_ending(source.path, source.language)}"
    (root / name).write_bytes(data)
    return name
