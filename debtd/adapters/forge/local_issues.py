"""The issues of the local forge: one JSON file and one page for each, as for pull requests."""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from debtd.adapters.forge.local_records import write_whole
from debtd.model.errors import StateUnusable
from debtd.model.forge import ForgeIssue

_STATES = frozenset({"open", "closed"})


@dataclass(frozen=True, slots=True)
class IssueRecord:
    """The content of an issue's JSON file. `state` is open or closed."""

    number: int
    name: str
    title: str
    body: str
    state: str = "open"


def ensure_issue(folder: Path, name: str, title: str, body: str) -> ForgeIssue:
    """The issue of this name, with the text unless people closed it."""
    record = _named(folder, name)
    if record is None:
        number = max((known.number for known in _all_records(folder)), default=0) + 1
        after = IssueRecord(number, name, title, body)
    else:
        after = record if record.state == "closed" else replace(record, title=title, body=body)
    if after != record:
        _save(folder, after)
    return _seen(folder, after)


def read_issue(folder: Path, name: str) -> ForgeIssue | None:
    record = _named(folder, name)
    return None if record is None else _seen(folder, record)


def render_issue_page(record: IssueRecord) -> str:
    """The page of an issue."""
    return f"# {record.title}\n\nIssue {record.number}, {record.state}.\n\n{record.body.rstrip()}\n"


def _named(folder: Path, name: str) -> IssueRecord | None:
    return next((record for record in _all_records(folder) if record.name == name), None)


def _all_records(folder: Path) -> Iterator[IssueRecord]:
    for path in sorted(folder.glob("*.json")):
        try:
            fields = json.loads(path.read_text(encoding="utf-8"))
            record = IssueRecord(**fields)
            fits = record.state in _STATES and type(record.number) is int and path.name == f"{record.number}.json"
        except (ValueError, TypeError) as error:
            raise StateUnusable(f"{path} is not an issue ({error}); mend or delete it") from error
        if not fits:
            raise StateUnusable(f"{path} is not an issue (an unknown state or another number); mend or delete it")
        yield record


def _save(folder: Path, record: IssueRecord) -> None:
    write_whole(folder / f"{record.number}.md", render_issue_page(record))
    write_whole(folder / f"{record.number}.json", json.dumps(asdict(record), indent=2, sort_keys=True) + "\n")


def _seen(folder: Path, record: IssueRecord) -> ForgeIssue:
    return ForgeIssue(
        number=record.number,
        url=str(folder / f"{record.number}.md"),
        is_open=record.state == "open",
        title=record.title,
        body=record.body,
    )
