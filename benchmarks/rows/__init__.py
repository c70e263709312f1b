"""The rows, in the order of the table. A new row is a module here and a name in this list."""

from benchmarks.row import Row
from benchmarks.rows import (
    cold_python,
    cold_semgrep,
    fix_branches,
    memory,
    more_rules,
    one_commit,
    side,
    start,
    two_cores,
    unchanged,
)

ROWS: tuple[Row, ...] = (
    cold_semgrep.ROW,
    cold_python.FIXIT_ROW,
    cold_python.RUFF_ROW,
    unchanged.ROW,
    one_commit.ROW,
    two_cores.ROW,
    memory.ROW,
    fix_branches.ROW,
    more_rules.ROW,
    start.ROW,
    side.CORPORA_ROW,
    side.SIDE_ROW,
)
