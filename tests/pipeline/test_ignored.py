"""Ignore files of a scanned repository."""

import time

from debtd.pipeline.ignored import ignored_paths

PATHS = ("a.py", "tests/b.py", "lib/c.py", "lib/tests/d.py")


def test_without_an_ignore_file_nothing_is_ignored() -> None:
    assert ignored_paths(PATHS, [("pyproject.toml", b"*")]) == {}


def test_every_ignored_path_names_its_file() -> None:
    assert ignored_paths(PATHS, [(".semgrepignore", b"tests/\n# comment\n")]) == {
        "tests/b.py": ".semgrepignore",
        "lib/tests/d.py": ".semgrepignore",
    }


def test_a_nested_file_covers_its_own_folder_only() -> None:
    assert ignored_paths(PATHS, [("lib/.semgrepignore", b"*\n")]) == {
        "lib/c.py": "lib/.semgrepignore",
        "lib/tests/d.py": "lib/.semgrepignore",
    }


def test_negation_and_includes_do_not_break_anything() -> None:
    assert set(ignored_paths(PATHS, [(".semgrepignore", b":include .gitignore\n!\n*.py\n!a.py\n")])) == {
        "tests/b.py",
        "lib/c.py",
        "lib/tests/d.py",
    }


def test_a_pattern_built_to_be_slow_costs_nothing() -> None:
    hostile = [(".semgrepignore", b"\n".join([b"*a" * 20 + b"b", b"**/" * 60 + b"x"] * 500))]
    started = time.process_time()
    assert ignored_paths(["a" * 3000 + ".py"] * 50, hostile) == {}
    assert time.process_time() - started < 60  # of work, whatever else the machine does; by trying it would be years
