"""What is read and what is not."""

import os
from pathlib import Path

import pytest

from debtd.adapters.cst_pool.examine import examine
from debtd.adapters.cst_pool.reading import read_bytes
from debtd.model.coverage import SkipReason
from debtd.model.project import Project
from debtd.rulekit.loader import load_rules
from debtd.rulekit.text import Refused
from tests.support.cst import MODERN, copy_real_rule


def reason_of(location: Path) -> SkipReason:
    with pytest.raises(Refused) as caught:
        read_bytes(str(location))
    return caught.value.skipped.reason


def test_only_a_regular_file_is_read(tmp_path: Path) -> None:
    secret = tmp_path / "secret.py"
    secret.write_text("x = 1\n")
    (tmp_path / "link.py").symlink_to(secret)
    (tmp_path / "folder.py").mkdir()
    os.mkfifo(tmp_path / "pipe.py")

    assert reason_of(tmp_path / "link.py") is SkipReason.SYMLINK
    assert reason_of(tmp_path / "folder.py") is SkipReason.NOT_A_REGULAR_FILE
    assert reason_of(tmp_path / "pipe.py") is SkipReason.NOT_A_REGULAR_FILE
    assert reason_of(tmp_path / "gone.py") is SkipReason.UNREADABLE
    assert read_bytes(str(secret)) == b"x = 1\n"


def test_a_path_that_is_not_utf8_is_read(tmp_path: Path) -> None:
    location = os.fsdecode(os.fsencode(tmp_path) + b"/\xff.py")
    Path(location).write_text("x = 1\n")

    assert read_bytes(location) == b"x = 1\n"


def test_a_file_without_wanted_words_is_scanned_but_not_guarded(tmp_path: Path) -> None:
    copy_real_rule(tmp_path / "rules")
    rules = load_rules([tmp_path / "rules"])
    deep = "x = " + "(" * 100 + ")" * 100

    (tmp_path / "a.py").write_text(deep)
    assert examine(str(tmp_path / "a.py"), "a.py", rules, Project()).skipped is None

    (tmp_path / "a.py").write_text("object\n" + deep)
    refused = examine(str(tmp_path / "a.py"), "a.py", rules, Project()).skipped
    assert refused is not None
    assert refused.reason is SkipReason.DEPTH


def test_a_finding_in_a_latin_1_file_has_offsets_of_its_own_bytes(tmp_path: Path) -> None:
    copy_real_rule(tmp_path / "rules")
    data = "# coding: latin-1\nx = 'é'\nclass C(object): pass\n".encode("latin-1")
    (tmp_path / "a.py").write_bytes(data)

    reply = examine(str(tmp_path / "a.py"), "a.py", load_rules([tmp_path / "rules"]), MODERN)

    (edit,) = reply.matches[0].edits
    assert data[edit.start : edit.end] == edit.expected == b"(object)"
