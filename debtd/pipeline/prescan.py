"""Several repositories, one run of each engine: what is open in any of them is asked together, before their own scans.

Only the cache learns from it. Each repository's own scan then finds its answers there.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from debtd.model.errors import DebtdError
from debtd.model.project import Project
from debtd.model.repo import ListedFile, Repository
from debtd.pipeline.ask import Asked, Questions
from debtd.pipeline.ignored import ignored_paths
from debtd.pipeline.order import Order, Rooms
from debtd.pipeline.scan import languages_of
from debtd.pipeline.survey import survey
from debtd.pipeline.units import Unit
from debtd.ports import AnswerCache, Files, Key

MAX_FILES = 20_000  # listed at the same time


@dataclass(frozen=True, slots=True)
class _Stack:
    """The files of one repository that rules read."""

    wanted: Sequence[ListedFile]
    files: Files
    project: Project


def prescan(repositories: Sequence[Repository], order: Order, rooms: Rooms) -> None:
    """Ask the engines about all that is new in the repositories. Whatever goes wrong is left to the repositories' own
    runs to meet and to tell."""
    cache = rooms.engines.cache
    if cache is None:
        return
    stacks: list[_Stack] = []
    for repository in repositories:
        try:
            stack = _list(repository, order, rooms)
        except DebtdError:
            continue
        if stack is not None:
            stacks.append(stack)
        if sum(len(stack.wanted) for stack in stacks) >= MAX_FILES:
            _ask(stacks, order, rooms, cache)
            stacks = []
    _ask(stacks, order, rooms, cache)


def _list(repository: Repository, order: Order, rooms: Rooms) -> _Stack | None:
    """None where nothing can have changed since the last scan."""
    revision = rooms.workspaces.ensure_mirror(repository)
    seen = survey(repository, revision, order, rooms)
    if seen.unchanged is not None:
        return None
    tree = rooms.workspaces.list_tree(repository, revision, languages_of(order.rules))
    ignored = ignored_paths((file.path for file in tree.files), tree.texts)
    wanted = [file for file in tree.files if file.path not in ignored]
    return _Stack(wanted, rooms.workspaces.files(repository), seen.project)


def _ask(stacks: Sequence[_Stack], order: Order, rooms: Rooms, cache: AnswerCache) -> None:
    for detector in rooms.engines.detectors:
        rules = [rule for rule in order.rules if detector.accepts(rule)]
        by_facts: dict[str, list[_Stack]] = defaultdict(list)
        for stack in stacks if rules else ():
            by_facts[detector.facts(rules, stack.project)].append(stack)
        for alike in by_facts.values():
            questions = Questions(detector, rules, alike[0].project, cache, rooms.progress)
            try:
                for _ in questions.stream(_units(questions, alike), Asked()):
                    pass
            except DebtdError:
                continue


def _units(questions: Questions, stacks: Sequence[_Stack]) -> Mapping[Key, Unit]:
    units: dict[Key, Unit] = {}
    for stack in stacks:
        for key, unit in questions.units(stack.wanted, stack.files).items():
            units.setdefault(key, unit)
    return units
