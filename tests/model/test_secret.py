import base64
import pickle
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from debtd.model.secret import Secret, redact

CANARY = "c4nary/+secret=with odd&chars"


@pytest.mark.parametrize("render", [repr, str, "{}".format, "{!r:>20}".format, lambda s: f"{[s]}"])
def test_it_shows_nothing(render) -> None:
    assert CANARY not in render(Secret(CANARY))


def test_it_is_not_pickled() -> None:
    with pytest.raises(TypeError, match="not pickled"):
        pickle.dumps(Secret(CANARY))


def test_ordinary_text_stays() -> None:
    Secret("abc")
    text = "abc is an ordinary word; commit 4b4b4b4b4b4b, https://example.org/x?y=z#abc"
    assert redact(text) == text


@pytest.mark.parametrize(
    "text",
    [
        f"plain {CANARY}",
        f"URL {quote(CANARY, safe='')}",
        f"https://user:{CANARY}@host/",
        *(f"basic {base64.b64encode(('u' * n + ':' + CANARY).encode()).decode()}" for n in range(3)),
    ],
)
def test_every_known_secret_is_starred_out(text: str) -> None:
    Secret(CANARY)
    shown = redact(text)
    assert "***" in shown
    assert CANARY not in shown
    assert len(shown) < 25, "too much of it is left"


@pytest.mark.parametrize("token", ["ghp_" + "a" * 36, "github_pat_" + "b" * 30, "glpat-" + "c" * 20, "AKIA" + "D" * 16])
def test_what_looks_like_a_credential_is_starred_out(token: str) -> None:
    assert redact(f"x {token} y") == "x *** y"


@given(st.text(min_size=9, max_size=60), st.binary(max_size=5), st.binary(max_size=5))
def test_base64_at_any_offset(text: str, before: bytes, after: bytes) -> None:
    Secret(text)
    blob = before + text.encode("utf-8", "surrogateescape") + after if text.isprintable() else b""
    assert not blob or "***" in redact(base64.b64encode(blob).decode())
