"""Another process rings, and the test waits for it: nobody has to guess how long something takes."""

import os
import select
from pathlib import Path


class Doorbell:
    """A named pipe. `ring` is a statement for Python code that imports `os`; a process that may not write files may
    still ring."""

    def __init__(self, path: Path) -> None:
        os.mkfifo(path)
        self.path = path
        self._end = os.open(path, os.O_RDWR)  # both ends: nobody waits for the other to open
        self.ring = f"open({str(path)!r}, 'w').write(f'{{os.getpid():20}}')"

    def wait(self) -> int:
        """The id of the next process that rings."""
        ready, _, _ = select.select([self._end], [], [], 600)
        assert ready, "nobody rings"
        return int(os.read(self._end, 20))

    def close(self) -> None:
        os.close(self._end)
