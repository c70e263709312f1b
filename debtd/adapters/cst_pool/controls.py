"""The planted controls: for each rule a private file in which it must fire."""

import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from debtd.adapters.cst_pool.messages import Request
from debtd.model.errors import ConfigError
from debtd.rulekit.rule import Rule, control_of


@contextmanager
def planted(rules: Sequence[Rule], parent: Path | None) -> Iterator[list[Request]]:
    """Every rule's control as a private file, until the context ends. Raises ConfigError."""
    folder = ""
    try:
        try:
            folder = tempfile.mkdtemp(prefix="debtd-controls-", dir=parent)
            controls = [_plant(rule, Path(folder)) for rule in rules]
        except OSError as error:
            raise ConfigError(
                f"no file can be written to {parent or tempfile.gettempdir()}: {error.strerror}; make room there."
            ) from None
        yield controls
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _plant(rule: Rule, folder: Path) -> Request:
    location = folder / f"{rule.id}.py"
    data = control_of(rule).encode("utf-8")
    location.write_bytes(data)
    return Request(location.name, str(location), len(data), (rule.id,), control=True)
