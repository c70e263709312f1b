"""`[[discover]]`: what it means, and what is wrong in it."""

import pytest

from debtd.model.discovery import Terms, discovery, terms_for
from debtd.model.errors import ConfigError
from debtd.model.forge_settings import forge_settings

HUB = forge_settings({"kind": "github", "repositories": ["acme/*"], "token_env": "T"}, "t")
LAB = forge_settings(
    {"kind": "gitlab", "base_url": "https://git.example.org", "repositories": ["team/*"], "token_env": "T"}, "t"
)


@pytest.mark.parametrize("table", [{"forge": "github"}, {"forge": "https://github.com/"}])
def test_a_forge_by_kind_or_address(table: dict[str, object]) -> None:
    assert discovery({"owner": "acme"} | table, [HUB, LAB], "t").forge is HUB


def test_the_only_forge_need_not_be_named() -> None:
    assert discovery({"owner": "acme"}, [HUB], "t").forge is HUB


def test_of_two_credentials_for_one_server_the_one_that_names_the_owner() -> None:
    other = forge_settings({"kind": "github", "repositories": ["beta/*"], "token_env": "T"}, "t")
    assert discovery({"owner": "beta", "forge": "github"}, [HUB, other], "t").forge is other


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ({}, "needs `owner`"),
        ({"owner": "../acme"}, "needs `owner`"),
        ({"owner": "acme?x=1"}, "needs `owner`"),
        ({"owner": "acme", "forge": "gitea"}, "no [[forge]] is meant by `forge` 'gitea'"),
        ({"owner": "acme", "topic": "a/b"}, "`topic` of [[discover]] must be a name"),
        ({"owner": "acme", "topics": "a"}, "unknown key 'topics' in [[discover]]"),
        ({"owner": "acme", "include": "lib-*"}, "`include` of [[discover]] must be a list of patterns"),
        ({"owner": "acme", "include": []}, "`include` of [[discover]] must be a list of patterns"),
        ({"owner": "acme", "forks": 1}, "`forks` of [[discover]] must be true or false"),
    ],
)
def test_what_is_wrong_is_told(table: dict[str, object], words: str) -> None:
    with pytest.raises(ConfigError) as told:
        discovery(table, [HUB], "t")
    assert words in str(told.value)


def test_a_forge_that_could_be_two_is_not_guessed() -> None:
    with pytest.raises(ConfigError, match="several"):
        discovery({"owner": "acme"}, [HUB, LAB], "t")


def test_terms_are_those_of_the_tables_that_cover_a_repository() -> None:
    tables = [
        discovery({"owner": "acme", "include": ["lib-*"], "onboarding": True, "baseline": False}, [HUB], "t"),
        discovery({"owner": "acme", "exclude": ["lib-old"]}, [HUB], "t"),
    ]
    assert terms_for("https://github.com/acme/lib-a", tables) == Terms(onboarding=True, baseline=True)
    assert terms_for("https://github.com/acme/shop", tables) == Terms(onboarding=False, baseline=True)
    assert terms_for("https://github.com/acme/lib-old.git", tables) == Terms(onboarding=True, baseline=False)
    assert terms_for("https://github.com/beta/lib-a", tables) == Terms()
    assert terms_for("/srv/acme/lib-a", tables) == Terms()
