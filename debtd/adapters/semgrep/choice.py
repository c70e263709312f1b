"""Which of the two ways this installation of semgrep allows."""

from debtd.adapters.installed import version_of
from debtd.adapters.semgrep.command_line import CommandLineWay
from debtd.adapters.semgrep.core import PROVEN_VERSION, CoreWay, engine_version, find_core
from debtd.adapters.semgrep.way import Way


def chosen_way(jobs: int) -> Way:
    """The engine itself, if it is the proven release; the command line for any other."""
    program = find_core()
    if program is None or version_of("semgrep") != PROVEN_VERSION:
        return CommandLineWay(jobs)
    return CoreWay(program, jobs)


def description() -> str:
    """Semgrep's version, which way is chosen, and why. Starts the engine once."""
    installed, program = version_of("semgrep"), find_core()
    if program is None:
        return f"{installed}, by its command line (its package has no program semgrep-core)"
    if installed != PROVEN_VERSION:
        return f"{installed}, by its command line (the direct way is proven for {PROVEN_VERSION} only)"
    told = engine_version(program)
    if told != PROVEN_VERSION:
        return f"{installed}, by its command line (its engine says that it is {told or 'nothing'})"
    return f"{installed}, engine driven directly"
