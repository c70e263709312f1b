"""`debtd rules stats` counts what people decided, and nothing else."""

from pathlib import Path

from debtd.model.acceptance import RuleStanding, Standing
from debtd.settings import Settings
from debtd.wiring.durable import open_store
from tests.support.command import debtd, make_repository
from tests.support.samples import NOW

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
    (together,) = debtd(tmp_path, "rules", "stats", "--format", "json", *state).json()
    assert (together["repository"], together["open"], together["refused"]) == (None, 1, 1)
    rows = debtd(tmp_path, "rules", "stats", "--by-repository", "--format", "json", *state).json()
    counts = sorted((row["open"], row["merged"], row["refused"], row["acceptance_lower_bound"]) for row in rows)
    assert counts == [(0, 0, 1, 0.0), (1, 0, 0, None)]
    assert {(row["standing"], row["reason"]) for row in rows} == {("pull-request", None)}  # one no is no rule
    text = debtd(tmp_path, "rules", "stats", "--by-repository", *state).out
    assert sorted(line.split("\t")[:6] for line in text.splitlines()) == [
        ["class-inherits-object", "shop", "0", "0", "0", "1"],
        ["class-inherits-object", "till", "1", "0", "0", "0"],
    ]


def test_a_rule_that_fell_is_promoted_by_a_person(tmp_path: Path) -> None:
    state = ("--state-dir", tmp_path / "state")
    files = {"pyproject.toml": b'[project]\nrequires-python = ">=3.9"\n', "a.py": OLD}
    make_repository(tmp_path / "shop", files)
    assert debtd(tmp_path, "run", tmp_path / "shop", "--rule", "class-inherits-object", *state).code == 0
    with open_store(Settings(state_dir=tmp_path / "state")) as store:
        (repository,) = store.repositories()
        for place in ("", repository.id):
            store.save_standing(
                RuleStanding(
                    rule_id="class-inherits-object",
                    repository_id=place,
                    standing=Standing.DRAFT,
                    since=NOW,
                    author="debtd",
                    reason="3 of 4 pull requests were closed",
                )
            )
    (row,) = debtd(tmp_path, "rules", "stats", "--format", "json", *state).json()
    assert (row["standing"], row["reason"]) == ("draft", "3 of 4 pull requests were closed")
    promote = ("rules", "promote", "class-inherits-object", "--reason", "mended", "--author", "ann", *state)
    assert debtd(tmp_path, *promote, "--in", "nowhere").code == 4
    assert debtd(tmp_path, *promote, "--standing", "draft").code == 4
    ran = debtd(tmp_path, *promote)
    assert (ran.code, ran.err) == (
        0,
        "class-inherits-object may open pull requests again: 1 repository and all repositories together.\n",
    )
    (row,) = debtd(tmp_path, "rules", "stats", "--by-repository", "--format", "json", *state).json()
    assert (row["standing"], row["author"], row["reason"]) == ("pull-request", "ann", "mended")
    assert debtd(tmp_path, *promote).code == 4


def test_a_no_is_taken_back(tmp_path: Path) -> None:
    state = ("--state-dir", tmp_path / "state")
    make_repository(tmp_path / "shop", {"pyproject.toml": b'[project]\nrequires-python = ">=3.9"\n', "a.py": OLD})
    run = ("run", tmp_path / "shop", "--rule", "class-inherits-object", *state)
    assert debtd(tmp_path, *run).code == 0
    (first,) = debtd(tmp_path, "pr", "list", "--format", "json", *state).json()
    assert (first["waits_for"], first["lines"], first["close_reason"]) == ("people", 1, None)
    assert debtd(tmp_path, "pr", "reopen", first["key"], *state).code == 4
    assert debtd(tmp_path, "pr", "reject", first["key"][:8], "--reason", "not now", *state).code == 0
    shown = debtd(tmp_path, "pr", "show", first["key"], *state).out
    assert "ended: closed by a person, refused\nreason: not now\n" in shown
    assert "rejected\tclosed by a person\tclass-inherits-object" in debtd(tmp_path, "pr", "list", *state).out
    assert debtd(tmp_path, *run).code == 0
    assert len(debtd(tmp_path, "pr", "list", "--format", "json", *state).json()) == 1
    assert debtd(tmp_path, "pr", "reopen", first["key"], *state).err.startswith("took 1 no back")
    assert debtd(tmp_path, "pr", "reopen", first["key"], *state).err.startswith("nobody said no")
    assert debtd(tmp_path, *run).code == 0
    states = [(one["state"], one["key"] == first["key"]) for one in _listed(tmp_path, *state)]
    assert states == [("rejected", True), ("open", False)]


def _listed(home: Path, *options: str | Path) -> list[dict[str, object]]:
    listed: list[dict[str, object]] = debtd(home, "pr", "list", "--format", "json", *options).json()
    return listed
