"""Policy, budgets and load limits in debtd.toml: what holds for a repository, and a sentence for every mistake."""

import re
from dataclasses import fields
from datetime import timedelta
from pathlib import Path

import pytest

from debtd.model.budget import DEFAULT_SIZES, BudgetKind, Budgets, Pot
from debtd.model.errors import ConfigError
from debtd.model.policy import Policy
from debtd.model.repo import Repository
from debtd.model.valve import LoadLimits
from debtd.policy_settings import BUDGET_KEYS, LOAD_KEYS, POLICY_KEYS, SIZE_KEYS, PolicySettings
from debtd.settings import Settings, load_settings
from tests.support.command import ROOT

SHOP = Repository(id="a" * 16, source="https://github.com/acme/shop", name="shop")
TEXT = """
[policy]
draft = true
labels = ["tech debt"]

[budgets]
open = 60
per_hour = 4
lines_in_repository = "none"

[budgets.teams]
"@acme/core" = { open = 3, lines = 200 }

[budgets.groups]
stdlib = { open = "none" }

[load]
queued_jobs = 20

[[repository]]
match = "https://github.com/acme/*"
policy.old_debt = false
policy.labels = []
budgets.open_in_repository = 2
load = { check_seconds = 60.5, max_age_minutes = 2 }

[[repository]]
match = "shop"
policy.draft = false
budgets = { open_in_repository = "none", lines_in_repository = 100 }
"""


def settings(tmp_path: Path, text: str) -> Settings:
    (tmp_path / "debtd.toml").write_text(text)
    return load_settings(config=tmp_path / "debtd.toml", state_dir=tmp_path)


def policy(tmp_path: Path, text: str, repository: Repository | None = SHOP, *, default_budgets: bool = True) -> Policy:
    read = settings(tmp_path, text).policy or PolicySettings()
    return read.policy_for(repository, default_budgets=default_budgets)


def test_a_file_that_says_nothing_sets_nothing(tmp_path: Path) -> None:
    assert settings(tmp_path, "workers = 2\n").policy is None
    assert settings(tmp_path, "[[repository]]\nmatch = 'x'\nschedule.scan = 'never'\n").policy is None
    assert policy(tmp_path, "", default_budgets=False) == Policy()
    assert policy(tmp_path, "") == Policy(budgets=Budgets(sizes=DEFAULT_SIZES))


def test_budgets_of_a_person_s_run_are_those_of_the_file_only(tmp_path: Path) -> None:
    assert policy(tmp_path, "[policy]\ndraft = true\n", default_budgets=False).budgets == Budgets()
    set_here = policy(tmp_path, "[budgets]\nper_hour = 4\n", default_budgets=False).budgets
    assert set_here.sizes == {**DEFAULT_SIZES, BudgetKind.PER_HOUR: 4}


def test_a_repository_changes_what_it_names_and_keeps_the_rest(tmp_path: Path) -> None:
    shop, other = policy(tmp_path, TEXT), policy(tmp_path, TEXT, None)
    assert (shop.draft, shop.labels, shop.old_debt) == (False, (), False)
    assert (other.draft, other.labels, other.old_debt) == (True, ("tech debt",), True)
    assert shop.load == LoadLimits(queued_jobs=20, check_seconds=60.5, max_age=timedelta(minutes=2))
    assert other.load == LoadLimits(queued_jobs=20)
    sizes = {k: n for k, n in DEFAULT_SIZES.items() if k is not BudgetKind.LINES_IN_REPOSITORY}
    sizes |= {BudgetKind.OPEN: 60, BudgetKind.PER_HOUR: 4}
    assert shop.budgets.sizes == other.budgets.sizes == sizes
    assert other.budgets.size(Pot(BudgetKind.OPEN_OF_TEAM, "@acme/core")) == 3
    assert other.budgets.size(Pot(BudgetKind.LINES_OF_TEAM, "@acme/core")) == 200
    assert other.budgets.size(Pot(BudgetKind.OPEN_OF_TEAM, "@acme/web")) == 10
    assert shop.budgets.size(Pot(BudgetKind.LINES_IN_REPOSITORY, SHOP.id)) == 100
    assert shop.budgets.size(Pot(BudgetKind.OPEN_IN_REPOSITORY, SHOP.id)) == 1_000_000_000, "no limit"
    assert shop.budgets.size(Pot(BudgetKind.OPEN_IN_REPOSITORY, "another")) == 5


