"""One site for each kind of forge, started when it is first needed; a new world for each case."""

import itertools
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from tests.support.forges.certificates import make_certificates
from tests.support.forges.clock import FakeClock
from tests.support.forges.gitea import GiteaWire
from tests.support.forges.github import GitHubWire
from tests.support.forges.gitlab import GitLabWire
from tests.support.forges.project import Project
from tests.support.forges.site import Site
from tests.support.forges.wire import Wire
from tests.support.forges.world import HostedWorld, LocalWorld

_WIRES: dict[str, Callable[[Callable[[], Mapping[str, Project]]], Wire]] = {
    "github": GitHubWire,
    "gitlab": GitLabWire,
    "gitea": GiteaWire,
}


class Park:
    """All sites of one test run."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._certificates = make_certificates(folder / "tls")
        self._sites: dict[str, Site] = {}
        self._numbers = itertools.count(1)

    def world(self, kind: str, folder: Path, **settings: Any) -> HostedWorld:
        """A new repository on the site of this kind, with everything of the last case forgotten."""
        site = self._site(kind)
        site.forget(FakeClock())
        return HostedWorld(site, f"acme/shop{next(self._numbers)}", folder, **settings)

    def local(self, folder: Path) -> LocalWorld:
        return LocalWorld(folder)

    def close(self) -> None:
        for site in self._sites.values():
            site.close()

    def _site(self, kind: str) -> Site:
        if kind not in self._sites:
            wire = _WIRES[kind](lambda: self._sites[kind].projects)
            self._sites[kind] = Site(self._folder / kind, self._certificates, FakeClock(), wire)
            self._sites[kind].start()
        return self._sites[kind]
