"""Ask one engine about files: first what it answered before, then the engine itself about what is left.

A blob is asked about once, wherever and however often it stands. Rules that the engine has not answered for a blob are
the only ones that it runs on it, and only the blobs with such rules are put on disk.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath

from debtd.model.language import Language
from debtd.model.project import Project
from debtd.model.repo import ListedFile, Source
from debtd.model.scan import Answer, Detection
from debtd.pipeline.answers import add_up, keepable, rule_key
from debtd.ports import AnswerCache, Detector, Files, Key, Progress
from debtd.rulekit.rule import Rule

# An engine takes up to a second of processor time to start, and reads this much in ten times that and more: what a
# killed scan loses is bounded, and what the restarts cost is small.
BATCH_FILES = 16_000
BATCH_BYTES = 96_000_000
_MAX_RUNS = 3
_NOTHING = Answer(rules=frozenset())


@dataclass(frozen=True, slots=True)
class Unit:
    """One blob to ask about, by the first file that has it, in the listing behind `files`."""

    key: Key
    file: ListedFile
    files: Files


@dataclass(slots=True)
class Asked:
    """What came out so far. `fired` and `silent`: rules (by key) whose control did, or did not, speak in a run."""

    answers: dict[Key, Answer] = field(default_factory=dict)
    fired: set[str] = field(default_factory=set)
    silent: set[str] = field(default_factory=set)
    broken: dict[str, str] = field(default_factory=dict)


class Questions:
    """The rules of one engine and one project, asked about any number of files."""

    def __init__(
        self, detector: Detector, rules: Sequence[Rule], project: Project, cache: AnswerCache, progress: Progress
    ) -> None:
        self._detector = detector
        self._rules = {rule_key(rule): rule for rule in rules}
        self._ids = {key: rule.id for key, rule in self._rules.items()}
        self._project = project
        self._cache = cache
        self._progress = progress
        self._engine = f"{detector.name} {detector.version}"
        self._facts = detector.facts(rules, project)
        self._reads_paths = detector.reads_paths(rules)
        languages = {language for rule in rules for language in rule.languages}
        self._of_language = {language: self._for(language, self._rules) for language in languages}

    def units(self, listed: Iterable[ListedFile], files: Files) -> dict[Key, Unit]:
        """The files in the rules' languages, each blob once."""
        found: dict[Key, Unit] = {}
        for file in listed:
            if file.language in self._of_language:
                key = self.key(file)
                if key not in found:
                    found[key] = Unit(key, file, files)
        return found

    def key(self, file: ListedFile) -> Key:
        where = file.path if self._reads_paths else PurePosixPath(file.path).suffix.lower()
        return file.blob, f"{self._facts}\0{file.language}\0{where}"

    def asked(self, file: ListedFile) -> frozenset[str]:
        """The keys of the rules that read the file's language; none for the languages of no rule."""
        return self._of_language.get(file.language, frozenset())

    def fired(self, asked: Asked, files: Iterable[ListedFile]) -> frozenset[str]:
        """The ids of the rules whose silence in these files means absence: their control spoke in every run of this
        scan, and in the earlier ones of which the other answers are (nothing else is kept)."""
        languages = {file.language for file in files}
        return frozenset(
            rule.id
            for key, rule in self._rules.items()
            if key not in asked.silent and (key in asked.fired or not languages.isdisjoint(rule.languages))
        )

    def answer(self, units: Mapping[Key, Unit]) -> Asked:
        """An answer for every unit, to all rules that are asked of it."""
        asked = Asked()
        for answers in self.stream(units, asked):
            asked.answers.update(answers)
        return asked

    def stream(self, units: Mapping[Key, Unit], asked: Asked) -> Iterator[dict[Key, Answer]]:
        """The same, a part at a time, each kept in the cache before it is given; `asked` gets all but the answers."""
        known = self._known(units)
        left = {key: unit for key, unit in units.items() if known[key].rules != self.asked(unit.file)}
        yield {key: answer for key, answer in known.items() if key not in left}
        self._progress.start(self._detector.name, len(left))
        again: dict[Key, Unit] = {}
        for rules, batch in self._runs(left, known):
            fresh = self._run(rules, batch, asked)
            done: dict[Key, Answer] = {}
            for unit in batch:
                whole = self.asked(unit.file)
                done[unit.key] = add_up(whole, (fresh[unit.key], known[unit.key]), self._ids)
                if done[unit.key].rules != whole:
                    again[unit.key] = unit
                    del done[unit.key]
            yield done
        for rules, batch in self._runs(again, dict.fromkeys(again, _NOTHING)):
            yield self._run(rules, batch, asked)

    def _known(self, units: Mapping[Key, Unit]) -> dict[Key, Answer]:
        kept = self._cache.answers(self._engine, list(units), frozenset(self._rules))
        return {
            key: add_up(self.asked(unit.file), kept[key], self._ids) if key in kept else _NOTHING
            for key, unit in units.items()
        }

    # -- what to run -----------------------------------------------------------------------------------------

    def _runs(
        self, left: Mapping[Key, Unit], known: Mapping[Key, Answer]
    ) -> Iterator[tuple[frozenset[str], Sequence[Unit]]]:
        """Few runs: the units whose open rules are the same go together, and one such group of each language."""
        groups: dict[Language, dict[frozenset[str], list[Unit]]] = defaultdict(lambda: defaultdict(list))
        for unit in left.values():
            groups[unit.file.language][self.asked(unit.file) - known[unit.key].rules].append(unit)
        runs: list[tuple[set[str], list[Unit]]] = []
        for of_language in groups.values():
            for number, (rules, units) in enumerate(_few(of_language)):
                if number == len(runs):
                    runs.append((set(), []))
                runs[number][0].update(rules)
                runs[number][1].extend(units)
        for wanted, members in runs:
            for batch in self._batches(members):
                yield frozenset(wanted), batch

    def _batches(self, units: Sequence[Unit]) -> Iterator[Sequence[Unit]]:
        batch: list[Unit] = []
        paths: set[str] = set()
        size = 0
        for unit in units:
            full = len(batch) >= BATCH_FILES or size + unit.file.size > BATCH_BYTES
            if batch and (full or (self._reads_paths and unit.file.path in paths)):
                yield batch
                batch, paths, size = [], set(), 0
            batch.append(unit)
            paths.add(unit.file.path)
            size += unit.file.size
        if batch:
            yield batch

    # -- a run -----------------------------------------------------------------------------------------------

    def _run(self, keys: frozenset[str], batch: Sequence[Unit], asked: Asked) -> dict[Key, Answer]:
        rules = [rule for key, rule in self._rules.items() if key in keys]
        by_path: dict[str, Unit] = {}
        with ExitStack() as stack:
            sources: list[Source] = []
            for unit, source in _materialised(batch, stack):
                path = source.path if source.path not in by_path else f"{len(by_path)}/{source.path}"
                by_path[path] = unit
                sources.append(replace(source, path=path) if path != source.path else source)
            detection = self._detector.detect(sources, rules, self._project, self._progress)
            unchanged = _unchanged(batch)
        heard = frozenset(key for key in keys if self._ids[key] in detection.fired)
        asked.fired |= heard
        asked.silent |= keys - heard
        asked.broken.update(detection.broken)
        answers = self._answers(keys, by_path, detection)
        trusted = heard - {key for key in keys if self._ids[key] in detection.broken}
        keep = [
            (unit.key, kept)
            for unit in unchanged
            if (kept := keepable(answers[unit.key], trusted, self._ids)) is not None
        ]
        blobs = {unit.file.blob for unit in unchanged}
        words = {blob: words for blob, words in detection.words.items() if blob in blobs}
        self._cache.keep(self._engine, keep, words, trusted)
        return answers

    def _answers(self, keys: frozenset[str], by_path: Mapping[str, Unit], detection: Detection) -> dict[Key, Answer]:
        matches = defaultdict(list)
        for match in detection.matches:
            matches[match.path].append(replace(match, path="", blob=""))
        of_language = {language: self._for(language, keys) for language in self._of_language}
        return {
            unit.key: Answer(
                rules=of_language[unit.file.language],
                matches=tuple(matches.get(path, ())),
                skipped=detection.skipped.get(path),
            )
            for path, unit in by_path.items()
        }

    def _for(self, language: Language, keys: Iterable[str]) -> frozenset[str]:
        return frozenset(key for key in keys if language in self._rules[key].languages)


