"""No patch is believed: each gate refuses what it must, and passes what is right."""

from pathlib import Path

import pytest

from debtd.adapters.scratch import TemporaryScratch
from debtd.model.coverage import Skipped, SkipReason
from debtd.model.edit import Edit, FileEdit
from debtd.model.evidence import Evidence, Gate
from debtd.model.finding import Finding
from debtd.model.fingerprint import pair
from debtd.model.language import Language
from debtd.model.project import Project
from debtd.model.repo import git_blob_id
from debtd.model.task import FixTask, Patch
from debtd.pipeline.verify import Candidate, verify
from tests.support.fakes import NoProgress, WordDetector, word_rule

RULES = (word_rule("old"), word_rule("bad"))
TEXT = b"old one\nkeep\nold two\nbad\n"


class Bench:
    """Judges one patch of one file."""

    def __init__(self, folder: Path) -> None:
        self.scratch = TemporaryScratch(folder)

    def findings(self, text: bytes, detector: WordDetector) -> tuple[Finding, ...]:
        with self.scratch.sources([("a.py", text, Language.PYTHON)]) as sources:
            found = detector.detect(sources, RULES, Project(), NoProgress())
        return pair("r", (), found.matches, ()).new

    def judge(
        self,
        edits: tuple[Edit, ...],
        *,
        text: bytes = TEXT,
        fixed: tuple[int, ...] = (0,),
        detector: WordDetector | None = None,
        before: bytes | None = None,
    ) -> Evidence:
        known = self.findings(text, WordDetector({"old": "new"}))
        task = FixTask(
            key="k" * 40,
            repository_id="r",
            rule_id="word-old",
            fingerprints=tuple(f.fingerprint for f in known if f.match.span.start in fixed),
            base_commit="c" * 40,
            inputs="i",
        )
        patch = Patch(
            task_key=task.key, base_commit=task.base_commit, files=(FileEdit("a.py", git_blob_id(text), edits),)
        )
        candidate = Candidate(task=task, patch=patch, before={"a.py": before or text}, findings=known)
        detectors = [detector or WordDetector({"old": "new"})]
        (evidence,) = verify([candidate], RULES, detectors, Project(), self.scratch, NoProgress())
        return evidence


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


def failed(evidence: Evidence) -> set[Gate]:
    assert not evidence.accepted
    return {check.gate for check in evidence.checks if not check.passed}


def test_bytes_that_changed_meanwhile_are_refused(bench: Bench) -> None:
    evidence = bench.judge((Edit(0, 3, b"new", b"old"),), before=b"odd one\nkeep\nold two\nbad\n")
    assert Gate.APPLIES in failed(evidence)


def test_a_patch_that_leaves_the_finding_is_refused(bench: Bench) -> None:
    assert Gate.FINDING_GONE in failed(bench.judge((Edit(8, 12, b"kept", b"keep"),)))


def test_a_patch_whose_edit_would_be_made_again_is_refused(bench: Bench) -> None:
    assert failed(bench.judge((Edit(0, 3, b"old", b"old"),))) == {Gate.FINDING_GONE, Gate.IDEMPOTENT}


def test_a_new_finding_of_another_rule_is_refused(bench: Bench) -> None:
    assert failed(bench.judge((Edit(0, 3, b"bad", b"old"),))) == {Gate.NOTHING_NEW}


def test_moving_the_finding_elsewhere_is_refused(bench: Bench) -> None:
    edits = (Edit(0, 3, b"new", b"old"), Edit(8, 8, b"old ", b""))
    assert Gate.FINDING_GONE in failed(bench.judge(edits))


def test_silence_without_the_control_proves_nothing(bench: Bench) -> None:
    evidence = bench.judge((Edit(0, 3, b"new", b"old"),), detector=WordDetector(deaf=["old"]))
    assert failed(evidence) == {Gate.FINDING_GONE}
    assert evidence.failure is not None
    assert "control" in evidence.failure.detail


def test_a_file_that_cannot_be_read_any_more_is_refused(bench: Bench) -> None:
    broken = WordDetector(skipped={"a.py": Skipped(SkipReason.SYNTAX, "line 1")})
    evidence = bench.judge((Edit(0, 3, b"new", b"old"),), detector=broken)
    assert failed(evidence) == {Gate.PARSES}


def test_a_right_patch_passes_every_gate_and_leaves_the_other_findings(bench: Bench) -> None:
    evidence = bench.judge((Edit(0, 3, b"a longer text", b"old"),))
    assert evidence.accepted
    assert evidence.failure is None
    assert [check.gate for check in evidence.checks] == list(Gate)
    assert evidence.files == (("a.py", git_blob_id(TEXT), git_blob_id(b"a longer text one\nkeep\nold two\nbad\n")),)


def test_both_findings_at_once(bench: Bench) -> None:
    edits = (Edit(0, 3, b"n", b"old"), Edit(13, 16, b"n", b"old"))
    assert bench.judge(edits, fixed=(0, 13)).accepted


def test_evidence_of_one_gate_missing_is_no_acceptance(bench: Bench) -> None:
    evidence = bench.judge((Edit(0, 3, b"new", b"old"),))
    partial = Evidence(
        task_key=evidence.task_key,
        patch_digest=evidence.patch_digest,
        base_commit=evidence.base_commit,
        rule_id=evidence.rule_id,
        rule_digest=evidence.rule_digest,
        engines=evidence.engines,
        files=evidence.files,
        checks=evidence.checks[:-1],
    )
    assert not partial.accepted
