"""Folders that do not outlive their process: deleted at its end, or by the next one when it was killed."""

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from debtd.adapters.filelock import locked, try_lock
from debtd.model.errors import StateUnusable


@contextlib.contextmanager
def disposable(parent: Path) -> Iterator[Path]:
    """A new private folder below `parent`; those of dead processes are deleted first. Raises StateUnusable.

    A lock file beside the folder says that its process lives.
    """
    try:
        with locked(parent / "lock", str(parent)):
            _sweep(parent)
            folder = Path(tempfile.mkdtemp(prefix="tree-", dir=parent))
            alive = os.open(f"{folder}.alive", os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
            try_lock(alive)
    except OSError as error:
        raise StateUnusable(f"{parent} cannot be written ({error.strerror}); check the state directory") from error
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)  # what resists is swept by the next run
        Path(f"{folder}.alive").unlink(missing_ok=True)
        os.close(alive)


def _sweep(parent: Path) -> None:
    """Called under the lock of `parent`: a folder whose `.alive` file nobody holds belongs to a dead process."""
    for folder in parent.glob("tree-*/"):
        alive = Path(f"{folder}.alive")
        with contextlib.ExitStack() as stack:
            if alive.exists():
                descriptor = os.open(alive, os.O_RDWR | os.O_CLOEXEC)
                stack.callback(os.close, descriptor)
                if not try_lock(descriptor):
                    continue
            shutil.rmtree(folder, ignore_errors=True)
            alive.unlink(missing_ok=True)
