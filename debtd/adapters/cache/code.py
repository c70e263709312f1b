"""A digest over all code of debtd that takes part in an answer: no answer of other code is ever served."""

import hashlib
import sys
from collections.abc import Iterator
from pathlib import Path

_ROOMS = ("model", "rulekit", "adapters")
# What only moves bytes, or what engines never see.
_APART = frozenset({"db", "git", "forge"})


def code_digest(package: Path) -> str:
    """Sixteen hexadecimal digits over the sources below the package's folder, and the Python that runs them."""
    digest = hashlib.sha256(sys.version.encode())
    for path in _sources(package):
        digest.update(f"\0{path.relative_to(package)}\0".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def _sources(package: Path) -> Iterator[Path]:
    for room in _ROOMS:
        for path in sorted((package / room).rglob("*.py")):
            if path.relative_to(package / room).parts[0] not in _APART:
                yield path
