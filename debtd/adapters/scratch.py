"""Throw-away files for a re-scan: numbered, private, gone when the context ends."""

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from debtd.model.language import Language
from debtd.model.repo import Source, git_blob_id


class TemporaryScratch:
    """Keeps the files below `folder`, which exists."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @contextmanager
    def sources(self, files: Sequence[tuple[str, bytes, Language]]) -> Iterator[tuple[Source, ...]]:
        with tempfile.TemporaryDirectory(prefix="scratch-", dir=self._folder, ignore_cleanup_errors=True) as root:
            yield tuple(_write(Path(root), number, *file) for number, file in enumerate(files))


def _write(root: Path, number: int, path: str, data: bytes, language: Language) -> Source:
    # The file's own name never reaches the disk: repository paths are hostile, and only the bytes matter here.
    location = root / f"{number}{PurePosixPath(path).suffix.lower()[:8]}"
    location.write_bytes(data)
    return Source(path=path, blob=git_blob_id(data), size=len(data), language=language, location=str(location))
