"""`debtd fix` in memory."""

from pathlib import Path

import pytest

from debtd.adapters.scratch import TemporaryScratch
from debtd.model.language import Language
from debtd.model.project import Project
from debtd.model.repo import ListedTree
from debtd.pipeline.mend import Mended, Workbench, mend
from debtd.pipeline.scan import Engines, scan
from tests.support.fakes import NoProgress, PlainFiles, WordDetector, word_rule


def run(folder: Path, files: dict[str, bytes], cures: dict[str, str]) -> Mended:
    scratch = TemporaryScratch(folder)
    rules = tuple(word_rule(word) for word in ("aa", "bb", "cc"))
    detector = WordDetector(cures)
    with scratch.sources([(path, data, Language.PYTHON) for path, data in files.items()]) as sources:
        tree, engines = ListedTree(files=sources, skipped=()), Engines(detectors=[detector])
        result = scan(tree, PlainFiles(sources), rules, engines, Project(), NoProgress())
        bench = Workbench(rules=rules, detectors=[detector], project=Project(), scratch=scratch, progress=NoProgress())
        return mend(result, sources, files, bench)


def test_without_a_fix_nothing_changes(tmp_path: Path) -> None:
    mended = run(tmp_path, {"a.py": b"aa bb"}, {})
    assert (mended.files, mended.refused) == ((), ())


def test_all_rules_mend_one_file_together(tmp_path: Path) -> None:
    mended = run(tmp_path, {"a.py": b"aa bb aa", "b.py": b"nothing"}, {"aa": "x", "bb": "y"})
    assert [(f.source.path, f.after, f.fixed) for f in mended.files] == [
        ("a.py", b"x y x", {"word-aa": 2, "word-bb": 1})
    ]


def test_a_bad_fix_does_not_take_the_good_ones_with_it(tmp_path: Path) -> None:
    mended = run(tmp_path, {"a.py": b"aa bb"}, {"aa": "cc", "bb": "y"})
    assert [(f.after, f.fixed) for f in mended.files] == [(b"aa y", {"word-bb": 1})]
    assert [(refusal.path, refusal.rule_id) for refusal in mended.refused] == [("a.py", "word-aa")]


def test_overlapping_edits_take_another_pass(tmp_path: Path) -> None:
    (mended,) = run(tmp_path, {"a.py": b"aaa"}, {"aa": "x"}).files
    assert mended.after == b"xa"


@pytest.mark.parametrize("cure", ["aa", "aab"])
def test_a_fix_that_never_ends_is_refused(tmp_path: Path, cure: str) -> None:
    mended = run(tmp_path, {"a.py": b"aa"}, {"aa": cure})
    assert mended.files == ()
    assert [refusal.rule_id for refusal in mended.refused] == ["word-aa"]
