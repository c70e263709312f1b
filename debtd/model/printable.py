"""Repository text for terminals and reports: hostile characters shown, never obeyed."""


def printable(text: str) -> str:
    """Text without control, bidirectional, zero-width and undecodable characters: they are shown as escapes."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape", "backslashreplace").decode() for c in text)
