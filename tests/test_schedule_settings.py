"""Windows in debtd.toml: what holds for a repository, and a sentence for every mistake."""

import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from debtd.model.errors import ConfigError
from debtd.model.repo import Repository
from debtd.model.window import WindowKind
from debtd.schedule_settings import Plan
from debtd.settings import load_settings
from debtd.wiring.doctor import diagnose
from debtd.wiring.schedules import schedule_of
from tests.support.command import ROOT

SHOP = Repository(id="a" * 16, source="https://github.com/acme/shop", name="shop")
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


def plan_of(tmp_path: Path, text: str, repository: Repository | None = SHOP) -> Plan:
    file = tmp_path / "debtd.toml"
    file.write_text(text)
    schedule = load_settings(config=file, state_dir=tmp_path).schedule
    assert schedule is not None
    return schedule.plan_for(repository)


def texts(plan: Plan, kind: WindowKind) -> list[tuple[str, str]]:
    return [(opening.text, opening.zone.key) for opening in plan.windows[kind].openings]


def test_a_file_without_windows_says_nothing(tmp_path: Path) -> None:
    (tmp_path / "debtd.toml").write_text("workers = 2\n")
    assert load_settings(config=tmp_path / "debtd.toml", state_dir=tmp_path).schedule is None


def test_what_is_not_set_is_always_open_but_merging(tmp_path: Path) -> None:
    plan = plan_of(tmp_path, "[schedule]\n")
    for kind in (WindowKind.SCAN, WindowKind.GENERATE, WindowKind.PUBLISH, WindowKind.MAINTAIN):
        assert texts(plan, kind) == [("always", "UTC")]
    assert texts(plan, WindowKind.MERGE) == []


def test_a_repository_changes_what_it_names_and_keeps_the_rest(tmp_path: Path) -> None:
    text = """
        [schedule]
        zone = "Europe/Berlin"
        publish = "22:00-06:00"
        maintain = ["Sat 10:00-12:00", { cron = "0 3 * * 1-5", lasts = "2h", zone = "UTC" }]
        freeze = ["2026-12-24"]
        holidays = ["DE-BY"]

        [[repository]]
        match = "https://github.com/acme/*"
        schedule.zone = "Asia/Kolkata"
        schedule.freeze = [2026-11-08, "2026-11-09 Diwali"]
        schedule.holidays = ["IN-KA"]

        [[repository]]
        match = ["shop", "till"]
        [repository.schedule]
        merge = "Mon-Fri 10:00-16:00"
        freeze_applies_to = ["merge"]
    """
    shop, other = plan_of(tmp_path, text), plan_of(tmp_path, text, None)
    assert texts(shop, WindowKind.PUBLISH) == [("22:00-06:00", "Asia/Kolkata")]
    assert texts(other, WindowKind.PUBLISH) == [("22:00-06:00", "Europe/Berlin")]
    assert [zone for _, zone in texts(shop, WindowKind.MAINTAIN)] == ["Asia/Kolkata", "UTC"]
    assert [str(freeze) for freeze in shop.freezes] == ["2026-12-24", "2026-11-08", "2026-11-09 Diwali"]
    assert [str(freeze) for freeze in other.freezes] == ["2026-12-24"]
    assert (shop.holidays, other.holidays) == (("IN-KA",), ("DE-BY",))
    assert (len(shop.frozen), len(other.frozen)) == (1, 3)
    assert texts(shop, WindowKind.MERGE) == [("Mon-Fri 10:00-16:00", "Asia/Kolkata")]
    assert shop.origins[WindowKind.MERGE].endswith("debtd.toml: `repository 2.schedule.merge`")
    assert texts(other, WindowKind.MERGE) == []


def test_holidays_and_freezes_close_what_other_people_see(tmp_path: Path) -> None:
    (tmp_path / "debtd.toml").write_text(
        '[schedule]\nzone = "Europe/Berlin"\nfreeze = ["2026-11-24 sale"]\nholidays = ["DE"]\n'
    )
    schedule = schedule_of(load_settings(config=tmp_path / "debtd.toml", state_dir=tmp_path), SHOP, NOW)
    christmas = datetime(2026, 12, 25, 12, tzinfo=UTC)
    assert schedule[WindowKind.SCAN].is_open(NOW)
    assert schedule[WindowKind.GENERATE].is_open(christmas)
    assert schedule[WindowKind.PUBLISH].closed_because(NOW) == "frozen: 2026-11-24 sale"
    assert schedule[WindowKind.PUBLISH].closed_because(christmas) == "holiday: 2026-12-25 Christmas Day (DE)"


