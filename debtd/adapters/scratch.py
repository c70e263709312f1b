"""Throw-away files for a re-scan: numbered, private, gone when the context ends."""

import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from debtd.model.language import Language
from debtd.model.repo import Source, git_blob_id


class TemporaryScratch:
    """Keeps the files below `folder` (made on demand)."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @contextmanager
    def sources(self, files: Sequence[tuple[str, bytes, Language]]) -> Iterator[tuple[Source, ...]]:
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        root = Path(tempfile.mkdtemp(prefix="scratch-", dir=self._folder))
        try:
            yield tuple(_write(root, number, *file) for number, file in enumerate(files))
        finally:
            shutil.rmtree(root, ignore_errors=True)


def _write(root: Path, number: int, path: str, data: bytes, language: Language) -> Source:
    # The file's own name never reaches the disk: repository paths are hostile, and only the bytes matter here.
    location = root / f"{number}{PurePosixPath(path).suffix.lower()[:8]}"
    location.write_bytes(data)
    return Source(path=path, blob=git_blob_id(data), size=len(data), language=language, location=str(location))
