from pathlib import Path

import debtd
from debtd.adapters.cache import code_digest


def package(folder: Path) -> Path:
    for name in ("model/a.py", "rulekit/b.py", "adapters/semgrep/c.py", "adapters/db/d.py", "cli/e.py"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("1")
    return folder


def test_any_change_of_what_makes_answers_is_another_code(tmp_path: Path) -> None:
    seen = {code_digest(package(tmp_path))}
    for name in ("model/a.py", "rulekit/b.py", "adapters/semgrep/c.py", "adapters/semgrep/new.py"):
        (tmp_path / name).write_text("2")
        seen.add(code_digest(tmp_path))
    (tmp_path / "rulekit/b.py").rename(tmp_path / "rulekit/c.py")
    seen.add(code_digest(tmp_path))
    assert len(seen) == 6


def test_what_makes_no_answers_does_not_count(tmp_path: Path) -> None:
    before = code_digest(package(tmp_path))
    (tmp_path / "adapters/db/d.py").write_text("2")
    (tmp_path / "cli/e.py").write_text("2")
    assert code_digest(tmp_path) == before


def test_debtds_own_code_has_one() -> None:
    assert len(code_digest(Path(debtd.__file__).parent)) == 16
