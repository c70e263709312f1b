"""What was measured, with what, on what."""

import os
import platform
import subprocess
from importlib.metadata import version
from pathlib import Path

from benchmarks import peers
from benchmarks.bench import ROOT, Bench


def machine() -> dict[str, str]:
    """The machine, for people."""
    info = Path("/proc/cpuinfo").read_text("utf-8")
    models = sorted({line.partition(":")[2].strip() for line in info.splitlines() if line.startswith("model name")})
    memory_kib = int(Path("/proc/meminfo").read_text("utf-8").split()[1])
    return {
        "processors": f"{len(os.sched_getaffinity(0))} of {os.cpu_count()} x {', '.join(models) or platform.machine()}",
        "memory": f"{memory_kib / 1024**2:.0f} GiB",
        "system": platform.platform(),
        "load before": "{:.2f} {:.2f} {:.2f}".format(*os.getloadavg()),
    }


def versions(bench: Bench) -> dict[str, str]:
    """debtd's commit and engines, and those peers that are installed."""
    known = {
        "debtd": f"{version('debtd')} ({_commit()})",
        "Python": platform.python_version(),
        "semgrep": peers.semgrep_version(),
        "LibCST": version("libcst"),
        "git": _said("git", "--version").removeprefix("git version "),
    }
    for peer in (peers.RUFF, peers.FIXIT, peers.PYUPGRADE, peers.CODEMODDER, peers.AST_GREP):
        if (bench.cache / "peers" / f"{peer.package}-{peer.version}" / "complete").exists():
            known[peer.package] = peer.version
    return known


def _commit() -> str:
    dirty = "+changes" if _said("git", "status", "--porcelain", "--untracked-files=no") else ""
    return (_said("git", "rev-parse", "--short", "HEAD") or "no commit") + dirty


def _said(*argv: str) -> str:
    done = subprocess.run(argv, cwd=ROOT, capture_output=True, text=True, check=False)
    return done.stdout.strip()