def _few(groups: Mapping[frozenset[str], list[Unit]]) -> Sequence[tuple[frozenset[str], list[Unit]]]:
    """The groups, or one of all of them when each would cost the engine another start."""
    if len(groups) <= _MAX_RUNS:
        return list(groups.items())
    rules = frozenset[str]().union(*groups)
    return [(rules, [unit for units in groups.values() for unit in units])]


def _materialised(batch: Sequence[Unit], stack: ExitStack) -> Iterator[tuple[Unit, Source]]:
    for files, units in _by_files(batch):
        sources = stack.enter_context(files.materialised([unit.file for unit in units]))
        yield from zip(units, sources, strict=True)


def _unchanged(batch: Sequence[Unit]) -> list[Unit]:
    """The units whose bytes are surely those that the engine read."""
    found: list[Unit] = []
    for files, units in _by_files(batch):
        paths = files.unchanged([unit.file for unit in units])
        found += [unit for unit in units if unit.file.path in paths]
    return found


def _by_files(batch: Sequence[Unit]) -> Iterable[tuple[Files, list[Unit]]]:
    groups: dict[int, tuple[Files, list[Unit]]] = {}
    for unit in batch:
        groups.setdefault(id(unit.files), (unit.files, []))[1].append(unit)
    return groups.values()
