"""Comments that ask for silence."""

import pytest

from debtd.model.inline import silence_request


@pytest.mark.parametrize("line", ["x = eval(y)", "nosemantics = 1", "x  # no semgrep"])
def test_other_text_is_no_request(line: str) -> None:
    assert silence_request(line, "y = 1", "some-rule") == ""


def test_a_request_on_a_line_of_code_above_does_not_count() -> None:
    assert silence_request("x = 1", "y = 2  # nosemgrep", "some-rule") == ""


def test_a_request_for_another_rule_does_not_count() -> None:
    assert silence_request("x = 1  # nosemgrep: other-rule, third-rule", "", "some-rule") == ""


@pytest.mark.parametrize(
    ("line", "above"),
    [
        ("x = 1  # nosemgrep", ""),
        ("x = 1  # nosem", ""),
        ("x = 1  # NOSEMGREP", ""),
        ("x = 1;  // nosemgrep: some-rule", ""),
        ("x = 1  # nosemgrep: rules.python.some-rule, other", ""),
        ("x = 1", "# nosemgrep"),
        ("x = 1", "    // nosemgrep: some-rule"),
        ("x = 'nosemgrep'", ""),
    ],
)
def test_every_form_is_recognised(line: str, above: str) -> None:
    assert silence_request(line, above, "some-rule").startswith("nosem")
