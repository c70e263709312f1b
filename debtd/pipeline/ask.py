"""Ask one engine about files: first what it answered before, then the engine itself about what is left.

A blob is asked about once, wherever and however often it stands. Rules that the engine has not answered for a blob are
the only ones that it runs on it, and only the blobs with such rules are put on disk.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace

from debtd.model.language import Language, ending_of
from debtd.model.project import Project
from debtd.model.repo import ListedFile
from debtd.model.scan import Answer, Candidates, Detection
from debtd.pipeline.answers import add_up, keepable, rule_key
from debtd.pipeline.units import Run, Unit, materialised, runs_of, unchanged
from debtd.ports import AnswerCache, Detector, Files, Key, Progress
from debtd.rulekit.rule import Rule

_NOTHING = Answer(rules=frozenset())


@dataclass(slots=True)
class Asked:
    """What came out so far. `fired` and `silent`: rules (by key) whose control did, or did not, speak in a run."""

    answers: dict[Key, Answer] = field(default_factory=dict)
    fired: set[str] = field(default_factory=set)
    silent: set[str] = field(default_factory=set)
    broken: dict[str, str] = field(default_factory=dict)
    candidates: dict[str, Candidates] = field(default_factory=dict)


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
        """The ending stands for the language, which follows from it."""
        return file.blob, f"{self._facts}\0{file.path if self._reads_paths else ending_of(file.path)}"

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
        unheard = self._rule_out(units, known)
        left = {key: unit for key, unit in units.items() if known[key].rules != self._asked(unit)}
        yield {key: answer for key, answer in known.items() if key not in left}
        self._progress.start(self._detector.name, len(left))
        again: dict[Key, Unit] = {}
        for run in self._runs(left, known, unheard):
            fresh = self._run(run, asked)
            sums = {key: add_up(self._asked(left[key]), (fresh[key], known[key]), self._ids) for key in fresh}
            again |= {key: left[key] for key, answer in sums.items() if answer.rules != self._asked(left[key])}
            yield {key: answer for key, answer in sums.items() if key not in again}
        for run in self._runs(again, dict.fromkeys(again, _NOTHING), frozenset()):
            yield self._run(run, asked)

    # -- what is known ---------------------------------------------------------------------------------------

    def _known(self, units: Mapping[Key, Unit]) -> dict[Key, Answer]:
        kept = self._cache.answers(self._engine, list(units), frozenset(self._rules))
        return {
            key: add_up(self._asked(unit), kept[key], self._ids) if key in kept else _NOTHING
            for key, unit in units.items()
        }

    def _rule_out(self, units: Mapping[Key, Unit], known: dict[Key, Answer]) -> frozenset[str]:
        """Answer for rules whose words are not in a file: nothing. Which of these rules were never heard: nothing is
        kept of them, and their controls must speak in this scan."""
        with_words = frozenset(key for key, rule in self._rules.items() if rule.words)
        opened = {key: (self._asked(unit) & with_words) - known[key].rules for key, unit in units.items()}
        blobs = {key[0] for key, rules in opened.items() if rules}
        words = self._cache.words(self._engine, list(blobs)) if blobs else {}
        heard = self._cache.heard(self._engine) if words else frozenset()
        keep: list[tuple[Key, Answer]] = []
        unheard: set[str] = set()
        for key, rules in opened.items():
            if not rules or key[0] not in words:
                continue
            ruled_out = frozenset(rule for rule in rules if not self._rules[rule].wants(words[key[0]]))
            if ruled_out:
                known[key] = replace(known[key], rules=known[key].rules | ruled_out)
                unheard |= ruled_out - heard
                keep.append((key, Answer(rules=ruled_out & heard)))
        if keep:
            self._cache.keep(self._engine, [(key, answer) for key, answer in keep if answer.rules], {}, frozenset())
        return frozenset(unheard)

    # -- what is asked ---------------------------------------------------------------------------------------

    def _runs(self, left: Mapping[Key, Unit], known: Mapping[Key, Answer], unheard: frozenset[str]) -> Sequence[Run]:
        opened = ((unit, self._asked(unit) - known[key].rules) for key, unit in left.items())
        runs = runs_of(opened, reads_paths=self._reads_paths)
        if unheard and not runs:
            runs.append(Run(set(), []))  # the controls alone
        if unheard:
            runs[0].rules |= unheard
        return runs

    def _run(self, run: Run, asked: Asked) -> dict[Key, Answer]:
        rules = [rule for key, rule in self._rules.items() if key in run.rules]
        with ExitStack() as stack:
            planted = materialised(run.units, stack)
            sources = [source for _, source in planted.values()]
            detection = self._detector.detect(sources, rules, self._project, self._progress)
            certain = unchanged(run.units)
        heard = frozenset(key for key in run.rules if self._ids[key] in detection.fired)
        asked.fired |= heard
        asked.silent |= run.rules - heard
        asked.broken.update(detection.broken)
        for rule_id, count in detection.candidates.items():
            asked.candidates[rule_id] = asked.candidates.get(rule_id, Candidates()) + count
        answers = self._answers(run, {path: unit for path, (unit, _) in planted.items()}, detection)
        self._keep(certain, answers, detection, frozenset(k for k in heard if self._ids[k] not in detection.broken))
        return answers

    def _answers(self, run: Run, by_path: Mapping[str, Unit], detection: Detection) -> dict[Key, Answer]:
        matches = defaultdict(list)
        for match in detection.matches:
            matches[match.path].append(replace(match, path="", blob=""))
        of_language = {language: self._for(language, run.rules) for language in self._of_language}
        return {
            unit.key: Answer(
                rules=of_language[unit.file.language],
                matches=tuple(matches.get(path, ())),
                skipped=detection.skipped.get(path),
            )
            for path, unit in by_path.items()
        }

    def _keep(
        self, units: Sequence[Unit], answers: Mapping[Key, Answer], detection: Detection, heard: frozenset[str]
    ) -> None:
        kept = [(unit.key, keepable(answers[unit.key], heard, self._ids)) for unit in units]
        blobs = {unit.file.blob for unit in units}
        self._cache.keep(
            self._engine,
            [(key, answer) for key, answer in kept if answer is not None],
            {blob: words for blob, words in detection.words.items() if blob in blobs},
            heard,
        )

    def _asked(self, unit: Unit) -> frozenset[str]:
        return self._of_language[unit.file.language]

    def _for(self, language: Language, keys: Iterable[str]) -> frozenset[str]:
        return frozenset(key for key in keys if language in self._rules[key].languages)