def test_auto_without_history_stays_closed_and_says_why(tmp_path: Path) -> None:
    (tmp_path / "debtd.toml").write_text('[schedule]\nzone = "Europe/Berlin"\npublish = "auto"\n')
    settings = load_settings(config=tmp_path / "debtd.toml", state_dir=tmp_path)
    for repository, words in ((SHOP, "the history has 0 commits by people"), (None, "the history of a repository")):
        window = schedule_of(settings, repository, NOW)[WindowKind.PUBLISH]
        assert not window.is_open(NOW)
        assert words in window.closed_because(NOW)


Z = 'zone = "Europe/Berlin"\n'
MISTAKES = [
    ('zone = "Europe/Berln"', "is \"Europe/Berln\": there is no time zone 'Europe/Berln'; did you mean Europe/Berlin?"),
    ('zone = "CET"', "such as Europe/Berlin, or UTC."),
    ("zone = 1", "`schedule.zone` is 1: write a time zone such as Europe/Berlin."),
    ('publish = "22:00-06:00"', 'it names no time zone; write "22:00-06:00 Europe/Berlin", or set `zone`.'),
    ('publish = "auto"', "quiet hours need a clock to be told by; set `zone`."),
    (Z + 'publish = "22-06"', '`schedule.publish` is "22-06": write it like "Mon-Fri 22:00-06:00"'),
    (Z + 'publish = "1-5 22:00-06:00"', "days are named, not numbered"),
    (Z + 'publish = "Mo-Fr 22:00-06:00"', "'Mo' is not a day; days are Mon, Tue,"),
    (Z + 'publish = "22:00-25:00"', "there is no time 25:00"),
    (Z + 'publish = "24:00-06:00"', "write 00:00 and the next day"),
    (Z + 'publish = "22:00-22:00"', "write 00:00-24:00 for whole days"),
    (Z + 'publish = "Fri 18:00-Fri 06:00"', "it ends before it begins"),
    (Z + 'publish = "Mon-Fri 18:00-Sat 06:00"', "begins on one of them"),
    (Z + 'publish = ["22:00-06:00", "auto"]', "`auto` stands alone"),
    (Z + "publish = []", 'write "never".'),
    (Z + "publish = 3", 'write a text such as "Mon-Fri 22:00-06:00", a table such as'),
    (Z + 'publish = { cron = "0 2 * *", lasts = "4h" }', "it has 4 fields; write five"),
    (Z + 'publish = { cron = "0 2 * * *" }', "a cron window needs `cron` and `lasts`"),
    (Z + 'publish = { cron = "0 2 * * *", lasts = "4 hours" }', "write it like \"4h\" or \"90m\"."),
    (Z + 'publish = { cron = "0 2 * * *", lasts = "900h" }', 'write something from "5m" to "168h".'),
    (Z + 'publish = { cron = "0 2 * * *", last = "4h" }', "`last` is not known here; known are cron, lasts, zone."),
    ('publish = { cron = "0 2 * * *", lasts = "4h" }', "add `zone` to the table"),
    (Z + 'freeze = "2026-12-24"', "write a list of days such as"),
    (Z + 'freeze = ["24.12.2026"]', "'24.12.2026' is not a day; write one such as 2026-12-24."),
    (Z + 'freeze = ["2026-02-30"]', "there is no day 2026-02-30"),
    (Z + "freeze = [2026-12-24T12:00:00]", "write days as 2026-12-24."),
    (Z + 'freeze = ["2026-12-24..2026-12-20"]', "write 2026-12-20..2026-12-24."),
    (Z + 'freeze = ["2026-12-24..2126-12-20"]', "longer than ten years"),
    ('freeze = ["2026-12-24"]', "`schedule.freeze` names days, which begin at other times in other places; set"),
    ('holidays = ["DE"]', "`schedule.holidays` names days"),
    (Z + 'holidays = "DE"', 'write a list of countries or parts of them such as ["DE-BY"].'),
    (Z + 'freeze_applies_to = ["pubish"]', "write a list of scan, generate, publish, maintain, merge."),
    ('publsh = "always"', "`schedule.publsh` is not known; known are scan, generate, publish,"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "words"), MISTAKES, ids=[text.removeprefix(Z) for text, _ in MISTAKES])
