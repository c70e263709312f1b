import sys
from datetime import date

import pytest

from debtd.adapters.holiday_calendar import holiday_calendar
from debtd.model.errors import ConfigError


def test_holidays_of_a_country_and_of_a_part() -> None:
    germany, bavaria = holiday_calendar("DE", "here"), holiday_calendar("DE-BY", "here")
    assert germany(date(2026, 12, 25)) == "Christmas Day"
    assert germany(date(2026, 12, 24)) is None
    assert germany(date(2026, 1, 6)) is None
    assert bavaria(date(2026, 1, 6)) == "Epiphany"
    assert bavaria(date(2031, 1, 6)) == "Epiphany"


@pytest.mark.parametrize("language", ["C", "C.UTF-8", "de_DE.UTF-8", "uk_UA.UTF-8", ""])
def test_names_are_english_whatever_the_language_of_the_machine(monkeypatch: pytest.MonkeyPatch, language: str) -> None:
    for name in ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.setenv(name, language)
    assert holiday_calendar("DE", "here")(date(2026, 12, 25)) == "Christmas Day"


@pytest.mark.parametrize(
    ("code", "words"),
    [("DE-XX", "parts of DE are BB, BE, BW, BY"), ("Germany", "write DE or US-CA"), ("XX", "DE"), ("DE-", "parts of")],
)
def test_an_unknown_place_is_refused(code: str, words: str) -> None:
    with pytest.raises(ConfigError, match=words) as caught:
        holiday_calendar(code, "debtd.toml: `schedule.holidays`")
    assert str(caught.value).startswith(f"debtd.toml: `schedule.holidays` names the holiday calendar {code!r}")


def test_without_the_extra_it_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "holidays", None)
    with pytest.raises(ConfigError, match=r"needs an extra; `pip install 'debtd\[holidays\]'`\.$"):
        holiday_calendar("DE", "debtd.toml: `schedule.holidays`")
