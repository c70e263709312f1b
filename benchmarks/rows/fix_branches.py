"""A thousand patches to a thousand commits by debtd, against one `git worktree` for each patch."""

import shutil
import sys
from itertools import count
from pathlib import Path

from benchmarks.bench import ROOT, Bench
from benchmarks.corpora import DJANGO
from benchmarks.measure import Run, in_turn, run
from benchmarks.repository import Repository, make_repository
from benchmarks.row import AtLeast, Line, NotMeasured, Row

PATCHES = 1000
SAMPLE = 30


def _measure(bench: Bench) -> tuple[Line, ...]:
    rounds, their_rounds = count(1), count(1)
    with bench.folder() as folder:
        state, worktrees = folder / "state", folder / "worktrees"
        repository = make_repository(bench, bench.tree(DJANGO), folder / "django")
        _task(bench, repository, "commit_patches", state, repository.folder, 0, 1)  # the mirror is there before

        def ours() -> Run:
            return _task(bench, repository, "commit_patches", state, repository.folder, next(rounds), PATCHES)

        def theirs() -> Run:
            number = next(their_rounds)
            arguments = (worktrees, repository.folder, number, SAMPLE, PATCHES)
            done = _task(bench, repository, "worktree_patches", *arguments)
            shutil.rmtree(worktrees)
            repository.git("worktree", "prune")
            return done

        series = in_turn(bench.rounds, {f"debtd, {PATCHES} patches": ours, f"git worktree, {SAMPLE} patches": theirs})
        debtd, peer = series.values()
        _check_equal(repository, next(state.glob("mirrors/*.git")), debtd.runs[-1], peer.runs[-1])
    return (
        Line(
            work="1,000 patches to 1,000 commits on Django 5.2.1 (6,872 files), against one `git worktree` per patch:"
            " times faster, in wall time",
            target=AtLeast(50, " x"),
            unit=" x",
            value=(peer.wall / SAMPLE) / (debtd.wall / PATCHES),
            detail=f"debtd {debtd.times} for {PATCHES:,} patches; git worktree {peer.times} for {SAMPLE} patches,"
            " without the removal of the worktrees; trees of the commits are equal",
        ),
    )


def _task(bench: Bench, repository: Repository, name: str, *arguments: object) -> Run:
    argv = [sys.executable, "-m", f"benchmarks.tasks.{name}", *map(str, arguments)]
    return run(argv, cwd=ROOT, env=bench.environment(repository.folder.parent))


def _check_equal(repository: Repository, mirror: Path, ours: Run, theirs: Run) -> None:
    """Both ways gave the same trees for the same patches."""
    for our_commit, their_commit in zip(ours.stdout.decode().split(), theirs.stdout.decode().split(), strict=False):
        our_tree = repository.git("--git-dir", str(mirror), "rev-parse", f"{our_commit}^{{tree}}")
        if our_tree != repository.git("rev-parse", f"{their_commit}^{{tree}}"):
            raise NotMeasured(f"commit {our_commit} of debtd and {their_commit} of git worktree differ")


ROW = Row(name="fix-branches", work="1,000 patches to 1,000 commits, against git worktree", measure=_measure)
