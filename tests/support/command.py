"""Run the command line as users do: another process, a clean environment, a state directory of its own."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent.parent


@dataclass(frozen=True, slots=True)
class Ran:
    code: int
    out: str
    err: str

    def json(self) -> Any:
        return json.loads(self.out)


def environment(home: Path) -> dict[str, str]:
    """Nothing of the person who runs the tests."""
    keep = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "HOME": str(home)}
    return keep | {"GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_NOSYSTEM": "1", "PYTHONDONTWRITEBYTECODE": "1"}


def debtd(home: Path, *arguments: str | Path, cwd: Path | None = None, killed_at: str = "") -> Ran:
    """`debtd ARGUMENTS`; with `killed_at` (see killed.py) the process dies by SIGKILL at that call."""
    head = ["-m", "tests.support.killed", killed_at] if killed_at else ["-m", "debtd"]
    done = subprocess.run(
        [sys.executable, *head, *map(str, arguments)],
        cwd=cwd or ROOT,
        env=environment(home),
        capture_output=True,
        text=True,
        check=False,
    )
    return Ran(done.returncode, done.stdout, done.stderr)


def make_repository(folder: Path, files: dict[str, bytes], message: str = "first") -> Path:
    """A git repository with one commit of these files; called again, another commit that has exactly them."""
    new = not (folder / ".git").exists()
    folder.mkdir(parents=True, exist_ok=True)
    if new:
        git(folder, "init", "--quiet", "--initial-branch=main")
    else:
        git(folder, "rm", "-r", "--quiet", "--ignore-unmatch", ".")
    for path, data in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(data)
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--allow-empty", "--message", message)
    return folder


def git(folder: Path, *arguments: str) -> str:
    """git in a folder, as a fixed person at a fixed time."""
    who = {"NAME": "Tess", "EMAIL": "tess@example.org", "DATE": "2026-01-02T03:04:05Z"}
    identity = {f"GIT_{role}_{key}": value for role in ("AUTHOR", "COMMITTER") for key, value in who.items()}
    done = subprocess.run(
        ["git", "-C", str(folder), *arguments],
        env=environment(folder) | identity,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout
