"""The peer `semgrep scan`, with the options that make it look at the same files for the same rules as debtd."""

import json
from pathlib import Path

from benchmarks.bench import Bench
from benchmarks.measure import Run, run
from benchmarks.peers import own_program

# debtd reads a file of 1 MB at most, tells of silenced findings too, and gives a rule 10 seconds for a file.
_SAME = (
    "--metrics=off --disable-version-check --oss-only --disable-nosem --no-git-ignore --x-ignore-semgrepignore-files"
    " --max-target-bytes 1000000 --timeout 10 --timeout-threshold 3 --json"
)

Place = tuple[str, int, str]
"""(path below the tree, 1-based line, rule id): what two reports are compared by."""


def semgrep_scan(
    bench: Bench,
    home: Path,
    configs: list[Path],
    root: Path,
    targets: list[Path],
    *,
    only: str = "*",
    tuned: bool = False,
) -> Run:
    """`semgrep scan` of the files named like `only` in the targets below `root`. `tuned` gives it the larger minor heap
    that debtd gives its engine, which semgrep itself does not set."""
    env = bench.environment(home) | ({"OCAMLRUNPARAM": "s=4M"} if tuned else {})
    chosen = [part for config in configs for part in ("--config", config)]
    return run(
        [own_program("semgrep"), "scan", *_SAME.split(), "--include", only, *chosen, "--", *targets], cwd=root, env=env
    )


def semgrep_places(done: Run, root: Path) -> set[Place]:
    """Where semgrep found what."""
    document = json.loads(done.stdout)
    return {
        (_below(root, result["path"]), result["start"]["line"], result["check_id"].rpartition(".")[2])
        for result in document["results"]
    }


def semgrep_scanned(done: Run, root: Path) -> set[str]:
    """The files that semgrep says it scanned, without those at which it failed."""
    document = json.loads(done.stdout)
    failed = {_below(root, error["path"]) for error in document["errors"] if error.get("path")}
    return {_below(root, path) for path in document["paths"]["scanned"]} - failed


def debtd_places(done: Run) -> set[Place]:
    """Where `debtd scan --format json` found what."""
    return {(found["path"], found["line"], found["rule"]) for found in json.loads(done.stdout)["findings"]}


def open_places(bench: Bench, home: Path) -> set[Place]:
    """Where the open findings in debtd's database below `home` stand."""
    listed = json.loads(bench.debtd(home, "findings", "list", "--state", "open", "--format", "json").stdout)
    return {(found["path"], found["line"], found["rule"]) for found in listed}


def debtd_scanned(done: Run) -> int:
    """How many files `debtd scan --format json` says it scanned."""
    scanned: int = json.loads(done.stdout)["coverage"]["scanned"]
    return scanned


def _below(root: Path, path: str) -> str:
    given = Path(path)
    return str(given.relative_to(root) if given.is_absolute() else given)
