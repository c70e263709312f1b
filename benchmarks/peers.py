"""The peers, pinned, each in a virtual environment of its own: their dependencies contradict one another."""

import shutil
import subprocess
import sys
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from benchmarks.row import NotMeasured


@dataclass(frozen=True, slots=True)
class Peer:
    """`package` at `version` on the registry; `program` is what it installs."""

    package: str
    version: str
    program: str


RUFF = Peer("ruff", "0.17.6", "ruff")
FIXIT = Peer("fixit", "2.2.1", "fixit")
PYUPGRADE = Peer("pyupgrade", "3.22.0", "pyupgrade")
CODEMODDER = Peer("codemodder", "6.5.5", "codemodder")
AST_GREP = Peer("ast-grep-cli", "0.51.0", "ast-grep")


def base_python() -> Path:
    """The interpreter itself: neither the shim of a version manager nor the link in a virtual environment."""
    return Path(sys.executable).resolve()


def own_program(name: str) -> Path:
    """A program of debtd's own environment. Raises NotMeasured when it is missing."""
    program = Path(sys.executable).parent / name
    if not program.is_file():
        raise NotMeasured(f"{program} is missing; run this from debtd's environment (`make bench` does)")
    return program


def semgrep_version() -> str:
    """The peer `semgrep scan` is the one that debtd depends on, so that both have the same engine."""
    return version("semgrep")


def ensure_peer(cache: Path, peer: Peer) -> Path:
    """The peer's program, installed when it is not there. Raises NotMeasured when it does not install."""
    home = cache / "peers" / f"{peer.package}-{peer.version}"
    program = home / "bin" / peer.program
    if (home / "complete").exists() and program.is_file():
        return program
    print(f"installing {peer.package} {peer.version} ...", file=sys.stderr, flush=True)
    shutil.rmtree(home, ignore_errors=True)
    _call(peer, [str(base_python()), "-m", "venv", str(home)])
    _call(peer, [str(home / "bin" / "pip"), "install", "--quiet", f"{peer.package}=={peer.version}"])
    if not program.is_file():
        raise NotMeasured(f"{peer.package} {peer.version} does not install a program {peer.program}")
    (home / "complete").touch()
    return program


def _call(peer: Peer, argv: list[str]) -> None:
    done = subprocess.run(argv, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise NotMeasured(f"{peer.package} {peer.version} cannot be installed: {done.stderr.strip()[-400:]}")
