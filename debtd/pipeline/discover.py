"""The repositories of an owner -> those to enrol, and why the others are left out.

What a forge lists is hostile: names become part of URLs and paths. A URL is never taken from the answer; it is put
together from the operator's `base_url` and a checked path.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from debtd.model.discovery import Discovery
from debtd.model.enrolment import Enrolment, EnrolmentState
from debtd.model.errors import RepoUnusable
from debtd.model.forge import ListedRepository
from debtd.model.repo import Repository
from debtd.ports import Clock, Directory, Store, Workspaces

_PROJECT = re.compile(r"\w[\w.-]*(?:/\w[\w.-]*)+", re.ASCII)
_MAX_LENGTH = 200


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A repository that is not enrolled; `project` is the forge's word for it, and hostile."""

    project: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Discovered:
    """Every listed repository is in one of them: `new` and `known` (enrolled before, in whatever state), or left out.
    `vanished` are sources that an earlier discovery found and the forge does not list now: they stay as they are."""

    new: tuple[Repository, ...]
    known: tuple[Repository, ...]
    left_out: tuple[LeftOut, ...]
    vanished: tuple[str, ...]


def discover(wanted: Discovery, directory: Directory, store: Store, workspaces: Workspaces) -> Discovered:
    """Ask the forge, and sort what it lists. Writes nothing."""
    known = {enrolment.repository_id for enrolment in store.enrolments()}
    stored = {repository.id: repository for repository in store.repositories()}
    spelled = {repository.source.lower().removesuffix(".git"): repository for repository in stored.values()}
    found: dict[str, Repository] = {}
    left_out: list[LeftOut] = []
    all_listed = directory.repositories(wanted.owner, wanted.topic)
    for listed in all_listed:
        reason = reason_to_leave_out(listed, wanted)
        if reason:
            left_out.append(LeftOut(listed.project, reason))
            continue
        url = f"{wanted.forge.base_url}/{listed.project}"
        try:
            repository = spelled.get(url.lower()) or workspaces.identify(url)
        except RepoUnusable as error:
            left_out.append(LeftOut(listed.project, str(error)))
            continue
        spelled.setdefault(url.lower(), repository)
        found[repository.id] = repository
    return Discovered(
        new=tuple(one for one in found.values() if one.id not in known),
        known=tuple(one for one in found.values() if one.id in known),
        left_out=tuple(left_out),
        vanished=_vanished(wanted, (stored[key] for key in known if key in stored), all_listed),
    )


def reason_to_leave_out(listed: ListedRepository, wanted: Discovery) -> str:
    """Why a listed repository is none of those that are wanted; "" when it is one."""
    if len(listed.project) > _MAX_LENGTH or not _PROJECT.fullmatch(listed.project) or ".." in listed.project:
        return "its name is not one that debtd can use"
    below = wanted.below_owner(listed.project)
    if below is None:
        return f"it does not belong to {wanted.owner}"
    if not wanted.names(below):
        return "the patterns of [[discover]] do not name it"
    if listed.archived and not wanted.archived:
        return "it is archived"
    if listed.fork and not wanted.forks:
        return "it is a fork"
    if not listed.default_branch:
        return "it is empty"
    if wanted.forge.project_of(f"{wanted.forge.base_url}/{listed.project}") is None:
        return "no `repositories` pattern of its [[forge]] names it, so nothing could be published there"
    return ""


def enrol_found(repositories: Sequence[Repository], wanted: Discovery, store: Store, clock: Clock) -> None:
    """Keep new repositories as FOUND. One that has an enrolment already stays in its state: a no is remembered."""
    known = {enrolment.repository_id for enrolment in store.enrolments()}
    for repository in repositories:
        store.ensure_repository(repository)
        if repository.id not in known:
            reason = f"found in {wanted.owner} on {wanted.forge.base_url}"
            store.save_enrolment(
                Enrolment(
                    repository_id=repository.id, state=EnrolmentState.FOUND, changed_at=clock.now(), reason=reason
                )
            )


def _vanished(wanted: Discovery, enrolled: Iterable[Repository], listed: Iterable[ListedRepository]) -> tuple[str, ...]:
    """With a topic nothing is told: a repository may have been found for another reason."""
    there = {one.project.lower() for one in listed}
    gone = (one.source for one in enrolled if wanted.covers(one.source) and _project(wanted, one.source) not in there)
    return () if wanted.topic else tuple(sorted(gone))


def _project(wanted: Discovery, source: str) -> str:
    return (wanted.forge.project_of(source) or "").lower()
