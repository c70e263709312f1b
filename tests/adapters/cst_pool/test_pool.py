"""The LibCST engine as a scan sees it: hostile files, hostile rules, and nothing left behind."""

import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Self

import pytest

from debtd.adapters.cst_pool.crew import Crew
from debtd.adapters.cst_pool.pool import CstDetector
from debtd.model.coverage import SkipReason
from debtd.model.edit import Edit
from debtd.model.errors import ConfigError
from debtd.model.project import Project
from debtd.rulekit.loader import load_rules
from tests.support.cst import (
    MODERN,
    CountingProgress,
    copy_real_rule,
    detect,
    is_alive,
    source_at,
    sources_of,
    workers_of,
    write_rule,
)
from tests.support.doorbell import Doorbell
from tests.support.hostile import CORPUS, MIN_PYTHON, outcome_of, write_corpus

CLASS = "class C(object):\n    pass\n"
ENDLESS_FOR_CPYTHON = {"b12_escaped_quotes", "b12_escaped_triples"}  # the sieve gives them up, LibCST refuses them


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    folder = tmp_path / "rules"
    folder.mkdir()
    return folder


@pytest.fixture(autouse=True)
def _nothing_is_left(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    before = set(workers_of(os.getpid()))
    folder = tmp_path_factory.mktemp("temporary")
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    yield
    assert list(folder.iterdir()) == []
    assert set(workers_of(os.getpid())) <= before


def test_a_finding_comes_with_its_fix_and_its_control_fires(tmp_path: Path, rules: Path) -> None:
    copy_real_rule(rules)
    progress = CountingProgress()
    sources = sources_of(tmp_path, {"a.py": "x = 1\n" + CLASS, "clean.py": "x = 1\n", "b.js": "class C {}\n"})

    detection = detect(rules, sources, progress=progress)

    (match,) = detection.matches
    assert (match.rule_id, match.path, match.span.line, match.scope) == ("class-inherits-object", "a.py", 2, "C")
    assert [(e.start, e.end, e.replacement, e.expected) for e in match.edits] == [(13, 21, b"", b"(object)")]
    assert detection.fired == {"class-inherits-object"}
    assert detection.skipped == {}
    assert detection.broken == {}
    assert progress.advanced == ["libcst", "libcst"]


def test_a_control_fires_whatever_the_project_supports(tmp_path: Path, rules: Path) -> None:
    copy_real_rule(rules)
    old = Project(min_python=(2, 7), declared_in="the test")

    detection = detect(rules, sources_of(tmp_path, {"a.py": CLASS}), project=old)

    assert detection.matches == ()
    assert detection.fired == {"class-inherits-object"}


def test_every_hostile_file_has_its_outcome_and_the_parent_never_stalls(tmp_path: Path, rules: Path) -> None:
    copy_real_rule(rules)
    folder = tmp_path / "corpus"
    folder.mkdir()
    write_corpus(folder)
    progress = CountingProgress()
    modern = Project(min_python=MIN_PYTHON, declared_in="pyproject.toml")
    endless = [file for file in CORPUS if SkipReason.TIMEOUT in file.expected or file.name in ENDLESS_FOR_CPYTHON]
    others = [file for file in CORPUS if file not in endless]
    outcomes: dict[str, str] = {}
    found: Counter[str] = Counter()
    edits: dict[str, tuple[Edit, ...]] = {}

    with Heartbeat() as heartbeat:
        for files, wall_seconds in ((others, 30), (endless, 4)):
            sources = [source_at(folder / file.path) for file in files]
            detection = detect(rules, sources, wall_seconds=wall_seconds, project=modern, progress=progress)
            outcomes |= {file.name: outcome_of(file.path, detection.skipped, detection.matches) for file in files}
            found.update(match.path for match in detection.matches)
            edits |= {match.path: match.edits for match in detection.matches}

    assert {file.name: outcomes[file.name] for file in CORPUS if outcomes[file.name] not in file.expected} == {}
    assert len(CORPUS) >= 60
    assert len(progress.advanced) == len(CORPUS)
    assert heartbeat.longest_gap < 5
    assert found["c08_many_findings.py"] == 1_000
    assert (found["e06_cr_only.py"], edits["e06_cr_only.py"]) == (1, ())


def test_two_exception_types_are_read_where_the_project_needs_python_3_14(tmp_path: Path, rules: Path) -> None:
    copy_real_rule(rules)
    modern = Project(min_python=(3, 14), declared_in="the test")
    sources = sources_of(tmp_path, {"a.py": CLASS + "try:\n    f()\nexcept A, B:\n    pass\n"})

    assert detect(rules, sources, project=modern).skipped == {}
    assert detect(rules, sources, project=Project()).skipped["a.py"].reason is SkipReason.PYTHON2


def test_a_rule_that_raises_is_named_and_does_not_silence_the_others(tmp_path: Path, rules: Path) -> None:
    copy_real_rule(rules)
    write_rule(rules, "raises-sometimes", "if name == 'trigger': raise KeyError(name)", word="trigger_word")
    write_rule(rules, "exits-sometimes", "if name == 'trigger': sys.exit(3)", word="trigger_word")
    sources = sources_of(tmp_path, {"a.py": CLASS + "trigger_word = trigger\n", "b.py": CLASS})

    detection = detect(rules, sources)

    assert sorted((m.path, m.rule_id) for m in detection.matches) == [
        ("a.py", "class-inherits-object"),
        ("b.py", "class-inherits-object"),
    ]
    assert detection.skipped["a.py"].reason is SkipReason.RULE_ERROR
    assert (
        detection.skipped["a.py"].detail
        == "rule exits-sometimes: SystemExit: 3; rule raises-sometimes: KeyError: 'trigger'"
    )
    assert list(detection.skipped) == ["a.py"]
    assert set(detection.broken) == {"raises-sometimes", "exits-sometimes"}
    assert "(in a.py)" in detection.broken["raises-sometimes"]


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("if name == 'trigger': os._exit(0)", SkipReason.PARSER_CRASH),
        ("if name == 'trigger': __import__('ctypes').string_at(0)", SkipReason.PARSER_CRASH),
        ("if name == 'trigger': time.sleep(600)", SkipReason.TIMEOUT),
        ("if name == 'trigger': re.match('(a|a)*b', 'a' * 60)", SkipReason.TIMEOUT),
        ("if name == 'trigger': self.visit_Name(node)", SkipReason.PARSER_REFUSED),
        ("if name == 'trigger': bytearray(4 << 30)", SkipReason.PARSER_REFUSED),
        ("if name == 'trigger': os.write(4, b'nonsense\\n')", SkipReason.PARSER_CRASH),
        ("if name == 'trigger': [os.write(4, b'{}' * 10**6) for _ in range(30)]", SkipReason.PARSER_CRASH),
    ],
    ids=["exit", "segfault", "sleep", "holds-the-lock", "recursion", "memory", "garbage", "endless-line"],
)
def test_one_bad_file_costs_itself_only(tmp_path: Path, rules: Path, body: str, reason: SkipReason) -> None:
    write_rule(rules, "bad-rule", body)
    texts = {f"{number:02}.py": "victim\n" for number in range(40)}
    texts |= {"07.py": "victim = trigger\n", "23.py": "victim = trigger\n"}
    progress = CountingProgress()

    wall_seconds = 4 if reason is SkipReason.TIMEOUT else 240
    detection = detect(rules, sources_of(tmp_path, texts), wall_seconds=wall_seconds, progress=progress)

    assert {path: s.reason for path, s in detection.skipped.items()} == {"07.py": reason, "23.py": reason}
    assert {m.path for m in detection.matches} == set(texts) - {"07.py", "23.py"}
    assert len(progress.advanced) == 40


