"""The oldest Python that a project supports: the minimum over everything that it declares.

Read as text, never run: pyproject.toml (PEP 621 and Poetry), setup.cfg, setup.py, and their classifiers.
"""

import configparser
import re
import tomllib
from collections.abc import Iterator, Mapping
from typing import cast

from debtd.model.project import Project, PythonVersion

_KNOWN = ((2, 6), (2, 7), *((3, minor) for minor in range(31)))
_CLASSIFIER = re.compile(r"Programming Language :: Python :: (\d+)(?:\.(\d+))?")
_SETUP_PY = re.compile(r"python_requires\s*=\s*(['\"])([^'\"\n]{1,200})\1")
_PLAIN = re.compile(r"\s*>=\s*(\d{1,4})\.(\d{1,4})\s*", re.ASCII)
_CARET = re.compile(r"\^\s*(\d+)(?:\.(\d+))?(?:\.\d+)*")
_TILDE = re.compile(r"(?<![~=<>!])~\s*(\d+)\.(\d+)(?:\.\d+)*")


def project_of(texts: Mapping[str, bytes], target: PythonVersion | None = None) -> Project:
    """The project's floor from the root manifests in `texts`; `target` (an operator's word) overrides all."""
    if target is not None:
        return Project(min_python=target, declared_in="--target-python")
    found = [(version, path) for path, data in sorted(texts.items()) for version in _floors(path, data)]
    if not found:
        return Project()
    version, path = min(found)
    return Project(min_python=version, declared_in=path)


def _floors(path: str, data: bytes) -> Iterator[PythonVersion]:
    text = data.decode("utf-8", "replace")
    specifiers: list[str] = []
    if path == "pyproject.toml":
        specifiers = list(_pyproject(text))
    elif path == "setup.cfg":
        specifiers = list(_setup_cfg(text))
    elif path == "setup.py":
        specifiers = [found.group(2) for found in _SETUP_PY.finditer(text)]
    else:
        return
    for specifier in specifiers:
        yield from _minimum(specifier)
    yield from _classified(text)


def _classified(text: str) -> Iterator[PythonVersion]:
    for found in _CLASSIFIER.finditer(text):
        major, minor = int(found.group(1)), found.group(2)
        if minor is not None:
            yield major, int(minor)
        elif major == 2:
            yield 2, 7


def _pyproject(text: str) -> Iterator[str]:
    try:
        document = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError):
        return
    for keys in (("project", "requires-python"), ("tool", "poetry", "dependencies", "python")):
        value: object = document
        for key in keys:
            value = cast(dict[str, object], value).get(key) if isinstance(value, dict) else None
        if isinstance(value, str):
            yield value


def _setup_cfg(text: str) -> Iterator[str]:
    parser = configparser.ConfigParser(interpolation=None, strict=False)
    try:
        parser.read_string(text)
    except configparser.Error:
        return
    value = parser.get("options", "python_requires", fallback="")
    if value:
        yield value


def _minimum(specifier: str) -> Iterator[PythonVersion]:
    """The oldest known version that each alternative of the specifier admits."""
    plainly = _PLAIN.fullmatch(specifier)
    if plainly is not None:  # as nearly all do: no need of the library, which takes long to import
        floor = int(plainly[1]), int(plainly[2])
        yield from sorted(version for version in _KNOWN if version >= floor)[:1]
        return
    from packaging.specifiers import InvalidSpecifier, SpecifierSet  # noqa: PLC0415

    for alternative in specifier.split("||"):
        plain = _CARET.sub(lambda m: f">={m[1]}.{m[2] or 0},<{int(m[1]) + 1}", alternative.strip())
        plain = _TILDE.sub(lambda m: f">={m[1]}.{m[2]},<{m[1]}.{int(m[2]) + 1}", plain)
        try:
            accepted = SpecifierSet(plain)
        except InvalidSpecifier:
            continue
        for major, minor in _KNOWN:
            if any(accepted.contains(f"{major}.{minor}.{patch}") for patch in (0, 99)):
                yield major, minor
                break