HEADS = {"policy": "[policy]\n", "budgets": "[budgets]\n", "load": "[load]\n"}
MISTAKES = [
    ("policy", "drafts = true", "`policy.drafts` is not known; known are draft, labels,"),
    ("policy", "draft = 1", "`policy.draft` is 1: write true or false."),
    ("policy", 'labels = "debtd"', '`policy.labels` is "debtd": write a list of names such as'),
    ("policy", 'labels = ["a,b"]', "write a list of names such as"),
    ("budgets", "opened = 3", "`budgets.opened` is not known; known are open, open_in_repository,"),
    ("budgets", "open = -1", '`budgets.open` is -1: write a whole number of at least 0, or "none" for no limit.'),
    ("budgets", "open = 1.5", "write a whole number"),
    ("budgets", "open = true", "write a whole number"),
    ("budgets", 'open = "all"', '`budgets.open` is "all": write a whole number'),
    ("budgets", "teams = 3", "`budgets.teams` must be a table;"),
    ("budgets", 'teams."@a" = 3', "`budgets.teams.@a` must be a table such as { open = 3 }."),
    ("budgets", 'teams."@a" = { opened = 3 }', "`budgets.teams.@a.opened` is not known; known are open, lines."),
    ("budgets", "groups.stdlib = { lines = 3 }", "`budgets.groups.stdlib.lines` is not known; known are open."),
    ("budgets", 'groups.stdlib = { open = "x" }', '`budgets.groups.stdlib.open` is "x": write a whole number'),
    ("load", "queue = 3", "`load.queue` is not known; known are queued_jobs, check_seconds, max_age_minutes."),
    ("load", "queued_jobs = -1", "`load.queued_jobs` is -1: write a number of at least 0."),
    ("load", "check_seconds = nan", "write a number of at least 0."),
    ("load", 'check_seconds = "1h"', "write a number of at least 0."),
]


@pytest.mark.parametrize(("table", "text", "words"), MISTAKES, ids=[text for _, text, _ in MISTAKES])
def test_a_mistake_is_refused_by_file_key_value_and_remedy(table: str, text: str, words: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        settings(tmp_path, HEADS[table] + text)
    said = str(caught.value)
    assert said.startswith(f"{tmp_path / 'debtd.toml'}: `")
    assert words in said
    assert said.endswith(".")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("budgets.open = 3", "`repository 1.budgets.open` is not known; known are open_in_repository, lines_in_"),
        ("budgets.open_in_repository = -2", "`repository 1.budgets.open_in_repository` is -2"),
        ("policy.draft = 'yes'", '`repository 1.policy.draft` is "yes": write true or false.'),
        ("load = 3", "`repository 1.load` must be a table;"),
        ("polcy.draft = true", "`repository 1.polcy` is not known; known are match, schedule, policy, budgets, load."),
    ],
)
def test_a_mistake_of_a_repository_names_it(text: str, words: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        settings(tmp_path, f'[[repository]]\nmatch = "acme/*"\n{text}\n')
    assert words in str(caught.value)


def documented(heading: str) -> dict[str, str]:
    """Keys and defaults of the table in a section of the page."""
    page = (ROOT / "docs/budgets.md").read_text()
    section = page.split(f"\n## {heading}\n")[1].split("\n## ")[0]
    return dict(re.findall(r"^\| `(\w+)` \| [^|]+ \| ([^|]+) \|$", section, re.MULTILINE))


def test_the_page_has_every_key_with_its_default() -> None:
    no_limit = {key: str(DEFAULT_SIZES.get(kind, "no limit")) for key, kind in SIZE_KEYS.items()}
    assert documented("Budgets") == no_limit | {"teams": "none", "groups": "none"}
    assert tuple(documented("Budgets")) == BUDGET_KEYS
    made = Policy()
    shown = {key: str(getattr(made, key)).lower() for key in POLICY_KEYS} | {"labels": '["debtd"]'}
    assert documented("Policy") == shown
    assert {one.name for one in fields(Policy)} == {*POLICY_KEYS, "budgets", "load"}
    assert documented("Load") == dict(zip(LOAD_KEYS, ("not looked at", "not looked at", "10"), strict=True))
    assert LoadLimits().max_age == timedelta(minutes=10)


def test_the_examples_of_the_page_are_read(tmp_path: Path) -> None:
    page = (ROOT / "docs/budgets.md").read_text()
    examples = re.findall(r"```toml\n(.*?)```", page, re.DOTALL)
    assert len(examples) == 3
    for example in examples:
        assert settings(tmp_path, example).policy is not None
