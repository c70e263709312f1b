"""The versions of installed packages, which are part of what a scan depends on."""

import os
import sys


def version_of(distribution: str) -> str:
    """The version of an installed package, by the name of its folder of metadata.

    `importlib.metadata` parses that folder with the library for mail, whose import takes as long as all git commands
    of a run over what has not changed. It is asked where the name is not plain.
    """
    for folder in sys.path:
        found = [name for name in _names(folder) if name.startswith(f"{distribution}-") and name.endswith(".dist-info")]
        if len(found) == 1:
            return found[0].removeprefix(f"{distribution}-").removesuffix(".dist-info")
        if found:
            break
    from importlib.metadata import version  # noqa: PLC0415  (slow to import, see above)

    return version(distribution)


def _names(folder: str) -> list[str]:
    try:
        return os.listdir(folder or ".")  # noqa: PTH208  (names are all that is asked)
    except OSError:
        return []
