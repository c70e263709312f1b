"""Words of others (paths, branch names, git's stderr) inside debtd's own sentences."""

import unicodedata

_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})


def shown(text: str, limit: int = 300) -> str:
    """Text that cannot steer a terminal, on one line: control, bidirectional and invisible characters escaped."""
    safe = "".join(
        c.encode("unicode_escape", "surrogatepass").decode() if unicodedata.category(c) in _HIDDEN else c
        for c in text[: limit + 1]
    )
    return safe if len(text) <= limit else safe[:limit] + "..."
