"""Blobs to ask an engine about, put together to few runs of it."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace

from debtd.model.language import Language
from debtd.model.repo import ListedFile, Source
from debtd.ports import Files, Key

# What a killed scan loses is bounded, and what the restarts cost is small: an engine starts in 0.2 s of processor time,
# and reads this much in ten and more.
BATCH_FILES = 8_000
BATCH_BYTES = 64_000_000
_START_IS_WORTH = 1_000  # times that a rule is run on a file
_MAX_RUNS = 3


@dataclass(frozen=True, slots=True)
class Unit:
    """One blob to ask about, by the first file that has it, in the tree behind `files`."""

    key: Key
    file: ListedFile
    files: Files


@dataclass(slots=True)
class Run:
    """One run of an engine: the keys of its rules, and the units that it reads."""

    rules: set[str]
    units: list[Unit]


def runs_of(left: Iterable[tuple[Unit, frozenset[str]]], *, reads_paths: bool) -> list[Run]:
    """Few runs for the units and their open rules: units with the same go together, and one such group of each
    language."""
    groups: dict[Language, dict[frozenset[str], list[Unit]]] = defaultdict(lambda: defaultdict(list))
    for unit, rules in left:
        groups[unit.file.language][rules].append(unit)
    runs: list[Run] = []
    for of_language in groups.values():
        for number, run in enumerate(_few(of_language)):
            if number == len(runs):
                runs.append(Run(set(), []))
            runs[number].rules |= run.rules
            runs[number].units += run.units
    return [Run(set(run.rules), batch) for run in runs for batch in _batches(run.units, reads_paths)]


def _few(groups: Mapping[frozenset[str], list[Unit]]) -> Sequence[Run]:
    """The groups, put together where that costs less than another start of the engine."""
    runs: list[Run] = []
    for rules, units in sorted(groups.items(), key=lambda group: len(group[1]), reverse=True):
        cheapest = min(runs, key=lambda run: _extra(run, rules, units), default=None)
        if cheapest is None or (_extra(cheapest, rules, units) > _START_IS_WORTH and len(runs) < _MAX_RUNS):
            runs.append(Run(set(rules), list(units)))
        else:
            cheapest.rules |= rules
            cheapest.units += units
    return runs


def _extra(run: Run, rules: frozenset[str], units: Sequence[Unit]) -> int:
    """How many more times a rule would be run on a file if the run took these as well."""
    return len(rules - run.rules) * len(run.units) + len(run.rules - rules) * len(units)


def _batches(units: Sequence[Unit], reads_paths: bool) -> Iterator[list[Unit]]:
    batch: list[Unit] = []
    paths: set[str] = set()
    size = 0
    for unit in units:
        is_full = len(batch) >= BATCH_FILES or size + unit.file.size > BATCH_BYTES
        if batch and (is_full or (reads_paths and unit.file.path in paths)):
            yield batch
            batch, paths, size = [], set(), 0
        batch.append(unit)
        paths.add(unit.file.path)
        size += unit.file.size
    if batch:
        yield batch


def materialised(units: Sequence[Unit], stack: ExitStack) -> dict[str, tuple[Unit, Source]]:
    """The units on disk until the stack ends, by a path that is unique among them."""
    found: dict[str, tuple[Unit, Source]] = {}
    for files, members in _by_files(units):
        sources = stack.enter_context(files.materialised([unit.file for unit in members]))
        for unit, source in zip(members, sources, strict=True):
            path = source.path if source.path not in found else f"{len(found)}/{source.path}"
            found[path] = (unit, source if path == source.path else replace(source, path=path))
    return found


def unchanged(units: Sequence[Unit]) -> list[Unit]:
    """The units whose bytes are surely those that the engine read."""
    found: list[Unit] = []
    for files, members in _by_files(units):
        paths = files.unchanged([unit.file for unit in members])
        found += [unit for unit in members if unit.file.path in paths]
    return found


def _by_files(units: Sequence[Unit]) -> Iterable[tuple[Files, list[Unit]]]:
    groups: dict[int, tuple[Files, list[Unit]]] = {}
    for unit in units:
        groups.setdefault(id(unit.files), (unit.files, []))[1].append(unit)
    return groups.values()
