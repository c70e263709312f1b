import pytest

from debtd.adapters.forge.http.links import next_page
from debtd.model.errors import ConfigError

API = "https://git.example.org/api/v3"
URL = f"{API}/repos/a/b/pulls?page=1"


@pytest.mark.parametrize(
    ("header", "target"),
    [
        ("", None),
        (f'<{URL}&p=2>; rel="next"', f"{URL}&p=2"),
        (f'<{API}/x>; rel="prev", <{API}/y>; rel="next", <{API}/z>; rel="last"', f"{API}/y"),
        (f"<{API}/y>; rel=next", f"{API}/y"),
        (f'<{API}/y>; title="a, b; c"; rel="prev next"', f"{API}/y"),
        ('</api/v3/y?page=2>; rel="next"', f"{API}/y?page=2"),
        (f'<{API}/y>; rel="nextish"', None),
        (f'<{API}/y>; title="rel=next"', None),
        ("garbage <>; rel=, ,,;;", None),
        ("<" * 50_000 + ";" * 50_000, None),
    ],
)
def test_next(header: str, target: str | None) -> None:
    assert next_page(header, URL, API, "git.example.org") == target


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/api/v3/x",
        "http://git.example.org/api/v3/x",
        "https://git.example.org:8443/api/v3/x",
        "//evil.example/api/v3",
        "https://git.example.org@evil.example/api/v3/x",
        "https://git.example.org/api/v30/x",
        "file:///etc/passwd",
    ],
)
def test_it_never_leads_away(target: str) -> None:
    with pytest.raises(ConfigError, match="debtd does not go there"):
        next_page(f'<{target}>; rel="next"', URL, API, "git.example.org")
