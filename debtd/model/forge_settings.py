"""Which repositories publish to which forge, and where the credential lies: `[[forge]]` in debtd.toml."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from fnmatch import fnmatchcase

from debtd.model.errors import ConfigError

KINDS = ("github", "gitlab", "gitea")
_HOMES = {"github": "https://github.com", "gitlab": "https://gitlab.com"}
_ALIASES = {"forgejo": "gitea"}
_URL = re.compile(
    r"(?P<scheme>https?|ssh)://(?:[^@/]*@)?(?P<host>[\w.-]+|\[[0-9a-f:]+\])(?::(?P<port>\d+))?(?P<path>(?:/.*)?)",
    re.ASCII,
)
_SCP_LIKE = re.compile(r"(?:[\w.-]+@)?(?P<host>[\w.-]+):(?P<path>[^/:].*)", re.ASCII)
_PROJECT = re.compile(r"\w[\w.-]*(?:/\w[\w.-]*)+", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class ForgeSettings:
    """One `[[forge]]`.

    `repositories` are patterns over "owner/name" ("acme/*"); only what they name is ever published. The credential is
    a token (`token_file`, or `token_env`, the name of a variable) or a GitHub App (`app_id`, `private_key_file`).
    `ca_file` is an authority to trust beside the system's. `draft`: pull requests start as drafts. `statuses`: commits
    get a status with the evidence.
    """

    kind: str
    repositories: tuple[str, ...]
    base_url: str = ""
    api_url: str = ""
    token_file: str = ""
    token_env: str = ""
    app_id: str = ""
    private_key_file: str = ""
    ca_file: str = ""
    draft: bool = False
    statuses: bool = False

    def project_of(self, source: str) -> str | None:
        """The path ("owner/name") on this forge of the repository with this URL; None for any other repository."""
        there, home = _Address.of(source), _Address.of(self.base_url)
        if there is None or home is None or there.host != home.host:
            return None
        path = there.path
        if there.scheme in {"http", "https"}:
            if (there.scheme, there.port) != (home.scheme, home.port):
                return None
            if home.path:
                if not path.startswith(f"{home.path}/"):
                    return None
                path = path.removeprefix(f"{home.path}/")
        if not _PROJECT.fullmatch(path) or ".." in path:
            return None
        return path if any(fnmatchcase(path.lower(), p.lower()) for p in self.repositories) else None


def forge_settings(table: Mapping[str, object], where: str) -> ForgeSettings:
    """A `[[forge]]` table, checked. Raises ConfigError with the key that is wrong."""
    known = {field.name: field for field in fields(ForgeSettings)}
    for key, value in table.items():
        if key not in known:
            raise ConfigError(f"{where}: unknown key {key!r} in [[forge]]; known are {', '.join(known)}.")
        _check_type(where, key, value)
    values = dict(table)
    kind = _ALIASES.get(str(table.get("kind")), str(table.get("kind")))
    if kind not in KINDS:
        raise ConfigError(f"{where}: `kind` of [[forge]] must be one of {', '.join(KINDS)}.")
    patterns = table.get("repositories")
    if not isinstance(patterns, list) or not patterns:
        raise ConfigError(f'{where}: [[forge]] needs `repositories`, a list of patterns such as "acme/*".')
    values |= {"kind": kind, "repositories": tuple(patterns), "base_url": _base_url(where, kind, values)}
    made = ForgeSettings(**values)  # type: ignore[arg-type]  # keys and types were checked above
    _check_credential(where, made)
    return made


def _check_type(where: str, key: str, value: object) -> None:
    if key in {"draft", "statuses"}:
        fits, kind = isinstance(value, bool), "true or false"
    elif key == "repositories":
        fits, kind = isinstance(value, list) and all(isinstance(one, str) for one in value), "a list of texts"
    else:
        fits, kind = isinstance(value, str) and value != "", "a text"
    if not fits:
        raise ConfigError(f"{where}: `{key}` of [[forge]] must be {kind}.")


def _base_url(where: str, kind: str, values: Mapping[str, object]) -> str:
    url = str(values.get("base_url", _HOMES.get(kind, ""))).rstrip("/")
    address = _Address.of(url)
    if address is None or address.scheme not in {"https", "http"} or "?" in url or "@" in url:
        raise ConfigError(f"{where}: `base_url` of [[forge]] must be an address such as https://git.example.org.")
    return url


def _check_credential(where: str, made: ForgeSettings) -> None:
    ways = [bool(made.token_file), bool(made.token_env), bool(made.app_id or made.private_key_file)]
    if sum(ways) != 1:
        raise ConfigError(f"{where}: [[forge]] needs one of `token_file`, `token_env`, or an App's two keys.")
    if ways[2] and (made.kind != "github" or not (made.app_id and made.private_key_file)):
        raise ConfigError(f'{where}: an App needs kind "github", `app_id` and `private_key_file`.')


@dataclass(frozen=True, slots=True)
class _Address:
    """The parts of a URL or of ssh's short form; `host` in lower case, `path` without slashes around and ".git"."""

    scheme: str
    host: str
    port: str
    path: str

    @classmethod
    def of(cls, text: str) -> "_Address | None":
        found = _URL.fullmatch(text) or _SCP_LIKE.fullmatch(text)
        if found is None:
            return None
        parts = found.groupdict()
        path = parts["path"].strip("/").removesuffix(".git")
        return cls(parts.get("scheme", "ssh"), parts["host"].lower(), parts.get("port") or "", path)
