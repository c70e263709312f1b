from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import pytest

from debtd.adapters.installed import version_of


@pytest.mark.parametrize("distribution", ["libcst", "semgrep", "click", "SQLAlchemy"])
def test_it_is_the_version_that_the_standard_library_tells(distribution: str) -> None:
    assert version_of(distribution) == version(distribution)


def test_the_first_on_the_path_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "libcst-0.0.1.dist-info").mkdir()
    (tmp_path / "libcst-0.0.1.dist-info/METADATA").write_text("Metadata-Version: 2.1\nName: libcst\nVersion: 0.0.1\n")
    monkeypatch.syspath_prepend(tmp_path)
    assert version_of("libcst") == version("libcst") == "0.0.1"


def test_two_of_one_name_are_left_to_the_standard_library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in ("1", "2"):
        folder = tmp_path / f"odd-{number}.dist-info"
        folder.mkdir()
        (folder / "METADATA").write_text(f"Metadata-Version: 2.1\nName: odd\nVersion: {number}\n")
    monkeypatch.syspath_prepend(tmp_path)
    assert version_of("odd") == version("odd")


def test_what_is_not_installed() -> None:
    with pytest.raises(PackageNotFoundError):
        version_of("nobody-has-this")
