"""Data to stdout; everything said to a person beside it to stderr."""

import json
import sys
from collections.abc import Sequence
from enum import StrEnum

from debtd.model.printable import printable


class Format(StrEnum):
    TEXT = "text"
    JSON = "json"


def say(line: str = "") -> None:
    """A line for a person, on stderr."""
    print(line, file=sys.stderr)


def put(line: str = "") -> None:
    """A line of data, on stdout."""
    print(line)


def put_json(value: object) -> None:
    json.dump(value, sys.stdout, indent=2, sort_keys=False, ensure_ascii=True)
    print()


def put_table(headers: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> None:
    """A table as wide as the terminal; plain columns when stdout is no terminal, so that pipes get whole cells."""
    if not sys.stdout.isatty():
        for row in rows:
            put("\t".join(printable(cell) for cell in row))
        return
    from rich.console import Console  # noqa: PLC0415  (slow to import)
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    table = Table(*headers, box=None, pad_edge=False, header_style="bold")
    for row in rows:
        table.add_row(*(Text(printable(cell), overflow="fold") for cell in row))
    Console().print(table)


def plural(count: int, noun: str, nouns: str = "") -> str:
    """`plural(2, "finding")` -> "2 findings"."""
    return f"{count:,} {noun if count == 1 else nouns or noun + 's'}"
