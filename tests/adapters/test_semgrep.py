"""What comes of a run of semgrep that goes wrong. Hardly any test here starts semgrep."""

import hashlib
import json
import os
import signal
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from debtd.adapters.child import ChildResult, run_child
from debtd.adapters.semgrep import SemgrepDetector, choice, command_line, core, shards
from debtd.adapters.semgrep.choice import description
from debtd.adapters.semgrep.command_line import CommandLineWay, RefusedRule
from debtd.adapters.semgrep.core import PROVEN_VERSION, CoreWay
from debtd.adapters.semgrep.limits import LARGE_FILE_BYTES
from debtd.adapters.semgrep.report import Report
from debtd.adapters.semgrep.way import Way
from debtd.model.coverage import Skipped, SkipReason
from debtd.model.project import Project
from debtd.model.scan import Detection
from tests.support.fakes import NoProgress, word_rule
from tests.support.semgrep import every_way, semgrep_rule, way_called, write_sources
from tests.support.semgrep_corpus import BAD, JS, PYTHON, RULES

DONE = ChildResult(returncode=0, stdout=b"", stderr=b"")
CONTROL = "tree/.debtd/control/old-js.js"


def match(path: str, start: int = 0, end: int = 12, column: int = 1, message: str = "", rule: str = "old-js"):
    return {
        "check_id": rule,
        "path": path,
        "start": {"line": 1, "col": column, "offset": start},
        "end": {"line": 1, "col": 1, "offset": end},
        "extra": {"message": message},
    }


def error(kind: object, path: str | None = None, rule: str | None = None) -> dict[str, Any]:
    """In the command line's words; `in_words_of` turns it into the engine's."""
    told = {"type": kind, "level": "warn", "message": "m", "path": path, "rule_id": rule}
    return {key: value for key, value in told.items() if value is not None}


def report(*matches: object, errors: object = (), scanned: object = ("tree/a.js", "tree/b.js"), skipped: object = ()):
    return {"version": PROVEN_VERSION, "results": matches, "errors": errors} | {
        "paths": {"scanned": scanned, "skipped": skipped}
    }


def in_words_of(way: str, document: object) -> object:
    if way != "core" or not isinstance(document, dict):
        return document
    errors = []
    for told in document.get("errors", ()):
        location = {"location": {"path": told["path"]}} if "path" in told else {}
        errors.append({"error_type": told["type"], "message": told["message"], **location})
    return {**document, **({"errors": errors} if "errors" in document else {})}


Answer = Callable[..., Detection]


