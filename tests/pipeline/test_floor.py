"""The oldest Python that a project supports."""

import pytest

from debtd.pipeline.floor import project_of

PYPROJECT = "pyproject.toml"


def floor(path: str, text: str) -> tuple[int, int] | None:
    return project_of({path: text.encode()}).min_python


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (PYPROJECT, ""),
        (PYPROJECT, "[project]\nname = 'x'\n"),
        (PYPROJECT, "this is not toml ["),
        (PYPROJECT, "[project]\nrequires-python = 3\n"),
        (PYPROJECT, "[project]\nrequires-python = 'soon'\n"),
        ("setup.cfg", "[options\n"),
        ("setup.py", "python_requires = compute()"),
        ("docs/pyproject.toml", "[project]\nrequires-python = '>=3.9'\n"),
    ],
)
def test_what_declares_nothing_is_unknown(path: str, text: str) -> None:
    assert floor(path, text) is None


@pytest.mark.parametrize(
    ("path", "text", "expected"),
    [
        (PYPROJECT, "[project]\nrequires-python = '>=3.9'\n", (3, 9)),
        (PYPROJECT, "[project]\nrequires-python = '>=3.6.1,<4'\n", (3, 6)),
        (PYPROJECT, "[project]\nrequires-python = '>3.7'\n", (3, 7)),
        (PYPROJECT, "[project]\nrequires-python = '~=3.10'\n", (3, 10)),
        (PYPROJECT, "[project]\nrequires-python = '==3.11.*'\n", (3, 11)),
        (PYPROJECT, "[project]\nrequires-python = '>=2.7, !=3.0.*, !=3.1.*'\n", (2, 7)),
        (PYPROJECT, "[tool.poetry.dependencies]\npython = '^3.8'\n", (3, 8)),
        (PYPROJECT, "[tool.poetry.dependencies]\npython = '~3.9'\n", (3, 9)),
        (PYPROJECT, "[tool.poetry.dependencies]\npython = '~2.7 || ^3.6'\n", (2, 7)),
        (PYPROJECT, "[project]\nclassifiers = ['Programming Language :: Python :: 3.8']\n", (3, 8)),
        (PYPROJECT, "[project]\nclassifiers = ['Programming Language :: Python :: 2']\n", (2, 7)),
        ("setup.cfg", "[options]\npython_requires = >=3.7\n", (3, 7)),
        ("setup.py", "setup(python_requires='>=3.5', name='x')", (3, 5)),
        ("setup.py", 'setup(classifiers=["Programming Language :: Python :: 2.6"])', (2, 6)),
    ],
)
def test_declared_floors(path: str, text: str, expected: tuple[int, int]) -> None:
    assert floor(path, text) == expected


def test_a_plain_floor_is_what_the_library_says() -> None:
    for major, minor in [(major, minor) for major in range(5) for minor in (*range(36), 99)]:
        given = f">= {major}.{minor}"
        same = f"{given}, >=0"  # not plain any more
        declared, compared = (floor("setup.py", f"python_requires='{text}'") for text in (given, same))
        assert declared == compared, given


def test_the_oldest_declaration_counts_and_is_named() -> None:
    project = project_of(
        {
            PYPROJECT: b"[project]\nrequires-python = '>=3.9'\n",
            "setup.py": b"classifiers=['Programming Language :: Python :: 3.6']",
        }
    )
    assert (project.min_python, project.declared_in) == ((3, 6), "setup.py")


def test_the_operators_word_counts_more() -> None:
    project = project_of({PYPROJECT: b"[project]\nrequires-python = '>=3.9'\n"}, (3, 12))
    assert (project.min_python, project.declared_in) == ((3, 12), "--target-python")