def test_a_rule_whose_control_ends_the_child_is_broken_and_never_fires(tmp_path: Path, rules: Path) -> None:
    copy_real_rule(rules)
    write_rule(rules, "bad-control", "if name == 'victim': os._exit(1)")

    detection = detect(rules, sources_of(tmp_path, {"a.py": CLASS, "b.py": "victim\n"}))

    assert detection.fired == {"class-inherits-object"}
    assert detection.skipped["b.py"].reason is SkipReason.PARSER_CRASH
    assert detection.broken == {"bad-control": "its control: parser-crash, the parser ended without an answer"}
    assert len(detection.matches) == 1


def test_a_child_killed_from_outside_costs_the_file_that_it_reads(tmp_path: Path, rules: Path, bell: Doorbell) -> None:
    write_rule(rules, "slow-rule", f"if name == 'trigger': {bell.ring}; time.sleep(600)")
    texts = {f"{number:02}.py": "victim = nothing\n" for number in range(20)}
    texts["07.py"] = "victim = trigger\n"
    progress = CountingProgress()

    killer = threading.Thread(target=lambda: os.kill(bell.wait(), signal.SIGKILL), daemon=True)
    killer.start()
    detection = detect(rules, sources_of(tmp_path, texts), wall_seconds=240, progress=progress)

    assert {path: s.reason for path, s in detection.skipped.items()} == {"07.py": SkipReason.PARSER_CRASH}
    assert {match.path for match in detection.matches} == set(texts) - {"07.py"}
    assert len(progress.advanced) == 20


