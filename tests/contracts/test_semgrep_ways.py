"""Both ways to run semgrep see the same, and neither misses in silence what hostile files try to hide."""

import json
import os
import socket
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

import pytest

from debtd.adapters.child import ChildResult, run_child
from debtd.adapters.semgrep import SemgrepDetector, command_line, core
from debtd.adapters.semgrep.planting import plant
from debtd.adapters.semgrep.tree import Tree
from debtd.model.coverage import SkipReason
from debtd.model.edit import apply_edits, merge_edits
from debtd.model.finding import Match
from debtd.model.language import Language
from debtd.model.project import Project
from debtd.model.repo import Source
from debtd.model.scan import Detection
from debtd.rulekit.loader import load_rules
from debtd.rulekit.rule import SemgrepPattern
from tests.support.fakes import NoProgress
from tests.support.semgrep import WAYS, every_way, semgrep_rule, way_called, write_sources
from tests.support.semgrep_corpus import CLEAN, FEATURE_FILES, FEATURES, FIXES, RULES, SKIPPED

pytestmark = pytest.mark.xdist_group("semgrep ways")

ROOT = Path(__file__).parent.parent.parent
LOADED = tuple(
    rule
    for rule in load_rules([ROOT / "rules", ROOT / "benchmarks/rules20"])
    if isinstance(rule.detect, SemgrepPattern)
)
EVERY_RULE = (*RULES, *FEATURES, *LOADED)
UNREADABLE = ("link.js", "pipe.js", "gone.js", "folder.js", "rewritten.js")
SILENT = {"broken-pattern", "deaf-rule"}


class Listener:
    """Counts connections; nobody should make one."""

    def __init__(self) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.address = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        self.connections = 0
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            self.connections += 1
            connection.close()

    def close(self) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()


class Counter:
    def __init__(self) -> None:
        self.count = 0

    def start(self, stage: str, total: int) -> None:
        raise AssertionError("the caller starts the stage")

    def advance(self, stage: str, count: int = 1) -> None:
        assert stage == "semgrep"
        self.count += count


@dataclass
class Batch:
    """One scan of all files by one way, with what was started for it."""

    detection: Detection
    connections: int
    started: list[tuple[list[str], dict[str, Any]]]
    progress: int
    planted: list[Tree]
    left_behind: list[str]

    def matches(self, path: str) -> list[Match]:
        return [match for match in self.detection.matches if match.path == path]


def corpus() -> dict[str, bytes]:
    """Hostile files, files for each feature, every rule's example, and code as people write it."""
    files = {**CLEAN, **{path: case[0] for path, case in SKIPPED.items()}, **{p: c[0] for p, c in FIXES.items()}}
    files |= FEATURE_FILES
    for rule in LOADED:
        assert isinstance(rule.detect, SemgrepPattern)
        files[f"examples/{rule.detect.example_name}"] = rule.detect.example.encode()
    files |= {f"real/{path.relative_to(ROOT)}": path.read_bytes() for path in sorted((ROOT / "debtd").rglob("*.py"))}
    return files


def unreadable(folder: Path) -> Iterator[Source]:
    """Locations that are not the regular files they were."""
    (folder / "link").symlink_to("/etc/hostname")
    os.mkfifo(folder / "pipe")
    (folder / "rewritten.js").write_bytes(b'new Old("b");\n')
    names = {path: path.removesuffix(".js") for path in UNREADABLE} | {"folder.js": ".", "rewritten.js": "rewritten.js"}
    for path, name in names.items():
        location = str(folder / name)
        yield Source(path=path, blob="b" * 40, size=1, language=Language.JAVASCRIPT, location=location)


@pytest.fixture(scope="module")
def batches(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Batch]:
    repository = tmp_path_factory.mktemp("repository")
    hermetic = {"PATH": os.environ["PATH"], "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_SYSTEM": "/dev/null"}
    subprocess.run(["git", "init", "-q", str(repository)], check=True, env=hermetic)
    (repository / ".semgrepignore").write_text("*\n")  # of a repository that happens to stand around the copy
    (repository / ".gitignore").write_text("*\n")
    sources = [*write_sources(repository / "files", corpus(), endings=True), *unreadable(repository)]
    sources += write_sources(repository / "other", {"other.java": b"class A { }\n", "other.pyi": b"first(1)\n"})
    # The command line first: by the time of the other way, which reads in place, the files have settled.
    return {name: scanned(name, repository, sources) for name in reversed(WAYS)}


