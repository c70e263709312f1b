"""Settings for all tests: nothing depends on how fast the machine is, or on what the shell had ignored."""

import signal
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests.support.doorbell import Doorbell

settings.register_profile("debtd", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("debtd")


def pytest_configure() -> None:
    """A shell's `&` leaves these ignored, and children inherit that."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGQUIT, signal.SIG_DFL)


@pytest.fixture
def bell(tmp_path: Path) -> Iterator[Doorbell]:
    with closing(Doorbell(tmp_path / "bell")) as bell:
        yield bell
