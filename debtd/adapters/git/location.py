"""Where a repository is: a path or URL that a person typed becomes a canonical source, or a clear refusal."""

import os
import re
from pathlib import Path
from urllib.parse import unquote, urlsplit

from debtd.adapters.display import shown
from debtd.adapters.git.failure import without_credentials
from debtd.adapters.git.process import Command, run
from debtd.model.errors import RepoUnusable
from debtd.model.repo import Repository, repository_id

_SCP_LIKE = re.compile(r"[A-Za-z0-9_][\w.-]*@[A-Za-z0-9][\w.-]*:(?!/?-)\S+", re.ASCII)
_HOST = re.compile(r"[A-Za-z0-9\[][\w.:\]-]*", re.ASCII)
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:", re.ASCII)
_NOT_IN_BRANCH = re.compile(r"[\x00-\x20\x7f~^:?*\[\\]|\.\.|@\{|//|/\.|\.lock(/|$)|\.$|/$|^/|^-|^\.|^@$")


def repository_at(location: str) -> Repository:
    """The repository behind a path or URL. Raises RepoUnusable."""
    source = _url(location) if is_url(location) else str(_top_level(local_path(location)))
    return Repository(id=repository_id(source), source=source, name=_name(source))


def is_url(location: str) -> bool:
    """Whether git would reach it over the network."""
    if location.lower().startswith("file:"):
        return False
    return "://" in location or "::" in location or bool(_SCP_LIKE.fullmatch(location))


def transports(source: str) -> str:
    """The GIT_ALLOW_PROTOCOL for a canonical source or a remote."""
    return "https:ssh" if is_url(source) else "file"


def local_path(location: str) -> Path:
    """The absolute path behind a path or a file:// URL."""
    if location.lower().startswith("file:"):
        if not location.lower().startswith("file:///"):
            raise RepoUnusable(f"{shown(location)} names another machine; use a path, https:// or ssh://")
        location = unquote(location[len("file://") :])
    if not location or "\0" in location:
        raise RepoUnusable(f"{shown(location)!r} is not a path; name a folder or a URL")
    return Path(location).expanduser().absolute()


def check_branch(name: str) -> str:
    """The name itself. Raises RepoUnusable for one that git would not accept as a branch."""
    if not name or len(name) > 200 or _NOT_IN_BRANCH.search(name) or not name.isprintable():
        raise RepoUnusable(f"{shown(name)!r} is not a branch name that debtd accepts; rename the branch")
    return name


def check_remote(remote: str) -> str:
    """A canonical path or URL to fetch from or push to. Raises RepoUnusable."""
    return _url(remote) if is_url(remote) else str(local_path(remote))


def _url(location: str) -> str:
    url = location.rstrip("/")
    name = shown(without_credentials(url))
    if _SCP_LIKE.fullmatch(url):
        return url
    scheme, _, _ = url.partition("://")
    if "::" in url.split("/", 1)[0] or scheme.lower() not in {"https", "ssh"} or not url.isprintable() or " " in url:
        raise RepoUnusable(f"debtd does not fetch from {name}; use https://, ssh:// or git@host:path")
    parts = urlsplit(url)
    if parts.password is not None or (scheme.lower() == "https" and "@" in parts.netloc) or parts.query:
        raise RepoUnusable(f"{name} carries a credential; remove it from the URL (it would be seen in process lists)")
    host = parts.netloc.rpartition("@")[2]
    if not _HOST.fullmatch(host) or parts.netloc.startswith("-") or parts.path.startswith("/-") or not parts.path:
        raise RepoUnusable(f"{name} is not the URL of a repository; use https://host/owner/name")
    return url.replace(f"{scheme}://{parts.netloc}", f"{scheme.lower()}://{parts.netloc.lower()}", 1)


def _top_level(path: Path) -> Path:
    _check_folder(path)
    real = path.resolve()
    try:
        top = run(_rev_parse(real, "--show-toplevel"))
    except RepoUnusable as error:
        if "another user" in str(error):
            raise
    else:
        return Path(os.fsdecode(top.removesuffix(b"\n")))
    if real.name == ".git" and (real.parent / ".git").samefile(real):
        return _top_level(real.parent)
    if _looks_bare(real):
        run(_rev_parse(real, "--git-dir", git_dir=real))
        return real
    raise RepoUnusable(
        f"{shown(str(path))} is not a git repository; `debtd scan` and `debtd fix` work on plain folders"
    )


def _check_folder(path: Path) -> None:
    name = shown(str(path))
    try:
        if not path.exists():
            known = "is a broken link" if path.is_symlink() else "does not exist"
            raise RepoUnusable(f"there is no such path: {name} {known}; check the spelling")
        if not path.is_dir():
            raise RepoUnusable(f"{name} is a file, not a repository; name the folder, or use `debtd scan` on the file")
    except OSError as error:
        raise RepoUnusable(f"{name} cannot be read ({error.strerror}); check the path and its permissions") from error
    if not os.access(path, os.R_OK | os.X_OK):
        raise RepoUnusable(f"{name} cannot be read (permission denied); run debtd as a user who may read it")


def _looks_bare(path: Path) -> bool:
    return (path / "HEAD").is_file() and (path / "objects").is_dir() and (path / "refs").is_dir()


def _rev_parse(path: Path, option: str, git_dir: Path | None = None) -> Command:
    return Command(
        arguments=("rev-parse", option),
        what="read",
        where=str(path),
        directory=path,
        git_dir=git_dir,
        timeout_seconds=60,
    )


def _name(source: str) -> str:
    """The last part of the path for people: never empty, no control characters, at most 100 characters."""
    path = source if not is_url(source) else re.split(r"[:/]", source.rstrip("/"), maxsplit=0)[-1]
    last = Path(path).name
    if last == ".git":
        last = Path(path).parent.name
    return shown(last.removesuffix(".git") or "repository", 100)
