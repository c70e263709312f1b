"""When the commits of a repository were written, from its mirror."""

import re
from collections.abc import Iterator
from pathlib import Path

from debtd.adapters.git.mirror import HEAD_REF, mirror_of
from debtd.adapters.git.process import run
from debtd.model.quiet import AuthorDate
from debtd.model.repo import Repository

MAX_COMMITS = 5000
_MAX_OUTPUT_BYTES = 16 * 1024**2
_RAW_DATE = re.compile(r"(\d{1,12}) ([+-])(\d\d)(\d\d)", re.ASCII)


def read_author_dates(state_dir: Path, repository: Repository) -> tuple[AuthorDate, ...]:
    """Of the newest commits of the default branch, without merges; none before the first mirror was made.

    The dates are what the authors' machines said: hostile ones are dropped, others may be wrong. Raises RepoUnusable.
    """
    mirror = mirror_of(state_dir, repository)
    if not mirror.git_dir.is_dir():
        return ()
    command = mirror.command(
        "log", "-z", "--no-merges", f"--max-count={MAX_COMMITS}", "--no-mailmap", "--encoding=UTF-8", "--date=raw",
        "--format=%an%x00%ae%x00%ad", HEAD_REF, "--", what="read the history of",
    )  # fmt: skip
    fields = run(command, max_output_bytes=_MAX_OUTPUT_BYTES).decode("utf-8", "replace").split("\0")
    return tuple(_dates(fields))


def _dates(fields: list[str]) -> Iterator[AuthorDate]:
    for author, email, date in zip(fields[::3], fields[1::3], fields[2::3], strict=False):
        if found := _RAW_DATE.fullmatch(date):
            minutes = int(found[3]) * 60 + int(found[4])
            yield AuthorDate(author, email, int(found[1]), -minutes if found[2] == "-" else minutes)