@pytest.fixture
def answered(way: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Answer:
    """A scan of a.js and b.js whose process ends as the test says, with the report that the test says."""
    sources = write_sources(tmp_path / "files", {"a.js": BAD, "b.js": b"x;\n"})

    def scan(child: ChildResult, document: object, rules=(JS,)) -> Detection:
        told = in_words_of(way, document)
        text = told if isinstance(told, bytes) else b"" if told is None else json.dumps(told).encode()

        def instead(argv: list[str], *, cwd: Path, **_: object) -> ChildResult:
            if way == "core":
                return replace(child, stdout=text)
            if document is not None:
                (cwd / "report.json").write_bytes(text)
            return child

        monkeypatch.setattr(command_line, "run_child", instead)
        monkeypatch.setattr(core, "run_child", instead)
        detector = SemgrepDetector(folder=tmp_path / "scratch", way=way_called(way))
        return detector.detect(sources, rules, Project(), NoProgress())

    return scan


@every_way
def test_a_whole_report_counts(answered):
    detection = answered(DONE, report(match("tree/a.js"), match(CONTROL)))
    assert [(found.path, found.rule_id) for found in detection.matches] == [("a.js", "old-js")]
    assert (detection.skipped, detection.fired, detection.broken) == ({}, {"old-js"}, {})


@every_way
def test_a_rule_reports_nothing_in_files_of_other_languages(answered):
    stray = match("tree/a.js", rule="old-py")
    assert answered(DONE, report(stray), rules=(JS, PYTHON)).matches == ()


WHOLE = report(match("tree/a.js"), match(CONTROL))


@every_way
@pytest.mark.parametrize(
    ("child", "document", "reason"),
    [
        pytest.param(replace(DONE, timed_out=True, returncode=-9), WHOLE, SkipReason.TIMEOUT, id="timeout"),
        pytest.param(replace(DONE, over_memory=True, returncode=-9), WHOLE, SkipReason.ENGINE_ERROR, id="memory"),
        pytest.param(replace(DONE, returncode=7), WHOLE, SkipReason.ENGINE_ERROR, id="no-config"),
        pytest.param(replace(DONE, returncode=-signal.SIGKILL), WHOLE, SkipReason.ENGINE_ERROR, id="killed"),
        pytest.param(replace(DONE, returncode=-signal.SIGSEGV), WHOLE, SkipReason.ENGINE_ERROR, id="crashed"),
        pytest.param(replace(DONE, returncode=2), None, SkipReason.ENGINE_ERROR, id="no-report"),
        pytest.param(DONE, json.dumps(WHOLE).encode()[:-9], SkipReason.ENGINE_ERROR, id="truncated"),
        pytest.param(DONE, b"", SkipReason.ENGINE_ERROR, id="empty"),
        pytest.param(DONE, b"[" * 100_000, SkipReason.ENGINE_ERROR, id="nested"),
        pytest.param(DONE, b"\xff", SkipReason.ENGINE_ERROR, id="not-utf8"),
        pytest.param(DONE, [], SkipReason.ENGINE_ERROR, id="a-list"),
        pytest.param(DONE, {"version": PROVEN_VERSION, "results": []}, SkipReason.ENGINE_ERROR, id="no-paths"),
        pytest.param(DONE, report({"check_id": "old-js"}), SkipReason.ENGINE_ERROR, id="half-a-result"),
        pytest.param(DONE, report(match(CONTROL), errors=[error("Fatal error")]), SkipReason.ENGINE_ERROR, id="fatal"),
    ],
)
def test_a_failed_run_calls_nothing_clean(answered, child, document, reason):
    detection = answered(child, document)
    assert {path: skipped.reason for path, skipped in detection.skipped.items()} == {"a.js": reason, "b.js": reason}
    assert all(skipped.detail for skipped in detection.skipped.values())
    assert (detection.fired, detection.matches) == (frozenset(), ())


@pytest.mark.parametrize("way", ["command line"])
def test_a_report_that_is_too_large_is_not_read(answered, monkeypatch):
    monkeypatch.setattr(command_line, "MAX_REPORT_BYTES", 100)
    assert set(answered(DONE, WHOLE).skipped) == {"a.js", "b.js"}


@pytest.mark.parametrize("way", ["core"])
def test_output_that_is_too_large_is_not_read(answered):
    assert set(answered(replace(DONE, truncated=True), WHOLE).skipped) == {"a.js", "b.js"}


@every_way
@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        ("Timeout", SkipReason.TIMEOUT),
        ("Syntax error", SkipReason.SYNTAX),
        ("Lexical error", SkipReason.SYNTAX),
        (["PartialParsing", []], SkipReason.PARTIAL_PARSE),
        ("Out of memory", SkipReason.ENGINE_ERROR),
        ("Something new", SkipReason.ENGINE_ERROR),
    ],
)
def test_an_error_with_a_path_concerns_that_file_only(answered, kind, reason):
    errors = [error(kind, "tree/b.js", "old-js")]
    detection = answered(DONE, report(match("tree/a.js"), match(CONTROL), errors=errors))
    assert {path: skipped.reason for path, skipped in detection.skipped.items()} == {"b.js": reason}
    assert detection.fired == {"old-js"}


@every_way
def test_a_file_that_semgrep_left_out_is_not_clean(answered):
    detection = answered(DONE, report(match(CONTROL), scanned=["tree/a.js"]))
    assert detection.skipped == {"b.js": Skipped(SkipReason.ENGINE_ERROR, "semgrep did not read the file")}


@pytest.mark.parametrize("way", ["command line"])
def test_a_file_that_the_command_line_says_it_left_out_is_not_clean(answered):
    detection = answered(DONE, report(skipped=[{"path": "tree/a.js", "reason": "minified"}]))
    assert detection.skipped["a.js"].reason is SkipReason.ENGINE_ERROR


@every_way
@pytest.mark.parametrize(
    "wrong",
    [match("tree/a.js", 0, 99), match("tree/a.js", 5, 5), match("tree/a.js", -1, 4), match("tree/a.js", 3, 6, 1)],
)
def test_a_position_that_the_file_does_not_have_is_refused(answered, wrong):
    detection = answered(DONE, report(wrong))
    assert detection.matches == ()
    assert detection.skipped["a.js"].reason is SkipReason.ENGINE_ERROR


