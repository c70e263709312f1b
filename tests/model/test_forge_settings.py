import pytest

from debtd.model.errors import ConfigError
from debtd.model.forge_settings import ForgeSettings, forge_settings

GOOD: dict[str, object] = {"kind": "github", "repositories": ["acme/*"], "token_env": "TOKEN"}


def settings(**changes: object) -> ForgeSettings:
    return forge_settings({k: v for k, v in (GOOD | changes).items() if v is not None}, "debtd.toml")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"kind": "svn"}, "`kind` of [[forge]] must be one of github, gitlab, gitea"),
        ({"kind": None}, "`kind` of [[forge]] must be one of"),
        ({"repositories": None}, "needs `repositories`"),
        ({"repositories": []}, "needs `repositories`"),
        ({"repositories": "acme/*"}, "`repositories` of [[forge]] must be a list of texts"),
        ({"repositories": [1]}, "`repositories` of [[forge]] must be a list of texts"),
        ({"token": "secret"}, "unknown key 'token'"),
        ({"token_env": None}, "needs one of `token_file`, `token_env`"),
        ({"token_env": ""}, "`token_env` of [[forge]] must be a text"),
        ({"token_file": "x"}, "needs one of"),
        ({"token_env": None, "app_id": "7"}, "an App needs"),
        ({"token_env": None, "app_id": "7", "private_key_file": "x", "kind": "gitlab"}, "an App needs"),
        ({"kind": "gitea"}, "`base_url` of [[forge]] must be an address"),
        ({"base_url": "git.example.org"}, "`base_url` of [[forge]] must be an address"),
        ({"base_url": "https://user:password@host"}, "`base_url` of [[forge]] must be an address"),
        ({"draft": "yes"}, "`draft` of [[forge]] must be true or false"),
    ],
)
def test_what_is_wrong_is_named(changes: dict[str, object], words: str) -> None:
    with pytest.raises(ConfigError) as error:
        settings(**changes)
    assert words in str(error.value)
    assert "secret" not in str(error.value)
    assert "password" not in str(error.value)


def test_defaults() -> None:
    assert settings().base_url == "https://github.com"
    assert settings(kind="gitlab").base_url == "https://gitlab.com"
    assert settings(kind="forgejo", base_url="https://codeberg.org/").kind == "gitea"
    assert not settings().draft


@pytest.mark.parametrize(
    ("source", "project"),
    [
        ("https://github.com/acme/shop", "acme/shop"),
        ("https://github.com/acme/shop.git/", "acme/shop"),
        ("https://GitHub.com/Acme/Shop", "Acme/Shop"),
        ("git@github.com:acme/shop.git", "acme/shop"),
        ("ssh://git@github.com:22/acme/shop", "acme/shop"),
        ("https://github.com/other/shop", None),
        ("https://github.com.evil.example/acme/shop", None),
        ("https://evil.example/https://github.com/acme/shop", None),
        ("https://github.com@evil.example/acme/shop", None),
        ("https://github.com:444/acme/shop", None),
        ("http://github.com/acme/shop", None),
        ("https://github.com/acme", None),
        ("https://github.com/acme/../other/shop", None),
        ("https://github.com/acme/shop?x=/", None),
        ("https://github.com/acme/-shop", None),
        ("/src/acme/shop", None),
        ("file:///src/acme/shop", None),
        ("", None),
    ],
)
def test_only_what_is_named_is_on_the_forge(source: str, project: str | None) -> None:
    assert settings().project_of(source) == project


@pytest.mark.parametrize(
    ("source", "project"),
    [
        ("https://example.org/gitlab/team/sub/shop", "team/sub/shop"),
        ("https://example.org/team/sub/shop", None),
        ("https://example.org/gitlabs/team/shop", None),
        ("git@example.org:team/shop.git", "team/shop"),
    ],
)
def test_a_forge_below_a_path(source: str, project: str | None) -> None:
    one = settings(kind="gitlab", base_url="https://example.org/gitlab", repositories=["team/*"])
    assert one.project_of(source) == project
