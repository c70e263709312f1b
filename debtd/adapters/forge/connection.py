"""What every forge is connected with, and what it gives back."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from debtd.adapters.forge.api import ForgeApi
from debtd.adapters.forge.http.client import Client
from debtd.adapters.forge.http.pace import Pacer
from debtd.adapters.forge.http.transport import Authorize, Transport
from debtd.model.secret import Secret
from debtd.ports import Clock, Directory


@dataclass(frozen=True, slots=True, kw_only=True)
class Credential:
    """A token, or a GitHub App's number and private key."""

    token: Secret | None = None
    app_id: str = ""
    private_key: Secret | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Uses:
    """What debtd is to do besides pull requests; each needs rights of its own. `statuses` of commits, `issues` that it
    keeps, `merging` when checks and people agree."""

    statuses: bool = False
    issues: bool = False
    merging: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """The way to one forge. `web_url` is where people go."""

    web_url: str
    api_url: str
    client: Client
    pacer: Pacer
    clock: Clock
    credential: Credential
    uses: Uses = Uses()

    def transport(self, authorize: Authorize, headers: Mapping[str, str], api_url: str = "") -> Transport:
        """`api_url` where a forge has more than one API, on the same host."""
        return Transport(api_url or self.api_url, authorize, self.client, self.pacer, headers)


@dataclass(frozen=True, slots=True, kw_only=True)
class Connected:
    """A forge as debtd uses it: `api` for a repository, `git_login` (user, password) for pushing to it."""

    api: Callable[[str], ForgeApi]
    git_login: Callable[[str], tuple[str, Secret]]
    directory: Directory