@every_way
def test_two_ways_to_match_one_place_leave_no_certain_fix(answered, monkeypatch):
    monkeypatch.setattr("secrets.token_hex", lambda _: "s")
    twice = [match("tree/a.js", message=f'<s>neu("{value}")<s>{value}<s>') for value in "ab"]
    (found,) = answered(DONE, report(*twice)).matches
    assert (found.edits, found.no_fix and found.no_fix.reason) == ((), SkipReason.NO_FIX)
    (found,) = answered(DONE, report(twice[0])).matches
    assert found.edits


class Counter(NoProgress):
    def __init__(self) -> None:
        self.count = 0

    def advance(self, stage: str, count: int = 1) -> None:
        self.count += count


class FakeWay:
    """A way that runs nothing: `runs` says what becomes of each run, by the repository paths in it."""

    reads_in_place = True

    def __init__(self, runs: Callable[[set[str]], Report], jobs: int = 1) -> None:
        self._runs = runs
        self._jobs = jobs
        self.seen: list[set[str]] = []

    def shards(self, tree):
        return shards.shards_of(tree, self._jobs)

    def run(self, tree, rules, *, timeout_seconds, stop_fd):
        paths = {planted.source.path for planted in tree.planted.values()}
        self.seen.append(paths)
        report = self._runs(paths)
        return replace(report, scanned=frozenset(tree.planted)) if report.failure is None else report


STALLED = Report(failure=Skipped(SkipReason.TIMEOUT, "too long"), overloaded=True)
FIRED = Report(hits=(core._hit(match(CONTROL)),))


def test_a_scan_that_stalls_is_tried_again_without_large_files(tmp_path):
    files = {"a.js": b"x;", "large.js": b"x;" * LARGE_FILE_BYTES}
    sources = write_sources(tmp_path / "files", files, endings=True)
    way, counter = FakeWay(lambda paths: STALLED if "large.js" in paths else FIRED), Counter()
    detection = SemgrepDetector(way=way).detect(sources, [JS], Project(), counter)
    assert way.seen == [{"a.js", "large.js"}, {"a.js"}]
    assert {path: skipped.reason for path, skipped in detection.skipped.items()} == {"large.js": SkipReason.TIMEOUT}
    assert detection.fired == {"old-js"}
    assert counter.count == 2
    assert [Path(source.location).read_bytes() for source in sources] == list(files.values())


def test_a_shard_that_fails_costs_its_own_files_only(tmp_path):
    files = {f"{name}.js": BAD + b"//" + name.encode() * 500_000 for name in "abcd"}
    sources = write_sources(tmp_path / "files", files)
    way = FakeWay(lambda paths: STALLED if "b.js" in paths else FIRED, jobs=3)
    detection = SemgrepDetector(way=way).detect(sources, [JS], Project(), NoProgress())
    (lost,) = [paths for paths in way.seen if "b.js" in paths]
    assert lost < set(files)
    assert set(detection.skipped) == lost
    assert detection.fired == {"old-js"}


def test_a_rule_that_was_silent_in_one_shard_has_not_fired(tmp_path):
    files = {f"{name}.js": BAD + b"//" + name.encode() * 500_000 for name in "ab"}
    sources = write_sources(tmp_path / "files", files)
    way = FakeWay(lambda paths: Report() if "b.js" in paths else FIRED, jobs=2)
    detection = SemgrepDetector(way=way).detect(sources, [JS], Project(), NoProgress())
    assert len(way.seen) == 2
    assert (detection.fired, detection.skipped) == (frozenset(), {})


@pytest.mark.parametrize("jobs", [1, 2, 3, 8])
def test_shards_hold_each_file_once_and_weigh_the_same(tmp_path, jobs):
    files = {f"{number}.js": b"x" * (number * 900) for number in range(90)}
    way = FakeWay(lambda paths: Report(), jobs=jobs)
    SemgrepDetector(way=way).detect(write_sources(tmp_path / "files", files), [JS], Project(), NoProgress())
    assert len(way.seen) == jobs
    assert sorted(path for paths in way.seen for path in paths) == sorted(files)
    weights = [sum(len(files[path]) for path in paths) for paths in way.seen]
    assert max(weights) - min(weights) < 81_000


def test_few_bytes_are_not_worth_a_second_process(tmp_path):
    way = FakeWay(lambda paths: Report(), jobs=8)
    sources = write_sources(tmp_path / "files", {"a.js": BAD, "b.js": BAD})
    SemgrepDetector(way=way).detect(sources, [JS], Project(), NoProgress())
    assert way.seen == [{"a.js", "b.js"}]


def rewrite(location: str) -> None:
    Path(location).write_bytes(BAD.replace(b"a", b"b"))


