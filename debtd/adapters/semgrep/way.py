"""The seam between debtd and semgrep: there are two ways to run it, and one contract suite runs over both."""

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from debtd.adapters.semgrep.limits import MINOR_HEAP
from debtd.adapters.semgrep.report import Report
from debtd.adapters.semgrep.tree import Tree
from debtd.model.errors import ConfigError
from debtd.rulekit.rule import Rule


class Way(Protocol):
    @property
    def reads_in_place(self) -> bool:
        """Whether a file may be read where it stands; else it must be in the tree."""
        ...

    def shards(self, tree: Tree) -> Sequence[Tree]:
        """The tree, split into parts to be run at the same time. Each has all controls."""
        ...

    def run(self, tree: Tree, rules: Sequence[Rule], *, timeout_seconds: float, stop_fd: int) -> Report:
        """Run the rules over the tree; once `stop_fd` is readable, end as soon as possible. Safe to call from
        threads. Raises ConfigError when semgrep cannot be started."""
        ...


def environment(root: Path) -> dict[str, str]:
    """No token, no proxy, no git; addresses at which nobody listens, should semgrep ever want to call home."""
    nowhere = "http://127.0.0.1:9"
    for name in ("home", "temporary", "programs"):
        (root / name).mkdir(exist_ok=True)
    _link_uname(root / "programs")
    return {
        "PATH": str(root / "programs"),
        "HOME": str(root / "home"),
        "TMPDIR": str(root / "temporary"),
        "LANG": "C.UTF-8",
        "LC_ALL": "C.UTF-8",
        "TZ": "UTC",
        "OCAMLRUNPARAM": MINOR_HEAP,
        "SEMGREP_SEND_METRICS": "off",
        "SEMGREP_ENABLE_VERSION_CHECK": "0",
        "SEMGREP_URL": nowhere,
        "SEMGREP_VERSION_CHECK_URL": nowhere,
        "SEMGREP_FAIL_OPEN_URL": nowhere,
    }


def _link_uname(folder: Path) -> None:
    """All that semgrep needs of the system; it would also run git, which obeys what it finds."""
    uname = shutil.which("uname")
    if uname is None:
        raise ConfigError("semgrep needs the program uname, which is not in PATH; install coreutils.")
    if not (folder / "uname").exists():
        (folder / "uname").symlink_to(Path(uname).resolve())
