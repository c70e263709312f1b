"""Verdicts, the table, and what the exit code says."""

import json

import pytest

from benchmarks import __main__ as command
from benchmarks.report import failed, render_markdown
from benchmarks.row import AtLeast, AtMost, Line, NotMeasured, Row, Verdict


def line(value: float | None, target: AtMost | AtLeast | None) -> Line:
    return Line(work="work", target=target, value=value, detail="a | b")


@pytest.mark.parametrize(
    ("value", "target", "verdict"),
    [
        (0.36, AtMost(0.35), Verdict.SHORT),
        (0.35, AtMost(0.35), Verdict.MET),
        (99.9, AtLeast(100), Verdict.SHORT),
        (100, AtLeast(100), Verdict.MET),
        (None, AtMost(1), Verdict.NOT_MEASURED),
        (None, None, Verdict.NOT_MEASURED),
        (7, None, Verdict.INFORMATION),
    ],
)
def test_verdicts(value, target, verdict):
    assert line(value, target).verdict is verdict
    assert failed([line(1, AtMost(1)), line(value, target)]) is (verdict in {Verdict.SHORT, Verdict.NOT_MEASURED})


def test_a_value_is_not_rounded_into_its_target():
    short = line(0.352, AtMost(0.35))
    assert (short.measured, short.verdict) == ("0.352", Verdict.SHORT)


def test_markdown_escapes_what_would_break_the_table():
    assert "| work | ≤ 1 | 0.500 | met | a \\| b |" in render_markdown([line(0.5, AtMost(1))], {"debtd": "0.1"})


def row(name: str, *lines: Line) -> Row:
    return Row(name=name, work=f"work of {name}", measure=lambda _: lines)


def refusing(_: object) -> tuple[Line, ...]:
    raise NotMeasured("the peer does not install")


@pytest.fixture
def rows(monkeypatch, tmp_path):
    monkeypatch.setenv("DEBTD_BENCH_CACHE", str(tmp_path))
    monkeypatch.setattr(
        command,
        "ROWS",
        (
            row("good", line(1, AtMost(1))),
            row("bad", line(2, AtMost(1))),
            Row(name="refused", work="work of refused", measure=refusing),
        ),
    )
    return tmp_path


def test_all_targets_met(rows, capsys):
    assert command.main(["good", "--rounds", "1"]) == 0
    written = json.loads((rows / "results-good.json").read_text())
    assert [entry["verdict"] for entry in written["lines"]] == ["met"]
    assert {"rounds", "semgrep", "debtd", "processors"} <= written["facts"].keys()
    assert "met" in capsys.readouterr().out


@pytest.mark.parametrize("names", [["bad"], ["refused"], []])
def test_a_row_that_falls_short_or_is_not_measured_fails_the_command(rows, names):
    assert command.main([*names, "--rounds", "1"]) == 1


def test_a_row_that_is_not_measured_says_why_and_the_others_go_on(rows):
    command.main(["--rounds", "1"])
    report = (rows / "results.md").read_text()
    assert "| work of refused |  | - | not measured | the peer does not install |" in report
    assert report.count("| work") == 4  # the head, too


@pytest.mark.parametrize("arguments", [["nothing"], ["--rounds", "0"]])
def test_usage_errors(rows, arguments, capsys):
    with pytest.raises(SystemExit) as ended:
        command.main(arguments)
    assert ended.value.code == 2
    assert "error:" in capsys.readouterr().err
