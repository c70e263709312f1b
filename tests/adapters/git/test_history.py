from pathlib import Path

from debtd.adapters.git import GitWorkspaces
from debtd.adapters.git.history import read_author_dates
from debtd.model.repo import Repository
from tests.support.git_repo import git, make_repo

BASE = b"commit refs/heads/main\nauthor %s\ncommitter C <c@example.org> 1700000000 +0000\ndata 1\nx\n"


def history_of(tmp_path: Path, *authors: bytes) -> tuple[Repository, Path]:
    """A mirror of a repository with one commit per author line, the oldest first."""
    source = tmp_path / "source.git"
    make_repo(source, {"a.py": b"x\n"})
    stream = b"".join(
        BASE % author + (b"from refs/heads/main^0\n" if not n else b"") for n, author in enumerate(authors)
    )
    git(source, "fast-import", "--quiet", "--force", "--date-format=raw-permissive", stdin=stream)
    workspaces = GitWorkspaces(tmp_path / "state")
    repository = workspaces.identify(str(source))
    workspaces.ensure_mirror(repository)
    return repository, tmp_path / "state"


def test_dates_with_the_authors_own_offsets(tmp_path: Path) -> None:
    repository, state = history_of(
        tmp_path, b"Bea <bea@example.org> 1700000001 +0530", b"Cy <cy@example.org> 1700000002 -0330"
    )
    dates = read_author_dates(state, repository)
    assert [(d.author, d.email, d.seconds, d.offset_minutes) for d in dates] == [
        ("Cy", "cy@example.org", 1700000002, -210),
        ("Bea", "bea@example.org", 1700000001, 330),
        ("Ann", "ann@example.org", 1700000000, 120),
    ]


def test_hostile_names_and_dates_shift_nothing(tmp_path: Path) -> None:
    repository, state = history_of(
        tmp_path,
        b"\xff\xfe \x1b[31m %an | ; $(touch x) <a\tb@c> 1700000001 +0000",
        b"<> 99999999999999999 +0000",
        b"Dora <d@example.org> 1700000003 +9959",
    )
    dates = {date.seconds: date for date in read_author_dates(state, repository)}
    assert dates[1700000003].author == "Dora"
    assert dates[1700000001].email == "a\tb@c"
    assert dates[1700000000].author == "Ann"
    assert all(seconds < 10**12 for seconds in dates)


def test_merges_do_not_count(tmp_path: Path) -> None:
    source = tmp_path / "source"
    make_repo(source, {"a.py": b"x\n"}, bare=False)
    tree = git(source, "rev-parse", "HEAD^{tree}")
    side = git(source, "commit-tree", tree, "-p", "HEAD", "-m", "side")
    git(source, "reset", "-q", "--hard", git(source, "commit-tree", tree, "-p", "HEAD", "-p", side, "-m", "merge"))
    workspaces = GitWorkspaces(tmp_path / "state")
    repository = workspaces.identify(str(source))
    workspaces.ensure_mirror(repository)
    assert len(read_author_dates(tmp_path / "state", repository)) == 2


def test_without_a_mirror_there_is_no_history_and_none_is_made(tmp_path: Path) -> None:
    make_repo(tmp_path / "source.git", {"a.py": b"x\n"})
    repository = GitWorkspaces(tmp_path / "state").identify(str(tmp_path / "source.git"))
    assert read_author_dates(tmp_path / "state", repository) == ()
    assert not (tmp_path / "state" / "mirrors").exists()
