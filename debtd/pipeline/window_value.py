"""What stands behind a window's key in debtd.toml: a text, a cron table, or a list of both."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time, timedelta
from zoneinfo import ZoneInfo

from debtd.model.weekly import WEEK, Weekly
from debtd.model.weekly_text import parse_weekly
from debtd.model.window import Openings
from debtd.model.zone import load_zone
from debtd.pipeline.cron import parse_cron

_WORDS = ("always", "never", "auto")
_UNITS = {"h": timedelta(hours=1), "m": timedelta(minutes=1)}
_SHORTEST, _LONGEST = timedelta(minutes=5), timedelta(days=7)
_CRON = '{ cron = "0 2 * * 1-5", lasts = "4h" }'


@dataclass(frozen=True, slots=True)
class WindowValue:
    """`auto`: the openings are still to be found in the repository's history. No openings and no `auto`: never."""

    openings: tuple[Openings, ...] = ()
    auto: bool = False


def read_window(value: object, zone: ZoneInfo | None) -> WindowValue:
    """The window that a value describes; `zone` is for texts that name none. Raises ValueError: what to write."""
    if value == "never":
        return WindowValue()
    if value == "always":
        return WindowValue((Weekly(WEEK, time(), time(), 1, zone or load_zone("UTC"), "always"),))
    if value == "auto":
        if zone is None:
            raise ValueError("quiet hours need a clock to be told by; set `zone`")
        return WindowValue(auto=True)
    if isinstance(value, list):
        if not value:
            raise ValueError('an empty list opens nothing; write "never"')
        return WindowValue(tuple(_opening(item, zone) for item in value))
    return WindowValue((_opening(value, zone),))


def _opening(value: object, zone: ZoneInfo | None) -> Openings:
    if isinstance(value, str):
        if value in _WORDS:
            raise ValueError(f"`{value}` stands alone, without a list")
        return parse_weekly(value, zone)
    if isinstance(value, Mapping):
        return _cron(value, zone)
    raise ValueError(f'write a text such as "Mon-Fri 22:00-06:00", a table such as {_CRON}, or a list of them')


def _cron(table: Mapping[str, object], zone: ZoneInfo | None) -> Openings:
    if unknown := sorted(set(table) - {"cron", "lasts", "zone"}):
        raise ValueError(f"`{unknown[0]}` is not known here; known are cron, lasts, zone")
    expression, lasts = table.get("cron"), table.get("lasts")
    if not isinstance(expression, str) or not isinstance(lasts, str):
        raise ValueError(  # noqa: TRY004  (the caller tells it as a setting)
            f"a cron window needs `cron` and `lasts`, both texts; write {_CRON}"
        )
    if "zone" in table:
        zone = load_zone(str(table["zone"]))
    if zone is None:
        raise ValueError("it names no time zone; add `zone` to the table, or set `zone` beside the windows")
    return parse_cron(expression, _duration(lasts), zone)


def _duration(text: str) -> timedelta:
    found = re.fullmatch(r"(\d{1,4})([hm])", text, re.ASCII)
    if not found:
        raise ValueError(f'`lasts` is {text!r}; write it like "4h" or "90m"')
    duration = int(found[1]) * _UNITS[found[2]]
    if not _SHORTEST <= duration <= _LONGEST:
        raise ValueError(f'`lasts` is {text!r}; write something from "5m" to "168h"')
    return duration
