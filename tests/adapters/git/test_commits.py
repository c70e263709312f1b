import json
import subprocess
import sys
from pathlib import Path

import pytest

from debtd.adapters.git import GitWorkspaces
from debtd.model.errors import RepoUnusable
from debtd.ports import CommitRequest
from tests.support.git_repo import EXECUTABLE, SUBMODULE, SYMLINK, WHEN, add_commit, git, make_repo
from tests.support.processes import recorded_git


def request(base: str, files: dict[str, bytes], key: str = "k1", message: str = "Fix it\n") -> CommitRequest:
    return CommitRequest(key=key, base_commit=base, message=message, files=tuple(files.items()))


def test_same_input_same_commit_id(mirrored, workspaces, source: Path, tmp_path: Path) -> None:
    repository, revision = mirrored({"a.py": b"x\n", "d/b.py": (EXECUTABLE, b"y\n"), "c.py": b"z\n"})
    asked = request(revision.commit, {"a.py": b"X\n", "d/b.py": b"Y\n"})
    first = workspaces.ensure_commits(repository, [asked])
    assert workspaces.ensure_commits(repository, [asked]) == first
    other = GitWorkspaces(tmp_path / "elsewhere")
    other.ensure_mirror(repository)
    assert other.ensure_commits(repository, [asked]) == first
    assert first == {"k1": "97b3a1918339fbca6be8a0151aa77cc7eec2308e"}


def test_what_a_commit_holds(mirrored, workspaces, state: Path) -> None:
    repository, revision = mirrored(
        {"a.py": b"x\n", "d/b.py": (EXECUTABLE, b"y\n"), "link": (SYMLINK, b"a.py"), "sub": (SUBMODULE, b"1" * 40)}
    )
    message = "Fix it\n\n# not a comment\n\n  two  spaces \n\n\nend, no newline"
    asked = request(revision.commit, {"a.py": b"\0\r\n$Id$\n", "d/b.py": b""}, message=message)
    commit = workspaces.ensure_commits(repository, [asked])["k1"]
    mirror = state / "mirrors" / f"{repository.id}.git"
    text = git(mirror, "cat-file", "commit", commit)
    assert text.split("\n\n", 1)[1] == message
    assert text.split("\n")[1:4] == [
        f"parent {revision.commit}",
        f"author debtd <debtd@localhost> {WHEN} +0000",
        f"committer debtd <debtd@localhost> {WHEN} +0000",
    ]
    changed = git(mirror, "diff-tree", "-r", revision.commit, commit).splitlines()
    assert [[*line.split()[0:2], line.split("\t")[1]] for line in changed] == [
        [":100644", "100644", "a.py"],
        [":100755", "100755", "d/b.py"],
    ]
    assert git(mirror, "cat-file", "blob", f"{commit}:a.py") == "\0\r\n$Id$"
    assert git(mirror, "rev-parse", "refs/debtd/patches/k1") == commit
    git(mirror, "fsck", "--strict", commit)


@pytest.mark.parametrize(
    "name",
    [
        "two\nlines.py",
        'q"uo\\te.py',
        "-f.py",
        "tab\t.py",
        " sp ace .py",
        "é日.py",
        "\x1b\x7f.py",
        "a/b c/d.py",
        "inline x.py",
    ],
)
def test_odd_names(name: str, mirrored, workspaces, state: Path) -> None:
    repository, revision = mirrored({name: b"x\n", "other.py": b"o\n"})
    commit = workspaces.ensure_commits(repository, [request(revision.commit, {name: b"new\n"})])["k1"]
    mirror = state / "mirrors" / f"{repository.id}.git"
    assert git(mirror, "diff-tree", "-r", "-z", "--name-only", revision.commit, commit) == f"{name}\0"
    assert git(mirror, "cat-file", "blob", f"{commit}:{name}") == "new"


