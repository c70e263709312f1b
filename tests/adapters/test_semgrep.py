"""What semgrep would miss in silence, and what hostile files try. Nearly all in one semgrep process."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from debtd.adapters.child import ChildResult, run_child
from debtd.adapters.semgrep import SemgrepDetector, detector, run
from debtd.adapters.semgrep.run import Outcome
from debtd.model.coverage import Skipped, SkipReason
from debtd.model.edit import apply_edits, merge_edits
from debtd.model.finding import Match
from debtd.model.language import Language
from debtd.model.project import Project
from debtd.model.repo import Source
from debtd.model.scan import Detection
from tests.support.fakes import NoProgress, word_rule
from tests.support.semgrep import semgrep_rule, write_sources

pytestmark = pytest.mark.xdist_group("semgrep adapter")

BAD = b'new Old("a");\n'
JS = semgrep_rule("old-js", "javascript typescript", BAD.decode(), pattern='new Old("$X")', fix='neu("$X")')
ANY = semgrep_rule("old-call", "javascript", "old(1);", pattern="old($...ARGS)", fix="neu($...ARGS)")
PYTHON = semgrep_rule("old-py", "python", "old(1)\n", pattern="old($X)", fix="neu($X, '→')")
CPP = semgrep_rule("old-cpp", "cpp c", "int f() { old(1); }", pattern="old($X)")
BROKEN = semgrep_rule("broken-pattern", "javascript", "x;", pattern="new (((")
DEAF = semgrep_rule("deaf-rule", "javascript", "nothing here;", pattern="loud($X)")
RULES = (JS, ANY, PYTHON, CPP, BROKEN, DEAF)

CLEAN: Mapping[str, bytes] = {
    "plain.js": BAD,
    "bom.js": b"\xef\xbb\xbf" + BAD,
    "crlf.js": b"x;\r\n" + BAD.replace(b"\n", b"\r\n"),
    "characters.js": 'x = "ä→𝔸"; '.encode() + BAD,
    "form\x0cfeed.js": b"x;\x0c\n" + BAD,
    "separator.js": "x = 'a\u2028b';\n".encode() + BAD,
    "tests/a.js": BAD,
    "vendor/lib/a.js": BAD,
    "node_modules/a.js": BAD,
    "build/.venv/a.js": BAD,
    ".github/a.js": BAD,
    ".git/a.js": BAD,
    ".debtd/control/old-js.js": BAD,
    ".semgrepignore/a.js": BAD,
    "-rf.js": BAD,
    "--config=x.js": BAD,
    "a b\tc.js": BAD,
    "new\nline.js": BAD,
    "$(id)`id`;'\".js": BAD,
    "\x1b[31mred.js": BAD,
    "ünïcode.js": BAD,
    "dir.js": BAD,
    "dir.js/inner.js": BAD,
    "Case.js": BAD,
    "case.js": BAD,
    "x" * 240 + ".js": BAD,
    "d/" * 900 + "a.js": BAD,
    "UPPER.JS": BAD,
    "Mixed.TsX": BAD,
    "library.min.js": BAD + b";" * 5000,
    "types.d.ts": BAD,
    "module.mts": BAD,
    "script.pyw": b"old(1)\n",
    "latin.py": "# coding: latin-1\nx = 'é'; old('ü')\n".encode("latin-1"),
    "bom.py": b"\xef\xbb\xbfold(1)\n",
    "header.h": b"class A { void f() { old(1); } };\n",
    "code.c": b"int f() { old(1); }\n",
    "deep.js": b"(" * 10_000 + b"1" + b")" * 10_000 + b";\n" + BAD,
    "big.js": BAD + b"//" + b"x" * (1_000_000 - len(BAD) - 2),
    "silent1.js": b'new Old("a"); // nosemgrep\n',
    "silent2.js": b'// nosem: other-rule, some.prefix.old-js\nnew Old("a");\n',
    "silent3.js": b'new Old("a"); x = "NOSEMGREP";\n',
    "not-silent.js": b'new Old("a"); // nosemgrep: other-rule\n',
}
SKIPPED: Mapping[str, tuple[bytes, SkipReason, int]] = {
    "nul.js": (BAD + b"\0", SkipReason.NUL_BYTE, 0),
    "utf16.js": (BAD.decode().encode("utf-16"), SkipReason.NUL_BYTE, 0),
    "invalid.js": (BAD + b"// \xff", SkipReason.ENCODING, 0),
    "rot13.py": (b"# coding: rot13\nbyq(1)\n", SkipReason.ENCODING, 0),
    "large.js": (BAD + b"//" + b"x" * 1_000_000, SkipReason.TOO_LARGE, 0),
    "partial.js": (BAD + b"function ( { ) ;;; @@@\n" + BAD, SkipReason.PARTIAL_PARSE, 2),
    "garbage.js": (
        b"}}}}) ((( old %%% \n" * 5,
        SkipReason.SYNTAX,
        0,
    ),  # or partial-parse: semgrep says now this, now that
    "lazy.py": (b"lazy import x\nold(1)\n", SkipReason.PARTIAL_PARSE, 1),
    "many.js": (BAD * 1_200, SkipReason.TOO_MANY_MATCHES, 1_000),
    "flood.js": (BAD * 12_000, SkipReason.TOO_MANY_MATCHES, 0),
    "../escape.js": (BAD, SkipReason.PATH_REFUSED, 0),
    "/absolute.js": (BAD, SkipReason.PATH_REFUSED, 0),
}
FIXES: Mapping[str, tuple[bytes, bytes]] = {
    "fix/whole.js": (b"old( a /* one */ ,  'b');\n", b"neu(a /* one */ ,  'b');\n"),
    "fix/comment.js": (b"old(/* one */ a);\n", b"old(/* one */ a);\n"),
    "fix/unbound.js": (b"old();\n", b"old();\n"),
    "fix/literal.js": (b"old('$...ARGS', $X);\n", b"neu('$...ARGS', $X);\n"),
    "fix/nested.js": (b"old(old(1));\n", b"neu(neu(1));\n"),
    "fix/template.js": (b"old(`a`);\n", b"old(`a`);\n"),
    "fix/crlf.js": (b"old(a,\r\n  b);\r\n", b"neu(a,\r\n  b);\r\n"),
    "fix/bom.js": (b"\xef\xbb\xbfold(a);\n", b"\xef\xbb\xbfneu(a);\n"),
    "fix/utf8.py": ("x = 'é'; old('ü')\n".encode(), "x = 'é'; neu('ü', '→')\n".encode()),
    "fix/latin.py": (
        "# coding: latin-1\nold('ü')\n".encode("latin-1"),
        "# coding: latin-1\nold('ü')\n".encode("latin-1"),  # it has no arrow
    ),
}


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


@dataclass
class Batch:
    """One scan of all files above, with what was started for it."""

    detection: Detection
    listener: Listener
    seconds: float
    started: list[tuple[list[str], dict[str, Any]]]
    progress: int
    left_behind: list[str]

    def matches(self, path: str) -> list[Match]:
        return [match for match in self.detection.matches if match.path == path]


@pytest.fixture(scope="module")
def batch(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Batch]:
    repository = tmp_path_factory.mktemp("repository")
    hermetic = {"PATH": os.environ["PATH"], "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_SYSTEM": "/dev/null"}
    subprocess.run(["git", "init", "-q", str(repository)], check=True, env=hermetic)
    (repository / ".semgrepignore").write_text("*\n")  # of a repository that happens to stand around the copy
    (repository / ".gitignore").write_text("*\n")
    files = {**CLEAN, **{path: case[0] for path, case in SKIPPED.items()}, **{p: c[0] for p, c in FIXES.items()}}
    sources = [*write_sources(repository / "files", {**files, "other.go": b"package a\n"}), *unreadable(repository)]
    started: list[tuple[list[str], dict[str, Any]]] = []
    listener = Listener()
    counter = Counter()

    def watched(argv: list[str], **options: Any) -> ChildResult:
        started.append((argv, options))
        env = {key: listener.address if "127.0.0.1:9" in value else value for key, value in options["env"].items()}
        return run_child(argv, **{**options, "env": env})

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(run, "run_child", watched)
        for name in ("SEMGREP_APP_TOKEN", "GITHUB_TOKEN", "SEMGREP_RULES"):
            patch.setenv(name, "canary")
        patch.setenv("HTTPS_PROXY", listener.address)
        patch.setenv("HTTP_PROXY", listener.address)
        begin = time.monotonic()
        detection = SemgrepDetector(folder=repository / "scratch").detect(sources, RULES, Project(), counter)
    seconds = time.monotonic() - begin
    left = [entry.name for entry in (repository / "scratch").iterdir()]
    yield Batch(detection, listener, seconds, started, counter.count, left)
    listener.close()


class Counter:
    def __init__(self) -> None:
        self.count = 0

    def start(self, stage: str, total: int) -> None:
        raise AssertionError("the caller starts the stage")

    def advance(self, stage: str, count: int = 1) -> None:
        assert stage == "semgrep"
        self.count += count


def unreadable(folder: Path) -> list[Source]:
    """Locations that are not the regular files they were."""
    (folder / "link").symlink_to("/etc/hostname")
    os.mkfifo(folder / "pipe")
    names = {"link.js": "link", "pipe.js": "pipe", "gone.js": "gone", "folder.js": "."}
    return [
        Source(path=path, blob="b", size=1, language=Language.JAVASCRIPT, location=str(folder / name))
        for path, name in names.items()
    ]


@pytest.mark.parametrize("path", CLEAN, ids=lambda path: ascii(path)[:40])
def test_every_readable_file_is_scanned_whatever_it_is_called(batch, path):
    assert path not in batch.detection.skipped
    (match,) = batch.matches(path)
    assert CLEAN[path][match.span.start : match.span.end].decode("latin-1").startswith(("new Old(", "old("))
    if match.edits:
        assert b"neu(" in apply_edits(CLEAN[path], match.edits)


@pytest.mark.parametrize("path", SKIPPED)
def test_what_is_not_read_in_full_is_never_called_clean(batch, path):
    data, reason, count = SKIPPED[path]
    seen = batch.detection.skipped[path].reason
    assert seen is reason or (path == "garbage.js" and seen is SkipReason.SYNTAX)
    found = batch.matches(path)
    assert len(found) == count
    assert all(data[match.span.start : match.span.end].startswith((b"new Old(", b"old(")) for match in found)


@pytest.mark.parametrize("path", ["link.js", "pipe.js", "gone.js", "folder.js"])
def test_only_regular_files_are_read(batch, path):
    assert batch.detection.skipped[path].reason in {SkipReason.UNREADABLE, SkipReason.NOT_A_REGULAR_FILE}
    assert not batch.matches(path)


def test_nothing_else_is_skipped_or_reported(batch):
    assert set(batch.detection.skipped) == {*SKIPPED, "link.js", "pipe.js", "gone.js", "folder.js"}
    assert {match.path for match in batch.detection.matches} <= {*CLEAN, *SKIPPED, *FIXES}


@pytest.mark.parametrize("path", FIXES)
def test_fix_changes_what_it_should_or_nothing(batch, path):
    before, after = FIXES[path]
    found = batch.matches(path)
    assert found
    assert all(bool(match.edits) == (match.no_fix is None) for match in found)
    assert apply_edits(before, merge_edits(edit for match in found for edit in match.edits)) == after


def test_edit_touches_only_what_differs(batch):
    (edit,) = batch.matches("fix/whole.js")[0].edits
    assert (edit.expected, edit.replacement) == (b"old( ", b"neu(")


def test_position_and_texts_of_a_match(batch):
    (match,) = batch.matches("characters.js")
    assert (match.span.line, match.span.column, match.span.end_column) == (1, 12, 24)
    assert (match.text, match.line_text) == ('new Old("a")', 'x = "ä→𝔸"; new Old("a");')
    assert (match.message, match.scope) == ("old-js stands here", "")


@pytest.mark.parametrize(
    ("path", "request_text"),
    [("silent1.js", "nosemgrep"), ("silent2.js", "nosem"), ("silent3.js", "nosemgrep"), ("not-silent.js", "")],
)
def test_requests_for_silence_are_told_and_not_obeyed(batch, path, request_text):
    assert [match.suppressed_by for match in batch.matches(path)] == [request_text]


def test_broken_rule_is_named_and_the_others_go_on(batch):
    assert set(batch.detection.broken) == {"broken-pattern"}
    assert batch.detection.broken["broken-pattern"].startswith("semgrep cannot run the rule: ")
    assert "\n" not in batch.detection.broken["broken-pattern"]


def test_rules_whose_control_was_reported_have_fired_and_no_others(batch):
    assert batch.detection.fired == {"old-js", "old-call", "old-py", "old-cpp"}


def test_files_of_other_languages_are_left_alone(batch):
    assert "other.go" not in batch.detection.skipped


def test_progress_advances_once_for_each_file_of_a_wanted_language(batch):
    assert batch.progress == len(CLEAN) + len(SKIPPED) + len(FIXES) + 4


def test_one_process_and_not_slow_where_there_are_many_matches(batch):
    assert len(batch.started) == 1
    assert batch.seconds < 60  # semgrep's own fixes of many.js alone would take minutes


def test_nothing_reaches_the_network_and_nothing_of_the_environment_reaches_semgrep(batch):
    assert batch.listener.connections == 0
    ((argv, options),) = batch.started
    assert argv[0] == sys.executable
    assert {"--metrics=off", "--disable-version-check", "--oss-only", "--disable-nosem"} <= set(argv)
    assert {"HOME", "PATH", "TMPDIR"} <= set(options["env"])
    assert not any("canary" in value or "PROXY" in key.upper() for key, value in options["env"].items())
    assert options["env"]["HOME"].startswith(str(options["cwd"]))


def test_no_copy_is_left_behind(batch):
    assert batch.left_behind == []


def test_a_rule_that_semgrep_refuses_to_read_is_named(tmp_path):
    refused = semgrep_rule("refused-rule", "javascript", "x;", pattern="x", **{"pattern-either": "y"})
    sources = write_sources(tmp_path / "files", {"a.js": BAD})
    detection = SemgrepDetector(folder=tmp_path / "scratch").detect(sources, [refused], Project(), NoProgress())
    assert set(detection.broken) == {"refused-rule"}
    assert detection.skipped["a.js"].reason is SkipReason.ENGINE_ERROR
    assert detection.fired == frozenset()


# -- from here on no semgrep process is started


@pytest.fixture
def answered(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    """A scan of a.js and b.js whose semgrep process ends as the test says."""
    sources = write_sources(tmp_path / "files", {"a.js": BAD, "b.js": b"x;\n"})

    def scan(child: ChildResult, report: object, rules=(JS,)) -> Detection:
        def instead(argv: list[str], *, cwd: Path, **_: object) -> ChildResult:
            if report is not None:
                text = report if isinstance(report, bytes) else json.dumps(report).encode()
                (cwd / "report.json").write_bytes(text)
            return child

        monkeypatch.setattr(run, "run_child", instead)
        return SemgrepDetector(folder=tmp_path / "scratch").detect(sources, rules, Project(), NoProgress())

    return scan


DONE = ChildResult(returncode=0, stdout=b"", stderr=b"")
CONTROL = "tree/.debtd/control/old-js.js"


def result(path: str, start: int = 0, end: int = 12, column: int = 1, message: str = "") -> dict[str, object]:
    return {
        "check_id": "some.folder.old-js",
        "path": path,
        "start": {"line": 1, "col": column, "offset": start},
        "end": {"line": 1, "col": 1, "offset": end},
        "extra": {"message": message},
    }


def report(*results: object, errors: object = (), scanned: object = ("tree/a.js", "tree/b.js"), skipped: object = ()):
    return {"results": results, "errors": errors, "paths": {"scanned": scanned, "skipped": skipped}}


def test_a_whole_report_counts(answered):
    detection = answered(DONE, report(result("tree/a.js"), result(CONTROL)))
    assert [(match.path, match.rule_id) for match in detection.matches] == [("a.js", "old-js")]
    assert (detection.skipped, detection.fired, detection.broken) == ({}, {"old-js"}, {})


def test_a_rule_reports_nothing_in_files_of_other_languages(answered):
    stray = {**result("tree/a.js"), "check_id": "old-py"}
    assert answered(DONE, report(stray), rules=(JS, PYTHON)).matches == ()


WHOLE = report(result("tree/a.js"), result(CONTROL))


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
        pytest.param(DONE, {"results": []}, SkipReason.ENGINE_ERROR, id="no-paths"),
        pytest.param(DONE, report({"check_id": "old-js"}), SkipReason.ENGINE_ERROR, id="half-a-result"),
        pytest.param(
            DONE,
            report(result(CONTROL), errors=[{"type": "Fatal error", "level": "error", "message": "m"}]),
            SkipReason.ENGINE_ERROR,
            id="fatal",
        ),
    ],
)
def test_a_failed_run_calls_nothing_clean(answered, child, document, reason):
    detection = answered(child, document)
    assert {path: skipped.reason for path, skipped in detection.skipped.items()} == {"a.js": reason, "b.js": reason}
    assert all(skipped.detail for skipped in detection.skipped.values())
    assert (detection.fired, detection.matches) == (frozenset(), ())


def test_a_report_that_is_too_large_is_not_read(answered, monkeypatch):
    monkeypatch.setattr(run, "MAX_REPORT_BYTES", 100)
    assert set(answered(DONE, WHOLE).skipped) == {"a.js", "b.js"}


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
    errors = [{"type": kind, "level": "warn", "message": "m", "path": "tree/b.js", "rule_id": "old-js"}]
    detection = answered(DONE, report(result("tree/a.js"), result(CONTROL), errors=errors))
    assert {path: skipped.reason for path, skipped in detection.skipped.items()} == {"b.js": reason}
    assert detection.fired == {"old-js"}


def test_a_file_that_semgrep_left_out_is_not_clean(answered):
    detection = answered(DONE, report(result(CONTROL), scanned=["tree/a.js"]))
    assert detection.skipped == {"b.js": Skipped(SkipReason.ENGINE_ERROR, "semgrep did not read the file")}
    detection = answered(DONE, report(skipped=[{"path": "tree/a.js", "reason": "minified"}]))
    assert detection.skipped["a.js"].reason is SkipReason.ENGINE_ERROR


@pytest.mark.parametrize(
    "wrong",
    [result("tree/a.js", 0, 99), result("tree/a.js", 5, 5), result("tree/a.js", -1, 4), result("tree/a.js", 3, 6, 1)],
)
def test_a_position_that_the_file_does_not_have_is_refused(answered, wrong):
    detection = answered(DONE, report(wrong))
    assert detection.matches == ()
    assert detection.skipped["a.js"].reason is SkipReason.ENGINE_ERROR


def test_two_ways_to_match_one_place_leave_no_certain_fix(answered, monkeypatch):
    monkeypatch.setattr("secrets.token_hex", lambda _: "s")
    twice = [result("tree/a.js", message=f'<s>neu("{value}")<s>{value}<s>') for value in "ab"]
    (match,) = answered(DONE, report(*twice)).matches
    assert (match.edits, match.no_fix and match.no_fix.reason) == ((), SkipReason.NO_FIX)
    (match,) = answered(DONE, report(twice[0])).matches
    assert match.edits


def test_a_scan_that_stalls_is_tried_again_without_large_files(monkeypatch, tmp_path):
    ends = iter([replace(DONE, timed_out=True, returncode=-9), DONE])
    trees: list[set[str]] = []

    def instead(argv: list[str], *, cwd: Path, **_: object) -> ChildResult:
        trees.append({entry.name for entry in (cwd / "tree").iterdir() if not entry.name.startswith(".")})
        (cwd / "report.json").write_text(json.dumps(report(result(CONTROL), scanned=["tree/a.js"])))
        return next(ends)

    monkeypatch.setattr(run, "run_child", instead)
    sources = write_sources(tmp_path / "files", {"a.js": b"x;", "large.js": b"x;" * 50_000})
    counter = Counter()
    detection = SemgrepDetector().detect(sources, [JS], Project(), counter)
    assert trees == [{"a.js", "large.js"}, {"a.js"}]
    assert {path: skipped.reason for path, skipped in detection.skipped.items()} == {"large.js": SkipReason.TIMEOUT}
    assert detection.fired == {"old-js"}
    assert counter.count == 2


def test_refused_rules_are_taken_out_one_by_one_and_the_others_go_on(monkeypatch, tmp_path):
    calls: list[tuple[list[str], bool]] = []

    def instead(tree, rules, *, apart, **_):
        ids = [rule.id for rule in rules]
        calls.append((ids, apart))
        bad = next((rule_id for rule_id in ids if rule_id.startswith("bad-")), None)
        name = f"rules/{bad}.yaml" if apart else "rules.yaml"
        error = {"type": "InvalidRuleSchemaError", "level": "error", "long_msg": "no", "spans": [{"file": name}]}
        document = report(errors=[error]) if bad else report(result(CONTROL), scanned=["tree/a.js"])
        return Outcome(replace(DONE, returncode=7 if bad else 0), json.dumps(document).encode(), "s", 1.0)

    monkeypatch.setattr(detector, "run_semgrep", instead)
    rules = [JS, *(semgrep_rule(f"bad-{name}", "javascript", "x;", pattern="x") for name in ("one", "two"))]
    sources = write_sources(tmp_path / "files", {"a.js": b"x;"})
    detection = SemgrepDetector().detect(sources, rules, Project(), NoProgress())
    every = ["old-js", "bad-one", "bad-two"]
    assert calls == [(every, False), (every, True), (["old-js", "bad-two"], True), (["old-js"], True)]
    assert detection.broken == {f"bad-{name}": "semgrep cannot run the rule: no" for name in ("one", "two")}
    assert detection.skipped == {}
    assert detection.fired == {"old-js"}


def test_nothing_to_do_starts_nothing(monkeypatch, tmp_path):
    monkeypatch.setattr(detector, "run_semgrep", None)
    sources = write_sources(tmp_path / "files", {"a.go": b"package a\n"})
    for files, rules in [((), RULES), (sources, ()), (sources, RULES)]:
        assert SemgrepDetector().detect(files, rules, Project(), NoProgress()) == Detection()


def test_accepts_semgrep_rules_only():
    assert SemgrepDetector().accepts(JS)
    assert not SemgrepDetector().accepts(word_rule("x"))
    assert (SemgrepDetector().name, SemgrepDetector().version) == ("semgrep", "1.182.0")
