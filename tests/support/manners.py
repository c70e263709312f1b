"""The cases and complaints of docs/manners.md, one by one, with what their tests show.

`python -m tests.support.manners`; exit code 1 when a test failed or was not run.
"""

import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree as ET

from tests.support.command import ROOT

_ROW = re.compile(r"^\| (?P<case>(?:[a-q]\)|\d+\.) [^|]*) \| (?P<debtd>[^|]*) \|.*$", re.MULTILINE)
_TEST = re.compile(r"`(?P<path>tests/[\w/]+\.py)(?:::(?P<name>\w+))?`")


@dataclass(frozen=True, slots=True)
class Row:
    """`tests` are (path, name of the function), with "" for all of the file."""

    case: str
    debtd: str
    tests: tuple[tuple[str, str], ...]


def rows() -> list[Row]:
    text = (ROOT / "docs/manners.md").read_text()
    return [
        Row(
            found["case"], found["debtd"].strip(), tuple((t["path"], t["name"] or "") for t in _TEST.finditer(found[0]))
        )
        for found in _ROW.finditer(text)
    ]


def _outcomes(tests: set[tuple[str, str]]) -> Mapping[tuple[str, str], bool]:
    """Whether each test function passed, with all its parameters."""
    with tempfile.TemporaryDirectory(prefix="manners-") as folder:
        report = Path(folder, "report.xml")
        wanted = sorted({f"{path}::{name}" if name else path for path, name in tests})
        command = [sys.executable, "-m", "pytest", "-q", "-n", "2", "--dist", "loadgroup", f"--junitxml={report}"]
        subprocess.run([*command, *wanted], cwd=ROOT, stdout=subprocess.DEVNULL, check=False)
        passed: dict[tuple[str, str], bool] = {}
        for one in ET.parse(report).iter("testcase"):  # noqa: S314  (written by the line above)
            path = one.get("classname", "").replace(".", "/") + ".py"
            fine = not any(one.find(tag) is not None for tag in ("failure", "error", "skipped"))
            for key in ((path, one.get("name", "").partition("[")[0]), (path, "")):
                passed[key] = passed.get(key, True) and fine
        return passed


def _lines(outcomes: Mapping[tuple[str, str], bool]) -> Iterator[tuple[Row, str, bool]]:
    for row in rows():
        wrong = [f"{path}::{name}" for path, name in row.tests if not outcomes.get((path, name))]
        seen = f"not so: {', '.join(wrong)}" if wrong else f"so, by {len(row.tests)} tests"
        yield row, seen if row.tests else "no test: not built yet", not wrong


def main() -> int:
    every = rows()
    outcomes = _outcomes({test for row in every for test in row.tests})
    failed = 0
    print("\nmanners: docs/manners.md, case by case")
    for row, seen, ok in _lines(outcomes):
        failed += not ok
        mark = ("ok  " if ok else "FAIL") if row.tests else "none"
        print(f"  {mark}  {row.case}\n        expected {row.debtd}\n        seen     {seen}")
    untested = sum(1 for row in every if not row.tests)
    print(f"\n{len(every) - failed - untested} passed, {failed} failed, {untested} not built yet")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
