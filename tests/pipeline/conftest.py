"""A town with three pieces of debt, and debtd at work in it."""

from pathlib import Path

import pytest

from tests.support.night import Nights
from tests.support.town import Town


@pytest.fixture
def town() -> Town:
    return Town({"a.py": b"x\nold\n", "b.py": b"bad\n", "c.py": b"clean\n"})


@pytest.fixture
def nights(tmp_path: Path, town: Town) -> Nights:
    return Nights(tmp_path, town)