def rewrite_and_turn_back_its_clock(location: str) -> None:
    facts = Path(location).stat()
    rewrite(location)
    os.utime(location, ns=(facts.st_atime_ns, facts.st_mtime_ns))


def replace_by_a_copy(location: str) -> None:
    Path(location + ".new").write_bytes(BAD)
    Path(location + ".new").replace(location)


def replace_by_a_link(location: str) -> None:
    Path(location).rename(location + ".old")
    Path(location).symlink_to(location + ".old")


@pytest.mark.parametrize(
    "change", [rewrite, rewrite_and_turn_back_its_clock, replace_by_a_copy, replace_by_a_link, os.unlink]
)
@pytest.mark.parametrize("hits", [True, False])
def test_a_file_that_changes_while_it_is_scanned_is_neither_reported_nor_clean(tmp_path, monkeypatch, change, hits):
    monkeypatch.setattr("debtd.adapters.file_facts._TICK_NS", 0)
    monkeypatch.setattr("debtd.adapters.file_facts._COARSE_NS", 0)
    (source,) = write_sources(tmp_path / "files", {"a.js": BAD}, endings=True)
    wait_for_the_clock(tmp_path, source.location)

    def meanwhile(paths: set[str]) -> Report:
        wait_for_the_clock(tmp_path, source.location)
        change(source.location)
        return Report(hits=(core._hit(match(source.location)),), separator="s") if hits else Report()

    detection = SemgrepDetector(way=FakeWay(meanwhile)).detect([source], [JS], Project(), NoProgress())
    assert detection.matches == ()
    assert detection.skipped["a.js"].reason is SkipReason.UNREADABLE


def wait_for_the_clock(folder: Path, location: str) -> None:
    """Until a file that is written now has another time than the one at the location."""
    probe = folder / "probe"
    probe.touch()
    while probe.stat().st_ctime_ns <= Path(location).stat().st_ctime_ns:
        probe.touch()


def test_a_file_written_this_moment_is_read_from_a_copy(tmp_path, monkeypatch):
    monkeypatch.setattr("debtd.adapters.file_facts._TICK_NS", 10**15)  # "this moment" lasts for the whole test
    monkeypatch.setattr("debtd.adapters.file_facts._COARSE_NS", 10**15)
    (source,) = write_sources(tmp_path / "files", {"a.js": BAD}, endings=True)

    def meanwhile(paths: set[str]) -> Report:
        rewrite(source.location)
        return Report(hits=(core._hit(match("tree/a.js")),), separator="s")

    detection = SemgrepDetector(way=FakeWay(meanwhile)).detect([source], [JS], Project(), NoProgress())
    assert [found.text for found in detection.matches] == ['new Old("a")']
    assert detection.skipped == {}


@pytest.mark.parametrize("hashed", ["sha1", "sha256"])
def test_only_the_bytes_that_were_listed_are_read(tmp_path, hashed):
    """The blob id tells, in repositories of either object format."""
    listed, other = (b"blob %d\0" % len(data) + data for data in (BAD, b"other"))
    (source,) = write_sources(tmp_path / "files", {"a.js": BAD}, endings=True)
    way = FakeWay(lambda _: FIRED)
    sources = [
        replace(source, blob=hashlib.new(hashed, listed).hexdigest()),
        replace(source, path="b.js", blob=hashlib.new(hashed, other).hexdigest()),
    ]
    detection = SemgrepDetector(way=way).detect(sources, [JS], Project(), NoProgress())
    assert way.seen == [{"a.js"}]
    assert {path: skipped.reason for path, skipped in detection.skipped.items()} == {"b.js": SkipReason.UNREADABLE}


def test_an_interrupt_ends_all_shards_at_once(tmp_path):
    """One shard fails in an unforeseen way while the other would work for minutes."""

    class Waiting(FakeWay):
        def run(self, tree, rules, *, timeout_seconds, stop_fd):
            if "b.js" in {planted.source.path for planted in tree.planted.values()}:
                started.wait(240)
                raise KeyboardInterrupt
            started.set()
            argv = ["sleep", "300"]
            ends.append(run_child(argv, cwd=tmp_path, env=dict(os.environ), timeout_seconds=300, stop_fd=stop_fd))
            return Report()

    started, ends = threading.Event(), list[ChildResult]()
    files = {f"{name}.js": BAD + b"//" + name.encode() * 500_000 for name in "ab"}
    sources = write_sources(tmp_path / "files", files)
    with pytest.raises(KeyboardInterrupt):
        SemgrepDetector(way=Waiting(lambda _: Report(), jobs=2)).detect(sources, [JS], Project(), NoProgress())
    (end,) = ends
    assert (end.returncode, end.timed_out) == (-signal.SIGKILL, False)


