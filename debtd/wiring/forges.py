"""Which forge a repository publishes to, and the credential for it. Nothing but `local` unless the settings say so."""

import os
import re
import time
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from debtd.model.errors import ConfigError
from debtd.model.forge_settings import KINDS, ForgeSettings
from debtd.model.pull_request import PullRequest
from debtd.model.repo import Repository
from debtd.model.secret import Secret
from debtd.settings import Settings
from debtd.wiring.durable import SystemClock, ensure_state_dir, local_forge

if TYPE_CHECKING:
    from debtd.adapters.forge.connection import Connected, Credential
    from debtd.adapters.forge.http.client import Limits
    from debtd.adapters.git import AccessFor, GitAccess
    from debtd.ports import Clock, Forge

Sleep = Callable[[float], None]


def forge_for(
    settings: Settings,
    repository: Repository,
    kind: str = "",
    *,
    clock: "Clock | None" = None,
    sleep: Sleep = time.sleep,
    limits: "Limits | None" = None,
) -> "Forge":
    """The forge of a repository: the one that the settings name for its URL, otherwise the local one.

    `kind` ("local", "github", ...) is what the operator asked for: "local" always is, another one must be set up for
    this repository, else ConfigError.
    """
    if kind not in {"", "local", *KINDS}:
        raise ConfigError(f"there is no forge {kind!r}; known are local, {', '.join(KINDS)}.")
    wanted = None if kind == "local" else settings_for(settings, repository.source)
    if kind in KINDS and (wanted is None or wanted.kind != kind):
        raise ConfigError(
            f"no [[forge]] of kind {kind!r} in debtd.toml names {repository.source}; "
            "add one with `repositories` and a credential (docs/reference/forges.md)."
        )
    if wanted is None:
        return local_forge(settings)
    from debtd.adapters.forge.hosted.forge import HostedForge  # noqa: PLC0415  (httpx is slow to import)

    connected = connect(settings, wanted, clock=clock, sleep=sleep, limits=limits)
    project = wanted.project_of(repository.source) or ""
    return HostedForge(connected.api(project), repository, sleep, draft=wanted.draft)


def forge_of(settings: Settings, repository: Repository, pull_request: PullRequest) -> "Forge":
    """The forge that a pull request is on already, or will be."""
    on_disk = pull_request.url != "" and not pull_request.url.startswith("http")
    return forge_for(settings, repository, "local" if on_disk else "")


def forge_finder(settings: Settings, repository: Repository) -> "Callable[[PullRequest], Forge]":
    """`forge_of` for all pull requests of a repository; each forge is connected to once."""
    known: dict[bool, Forge] = {}

    def find(pull_request: PullRequest) -> "Forge":
        hosted = pull_request.url.startswith("http")
        if hosted not in known:
            known[hosted] = forge_of(settings, repository, pull_request)
        return known[hosted]

    return find


def check_forge(
    settings: Settings,
    wanted: ForgeSettings,
    *,
    clock: "Clock | None" = None,
    sleep: Sleep = time.sleep,
    issues: bool = False,
    merging: bool = False,
) -> str:
    """What debtd may do on a forge, in one line. Raises ConfigError that lists each right that is wrong.

    `issues`: debtd is to keep an issue somewhere there. `merging`: it is to merge. Both need more rights.
    """
    connected = connect(settings, wanted, clock=clock, sleep=sleep, issues=issues, merging=merging)
    exact: list[str | None] = [pattern for pattern in wanted.repositories if not re.search(r"[*?\[]", pattern)]
    facts = [fact for project in exact or [None] for fact in connected.directory.check_access(project)]
    wrong = [f"{fact.name}: {fact.detail}" for fact in facts if not fact.ok]
    wrong += [f"{name} can be read by others; chmod 600 it" for name in _open_files(wanted)]
    if wrong:
        raise ConfigError("; ".join(dict.fromkeys(wrong)))
    return ", ".join(dict.fromkeys(f"{fact.name} {fact.detail}" for fact in facts))