def scanned(name: str, repository: Path, sources: list[Source]) -> Batch:
    listener, counter = Listener(), Counter()
    started: list[tuple[list[str], dict[str, Any]]] = []
    planted: list[Tree] = []
    folder = repository / f"scratch {name}"

    def watched(argv: list[str], **options: Any) -> ChildResult:
        started.append((argv, options))
        env = {key: listener.address if "127.0.0.1:9" in value else value for key, value in options["env"].items()}
        return run_child(argv, **{**options, "env": env})

    def planting(*arguments: Any, **options: Any) -> Tree:
        planted.append(plant(*arguments, **options))
        return planted[-1]

    with pytest.MonkeyPatch.context() as patch:
        for module in (core, command_line):
            patch.setattr(module, "run_child", watched)
        patch.setattr("debtd.adapters.semgrep.scanning.plant", planting)
        for variable in ("SEMGREP_APP_TOKEN", "GITHUB_TOKEN", "SEMGREP_RULES"):
            patch.setenv(variable, "canary")
        patch.setenv("HTTPS_PROXY", listener.address)
        patch.setenv("HTTP_PROXY", listener.address)
        detector = SemgrepDetector(folder, way=way_called(name))
        detection = detector.detect(sources, EVERY_RULE, Project(), counter)
    listener.close()
    left = [entry.name for entry in folder.iterdir()]
    return Batch(detection, listener.connections, started, counter.count, planted, left)


@pytest.fixture
def batch(batches, way) -> Batch:
    found: Batch = batches[way]
    return found


def in_order(detection: Detection) -> list[Match]:
    return sorted(detection.matches, key=lambda match: (match.path, match.span.start, match.span.end, match.rule_id))


def test_both_ways_report_the_same_matches_and_edits(batches):
    seen, expected = (in_order(batches[way].detection) for way in WAYS)
    assert seen == expected
    assert {match.rule_id for match in seen} >= {rule.id for rule in EVERY_RULE} - SILENT
    assert any(match.edits for match in seen)


@pytest.mark.parametrize("part", ["skipped", "fired", "broken"])
def test_both_ways_claim_the_same(batches, part):
    seen, expected = (getattr(batches[way].detection, part) for way in WAYS)
    assert seen == expected
    assert seen


def test_files_are_read_in_place_by_the_one_way_and_from_copies_by_the_other(batches):
    (tree,) = batches["core"].planted
    in_place = {planted.source.path for planted in tree.planted.values() if planted.copy is None}
    assert {"plain.js", "features/bytes.py", "real/debtd/ports.py", "a b\tc.js", "large.js"} & in_place == {
        "plain.js",
        "features/bytes.py",
        "real/debtd/ports.py",
        "a b\tc.js",
    }
    assert not {"bom.js", "latin.py", "script.pyw", "header.h", "UPPER.JS", "other.pyi"} & in_place
    (tree,) = batches["command line"].planted
    assert all(planted.copy is not None for planted in tree.planted.values())


@every_way
@pytest.mark.parametrize("path", CLEAN, ids=lambda path: ascii(path)[:40])
def test_every_readable_file_is_scanned_whatever_it_is_called(batch, path):
    assert path not in batch.detection.skipped
    (match,) = batch.matches(path)
    assert CLEAN[path][match.span.start : match.span.end].decode("latin-1").startswith(("new Old(", "old("))
    if match.edits:
        assert b"neu(" in apply_edits(CLEAN[path], match.edits)


@every_way
@pytest.mark.parametrize("path", SKIPPED)
def test_what_is_not_read_in_full_is_never_called_clean(batch, path):
    data, reason, count = SKIPPED[path]
    seen = batch.detection.skipped[path].reason
    assert seen is reason or (path == "garbage.js" and seen is SkipReason.PARTIAL_PARSE)
    found = batch.matches(path)
    assert len(found) == count
    assert all(data[match.span.start : match.span.end].startswith((b"new Old(", b"old(")) for match in found)


