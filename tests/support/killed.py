"""Run the command line and die by SIGKILL at a chosen call: `python -m tests.support.killed SPEC ARGUMENT...`.

SPEC is `module:Class.method@before|after#N`: the N-th call of that method ends the process, before or after it ran.
"""

import importlib
import os
import signal
import sys
from typing import Any

from debtd.cli import main


def arm(spec: str) -> None:
    """Wrap the named method so that its N-th call kills this process."""
    target, _, moment = spec.partition("@")
    when, _, number = moment.partition("#")
    module_name, _, dotted = target.partition(":")
    owner_name, _, method_name = dotted.rpartition(".")
    owner: Any = importlib.import_module(module_name)
    for part in owner_name.split("."):
        owner = getattr(owner, part)
    original = getattr(owner, method_name)
    calls = 0

    def wrapped(*args: Any, **kwargs: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == int(number) and when == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        result = original(*args, **kwargs)
        if calls == int(number):
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    setattr(owner, method_name, wrapped)


if __name__ == "__main__":
    arm(sys.argv[1])
    sys.argv = ["debtd", *sys.argv[2:]]
    main()
