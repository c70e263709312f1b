"""Public holidays, by the library `holidays`: the optional extra `debtd[holidays]`, imported where it is used."""

from datetime import date
from typing import TYPE_CHECKING

from debtd.model.errors import ConfigError

if TYPE_CHECKING:
    from debtd.model.closed_days import Holidays


def holiday_calendar(code: str, where: str) -> "Holidays":
    """The calendar of a country ("DE") or of a part of one ("DE-BY", "US-CA"); `where` is the setting that names it.

    Raises ConfigError when the library is not installed or does not know the place: a calendar that cannot be
    read closes nothing, and a window that should be shut would stand open.
    """
    try:
        import holidays  # noqa: PLC0415  (an optional extra, and slow to import)
    except ImportError:
        raise ConfigError(
            f"{where} names the holiday calendar {code!r}, which needs an extra; `pip install 'debtd[holidays]'`."
        ) from None
    country, dash, part = code.partition("-")
    known = holidays.list_supported_countries()
    if country not in known or (dash and part not in known[country]):
        hint = f"parts of {country} are {', '.join(known[country])}" if known.get(country) else "write DE or US-CA"
        raise ConfigError(f"{where} names the holiday calendar {code!r}, which is not known; {hint}.")
    # Without a language the names would depend on the environment of whoever starts debtd.
    days = holidays.country_holidays(country, subdiv=part or None, language="en_US")

    def name_of(day: date) -> str | None:
        name = days.get(day)
        return None if name is None else str(name)

    return name_of
