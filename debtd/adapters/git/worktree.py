"""The files of a working tree as git sees them, for scanning a folder in place. Nothing of it is run."""

from pathlib import Path

from debtd.adapters.git.process import Command, run
from debtd.model.errors import DebtdError

# Only the index and the ignore files are read, so another owner's working tree (a mounted volume) does no harm.
_ANY_OWNER = ("safe.directory=*",)
_MAX_LISTING_BYTES = 256 * 1024**2


def list_work_tree(path: Path) -> list[bytes] | None:
    """Tracked and untracked, not ignored, paths below a folder and relative to it, sorted.

    None when the folder is in no working tree, or git cannot say, or is not installed: the caller then walks the
    folder, which finds more files, never fewer. Deleted files, and folders with a
    repository of their own, may be among them.
    """
    arguments = ("ls-files", "-z", "--cached", "--others", "--exclude-standard", "--deduplicate")
    try:
        output = run(_reading(path, *arguments), max_output_bytes=_MAX_LISTING_BYTES)
    except DebtdError:
        return None
    return sorted(set(output.split(b"\0")) - {b""})


def top_level(path: Path) -> Path | None:
    """The top of the working tree that a folder is in; None outside of one."""
    try:
        output = run(_reading(path, "rev-parse", "--show-toplevel"))
    except DebtdError:
        return None
    return Path(output.removesuffix(b"\n").decode("utf-8", "surrogateescape"))


def _reading(path: Path, *arguments: str) -> Command:
    return Command(arguments=arguments, what="list", where=str(path), directory=path, settings=_ANY_OWNER)