def test_many_at_once_over_two_bases(mirrored, workspaces, source: Path) -> None:
    repository, first = mirrored({f"{n}.py": b"x\n" for n in range(150)})
    add_commit(source, {"new.py": b"n\n"}, when=WHEN + 9)
    second = workspaces.ensure_mirror(repository)
    asked = [request(first.commit, {f"{n}.py": b"X\n"}, key=f"k{n}") for n in range(150)]
    asked.append(request(second.commit, {"new.py": b"N\n"}, key="last"))
    commits = workspaces.ensure_commits(repository, asked)
    assert list(commits) == [r.key for r in asked]
    assert len(set(commits.values())) == 151
    alone = workspaces.ensure_commits(repository, asked[70:71])
    assert alone["k70"] == commits["k70"]


def test_hundreds_of_patches_are_three_processes_and_no_working_tree(
    mirrored, workspaces, source: Path, state: Path
) -> None:
    """One for the date of the base, one for its files, one for all commits; nothing is checked out."""
    files = {f"package{number % 20}/module{number}.py": b"x = %d\n" % number for number in range(400)}
    repository, revision = mirrored(dict(files))
    paths = sorted(files)
    asked = [
        request(revision.commit, {path: b"y\n", paths[number - 1]: b"z\n"}, key=f"k{number}")
        for number, path in enumerate(paths)
    ]
    before = {path for path in state.rglob("*") if not path.is_relative_to(state / "mirrors")}
    with recorded_git() as started:
        made = workspaces.ensure_commits(repository, asked)
    assert sorted(started) == ["cat-file", "fast-import", "ls-tree"]
    assert {path for path in state.rglob("*") if not path.is_relative_to(state / "mirrors")} == before
    mirror = state / "mirrors" / f"{repository.id}.git"
    assert not list(mirror.rglob("index"))
    for number in (0, 1, 399):
        changed = git(mirror, "diff-tree", "-r", "--name-only", revision.commit, made[f"k{number}"]).splitlines()
        assert changed == sorted([paths[number], paths[number - 1]])
    assert workspaces.ensure_commits(repository, asked) == made
    assert len(set(made.values())) == len(paths)


def test_no_patches_are_no_process(mirrored, workspaces) -> None:
    repository, _ = mirrored({"a.py": b"x\n"})
    with recorded_git() as started:
        assert workspaces.ensure_commits(repository, []) == {}
    assert started == []


def test_a_key_may_get_a_new_base(mirrored, workspaces, source: Path, state: Path) -> None:
    repository, first = mirrored({"a.py": b"x\n"})
    old = workspaces.ensure_commits(repository, [request(first.commit, {"a.py": b"X\n"})])["k1"]
    git(source, "update-ref", "-d", "refs/heads/main")
    add_commit(source, {"a.py": b"other\n"})
    second = workspaces.ensure_mirror(repository)
    new = workspaces.ensure_commits(repository, [request(second.commit, {"a.py": b"X\n"})])["k1"]
    assert new != old
    assert git(state / "mirrors" / f"{repository.id}.git", "rev-parse", "refs/debtd/patches/k1") == new


@pytest.mark.parametrize(
    "path",
    ["link", "sub", "d", "d/", "/a.py", "../a.py", ".git/config", "", "a.py/b", "link/b", "sub/b", "d/b.py/c", "e//f"],
)
def test_only_regular_files_of_the_base_and_new_ones(path: str, mirrored, workspaces, state: Path) -> None:
    repository, revision = mirrored(
        {"a.py": b"x\n", "d/b.py": b"y\n", "link": (SYMLINK, b"a.py"), "sub": (SUBMODULE, b"1" * 40)}
    )
    asked = [request(revision.commit, {"a.py": b"X\n"}, key="good"), request(revision.commit, {path: b"X\n"})]
    with pytest.raises(RepoUnusable, match="is not a regular file in commit"):
        workspaces.ensure_commits(repository, asked)
    assert git(state / "mirrors" / f"{repository.id}.git", "for-each-ref", "refs/debtd/patches") == ""


