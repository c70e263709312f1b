"""The command line: `debtd NOUN VERB`, or `debtd run|scan|fix`. One file per noun.

Three ends only: done (or what a command returns), a fault told in one sentence, or a bug with a crash file.
"""

import sys
import tempfile
import traceback
from pathlib import Path

from debtd import __version__
from debtd.cli.exit_codes import ExitCode, exit_code_of
from debtd.cli.output import say
from debtd.model.errors import DebtdError
from debtd.model.printable import printable
from debtd.telemetry import redact


def main() -> None:
    """Entry point of the console script."""
    try:
        from debtd.cli.app import app  # noqa: PLC0415  (a broken import is told like any other bug)

        app()
    except DebtdError as error:
        say(f"debtd: {printable(redact(str(error)))}")
        sys.exit(exit_code_of(error))
    except Exception:  # noqa: BLE001  (the top: a bug is told without a traceback, which goes into a file)
        say(f"debtd: this is a bug in debtd; please report it with the file {_crash_file()}")
        sys.exit(ExitCode.BUG)


def _crash_file() -> Path:
    with tempfile.NamedTemporaryFile("w", prefix="debtd-crash-", suffix=".txt", delete=False) as handle:
        handle.write(f"debtd {__version__}\n{redact(traceback.format_exc())}")
    return Path(handle.name)