def test_refused_rules_are_taken_out_one_by_one_and_the_others_go_on(monkeypatch, tmp_path):
    calls: list[tuple[list[str], bool]] = []

    def instead(self, tree, rules, timeout_seconds, stop_fd, *, apart):
        ids = [rule.id for rule in rules]
        calls.append((ids, apart))
        bad = next((rule_id for rule_id in ids if rule_id.startswith("bad-")), None)
        if bad:
            raise RefusedRule(bad if apart else "", "no")
        return replace(FIRED, scanned=frozenset({"tree/a.js"}))

    monkeypatch.setattr(CommandLineWay, "_run", instead)
    rules = [JS, *(semgrep_rule(f"bad-{name}", "javascript", "x;", pattern="x") for name in ("one", "two"))]
    sources = write_sources(tmp_path / "files", {"a.js": b"x;"})
    detection = SemgrepDetector(way=CommandLineWay(1)).detect(sources, rules, Project(), NoProgress())
    every = ["old-js", "bad-one", "bad-two"]
    assert calls == [(every, False), (every, True), (["old-js", "bad-two"], True), (["old-js"], True)]
    assert detection.broken == {"bad-one": "no", "bad-two": "no"}
    assert detection.skipped == {}
    assert detection.fired == {"old-js"}


def test_nothing_to_do_starts_nothing(tmp_path):
    sources = write_sources(tmp_path / "files", {"a.go": b"package a\n"})
    for files, rules in [((), RULES), (sources, ()), (sources, RULES)]:
        detector = SemgrepDetector(way=FakeWay(lambda _: pytest.fail("was run")))
        assert detector.detect(files, rules, Project(), NoProgress()) == Detection()


def test_accepts_semgrep_rules_only():
    assert SemgrepDetector().accepts(JS)
    assert not SemgrepDetector().accepts(word_rule("x"))
    assert (SemgrepDetector().name, SemgrepDetector().version) == ("semgrep", "1.182.0")


def test_the_engine_is_driven_directly_where_it_is_the_proven_one():
    assert isinstance(choice.chosen_way(1), CoreWay)
    assert description() == "1.182.0, engine driven directly"


def test_another_release_is_run_by_its_command_line(monkeypatch):
    monkeypatch.setattr(choice, "version_of", lambda _: "1.190.0")
    assert isinstance(choice.chosen_way(1), CommandLineWay)
    assert description() == "1.190.0, by its command line (the direct way is proven for 1.182.0 only)"


def test_without_the_program_the_command_line_is_run(monkeypatch):
    monkeypatch.setattr(choice, "find_core", lambda: None)
    assert isinstance(choice.chosen_way(1), CommandLineWay)
    assert description() == "1.182.0, by its command line (its package has no program semgrep-core)"


def test_an_engine_that_says_it_is_another_release_is_not_believed(tmp_path, monkeypatch):
    """Its package says 1.182.0, its report does not: the scan is made again by the command line."""
    sources = write_sources(tmp_path / "files", {"a.js": BAD})
    told = {**report(match("tree/a.js")), "version": "1.182.1"}
    monkeypatch.setattr(core, "run_child", lambda argv, **_: replace(DONE, stdout=json.dumps(told).encode()))
    runs: list[Way] = []

    def instead(self, tree, rules, *, timeout_seconds, stop_fd):
        runs.append(self)
        return replace(FIRED, scanned=frozenset({"tree/a.js"}))

    monkeypatch.setattr(CommandLineWay, "run", instead)
    detection = SemgrepDetector().detect(sources, [JS], Project(), NoProgress())
    assert len(runs) == 1
    assert detection.fired == {"old-js"}
    assert not detection.matches
    assert not detection.skipped
    assert description() == "1.182.0, by its command line (its engine says that it is nothing)"


@pytest.mark.parametrize("bits", [0o644, 0o755])
def test_the_program_is_found_without_importing_semgrep(monkeypatch, tmp_path, bits):
    package = tmp_path / "semgrep"
    (package / "bin").mkdir(parents=True)
    (package / "__init__.py").write_text("raise AssertionError('imported')\n")
    program = package / "bin/semgrep-core"
    program.write_text("")
    program.chmod(bits)
    monkeypatch.syspath_prepend(str(tmp_path))
    assert core.find_core() == (program if bits == 0o755 else None)
