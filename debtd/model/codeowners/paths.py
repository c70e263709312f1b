"""Patterns for paths: names between slashes, and `**` for any number of them."""

from collections.abc import Sequence

from debtd.model.codeowners.wildcard import Segment, fits_name, matches, parse_segment

PathPattern = tuple[Segment | None, ...]
"""None is any number of names."""

ANY_NAME: Segment = (None,)


def parse_names(names: Sequence[str], *, classes: bool) -> PathPattern:
    """`**` as a whole name is any number of names. Raises ValueError."""
    return tuple(None if name == "**" else parse_segment(name, classes=classes) for name in names)


def fits_path(pattern: PathPattern, path: str) -> bool:
    return matches(pattern, path.split("/"), fits_name)
