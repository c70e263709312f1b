"""What a pull request asks of people: who has to look at it, and at how much."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from pathlib import PurePath

from debtd.model.codeowners import LOCATIONS, OwnersDialect, parse_codeowners
from debtd.model.repo import Repository, Revision
from debtd.model.task import Patch
from debtd.ports import Workspaces
from debtd.rulekit.rule import Rule

MAX_PEOPLE = 10
"""More are never asked at once, however many own the files."""

OwnersOf = Callable[[str], tuple[str, ...]]


def read_owners(workspaces: Workspaces, repository: Repository, revision: Revision, forge: str) -> OwnersOf:
    """Who owns a path by the CODEOWNERS file of the revision, as the forge of this name reads it."""
    dialect = OwnersDialect(forge) if forge in set(OwnersDialect) else OwnersDialect.GITHUB
    places = LOCATIONS[dialect]
    return owners_in(workspaces.read_paths(repository, revision, places), dialect)


def owners_in(files: Mapping[str, bytes], dialect: OwnersDialect) -> OwnersOf:
    """The same, from the files at the places where that forge looks."""
    text = next((files[place] for place in LOCATIONS[dialect] if place in files), b"")
    return parse_codeowners(text.decode("utf-8", "replace"), dialect).owners_of


def owners_of(patch: Patch, owners: OwnersOf) -> tuple[str, ...]:
    """The owners of the files of a patch, as they are written; who owns most of them first."""
    counts = Counter(owner for file in patch.files for owner in owners(file.path))
    return tuple(owner for owner, _ in counts.most_common())


def logins_of(owners: Iterable[str]) -> tuple[str, ...]:
    """Whom a forge can ask: users and teams, without the "@"; no roles and no addresses."""
    accounts = [owner.removeprefix("@") for owner in owners if owner.startswith("@") and not owner.startswith("@@")]
    return tuple(accounts[:MAX_PEOPLE])


def lines_of(patch: Patch) -> int:
    """How many lines there are to review, at most: an edit counts the longer of its two sides."""
    return sum(
        1 + max(edit.expected.count(b"\n"), edit.replacement.count(b"\n"))
        for file in patch.files
        for edit in file.edits
    )


def group_of(rule: Rule) -> str:
    """What a rule belongs to: the folder in which it stands."""
    return PurePath(rule.path).parent.name
