"""Run a command and say what it and all its descendants used; run several in turn and take medians."""

import json
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.row import NotMeasured

_WITNESS = Path(__file__).with_name("witness.py")
_TOLD_OF_STDERR = 400
SAMPLE_SECONDS = 0.25
"""How often the memory is looked at, where it is not the question."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One run of a command. Times in seconds: `wall` of the command, `cpu` user and system of its whole family.

    `peak_bytes` is the highest sum of PSS over the family among the samples.
    """

    wall: float
    cpu: float
    peak_bytes: int
    stdout: bytes
    stderr: bytes


def run(
    argv: Sequence[str | Path],
    *,
    cwd: Path,
    env: Mapping[str, str],
    cpus: frozenset[int] | None = None,
    exit_codes: frozenset[int] = frozenset({0}),
    timeout_seconds: float = 1800.0,
    sample_seconds: float = SAMPLE_SECONDS,
    farewell_seconds: float = 5.0,
) -> Run:
    """Run it below a witness. `argv[0]` is an absolute path: no shell, no shim, no search.

    `cpus` are the processors that the family may use (None: those of this process). Raises NotMeasured when it ends
    with another exit code, takes too long, or is outlived by `farewell_seconds` by a process that it started.
    """
    with tempfile.TemporaryDirectory(prefix="debtd-bench-") as name:
        out, err = Path(name) / "stdout", Path(name) / "stderr"
        request = {
            "argv": [str(part) for part in argv],
            "env": dict(env),
            "cwd": str(cwd),
            "cpus": None if cpus is None else sorted(cpus),
            "timeout_seconds": timeout_seconds,
            "sample_seconds": sample_seconds,
            "farewell_seconds": farewell_seconds,
            "stdout": str(out),
            "stderr": str(err),
        }
        witness = subprocess.run(
            [sys.executable, "-I", "-S", str(_WITNESS)],
            input=json.dumps(request).encode(),
            capture_output=True,
            check=False,
        )
        if witness.returncode != 0:
            raise NotMeasured(f"{argv[0]} cannot be run: {_tail(witness.stderr)}")
        answer = json.loads(witness.stdout)
        stdout, stderr = out.read_bytes(), err.read_bytes()
    command = " ".join(map(str, argv[:4]))
    if answer["timed_out"]:
        raise NotMeasured(f"`{command} ...` took more than {timeout_seconds:.0f} seconds")
    if answer["returncode"] not in exit_codes:
        raise NotMeasured(f"`{command} ...` ended with {answer['returncode']}: {_tail(stderr or stdout)}")
    if answer["left_behind"]:
        raise NotMeasured(f"`{command} ...` left {answer['left_behind']} processes running")
    return Run(
        wall=answer["wall_seconds"],
        cpu=answer["cpu_seconds"],
        peak_bytes=answer["peak_bytes"],
        stdout=stdout,
        stderr=stderr,
    )


def _tail(text: bytes) -> str:
    return " ".join(text.decode(errors="replace").split())[-_TOLD_OF_STDERR:] or "it said nothing"


@dataclass(frozen=True, slots=True)
class Series:
    """The runs of one contestant, in order."""

    runs: tuple[Run, ...]

    @property
    def wall(self) -> float:
        """The median, in seconds."""
        return statistics.median(run.wall for run in self.runs)

    @property
    def cpu(self) -> float:
        """The median, in seconds."""
        return statistics.median(run.cpu for run in self.runs)

    @property
    def peak_bytes(self) -> int:
        """The highest of all runs: a limit on memory holds in every one."""
        return max(run.peak_bytes for run in self.runs)

    @property
    def times(self) -> str:
        """Both medians, for people."""
        return f"{self.cpu:.2f} s CPU, {self.wall:.2f} s wall"


def in_turn(rounds: int, contestants: Mapping[str, Callable[[], Run]]) -> dict[str, Series]:
    """A B, A B, ...: whatever else the machine does in the meantime meets all of them alike."""
    runs: dict[str, list[Run]] = {name: [] for name in contestants}
    for number in range(1, rounds + 1):
        for name, contestant in contestants.items():
            done = contestant()
            runs[name].append(done)
            print(
                f"  round {number} of {rounds}: {name}: {done.cpu:.2f} s CPU, {done.wall:.2f} s wall,"
                f" {done.peak_bytes / 1e6:.0f} MB",
                file=sys.stderr,
                flush=True,
            )
    return {name: Series(tuple(of_one)) for name, of_one in runs.items()}
