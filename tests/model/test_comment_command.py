"""Commands in comments: only what is exactly one is carried out."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from debtd.model.comment_command import MAX_REASON, Misunderstood, Never, NotNow, Rebase, parse_comment


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("/debtd rebase", Rebase()),
        ("/debtd   rebase  ", Rebase()),
        ("Thanks!\r\n\r\n/debtd rebase\r\n", Rebase()),
        ("/debtd not-now 30d after the release", NotNow(30, "after the release")),
        ("/debtd not-now 2w waiting for #12", NotNow(14, "waiting for #12")),
        ("/debtd never generated file; see docs/gen.md", Never("generated file; see docs/gen.md")),
        ("/debtd never дальше без этого 🙂", Never("дальше без этого 🙂")),
        ("```\n/debtd never x\n```\n/debtd rebase", Rebase()),
    ],
)
def test_a_command(text: str, command: object) -> None:
    assert parse_comment(text) == command


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Please do not write /debtd never here",
        "> /debtd never you said",
        "    /debtd never in an indented block",
        "`/debtd rebase`",
        "```\n/debtd rebase\n```",
        "~~~text\n/debtd rebase\n```\n/debtd rebase",  # never closed
        "/debtdx rebase",
        "/DEBTD rebase",
        "\u200b/debtd rebase",
        "@debtd rebase",
    ],
)
def test_no_command(text: str) -> None:
    assert parse_comment(text) is None


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("/debtd", "known are `/debtd rebase`"),
        ("/debtd merge", "no such command"),
        ("/debtd Rebase", "no such command"),
        ("/debtd rebase now", "nothing behind it"),
        ("/debtd never", "Say why"),
        ("/debtd not-now", "for how long"),
        ("/debtd not-now 30d", "Say why"),
        ("/debtd not-now 0d x", "for how long"),
        ("/debtd not-now -3d x", "for how long"),
        ("/debtd not-now 30 days x", "for how long"),
        ("/debtd not-now ３0d x", "for how long"),
        ("/debtd not-now 9999d x", "longest time is 3650 days"),
        ("/debtd never " + "x" * (MAX_REASON + 1), "longer than 500"),
        ("/debtd never a\u202eb", "cannot be seen"),
        ("/debtd never a\x1b[31mb", "cannot be seen"),
        ("/debtd\u00a0rebase\n/debtd never\u200b x", "cannot be seen"),
        ("/debtd rebase\n/debtd never x", "several commands"),
        ("/debtd rebase\n/debtd rebase", "several commands"),
    ],
)
def test_what_is_nearly_a_command_is_answered(text: str, words: str) -> None:
    answer = parse_comment(text)
    assert isinstance(answer, Misunderstood)
    assert words in answer.answer


@given(st.text())
def test_no_text_makes_a_command_by_chance(text: str) -> None:
    command = parse_comment(text)
    assert command is None or "/debtd" in text


@given(st.text())
def test_the_answer_repeats_nothing_of_the_comment(text: str) -> None:
    answer = parse_comment(f"/debtd {text}")
    if isinstance(answer, Misunderstood):
        assert answer.answer.isprintable()
        assert len(answer.answer) < 150
