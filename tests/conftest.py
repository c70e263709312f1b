"""Settings for all tests: nothing depends on how fast the machine is, or on what the shell had ignored."""

import os
import signal
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests.support.doorbell import Doorbell

# The same examples in every run: a change is never refused for what it did not touch. `make test-deep` draws new ones.
settings.register_profile(
    "debtd",
    deadline=None,
    derandomize="DEBTD_TEST_DEPTH" not in os.environ,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("debtd")


def pytest_configure() -> None:
    """A shell's `&` leaves these ignored, and children inherit that."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGQUIT, signal.SIG_DFL)


@pytest.fixture
def bell(tmp_path: Path) -> Iterator[Doorbell]:
    with closing(Doorbell(tmp_path / "bell")) as bell:
        yield bell
