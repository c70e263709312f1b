"""What the witness counts: every process below a command, however it was started and ended."""

import os
import sys
from pathlib import Path

import pytest

from benchmarks.measure import Run, in_turn, run
from benchmarks.row import NotMeasured

SPIN = "import time, sys\nwhile time.process_time() < 0.3: pass\n"
# A worker in a session of its own uses time, says so, and waits to be killed: as debtd's parser processes do.
WORKER = SPIN + "print('done', flush=True)\nimport signal; signal.pause()\n"
KILLS_ITS_WORKERS = f"""
import os, signal, subprocess, sys
workers = [
    subprocess.Popen([sys.executable, "-I", "-S", "-c", {WORKER!r}], stdout=subprocess.PIPE, start_new_session=True)
    for _ in range(2)
]
for worker in workers:
    assert worker.stdout.readline() == b"done\\n"
    os.killpg(worker.pid, signal.SIGKILL)
os._exit(0)  # without waiting for any of them
"""


def measured(program: str, tmp_path: Path, **options: object) -> Run:
    argv = [sys.executable, "-I", "-S", "-c", program]
    return run(argv, cwd=tmp_path, env={}, **options)  # type: ignore[arg-type]


def test_time_of_killed_workers_in_other_sessions_counts(tmp_path):
    assert measured(KILLS_ITS_WORKERS, tmp_path).cpu >= 2 * 0.3


def test_time_of_a_grandchild_whose_parent_died_counts(tmp_path):
    child = f"import os\nif os.fork() == 0:\n    os.setsid()\n    exec({SPIN!r})\nos._exit(0)\n"
    assert measured(child, tmp_path).cpu >= 0.3


def test_the_witness_itself_does_not_count(tmp_path):
    done = measured(SPIN, tmp_path, sample_seconds=0.001)
    assert 0.3 <= done.cpu < 1
    assert 0 < done.peak_bytes < 50_000_000


def test_a_process_that_is_left_behind_fails_the_row_and_is_killed(tmp_path):
    program = "import os, signal\npid = os.fork()\nif pid == 0:\n    signal.pause()\nopen('pid', 'w').write(str(pid))\n"
    with pytest.raises(NotMeasured, match="left 1 processes"):
        measured(program, tmp_path, farewell_seconds=0.1)
    with pytest.raises(ProcessLookupError):
        os.kill(int((tmp_path / "pid").read_text()), 0)


def test_a_command_that_takes_too_long_is_killed(tmp_path):
    with pytest.raises(NotMeasured, match="took more than"):
        measured("import signal; signal.pause()", tmp_path, timeout_seconds=0.2)


def test_another_exit_code_fails_the_row_with_its_words(tmp_path):
    program = "import sys; print('no such rule', file=sys.stderr); sys.exit(3)"
    with pytest.raises(NotMeasured, match="ended with 3: no such rule"):
        measured(program, tmp_path)
    assert measured(program, tmp_path, exit_codes=frozenset({0, 3})).stderr == b"no such rule\n"


def test_a_program_that_is_not_there_fails_the_row(tmp_path):
    with pytest.raises(NotMeasured, match="cannot be run"):
        run([tmp_path / "nothing"], cwd=tmp_path, env={})


# Four processes hold memory, all of it at once, until the witness has looked at them once from beginning to end:
# it sleeps of its own will between two looks.
FAMILY_OF_FOUR = """
import os, time
def naps():
    with open(f"/proc/{{os.getppid()}}/status") as status:
        return int(status.read().split("\\nvoluntary_ctxt_switches:")[1].split()[0])
{before}
ready, here = os.pipe()
stay, leave = os.pipe()
for _ in range(3):
    if os.fork() == 0:
        {after}
        os.close(leave)
        os.write(here, b"x")
        os.read(stay, 1)
        os._exit(0)
{after}
for _ in range(3):
    os.read(ready, 1)
seen = naps()
while naps() < seen + 3:
    time.sleep(0.01)
os.close(leave)
for _ in range(3):
    os.wait()
"""


def test_memory_is_summed_over_the_family_and_shared_pages_count_once(tmp_path):
    block = "block = b'x' * 60_000_000"
    shared = measured(FAMILY_OF_FOUR.format(before=block, after="pass"), tmp_path, sample_seconds=0.01).peak_bytes
    own = measured(FAMILY_OF_FOUR.format(before="", after=block), tmp_path, sample_seconds=0.01).peak_bytes
    assert 60_000_000 <= shared < 120_000_000
    assert own >= 4 * 60_000_000


def test_a_command_runs_on_the_chosen_processors_only(tmp_path):
    one = min(os.sched_getaffinity(0))
    done = measured("import os; print(os.sched_getaffinity(0))", tmp_path, cpus=frozenset({one}))
    assert done.stdout.decode().strip() == str({one})


def test_nothing_of_the_environment_is_inherited(tmp_path, monkeypatch):
    monkeypatch.setenv("DEBTD_SECRET", "1")
    assert measured("import os; print('DEBTD_SECRET' in os.environ)", tmp_path).stdout == b"False\n"


def test_contestants_run_in_turn_and_medians_count(capsys):
    order: list[str] = []

    def contestant(name: str, times: list[float]) -> Run:
        order.append(name)
        return Run(wall=times.pop(0), cpu=1.0, peak_bytes=len(order), stdout=b"", stderr=b"")

    ours, theirs = [1.0, 9.0, 2.0], [4.0, 4.0, 4.0]
    series = in_turn(3, {"a": lambda: contestant("a", ours), "b": lambda: contestant("b", theirs)})
    assert order == ["a", "b", "a", "b", "a", "b"]
    assert (series["a"].wall, series["b"].wall) == (2.0, 4.0)
    assert series["a"].peak_bytes == 5, "a limit on memory holds in every run, not in the median one"
    assert "round 3 of 3: b" in capsys.readouterr().err
