"""The records of the local forge: one JSON file and one page for each pull request."""

import json
import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from debtd.model.errors import StateUnusable
from debtd.model.forge import ForgePullRequest, ForgeState
from debtd.model.pull_request import PullRequest, PullRequestState

STATES = {"open": PullRequestState.OPEN, "merged": PullRequestState.MERGED, "closed": PullRequestState.REJECTED}


@dataclass(frozen=True, slots=True)
class Record:
    """The content of a pull request's JSON file. `state` is open, merged or closed.

    Each comment is (author, name of debtd's own comment or "", time in ISO form, text); each status is (name, state,
    summary, URL).
    """

    number: int
    head: str
    base: str
    commit: str
    title: str
    body: str
    state: str = "open"
    reason: str = ""
    draft: bool = False
    labels: tuple[str, ...] = ()
    assignees: tuple[str, ...] = ()
    reviewers: tuple[str, ...] = ()
    comments: tuple[tuple[str, str, str, str], ...] = ()
    statuses: tuple[tuple[str, str, str, str], ...] = ()
    merge_commit: str = ""


def new_record(pulls: Path, pull_request: PullRequest, *, draft: bool) -> Record:
    """An open one with the next number; it is not saved yet."""
    return Record(
        number=max((known.number for known in all_records(pulls)), default=0) + 1,
        head=pull_request.branch,
        base=pull_request.base_branch,
        commit=pull_request.commit,
        title=" ".join(pull_request.title.split()),
        body=pull_request.body,
        draft=draft,
    )


def newest(pulls: Path, branch: str) -> Record | None:
    """The newest pull request of a head branch."""
    return max((record for record in all_records(pulls) if record.head == branch), key=lambda r: r.number, default=None)


def seen(record: Record, url: str, commit: str) -> ForgePullRequest:
    """A record as the forge shows it, with its head branch at the commit."""
    return ForgePullRequest(
        number=record.number,
        url=url,
        state=ForgeState(record.state),
        draft=record.draft,
        title=record.title,
        body=record.body,
        branch=record.head,
        commit=commit,
        base_branch=record.base,
        from_fork=False,
        author="debtd",
        labels=record.labels,
        assignees=record.assignees,
        reviewers=record.reviewers,
        merge_commit=record.merge_commit,
    )


def all_records(pulls: Path) -> Iterator[Record]:
    for path in pulls.glob("*.json"):
        try:
            record = _parse(path)
        except (ValueError, TypeError) as error:
            raise StateUnusable(f"{path} is not a pull request ({error}); mend or delete it") from error
        yield record


def _parse(path: Path) -> Record:
    fields = json.loads(path.read_text(encoding="utf-8"))
    if not isinstance(fields, dict):
        raise ValueError("no object")  # noqa: TRY004  (told like every other broken record)
    for name in ("labels", "assignees", "reviewers"):
        fields[name] = tuple(fields.get(name, ()))
    for name in ("comments", "statuses"):
        fields[name] = tuple(tuple(map(str, item)) for item in fields.get(name, ()))
    record = Record(**fields)
    if record.state not in STATES or type(fields["number"]) is not int or path.name != f"{record.number}.json":
        raise ValueError("an unknown state or another number")
    return record


def save(pulls: Path, record: Record) -> None:
    """Write the page, then the JSON, which is the truth."""
    fields = {name: getattr(record, name) for name in Record.__slots__}
    write_whole(pulls / f"{record.number}.md", render_page(record))
    write_whole(pulls / f"{record.number}.json", json.dumps(fields, indent=2, sort_keys=True) + "\n")


def render_page(record: Record) -> str:
    """The page of a pull request."""
    state = f"{record.state}: {' '.join(record.reason.split())}" if record.reason else record.state
    facts = f"Pull request {record.number}, {state}. `{record.head}` into `{record.base}`, commit `{record.commit}`."
    page = f"# {record.title}\n\n{facts}\n\n{record.body.rstrip()}\n"
    for author, _, written_at, text in record.comments:
        page += f"\n---\n\n{author}, {written_at}:\n\n{text.rstrip()}\n"
    return page


def write_whole(path: Path, text: str) -> None:
    """All of the text or the file as it was, also after a power cut."""
    descriptor, half = tempfile.mkstemp(prefix=".half-", dir=path.parent)
    with open(descriptor, "w", encoding="utf-8", errors="backslashreplace", newline="") as file:  # noqa: PTH123 - a descriptor
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    Path(half).replace(path)