def _open_files(wanted: ForgeSettings) -> list[str]:
    files = [name for name in (wanted.token_file, wanted.private_key_file) if name]
    return [name for name in files if Path(name).expanduser().stat().st_mode & 0o077]


def settings_for(settings: Settings, source: str) -> ForgeSettings | None:
    """The first `[[forge]]` that names the repository with this URL."""
    return next((one for one in settings.forges if one.project_of(source) is not None), None)


def git_access(settings: Settings, *, clock: "Clock | None" = None, sleep: Sleep = time.sleep) -> "AccessFor":
    """The credentials of git for remotes, by URL: only https, and only what a `[[forge]]` names."""
    connections: dict[ForgeSettings, Connected] = {}

    def access(url: str) -> "GitAccess | None":
        wanted = settings_for(settings, url) if url.startswith("https://") else None
        if wanted is None:
            return None
        from debtd.adapters.git import GitAccess  # noqa: PLC0415  (slow to import)

        if wanted not in connections:
            connections[wanted] = connect(settings, wanted, clock=clock, sleep=sleep)
        username, password = connections[wanted].git_login(wanted.project_of(url) or "")
        return GitAccess(username=username, password=password, ca_file=wanted.ca_file)

    return access


def connect(
    settings: Settings,
    wanted: ForgeSettings,
    *,
    clock: "Clock | None" = None,
    sleep: Sleep = time.sleep,
    limits: "Limits | None" = None,
    issues: bool = False,
    merging: bool = False,
) -> "Connected":
    """A forge, with its credential read. Makes no call yet. Raises ConfigError."""
    from debtd.adapters.forge.connection import Connection, Uses  # noqa: PLC0415  (httpx is slow to import)
    from debtd.adapters.forge.http.client import Client  # noqa: PLC0415
    from debtd.adapters.forge.http.ledger import FileLedger  # noqa: PLC0415
    from debtd.adapters.forge.http.pace import Pacer  # noqa: PLC0415

    module = import_module(f"debtd.adapters.forge.{wanted.kind}.connect")
    api_url = wanted.api_url or module.api_url_of(wanted.base_url)
    clock = clock or SystemClock()
    client = Client(api_url, ca_file=wanted.ca_file, limits=limits)
    ledger = FileLedger(ensure_state_dir(settings) / "pace" / f"{_file_name(api_url)}.json")
    connection = Connection(
        web_url=wanted.base_url,
        api_url=api_url,
        client=client,
        pacer=Pacer(client.host, ledger, clock, sleep),
        clock=clock,
        credential=_credential(wanted),
        uses=Uses(statuses=wanted.statuses, issues=issues, merging=merging),
    )
    connected: Connected = module.connect(connection)
    return connected


def _credential(wanted: ForgeSettings) -> "Credential":
    from debtd.adapters.forge.connection import Credential  # noqa: PLC0415  (httpx is slow to import)

    if wanted.private_key_file:
        return Credential(app_id=wanted.app_id, private_key=_secret_in(wanted.private_key_file))
    if wanted.token_file:
        return Credential(token=_one_word(_secret_in(wanted.token_file), wanted.token_file))
    if not os.environ.get(wanted.token_env):
        raise ConfigError(f"the variable {wanted.token_env} with the token for {wanted.base_url} is not set.")
    return Credential(token=_one_word(Secret(os.environ[wanted.token_env].strip()), wanted.token_env))


def _secret_in(name: str) -> Secret:
    try:
        text = Path(name).expanduser().read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"the credential file {name} cannot be read ({type(error).__name__}); check it.") from None
    return Secret(text)


def _one_word(token: Secret, where: str) -> Secret:
    if not re.fullmatch(r"[\x21-\x7e]+", token.reveal()):
        raise ConfigError(f"{where} does not hold a token: it must be one word.")
    return token


def _file_name(api_url: str) -> str:
    return re.sub(r"[^a-z0-9.-]", "-", urlsplit(api_url).netloc.lower())