@pytest.mark.parametrize(
    "name",
    ["new.py", "A.py", "d/new.py", "x/y/z.toml", ".github/CODEOWNERS", "d.py", "two\nlines", 'q"/-é日', "d /b.py"],
)
def test_a_new_path_is_a_plain_file(name: str, mirrored, workspaces, state: Path) -> None:
    base = {"a.py": b"x\n", "d/b.py": (EXECUTABLE, b"y\n"), "link": (SYMLINK, b"a.py")}
    repository, revision = mirrored(base)
    asked = [request(revision.commit, {name: b"new\n", "a.py": b"X\n"}), request(revision.commit, {"a.py": b""}, "k2")]
    made = workspaces.ensure_commits(repository, asked)
    assert workspaces.ensure_commits(repository, asked) == made
    mirror = state / "mirrors" / f"{repository.id}.git"
    changed = git(mirror, "diff-tree", "-r", "-z", revision.commit, made["k1"]).split("\0")
    assert dict(zip(changed[1::2], (line[:15] for line in changed[::2]), strict=False)) == {
        "a.py": ":100644 100644 ",
        name: ":000000 100644 ",
    }
    assert git(mirror, "cat-file", "blob", f"{made['k1']}:{name}") == "new"
    assert git(mirror, "diff-tree", "-r", "--name-only", revision.commit, made["k2"]) == "a.py"
    git(mirror, "fsck", "--strict", made["k1"])


def test_new_paths_do_not_hide_one_another(mirrored, workspaces, state: Path) -> None:
    repository, revision = mirrored({"a.py": b"x\n"})
    with pytest.raises(RepoUnusable, match="a part of it is a file of the same commit"):
        workspaces.ensure_commits(repository, [request(revision.commit, {"x/y": b"1", "x": b"2"})])
    apart = [request(revision.commit, {"x/y": b"1"}), request(revision.commit, {"x": b"2"}, "k2")]
    assert len(set(workspaces.ensure_commits(repository, apart).values())) == 2


@pytest.mark.parametrize("base", ["HEAD", "refs/debtd/default", "1" * 40, "--all", "a\nb"])
def test_an_unknown_base(base: str, mirrored, workspaces) -> None:
    repository, _ = mirrored({"a.py": b"x\n"})
    with pytest.raises(RepoUnusable, match=r"has no object|is not the id of an object"):
        workspaces.ensure_commits(repository, [request(base, {"a.py": b"X\n"})])


def test_bugs_of_the_caller(mirrored, workspaces) -> None:
    repository, revision = mirrored({"a.py": b"x\n"})
    good = request(revision.commit, {"a.py": b"X\n"})
    twice = CommitRequest(key="k", base_commit=revision.commit, message="m", files=(("a.py", b""), ("a.py", b"1")))
    for asked in (
        [good, good],
        [twice],
        [request(revision.commit, {"a.py": b""}, key="../x")],
        [request(revision.commit, {"a.py": b""}, message="a\0b")],
    ):
        with pytest.raises(ValueError, match="commit request"):
            workspaces.ensure_commits(repository, asked)
    assert workspaces.ensure_commits(repository, []) == {}


def test_two_processes_at_once(mirrored, state: Path, source: Path) -> None:
    _, revision = mirrored({f"{n}.py": b"x\n" for n in range(40)})
    script = (
        "import json, sys\nfrom pathlib import Path\nfrom debtd.adapters.git import GitWorkspaces\n"
        "from debtd.ports import CommitRequest\nw = GitWorkspaces(Path(sys.argv[1]))\nr = w.identify(sys.argv[2])\n"
        "print(json.dumps(dict(w.ensure_commits(r, [CommitRequest(key=f'k{n}', base_commit=sys.argv[3], "
        "message='m', files=((f'{n}.py', b'X'),)) for n in range(40)]))))\n"
    )
    command = [sys.executable, "-c", script, str(state), str(source), revision.commit]
    children = [subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(2)]
    answers = [child.communicate() for child in children]
    assert [err for _, err in answers] == ["", ""]
    assert json.loads(answers[0][0]) == json.loads(answers[1][0])


def test_a_commit_date_from_the_edge_of_time(mirrored, workspaces, source: Path) -> None:
    make_repo(source, {"a.py": b"x\n"})
    add_commit(source, {"a.py": b"y\n"}, when=2**31)
    repository, revision = mirrored()
    assert revision.committed_at == 2**31
    workspaces.ensure_commits(repository, [request(revision.commit, {"a.py": b"X\n"})])
