"""The table: for the terminal, as Markdown and as JSON."""

import json
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.row import Line, Verdict

_HEADS = ("work", "target", "measured", "verdict", "behind it")
_WIDTH_OF_A_FILE = 160
_STYLES = {Verdict.MET: "green", Verdict.SHORT: "red", Verdict.NOT_MEASURED: "red", Verdict.INFORMATION: "dim"}


def put_table(lines: Sequence[Line]) -> None:
    """Print the table to stdout."""
    table = Table(*_HEADS, show_lines=True)
    for line in lines:
        table.add_row(*_cells(line)[:3], f"[{_STYLES[line.verdict]}]{line.verdict}[/]", line.detail)
    terminal = Console()
    (terminal if terminal.is_terminal else Console(width=_WIDTH_OF_A_FILE)).print(table)


def write_reports(
    path: Path, lines: Sequence[Line], *, rounds: int, versions: Mapping[str, str], machine: Mapping[str, str]
) -> tuple[Path, Path]:
    """The files `path`.md and `path`.json."""
    when = time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime())
    facts = {"measured": when, "rounds": str(rounds)} | dict(versions) | dict(machine)
    markdown, document = path.with_name(path.name + ".md"), path.with_name(path.name + ".json")
    markdown.write_text(render_markdown(lines, facts), "utf-8")
    rows = [
        {
            "work": line.work,
            "target": str(line.target or ""),
            "value": line.value,
            "verdict": line.verdict.value,
            "detail": line.detail,
        }
        for line in lines
    ]
    document.write_text(json.dumps({"facts": facts, "lines": rows}, indent=2, ensure_ascii=False) + "\n", "utf-8")
    return markdown, document


def render_markdown(lines: Sequence[Line], facts: Mapping[str, str]) -> str:
    """The table and the facts as Markdown."""
    table = ["| " + " | ".join(_HEADS) + " |", "|" + "---|" * len(_HEADS)]
    table += ["| " + " | ".join(cell.replace("|", "\\|") for cell in _cells(line)) + " |" for line in lines]
    listed = [f"- {name}: {value}" for name, value in facts.items()]
    return "\n".join([*table, "", *listed, ""])


def _cells(line: Line) -> tuple[str, ...]:
    return line.work, str(line.target or ""), line.measured, line.verdict.value, line.detail


def failed(lines: Sequence[Line]) -> bool:
    """Whether a line falls short of its target or could not be measured."""
    return any(line.verdict in {Verdict.SHORT, Verdict.NOT_MEASURED} for line in lines)
