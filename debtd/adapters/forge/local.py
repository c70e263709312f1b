"""A forge in the state directory: pull requests without a server.

For each repository `<state>/forge/<id>/repository.git` holds the branches, `pulls/<number>.json` the records and
`pulls/<number>.md` the pages that people read. The JSON is the truth and is written last; a page without one is a
remnant of a crash and is written again.
"""

import contextlib
import json
import os
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from debtd.adapters.filelock import locked
from debtd.model.errors import RepoUnusable, StateUnusable
from debtd.model.pull_request import PullRequest, PullRequestState
from debtd.model.repo import Repository

_STATES = {"open": PullRequestState.OPEN, "merged": PullRequestState.MERGED, "closed": PullRequestState.REJECTED}
_HEX = frozenset("0123456789abcdef")


@dataclass(frozen=True, slots=True)
class _Record:
    """The content of a pull request's JSON file. `state` is open, merged or closed."""

    number: int
    head: str
    base: str
    commit: str
    title: str
    body: str
    state: str = "open"
    reason: str = ""


class LocalForge:
    """Implements the Forge port. `ensure_bare(path)` makes an empty bare repository and is safe to repeat."""

    def __init__(self, state_dir: Path, ensure_bare: Callable[[Path], None]) -> None:
        self._root = state_dir.absolute() / "forge"
        self._ensure_bare = ensure_bare

    @property
    def name(self) -> str:
        return "local"

    def remote(self, repository: Repository) -> str:
        path = self._home(repository.id) / "repository.git"
        self._ensure_bare(path)
        return str(path)

    def ensure_pull_request(self, pull_request: PullRequest) -> PullRequest:
        with self._pulls(pull_request.repository_id) as pulls:
            record = _find(pulls, pull_request.branch)
            if record is None:
                record = _Record(
                    number=max((known.number for known in _records(pulls)), default=0) + 1,
                    head=pull_request.branch,
                    base=pull_request.base_branch,
                    commit=pull_request.commit,
                    title=" ".join(pull_request.title.split()),
                    body=pull_request.body,
                )
                _save(pulls, record)
        return replace(
            pull_request,
            state=_STATES[record.state],
            number=record.number,
            url=str(pulls / f"{record.number}.md"),
            reason=record.reason,
        )

    def close_pull_request(self, pull_request: PullRequest, reason: str) -> None:
        with self._pulls(pull_request.repository_id) as pulls:
            record = _find(pulls, pull_request.branch)
            if record is None:
                raise RepoUnusable(f"the local forge has no pull request for branch {pull_request.branch} to close")
            if record.state == "open":
                _save(pulls, replace(record, state="closed", reason=reason))

    def _home(self, repository_id: str) -> Path:
        if not repository_id or not set(repository_id) <= _HEX:
            raise RepoUnusable(f"{repository_id!r} is not the id of a repository; enrol it again")
        return self._root / repository_id

    @contextlib.contextmanager
    def _pulls(self, repository_id: str) -> Iterator[Path]:
        """The folder of the pull requests, while no other process uses it."""
        home = self._home(repository_id)
        with locked(home / "pulls.lock", f"the local forge of repository {repository_id}"):
            pulls = home / "pulls"
            try:
                pulls.mkdir(mode=0o700, exist_ok=True)
                for half in pulls.glob(".half-*"):
                    half.unlink()
                yield pulls
            except OSError as error:
                raise StateUnusable(f"{pulls} cannot be used ({error.strerror}); check the state directory") from error


def _find(pulls: Path, branch: str) -> _Record | None:
    """The newest pull request of a head branch."""
    return max((record for record in _records(pulls) if record.head == branch), key=lambda r: r.number, default=None)


def _records(pulls: Path) -> Iterator[_Record]:
    for path in pulls.glob("*.json"):
        try:
            record = _parse(path)
        except (ValueError, TypeError) as error:
            raise StateUnusable(f"{path} is not a pull request ({error}); mend or delete it") from error
        yield record


def _parse(path: Path) -> _Record:
    fields = json.loads(path.read_text(encoding="utf-8"))
    record = _Record(**fields)
    if record.state not in _STATES or type(fields["number"]) is not int or path.name != f"{record.number}.json":
        raise ValueError("an unknown state or another number")
    return record


def _save(pulls: Path, record: _Record) -> None:
    fields = {name: getattr(record, name) for name in _Record.__slots__}
    _write(pulls / f"{record.number}.md", render_page(record))
    _write(pulls / f"{record.number}.json", json.dumps(fields, indent=2, sort_keys=True) + "\n")


def render_page(record: _Record) -> str:
    """The page of a pull request."""
    state = f"{record.state}: {' '.join(record.reason.split())}" if record.reason else record.state
    facts = f"Pull request {record.number}, {state}. `{record.head}` into `{record.base}`, commit `{record.commit}`."
    return f"# {record.title}\n\n{facts}\n\n{record.body.rstrip()}\n"


def _write(path: Path, text: str) -> None:
    """All of the text or the file as it was, also after a power cut."""
    descriptor, half = tempfile.mkstemp(prefix=".half-", dir=path.parent)
    with open(descriptor, "w", encoding="utf-8", errors="backslashreplace", newline="") as file:  # noqa: PTH123 - a descriptor
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    Path(half).replace(path)