@every_way
@pytest.mark.parametrize("path", UNREADABLE)
def test_only_regular_files_with_the_listed_bytes_are_read(batch, path):
    assert batch.detection.skipped[path].reason in {SkipReason.UNREADABLE, SkipReason.NOT_A_REGULAR_FILE}
    assert not batch.matches(path)


@every_way
def test_nothing_else_is_skipped(batch):
    assert set(batch.detection.skipped) == {*SKIPPED, *UNREADABLE}


@every_way
@pytest.mark.parametrize("path", FIXES)
def test_fix_changes_what_it_should_or_nothing(batch, path):
    before, after = FIXES[path]
    found = batch.matches(path)
    assert found
    assert all(bool(match.edits) == (match.no_fix is None) for match in found)
    assert apply_edits(before, merge_edits(edit for match in found for edit in match.edits)) == after


@every_way
def test_edit_touches_only_what_differs(batch):
    (edit,) = batch.matches("fix/whole.js")[0].edits
    assert (edit.expected, edit.replacement) == (b"old( ", b"neu(")


@every_way
def test_position_and_texts_of_a_match(batch):
    (match,) = batch.matches("characters.js")
    assert (match.span.line, match.span.column, match.span.end_column) == (1, 12, 24)
    assert (match.text, match.line_text) == ('new Old("a")', 'x = "ä→𝔸"; new Old("a");')
    assert (match.message, match.scope) == ("old-js stands here", "")


@every_way
@pytest.mark.parametrize(
    ("path", "request_text"),
    [("silent1.js", "nosemgrep"), ("silent2.js", "nosem"), ("silent3.js", "nosemgrep"), ("not-silent.js", "")],
)
def test_requests_for_silence_are_told_and_not_obeyed(batch, path, request_text):
    assert [match.suppressed_by for match in batch.matches(path)] == [request_text]


@every_way
def test_broken_rule_is_named_and_the_others_go_on(batch):
    assert set(batch.detection.broken) == {"broken-pattern"}
    assert batch.detection.broken["broken-pattern"].startswith("semgrep cannot run the rule: Invalid pattern")
    assert "\n" not in batch.detection.broken["broken-pattern"]


@every_way
def test_rules_whose_control_was_reported_have_fired_and_no_others(batch):
    assert batch.detection.fired == {rule.id for rule in EVERY_RULE} - SILENT


@every_way
def test_rules_speak_up_in_files_of_their_own_languages_only(batch):
    languages = {rule.id: rule.languages for rule in EVERY_RULE}
    (tree,) = batch.planted
    of = {planted.source.path: planted.source.language for planted in tree.planted.values()}
    assert all(of[match.path] in languages[match.rule_id] for match in batch.detection.matches)


@every_way
def test_progress_advances_once_for_each_file(batch):
    assert batch.progress == len(corpus()) + len(UNREADABLE) + 2


def test_a_process_for_each_processor_or_one_that_does_it_all(batches):
    assert [len(batches[way].started) for way in WAYS] == [2, 1]


@every_way
def test_nothing_reaches_the_network_and_nothing_of_the_environment_reaches_semgrep(batch):
    assert batch.connections == 0
    for _, options in batch.started:
        assert {"HOME", "PATH", "TMPDIR"} <= set(options["env"])
        assert not any("canary" in value or "PROXY" in key.upper() for key, value in options["env"].items())
        assert options["env"]["HOME"].startswith(str(options["cwd"]))


def test_the_command_line_is_told_to_keep_to_itself(batches):
    ((argv, _),) = batches["command line"].started
    assert {"--metrics=off", "--disable-version-check", "--oss-only", "--disable-nosem"} <= set(argv)


@every_way
def test_no_copy_is_left_behind(batch):
    assert batch.left_behind == []


ODD = (
    semgrep_rule("two-patterns", "javascript", "x(1);\n", pattern="x", **{"pattern-either": "y"}),
    semgrep_rule("unknown-key", "javascript", "x(1);\n", patterns=[{"pattern-insid": "x"}]),
    semgrep_rule("negative-only", "javascript", "x(1);\n", patterns=[{"pattern-not": "x"}]),
    semgrep_rule(
        "bad-regex",
        "javascript",
        "x(1);\n",
        patterns=[{"pattern": "$X"}, {"metavariable-regex": {"metavariable": "$X", "regex": "((("}}],
    ),
    semgrep_rule("later-release", "javascript", "x(1);\n", pattern="x", **{"min-version": "99.0.0"}),
    semgrep_rule("by-path", "javascript", "x(1);\n", pattern="x(1)", paths={"include": ["a.js"]}),
    semgrep_rule("joining-rule", "javascript", "x(1);\n", mode="join", join={"refs": [], "on": []}),
    semgrep_rule("network-rule", "javascript", "x(1);\n", pattern="x(1)", validators=[]),
    semgrep_rule("sound-rule", "javascript", "x(1);\n", pattern="x($A)"),
)


