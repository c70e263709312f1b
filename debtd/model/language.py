"""The languages that rules are written for, and how a path tells its language."""

from enum import StrEnum


class Language(StrEnum):
    """Values are semgrep's own names, so that rule files and targets agree."""

    PYTHON = "python"
    JAVASCRIPT = "javascript"
    TYPESCRIPT = "typescript"
    JAVA = "java"
    GO = "go"
    CPP = "cpp"
    C = "c"
    RUST = "rust"


BY_ENDING = {
    ".py": Language.PYTHON,
    ".pyi": Language.PYTHON,
    ".pyw": Language.PYTHON,
    ".js": Language.JAVASCRIPT,
    ".jsx": Language.JAVASCRIPT,
    ".mjs": Language.JAVASCRIPT,
    ".cjs": Language.JAVASCRIPT,
    ".ts": Language.TYPESCRIPT,
    ".tsx": Language.TYPESCRIPT,
    ".mts": Language.TYPESCRIPT,
    ".cts": Language.TYPESCRIPT,
    ".java": Language.JAVA,
    ".go": Language.GO,
    ".cc": Language.CPP,
    ".cpp": Language.CPP,
    ".cxx": Language.CPP,
    ".hpp": Language.CPP,
    ".hh": Language.CPP,
    ".hxx": Language.CPP,
    ".h": Language.CPP,
    ".c": Language.C,
    ".rs": Language.RUST,
}


def language_of(path: str) -> Language | None:
    """The language of a repository path by its ending, in any case; None when no rule can apply to it."""
    return BY_ENDING.get(ending_of(path))


def ending_of(path: str) -> str:
    """The ending of a path's last part in lower case, with its dot; "" when it has none, as in `.gitignore`.

    By hand, because it is asked of every file of a tree: a PurePath would cost ten times as much.
    """
    name = path[path.rfind("/") + 1 :]
    dot = name.rfind(".")
    return name[dot:].lower() if 0 < dot < len(name) - 1 else ""
