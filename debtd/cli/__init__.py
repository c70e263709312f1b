"""The command line: `debtd NOUN VERB`, or `debtd run|scan|fix`. One file per noun.

Three ends only: done (or what a command returns), a fault told in one sentence, or a bug with a crash file.
"""

import sys
from typing import TYPE_CHECKING

from debtd.cli.exit_codes import ExitCode, exit_code_of
from debtd.cli.output import say
from debtd.model.errors import DebtdError

if TYPE_CHECKING:
    from pathlib import Path


def main() -> None:
    """Entry point of the console script."""
    try:
        from debtd.cli.app import call  # noqa: PLC0415  (a broken import is told like any other bug)

        sys.exit(call())
    except DebtdError as error:
        say(f"debtd: {_without_secrets(error)}")
        sys.exit(exit_code_of(error))
    except Exception:  # noqa: BLE001  (the top: a bug is told without a traceback, which goes into a file)
        say(f"debtd: this is a bug in debtd; please report it with the file {_crash_file()}")
        sys.exit(ExitCode.BUG)


def _without_secrets(error: DebtdError) -> str:
    from debtd.model.printable import printable  # noqa: PLC0415  (only where there is something to tell)
    from debtd.telemetry import redact  # noqa: PLC0415

    return printable(redact(str(error)))


def _crash_file() -> "Path":
    import tempfile  # noqa: PLC0415  (only where there is something to tell)
    import traceback  # noqa: PLC0415
    from pathlib import Path  # noqa: PLC0415

    from debtd import __version__  # noqa: PLC0415
    from debtd.telemetry import redact  # noqa: PLC0415

    with tempfile.NamedTemporaryFile("w", prefix="debtd-crash-", suffix=".txt", delete=False) as handle:
        handle.write(f"debtd {__version__}\n{redact(traceback.format_exc())}")
    return Path(handle.name)
