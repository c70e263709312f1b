"""One valid value of everything that a store keeps."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from debtd.model.coverage import Coverage, Skipped, SkippedFile, SkipReason
from debtd.model.edit import Edit, FileEdit
from debtd.model.evidence import Check, Evidence, Gate
from debtd.model.finding import Finding
from debtd.model.pull_request import PullRequest
from debtd.model.repo import Repository, Revision
from debtd.model.suppression import Suppression, SuppressionKind
from debtd.model.task import FixTask, Patch, task_key
from debtd.ports import ScanRecord
from tests.support.builders import finding, match

NOW = datetime(2026, 3, 29, 0, 59, 59, 123456, tzinfo=UTC)
REPOSITORY = Repository(id="r" * 16, source="/srv/project", name="project")
REVISION = Revision(commit="c" * 40, tree="t" * 40, branch="main", committed_at=1_700_000_000)
COVERAGE = Coverage(
    listed=3,
    scanned=frozenset({"a.py", "b.py"}),
    skipped=(SkippedFile("logo.png", Skipped(SkipReason.NO_RULE, "no rule reads it")),),
)
HOSTILE = "caf\xe9 \U0001f600 \x00 \x1a0000 \ud800 \udcff '; --\r\n\u2028"


@dataclass
class FixedClock:
    at: datetime = NOW

    def now(self) -> datetime:
        return self.at

    def advance(self, **by: float) -> None:
        self.at += timedelta(**by)


def key(number: int) -> str:
    """A fingerprint."""
    return f"{number:040x}"


def findings(count: int = 2, **values: object) -> tuple[Finding, ...]:
    edit = Edit(0, 6, b"\xff\x00new", b"object")
    return tuple(
        finding(key(number), match(start=number * 10, edits=(edit,), **values))  # type: ignore[arg-type]
        for number in range(count)
    )


@dataclass(frozen=True)
class Record:
    """A scan record of which a test says only what it is about."""

    new: tuple[Finding, ...] = ()
    seen: tuple[Finding, ...] = ()
    resolved: tuple[str, ...] = ()
    unverified: tuple[str, ...] = ()
    in_source: tuple[Suppression, ...] = ()
    coverage: Coverage = COVERAGE
    engines: tuple[tuple[str, str], ...] = field(default=(("libcst", "1.9.0"),))

    def made(self) -> ScanRecord:
        rules = frozenset({"class-inherits-object"})
        return ScanRecord(**vars(self), rule_ids=rules, fired=rules)


def suppression(fingerprint: str, kind: SuppressionKind = SuppressionKind.EXTERNAL, **values: object) -> Suppression:
    given = Suppression(fingerprint=fingerprint, kind=kind, reason="not now", author="ann", created_at=NOW)
    return replace(given, **values)  # type: ignore[arg-type]


def task(*fingerprints: str, base: str = REVISION.commit, inputs: str = "i") -> FixTask:
    return FixTask(
        key=task_key(REPOSITORY.id, "class-inherits-object", fingerprints),
        repository_id=REPOSITORY.id,
        rule_id="class-inherits-object",
        fingerprints=fingerprints,
        base_commit=base,
        inputs=inputs,
    )


def patch(of: FixTask, replacement: bytes = b"") -> Patch:
    edits = (Edit(7, 15, replacement, b"(object)"),)
    return Patch(task_key=of.key, base_commit=of.base_commit, files=(FileEdit("a.py", "b" * 40, edits),))


def evidence(of: FixTask, about: Patch, *, failing: Gate | None = None) -> Evidence:
    return Evidence(
        task_key=of.key,
        patch_digest=about.digest,
        base_commit=of.base_commit,
        rule_id=of.rule_id,
        rule_digest="d",
        engines=(("libcst", "1.9.0"), ("semgrep", "1.182.0")),
        files=(("a.py", "b" * 40, "a" * 40),),
        checks=tuple(Check(gate=gate, passed=gate is not failing, detail="seen", path="") for gate in Gate),
    )


def pull_request(of: FixTask, **values: object) -> PullRequest:
    given = PullRequest(
        key=of.key,
        repository_id=of.repository_id,
        rule_id=of.rule_id,
        branch=of.branch,
        base_branch="main",
        commit="f" * 40,
        title="A title",
        body="A body",
    )
    return replace(given, **values)  # type: ignore[arg-type]