@every_way
def test_each_rule_that_cannot_be_run_is_named_and_the_others_go_on(tmp_path, way):
    foreign = semgrep_rule("foreign-rule", "javascript", "x(1);\n", pattern="x(1)")
    assert isinstance(foreign.detect, SemgrepPattern)
    foreign.detect.body["languages"] = ["javascript", "klingon"]
    sources = write_sources(tmp_path / "files", {"a.js": b"x(2);\n"})
    detector = SemgrepDetector(tmp_path / "scratch", way=way_called(way))
    detection = detector.detect(sources, [*ODD, foreign], Project(), NoProgress())
    assert set(detection.broken) == {rule.id for rule in (*ODD, foreign)} - {"sound-rule"}
    assert all(why and "\n" not in why for why in detection.broken.values())
    assert [match.rule_id for match in detection.matches] == ["sound-rule"]
    assert detection.fired == {"sound-rule"}
    assert not detection.skipped


@every_way
def test_a_file_whose_every_rule_is_refused_is_not_clean(tmp_path, way):
    sources = write_sources(tmp_path / "files", {"a.js": b"x(2);\n"})
    for rule in (ODD[3], ODD[5]):  # refused by semgrep, and by debtd
        detector = SemgrepDetector(tmp_path / "scratch", way=way_called(way))
        detection = detector.detect(sources, [rule], Project(), NoProgress())
        assert set(detection.broken) == {rule.id}
        assert detection.skipped["a.js"].reason is SkipReason.ENGINE_ERROR
        assert (detection.fired, detection.matches) == (frozenset(), ())


@every_way
def test_a_rule_that_takes_too_long_on_a_file_costs_that_file_only(tmp_path, way, monkeypatch):
    for module in (core, command_line):
        monkeypatch.setattr(module, "RULE_SECONDS", 3)
    rule = semgrep_rule("old-js", "javascript", "old(1);\n", pattern="old($X)")
    endless = b"x = " + b"+".join([b"a"] * 200_000) + b";\nold(1);\n"
    sources = write_sources(tmp_path / "files", {"endless.js": endless, "quick.js": b"old(1);\n"})
    detector = SemgrepDetector(tmp_path / "scratch", way=way_called(way))
    detection = detector.detect(sources, [rule], Project(), NoProgress())
    assert {path: skipped.reason for path, skipped in detection.skipped.items()} == {"endless.js": SkipReason.TIMEOUT}
    assert "quick.js" in {match.path for match in detection.matches}
    assert detection.fired == {"old-js"}


def test_a_shard_that_is_killed_costs_its_own_files_only(tmp_path, monkeypatch):
    rule = semgrep_rule("old-js", "javascript", "old(1);\n", pattern="old($X)")
    files = {f"{number}.js": b"old(1);\n//" + b"x" * 45_000 for number in range(20)}
    sources = write_sources(tmp_path / "files", files)
    killed: list[set[str]] = []

    def killing(argv: list[str], **options: Any) -> ChildResult:
        targets = json.loads(Path(argv[-1]).read_text())[1]
        names = {PurePosixPath(target[1]["path"]["fpath"]).name for target in targets} & set(files)
        if "7.js" in names:
            killed.append(names)
            options["timeout_seconds"] = 0.0
        return run_child(argv, **options)

    monkeypatch.setattr(core, "run_child", killing)
    detector = SemgrepDetector(tmp_path / "scratch", way=way_called("core"))
    detection = detector.detect(sources, [rule], Project(), NoProgress())
    first, again = killed
    assert first == again < set(files)
    assert set(detection.skipped) == first
    assert {match.path for match in detection.matches} == set(files) - first
    assert detection.fired == {"old-js"}
