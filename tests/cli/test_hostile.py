"""The hostile corpus through the whole command: every file has its outcome, and nothing hostile is left out."""

from pathlib import Path

from tests.support.command import debtd
from tests.support.hostile import FINDING, WITHOUT_FIX, write_corpus


def test_the_corpus_through_debtd_scan(tmp_path: Path) -> None:
    folder = tmp_path / "corpus"
    folder.mkdir()
    corpus = write_corpus(folder)
    assert len(corpus) >= 40
    ran = debtd(tmp_path, "scan", folder, "--rule", "class-inherits-object", "--format", "json")
    assert ran.code == 0, ran.err
    report = ran.json()
    skipped = {entry["path"]: entry["reason"] for entry in report["coverage"]["skipped"]}
    seen = {
        f["path"]: FINDING if f["has_fix"] else WITHOUT_FIX for f in report["findings"] if f["path"] not in skipped
    } | skipped
    wrong = {file.path: seen.get(file.path, "missed") for file in corpus if seen.get(file.path) not in file.expected}
    assert wrong == {}
    assert report["coverage"]["listed"] == len(corpus) + 1
    assert report["coverage"]["listed"] == report["coverage"]["scanned"] + len(skipped)
