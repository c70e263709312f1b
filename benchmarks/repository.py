"""A git repository made of a corpus, and commits with small edits as a working day makes them."""

import re
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.bench import Bench
from benchmarks.row import NotMeasured

_PYTHON = '''\


def summary_of_{number}(entries, limit={number}):
    """The first entries by name, and how many were left out."""
    shown = {{}}
    for name, entry in sorted(entries.items()):
        if len(shown) == limit:
            break
        shown[name] = str(entry)
    return shown, max(0, len(entries) - limit)
'''
_JAVASCRIPT = """\

function summaryOf{number}(entries, limit = {number}) {{
    const shown = Object.keys(entries).sort().slice(0, limit);
    return shown.map((name) => `${{name}}: ${{entries[name]}}`).join(', ');
}}
"""
_ADDED = {".py": _PYTHON, ".js": _JAVASCRIPT}
_DEBT = {
    ".py": "\n\nclass Summary{number}(object):\n    pass\n",
    ".js": "\nconst mark{number} = new Buffer('summary {number}');\n",
}
_FILES_PER_DEBT = 5


@dataclass(frozen=True, slots=True)
class Repository:
    """A working tree with a first commit of the corpus."""

    bench: Bench
    folder: Path

    def git(self, *arguments: str) -> str:
        """What git prints. Raises NotMeasured."""
        git = shutil.which("git") or "git"
        person = ("-c", "user.name=bench", "-c", "user.email=bench@localhost", "-c", "gc.auto=0")
        done = subprocess.run(
            [git, "-C", str(self.folder), *person, *arguments],
            env=self.bench.environment(self.folder.parent),
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            raise NotMeasured(f"git {arguments[0]} failed: {done.stderr.strip()[-300:]}")
        return done.stdout.strip()

    def commit(self, message: str) -> None:
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", message)


def make_repository(bench: Bench, tree: Path, folder: Path) -> Repository:
    """A repository at `folder`, which does not exist yet, with one commit of all files of the tree."""
    shutil.copytree(tree, folder, symlinks=True)
    repository = Repository(bench, folder)
    repository.git("init", "--quiet", "--initial-branch=main")
    repository.git("add", "--all", "--force")
    repository.git("commit", "--quiet", "--message", "as released")
    return repository


def spread(folder: Path, suffix: str, count: int) -> list[Path]:
    """Files with this ending, of 1 to 40 kB, spread evenly over the sorted tree."""
    files = [path for path in sorted(folder.rglob(f"*{suffix}")) if 1_000 <= path.stat().st_size <= 40_000]
    step = len(files) / count
    return [files[int(step * number)] for number in range(count)]


def edit(files: Sequence[Path], number: int) -> None:
    """Two changes in each file, other ones for each number: a function more, and a word in the first comment.

    Every fifth file also gets something that a bundled rule reports.
    """
    for position, path in enumerate(files):
        text = path.read_text("utf-8")
        text = re.sub(r"(?m)^(\s*(?:#|//|\*) )(?=\w)", rf"\g<1>({number}) ", text, count=1)
        added = _ADDED[path.suffix] + (_DEBT[path.suffix] if position % _FILES_PER_DEBT == _FILES_PER_DEBT - 1 else "")
        path.write_text(text.rstrip("\n") + "\n" + added.format(number=number), "utf-8")
