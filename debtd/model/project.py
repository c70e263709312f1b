"""What a project declares about itself that decides whether a fix is right."""

from dataclasses import dataclass

PythonVersion = tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """`min_python` is the oldest Python that the project supports; None when it declares none.

    `declared_in` names where the floor was found, for messages: a file of the repository, or an option.
    """

    min_python: PythonVersion | None = None
    declared_in: str = ""

    def render_min_python(self) -> str:
        if self.min_python is None:
            return "no minimum Python version declared"
        major, minor = self.min_python
        return f"Python {major}.{minor} and later, by {self.declared_in}"


def parse_python_version(text: str) -> PythonVersion:
    """`"3.9"` -> `(3, 9)`. Raises ValueError for anything else."""
    major, separator, minor = text.strip().partition(".")
    if not separator or not (major.isdecimal() and minor.isdecimal()):
        raise ValueError(f"{text!r} is not a Python version such as 3.9")
    return int(major), int(minor)
