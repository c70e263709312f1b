"""Which git commands debtd starts, seen where it starts them."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch


@contextmanager
def recorded_git() -> Iterator[list[str]]:
    """The subcommands (`fetch`, `cat-file`, ...) in the order of their start. The commands run as always."""
    names: list[str] = []

    class Recorded(subprocess.Popen[bytes]):
        def __init__(self, argv: list[str], **options: Any) -> None:
            words = iter(argv[1:])
            for word in words:
                if word in {"-c", "-C"}:
                    next(words)
                else:
                    names.append(word)
                    break
            super().__init__(argv, **options)

    with patch("debtd.adapters.git.process.subprocess.Popen", Recorded):
        yield names
