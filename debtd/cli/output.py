"""Data to stdout; everything said to a person beside it to stderr."""

import json
import sys
from collections.abc import Iterable
from enum import StrEnum
from itertools import chain, islice

from debtd.model.printable import printable

_MOST_IN_A_TABLE = 1_000


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


def put_json_each(values: Iterable[object]) -> None:
    """A JSON array, one element a line: it is written while it is read, so it may be long."""
    opening = "["
    for value in values:
        sys.stdout.write(f"{opening}\n{json.dumps(value)}")
        opening = ","
    put("[]" if opening == "[" else "\n]")


def put_table(headers: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> None:
    """A table as wide as the terminal; plain columns when stdout is no terminal (so that pipes get whole cells), or
    when there are more rows than a person reads."""
    rest = iter(rows)
    first = list(islice(rest, _MOST_IN_A_TABLE + 1)) if sys.stdout.isatty() else []
    if first and len(first) <= _MOST_IN_A_TABLE:
        _put_for_people(headers, first)
        return
    for row in chain(first, rest):
        put("\t".join(map(printable, row)))


def _put_for_people(headers: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> None:
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
