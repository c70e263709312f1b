"""The history in a repository's mirror: when its commits were written, what they hold, what they touched."""

import contextlib
import re
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from debtd.adapters.git.mirror import HEAD_REF, Mirror, mirror_of
from debtd.adapters.git.objects import OBJECT_ID, check_ids, records
from debtd.adapters.git.process import run, streaming
from debtd.model.quiet import AuthorDate
from debtd.model.repo import Repository

MAX_COMMITS = 5000
_MAX_OUTPUT_BYTES = 16 * 1024**2
MAX_CHURN_COMMITS = 10_000
MAX_CHURN_BYTES = 64 * 1024**2
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


def contains(mirror: Mirror, commit: str, wanted: str) -> bool:
    """Whether `wanted` is in the history of `commit`. False for what is no commit of the mirror."""
    check_ids([commit], mirror.source)
    if not OBJECT_ID.fullmatch(wanted):
        return False
    look = mirror.command("cat-file", "--batch-check=%(objectname) %(objecttype)", what="read the history of")
    if run(look, [f"{wanted}\n".encode()]).split() != [wanted.encode(), b"commit"]:
        return False
    # Those of the two that the other does not hold: exact whatever the dates of the commits say.
    ends = run(mirror.command("merge-base", "--independent", wanted, commit, what="read the history of"))
    return ends.split() == [commit.encode()]


def churn(mirror: Mirror, commit: str, since: datetime) -> dict[str, int]:
    """How many commits, without merges, touched each path since then; of the newest ones within the limits.

    A commit at the edge of a shallow history does not count: it seems to add all of its files.
    """
    check_ids([commit], mirror.source)
    edge = mirror.git_dir / "shallow"
    borders = edge.read_text("ascii").split() if edge.is_file() else []
    command = mirror.command(
        "log", "-z", "--no-merges", "--no-renames", "--name-only", "--format=", f"--max-count={MAX_CHURN_COMMITS}",
        f"--max-age={max(0, int(since.timestamp()))}", "--stdin", commit, "--", what="read the history of",
    )  # fmt: skip
    counts: Counter[bytes] = Counter()
    with contextlib.suppress(_Enough), streaming(command, [f"^{border}\n".encode() for border in borders]) as output:
        size = 0
        for path in records(output, mirror.source):
            counts[path] += 1
            size += len(path) + 1
            if size > MAX_CHURN_BYTES:
                raise _Enough
    return {path.decode("utf-8", "surrogateescape"): count for path, count in counts.items()}


class _Enough(Exception):
    """What was read will do; git is stopped."""