@pytest.mark.parametrize("table", ["[schedule]", '[[repository]]\nmatch = "acme/*"\n[repository.schedule]'])
def test_a_mistake_is_refused_by_file_key_value_and_remedy(text: str, words: str, table: str, tmp_path: Path) -> None:
    words = words.replace("`schedule.", "`schedule." if table == "[schedule]" else "`repository 1.schedule.")
    with pytest.raises(ConfigError) as caught:
        plan_of(tmp_path, f"{table}\n{text}\n")
    said = str(caught.value)
    assert said.startswith(f"{tmp_path / 'debtd.toml'}: `")
    assert words in said
    assert said.count("\n") == 0
    assert said[-1] in ".?"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("schedule = 3", "`schedule` must be a table; write [schedule] above its keys."),
        ("[repository]\nmatch = 'x'", "`repository` must be a list of tables; write [[repository]]."),
        ("repository = [3]", "`repository 1` must be a table"),
        ("[[repository]]\nschedule.scan = 'always'", "`repository 1.match` must say which repositories"),
        ("[[repository]]\nmatch = ''", "`repository 1.match` must say which"),
        (
            "[[repository]]\nmatch = 'x'\nbranch = 'y'",
            "`repository 1.branch` is not known; known are match, schedule, policy,",
        ),
        ("[[repository]]\nmatch = 'x'\nschedule = 'never'", "`repository 1.schedule` must be a table;"),
        ("[shedule]", "unknown key 'shedule'; known are"),
    ],
)
def test_a_misshapen_file_is_refused(text: str, words: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        plan_of(tmp_path, text)
    assert words in str(caught.value)


def test_doctor_tries_every_table(tmp_path: Path) -> None:
    file = tmp_path / "debtd.toml"

    def windows(text: str) -> tuple[bool, str]:
        file.write_text(text)
        found = diagnose(load_settings(config=file, state_dir=tmp_path))
        return next((one.ok, one.detail) for one in found if one.name == "windows")

    assert windows("") == (True, "no windows are set: always open, but for merging")
    general = '[schedule]\nzone = "Europe/Berlin"\npublish = "auto"\n[[repository]]\nmatch = "x"\n'
    assert windows(general) == (True, "set and can open; [[repository]] tables: 1")
    ok, detail = windows(general + 'schedule.holidays = ["DE-XX"]\n')
    assert not ok
    assert detail.startswith(f"{file}: `repository 1.schedule.holidays` names the holiday calendar 'DE-XX'")
    ok, detail = windows(general + 'schedule.freeze = ["2020-01-01..2029-01-01"]\n')
    assert not ok
    assert detail.startswith("publish does not open before")


def test_the_example_of_the_documentation_works_and_names_every_key(tmp_path: Path) -> None:
    page = (ROOT / "docs/schedule.md").read_text()
    example = page.partition("```toml\n")[2].partition("```")[0]
    shop, delhi = (
        plan_of(tmp_path, example),
        plan_of(tmp_path, example, replace(SHOP, source="https://github.com/acme/bangalore-api", name="x")),
    )
    assert shop.windows[WindowKind.PUBLISH].auto
    assert not delhi.windows[WindowKind.PUBLISH].auto
    assert len(shop.freezes) == 3
    (tmp_path / "debtd.toml").write_text(example)
    schedule_of(load_settings(config=tmp_path / "debtd.toml", state_dir=tmp_path), SHOP, NOW)
    for key in (*WindowKind, "zone", "freeze", "holidays", "freeze_applies_to", "match", "cron", "lasts"):
        assert f"`{key}" in page or f"{key} =" in page


def test_the_defaults_of_the_documentation_are_those_of_the_program(tmp_path: Path) -> None:
    rows = re.findall(r"^\| `(\w+)` \|.*\| (\w+) \|$", (ROOT / "docs/schedule.md").read_text(), re.MULTILINE)
    plan = plan_of(tmp_path, "[schedule]\n")
    said = {kind.value: "always" if plan.windows[kind].openings else "never" for kind in WindowKind}
    assert dict(rows) == said
