"""`debtd rules stats` counts what people decided, and nothing else."""

from pathlib import Path

from tests.support.command import debtd, make_repository

OLD = b"class A(object):\n    pass\n"


def test_a_refusal_counts_and_an_open_one_waits(tmp_path: Path) -> None:
    state = ("--state-dir", tmp_path / "state")
    assert debtd(tmp_path, "rules", "stats", *state).err == "No pull requests yet.\n"
    for name in ("shop", "till"):
        files = {"pyproject.toml": b'[project]\nrequires-python = ">=3.9"\n', "a.py": OLD}
        make_repository(tmp_path / name, files)
        assert debtd(tmp_path, "run", tmp_path / name, "--rule", "class-inherits-object", *state).code == 0
    key = debtd(tmp_path, "pr", "list", "--format", "json", *state).json()[0]["key"]
    assert debtd(tmp_path, "pr", "reject", key, "--reason", "we like it", *state).code == 0
    rows = debtd(tmp_path, "rules", "stats", "--format", "json", *state).json()
    counts = sorted((row["open"], row["merged"], row["refused"], row["acceptance_lower_bound"]) for row in rows)
    assert counts == [(0, 0, 1, 0.0), (1, 0, 0, None)]
    assert {row["advice"] for row in rows} == {None}  # one no is no rule
    text = debtd(tmp_path, "rules", "stats", *state).out
    assert sorted(line.split("\t")[:5] for line in text.splitlines()) == [
        ["class-inherits-object", "shop", "0", "0", "1"],
        ["class-inherits-object", "till", "1", "0", "0"],
    ]
