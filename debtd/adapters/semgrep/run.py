"""The semgrep process: what it is given, and nothing else.

Semgrep itself re-parses the whole file for every fix that it renders, outside its own time limits: some hundred
matches in one file take minutes. A rule's `fix` therefore travels as the rule's message, in which semgrep fills
in metavariables with the same source text at no cost.
"""

import json
import re
import secrets
import shutil
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from debtd.adapters.child import ChildResult, run_child
from debtd.adapters.semgrep.tree import MAX_FILE_BYTES, Tree
from debtd.model.errors import ConfigError
from debtd.rulekit.rule import Rule, SemgrepPattern

MAX_REPORT_BYTES = 64_000_000
_MEMORY_BYTES = 4 << 30
_METAVARIABLE = re.compile(r"\$(?:\.\.\.)?[A-Z_][A-Z_0-9]*|\$[0-9]+")
_NOT_FOR_THE_ENGINE = {"fix", "fix-regex", "message", "metadata"}
_START = "import sys; from semgrep.main import main; sys.exit(main())"


@dataclass(frozen=True, slots=True)
class Outcome:
    """`document` is the report's text, None when there is none or it is too large. `separator`: see `_message`."""

    child: ChildResult
    document: bytes | None
    separator: str
    timeout_seconds: float


def run_semgrep(tree: Tree, rules: Sequence[Rule], *, jobs: int, timeout_seconds: float, apart: bool) -> Outcome:
    """Scan the tree. `apart` gives each rule a file of its own, named by its id, instead of one for all."""
    separator = f"<{secrets.token_hex(8)}>"
    config = _write_rules(tree.root, rules, separator, apart=apart)
    report = tree.root / "report.json"
    report.unlink(missing_ok=True)
    for folder in ("home", "temporary", "programs"):
        (tree.root / folder).mkdir(exist_ok=True)
    _link_programs(tree.root / "programs")
    child = run_child(
        [sys.executable, "-I", "-B", "-W", "ignore", "-c", _START, *_arguments(config, jobs)],
        cwd=tree.root,
        env=_environment(tree.root),
        timeout_seconds=timeout_seconds,
        memory_bytes=_MEMORY_BYTES,
        max_file_bytes=4 * MAX_REPORT_BYTES,
    )
    return Outcome(child, _read_report(report), separator, timeout_seconds)


def _arguments(config: str, jobs: int) -> list[str]:
    # Without its own project root, the copy would obey the ignore files of a git repository around it.
    fixed = (
        "scan --metrics=off --disable-version-check --oss-only --disable-nosem --no-git-ignore --json --verbose"
        f" --timeout 10 --timeout-threshold 3 --max-target-bytes {MAX_FILE_BYTES} --max-memory 2000"
    )
    return [
        *fixed.split(),
        "--jobs",
        str(jobs),
        "--project-root",
        "tree",
        "--config",
        config,
        "-o",
        "report.json",
        "--",
        "tree",
    ]


def _link_programs(folder: Path) -> None:
    """All that semgrep needs of the system is `uname`; it would also run git, which obeys what it finds."""
    uname = shutil.which("uname")
    if uname is None:
        raise ConfigError("semgrep needs the program uname, which is not in PATH; install coreutils.")
    if not (folder / "uname").exists():
        (folder / "uname").symlink_to(Path(uname).resolve())


def _environment(root: Path) -> dict[str, str]:
    """No token, no proxy, no git; addresses at which nobody listens, should it ever want to call home."""
    nowhere = "http://127.0.0.1:9"
    return {
        "PATH": str(root / "programs"),
        "HOME": str(root / "home"),
        "TMPDIR": str(root / "temporary"),
        "LANG": "C.UTF-8",
        "LC_ALL": "C.UTF-8",
        "TZ": "UTC",
        "OCAMLRUNPARAM": "s=4M",  # a larger minor heap: parallel scans take half the time
        "SEMGREP_SEND_METRICS": "off",
        "SEMGREP_ENABLE_VERSION_CHECK": "0",
        "SEMGREP_URL": nowhere,
        "SEMGREP_VERSION_CHECK_URL": nowhere,
        "SEMGREP_FAIL_OPEN_URL": nowhere,
    }


def _write_rules(root: Path, rules: Sequence[Rule], separator: str, *, apart: bool) -> str:
    bodies = {rule.id: _engine_body(rule, separator) for rule in rules}
    if not apart:
        _write_json(root / "rules.yaml", list(bodies.values()))
        return "rules.yaml"
    folder = root / "rules"
    folder.mkdir(exist_ok=True)
    for old in folder.iterdir():
        old.unlink()
    for rule_id, body in bodies.items():
        _write_json(folder / f"{rule_id}.yaml", [body])
    return "rules"


def _write_json(path: Path, bodies: Sequence[Mapping[str, object]]) -> None:
    # JSON is YAML in which no text can be taken for a number or a truth value.
    text = json.dumps({"rules": bodies}, ensure_ascii=False, default=str)
    path.write_text(text, "utf-8", errors="replace")


def _engine_body(rule: Rule, separator: str) -> dict[str, object]:
    assert isinstance(rule.detect, SemgrepPattern)  # noqa: S101  (accepted by the detector)
    body = {key: value for key, value in rule.detect.body.items() if key not in _NOT_FOR_THE_ENGINE}
    return {**body, "message": _message(rule.detect.body.get("fix"), separator)}


def _message(fix: object, separator: str) -> str:
    """The fix, then each of its metavariables: one that stays as it is was not bound, and the fix is not whole."""
    if not isinstance(fix, str):
        return "-"
    return separator.join(["", fix, *metavariables(fix), ""])


def metavariables(fix: str) -> tuple[str, ...]:
    """The metavariables of a fix, in the order of their first use."""
    return tuple(dict.fromkeys(_METAVARIABLE.findall(fix)))


def _read_report(path: Path) -> bytes | None:
    try:
        with path.open("rb") as file:
            document = file.read(MAX_REPORT_BYTES + 1)
    except FileNotFoundError:
        return None
    return document if len(document) <= MAX_REPORT_BYTES else None
