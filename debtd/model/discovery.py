"""Which repositories of a forge debtd is to look for: `[[discover]]` in debtd.toml."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from fnmatch import fnmatchcase

from debtd.model.errors import ConfigError
from debtd.model.forge_settings import ForgeSettings

_OWNER = re.compile(r"\w[\w.-]*(?:/\w[\w.-]*)*", re.ASCII)
_TOPIC = re.compile(r"[\w.+ -]{1,100}", re.ASCII)
_SWITCHES = ("archived", "forks", "onboarding", "baseline")
_LISTS = ("include", "exclude")


@dataclass(frozen=True, slots=True, kw_only=True)
class Discovery:
    """One `[[discover]]`.

    `owner` is an organisation, a group or a user on `forge`; with a `topic` only repositories that have it are meant.
    `include` and `exclude` are patterns over the path below the owner ("lib-*"). `onboarding`: a pull request asks the
    people of a repository first. `baseline`: what a repository owes when it is enrolled becomes its baseline.
    """

    forge: ForgeSettings
    owner: str
    topic: str = ""
    include: tuple[str, ...] = ("*",)
    exclude: tuple[str, ...] = ()
    archived: bool = False
    forks: bool = False
    onboarding: bool = False
    baseline: bool = True

    def below_owner(self, project: str) -> str | None:
        """The part of a path ("owner/name") below the owner; None for a repository of somebody else."""
        head = f"{self.owner}/"
        return project[len(head) :] if project.lower().startswith(head.lower()) else None

    def names(self, below: str) -> bool:
        """Whether the patterns want the repository with this path below the owner."""
        return _fits(below, self.include) and not _fits(below, self.exclude)

    def covers(self, source: str) -> bool:
        """Whether the repository with this URL may have been found by it, as far as the URL tells."""
        project = self.forge.project_of(source)
        below = None if project is None else self.below_owner(project)
        return below is not None and self.names(below)


@dataclass(frozen=True, slots=True)
class Terms:
    """On which terms a repository is enrolled."""

    onboarding: bool = False
    baseline: bool = False


def terms_for(source: str, discoveries: Sequence[Discovery]) -> Terms:
    """The terms for the repository with this URL. Where several tables cover it, its people are asked if one of them
    says so."""
    found = [one for one in discoveries if one.covers(source)]
    return Terms(any(one.onboarding for one in found), any(one.baseline for one in found))


def discovery(table: Mapping[str, object], forges: Sequence[ForgeSettings], where: str) -> Discovery:
    """A `[[discover]]` table, checked. Raises ConfigError with the key that is wrong."""
    known = tuple(field.name for field in fields(Discovery))
    for key, value in table.items():
        if key not in known:
            raise ConfigError(f"{where}: unknown key {key!r} in [[discover]]; known are {', '.join(known)}.")
        _check_type(where, key, value)
    owner = str(table.get("owner", ""))
    if not _OWNER.fullmatch(owner) or ".." in owner:
        raise ConfigError(f"{where}: [[discover]] needs `owner`, an organisation, group or user such as acme.")
    if not _TOPIC.fullmatch(str(table.get("topic", "x"))):
        raise ConfigError(f"{where}: `topic` of [[discover]] must be a name such as payments.")
    lists = {key: tuple(value) for key in _LISTS if isinstance(value := table.get(key), list)}
    forge = _forge_named(table.get("forge"), owner, forges, where)
    return Discovery(**{**table, **lists, "forge": forge})  # type: ignore[arg-type]  # keys and types were checked above


def _check_type(where: str, key: str, value: object) -> None:
    if key in _SWITCHES:
        fits, kind = isinstance(value, bool), "true or false"
    elif key in _LISTS:
        fits, kind = _is_patterns(value), 'a list of patterns such as ["lib-*"]'
    else:
        fits, kind = isinstance(value, str) and value != "", "a text"
    if not fits:
        raise ConfigError(f"{where}: `{key}` of [[discover]] must be {kind}.")


def _is_patterns(value: object) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(item, str) and item for item in value)


def _forge_named(name: object, owner: str, forges: Sequence[ForgeSettings], where: str) -> ForgeSettings:
    """The `[[forge]]` of that kind or address; of several on one server, the first that names the owner's."""
    address = str(name).rstrip("/")
    named = [one for one in forges if name is None or address in {one.kind, one.base_url}]
    servers = {(one.kind, one.base_url) for one in named}
    if len(servers) != 1:
        which = "no [[forge]] is" if not servers else "several [[forge]] are"
        meant = "without `forge`" if name is None else f"by `forge` {name!r}"
        raise ConfigError(f"{where}: {which} meant {meant} of [[discover]]; give the `base_url` of one.")
    some = f"{owner}/x".lower()
    fitting = (one for one in named if any(fnmatchcase(some, p.lower()) for p in one.repositories))
    return next(fitting, named[0])


def _fits(below: str, patterns: Sequence[str]) -> bool:
    return any(fnmatchcase(below.lower(), pattern.lower()) for pattern in patterns)