def test_a_child_is_replaced_when_it_has_read_many_files(
    tmp_path: Path, rules: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("debtd.adapters.cst_pool.two_steps._REQUESTS_PER_CHILD", 30)
    write_rule(rules, "tells-pid", "self.said = os.getpid()")
    sources = sources_of(tmp_path, {f"{number}.py": "victim\n" for number in range(50)})

    detection = detect(rules, sources, workers=1)

    assert len(detection.matches) == 50
    assert len({match.message for match in detection.matches}) == 2


def test_a_child_sees_no_secret_and_is_limited(tmp_path: Path, rules: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORGE_TOKEN", "canary")
    write_rule(rules, "tells-environment", "self.said = sorted(os.environ)")
    limits = "[resource.getrlimit(r)[0] for r in (resource.RLIMIT_CORE, resource.RLIMIT_FSIZE, resource.RLIMIT_AS)]"
    write_rule(rules, "tells-limits", f"self.said = {limits} + [os.getsid(0) == os.getpid(), os.getcwd()]")

    detection = detect(rules, sources_of(tmp_path, {"a.py": "victim\n"}))

    said = {match.rule_id: match.message for match in detection.matches}
    assert said["tells-environment"] == str(
        ["LANG", "PATH", "PYTHONDONTWRITEBYTECODE", "PYTHONHASHSEED", "PYTHONNOUSERSITE", "TZ"]
    )
    assert said["tells-limits"] == str([0, 0, 3 << 30, True, "/"])


def test_a_rule_may_print(tmp_path: Path, rules: Path) -> None:
    write_rule(rules, "loud-rule", "print('noise'); sys.stderr.write('noise')")

    assert len(detect(rules, sources_of(tmp_path, {"a.py": "victim\n"})).matches) == 1


def test_a_rule_that_changed_on_disk_is_refused(tmp_path: Path, rules: Path) -> None:
    copy_real_rule(rules)
    loaded = load_rules([rules])
    with (rules / "class_inherits_object.py").open("a") as file:
        file.write("\n# another digest\n")

    with pytest.raises(ConfigError, match=r"class_inherits_object\.py has changed since it was loaded; start again"):
        CstDetector([rules]).detect(sources_of(tmp_path, {"a.py": CLASS}), loaded, MODERN, CountingProgress())


def test_a_rule_folder_that_is_gone_stops_the_run(tmp_path: Path, rules: Path) -> None:
    copy_real_rule(rules)
    loaded = load_rules([rules])
    detector = CstDetector([tmp_path / "nowhere"])

    with pytest.raises(ConfigError, match="nowhere is not a folder of rules"):
        detector.detect(sources_of(tmp_path, {"a.py": CLASS}), loaded, MODERN, CountingProgress())


def test_a_caller_that_fails_or_is_interrupted_leaves_nothing(tmp_path: Path, rules: Path) -> None:
    write_rule(rules, "slow-rule", "if name == 'victim': time.sleep(0.2)")
    sources = sources_of(tmp_path, {f"{number}.py": "victim\n" for number in range(50)})

    class Interrupts(CountingProgress):
        def advance(self, stage: str, count: int = 1) -> None:
            super().advance(stage)
            if len(self.advanced) == 1:
                os.kill(os.getpid(), signal.SIGINT)

    class Fails(CountingProgress):
        def advance(self, stage: str, count: int = 1) -> None:
            raise ValueError("the progress bar broke")

    for progress, error in ((Interrupts(), KeyboardInterrupt), (Fails(), ValueError)):
        with pytest.raises(error):
            detect(rules, sources, progress=progress)
        assert list(Path(tempfile.gettempdir()).iterdir()) == []


def test_silence_is_never_clean(tmp_path: Path, rules: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    copy_real_rule(rules)
    monkeypatch.setattr(Crew, "run", lambda self: None)

    detection = detect(rules, sources_of(tmp_path, {"a.py": CLASS}))

    assert detection.skipped["a.py"].reason is SkipReason.ENGINE_ERROR
    assert detection.fired == frozenset()


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("sys.executable", "/nowhere/python", "the LibCST worker process cannot be started: No such file or directory"),
        ("sys.executable", "/bin/true", "the LibCST worker process ends as soon as it starts"),
        ("tempfile.tempdir", "/nowhere", "no file can be written to /nowhere: No such file or directory"),
    ],
)
def test_an_engine_that_cannot_run_says_so(
    tmp_path: Path, rules: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: str, sentence: str
) -> None:
    copy_real_rule(rules)
    sources = sources_of(tmp_path, {"a.py": CLASS})
    monkeypatch.setattr(name, value)

    with pytest.raises(ConfigError, match=sentence):
        detect(rules, sources)


_PARENT = """
import sys
from pathlib import Path
from typing import Self
sys.path.insert(0, sys.argv[3])
from tests.support.cst import detect, sources_of
texts = {f"{number}.py": "victim = trigger\\n" for number in range(40)}
detect(Path(sys.argv[1]), sources_of(Path(sys.argv[2]), texts), wall_seconds=600)
"""


@pytest.mark.parametrize("body", ["time.sleep(600)", "re.match('(a|a)*b', 'a' * 60)"], ids=["sleeps", "holds-the-lock"])
def test_children_die_with_a_killed_parent(tmp_path: Path, rules: Path, bell: Doorbell, body: str) -> None:
    write_rule(rules, "hanging-rule", f"if name == 'trigger': {bell.ring}; {body}")
    root = str(Path(__file__).parents[3])
    argv = [sys.executable, "-c", _PARENT, str(rules), str(tmp_path / "repo"), root]
    with subprocess.Popen(argv, env={**os.environ, "TMPDIR": str(tmp_path)}) as parent:
        children = [bell.wait(), bell.wait()]
        assert set(children) == set(workers_of(parent.pid))
        parent.kill()

    deadline = time.monotonic() + 60
    while any(is_alive(child) for child in children) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert [child for child in children if is_alive(child)] == []


class Heartbeat:
    """Measures how long this process worked while another thread of it could not run, in seconds of processor time: a
    parser that holds the interpreter's lock uses it up, and a machine that is busy with other things does not."""

    def __init__(self) -> None:
        self.longest_gap = 0.0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._beat)

    def _beat(self) -> None:
        last = time.process_time()
        while not self._stop.wait(0.05):
            now = time.process_time()
            self.longest_gap = max(self.longest_gap, now - last)
            last = now

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()
