"""`python -m benchmarks.tasks.worktree_patches FOLDER REPOSITORY NUMBER COUNT TOTAL`: patches to commits, as usual.

The first COUNT of the TOTAL patches that commit_patches.py makes, each in a `git worktree` of its own below FOLDER:
add it, write the file, commit. Prints the commit ids. The worktrees are left for the caller to remove, outside the
measured time.
"""

import subprocess
import sys
from pathlib import Path

from benchmarks.tasks.commit_patches import chosen_paths, patched


def _git(folder: Path, *arguments: str) -> str:
    person = ["-c", "user.name=bench", "-c", "user.email=bench@localhost"]
    argv = ["git", "-C", str(folder), *person, *arguments]
    return subprocess.run(argv, capture_output=True, text=True, check=True).stdout.strip()


def main(folder: str, location: str, number: str, count: str, total: str) -> None:
    repository = Path(location)
    for patch, path in enumerate(chosen_paths(repository, int(total))[: int(count)]):
        tree = Path(folder) / f"{number}-{patch}"
        _git(repository, "worktree", "add", "--quiet", "-b", f"round-{number}-{patch}", str(tree), "main")
        file = tree / path
        file.write_bytes(patched(path, file.read_bytes(), int(number), patch))
        _git(tree, "commit", "--quiet", "--message", f"patch {patch}", "--", path)
        print(_git(tree, "rev-parse", "HEAD"))


if __name__ == "__main__":
    main(*sys.argv[1:])
