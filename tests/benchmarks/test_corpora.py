"""Archives are hostile until their hash says otherwise, and are unpacked with care even then."""

import hashlib
import io
import tarfile
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.corpora import ARCHIVES_VARIABLE, CORPORA, Corpus, ensure_tree
from benchmarks.row import NotMeasured


def sdist(folder: Path, names: list[str], link: str = "") -> Corpus:
    """A corpus whose archive stands in `folder`, with these files and perhaps a link to another place."""
    path = folder / "thing-1.0.tar.gz"
    with tarfile.open(path, "w:gz") as archive:
        for name in names:
            member = tarfile.TarInfo(name)
            member.size = 4
            archive.addfile(member, io.BytesIO(b"x=1\n"))
        if link:
            member = tarfile.TarInfo("thing-1.0/link")
            member.type, member.linkname = tarfile.SYMTYPE, link
            archive.addfile(member)
    return corpus_of(path, names)


def corpus_of(path: Path, names: list[str]) -> Corpus:
    return Corpus(
        name="thing",
        requirement="thing==1.0",
        archive=path.name,
        sha256=hashlib.sha256(path.read_bytes()).hexdigest(),
        python_files=len(names),
    )


@pytest.fixture
def archives(tmp_path, monkeypatch):
    folder = tmp_path / "archives"
    folder.mkdir()
    monkeypatch.setenv(ARCHIVES_VARIABLE, str(folder))
    return folder


@pytest.fixture
def cache(tmp_path):
    return tmp_path / "outer" / "cache"


def test_a_tree_is_unpacked_without_its_outer_folder(archives, cache):
    corpus = sdist(archives, ["thing-1.0/a.py", "thing-1.0/b/c.py"])
    tree = ensure_tree(cache, corpus)
    assert sorted(str(path.relative_to(tree)) for path in tree.rglob("*.py")) == ["a.py", "b/c.py"]
    assert [path.name for path in tree.parent.iterdir()] == ["thing"]


def test_another_hash_is_refused_before_the_archive_is_read(archives, cache):
    corpus = replace(sdist(archives, ["thing-1.0/a.py"]), sha256="0" * 64)
    with pytest.raises(NotMeasured, match="SHA-256"):
        ensure_tree(cache, corpus)
    assert not (cache / "trees").exists()


def test_a_name_that_leads_out_is_refused(archives, cache, tmp_path):
    with pytest.raises(NotMeasured, match="refused"):
        ensure_tree(cache, sdist(archives, ["thing-1.0/a.py", "../../../evil.py"]))
    assert not list(tmp_path.rglob("evil.py"))
    assert not list((cache / "trees").iterdir())


def test_an_absolute_name_stays_inside(archives, cache, tmp_path):
    outside = tmp_path / "outside.py"
    tree = ensure_tree(cache, sdist(archives, ["thing-1.0/a.py", str(outside)]))
    assert not outside.exists()
    assert len(list(tree.rglob("outside.py"))) == 1


def test_a_link_that_leads_out_is_refused(archives, cache):
    with pytest.raises(NotMeasured, match="refused"):
        ensure_tree(cache, sdist(archives, ["thing-1.0/a.py"], link="/etc"))
    assert not list((cache / "trees").iterdir())


def test_a_wheel_stays_inside_too(archives, cache, tmp_path):
    path = archives / "thing-1.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as wheel:
        wheel.writestr("a.py", "x=1\n")
        wheel.writestr("../../../evil.py", "x=1\n")
    tree = ensure_tree(cache, corpus_of(path, ["a.py", "evil.py"]))
    assert [found.parent for found in tmp_path.rglob("evil.py")] == [tree]


def test_an_archive_with_other_files_than_expected_is_refused(archives, cache):
    corpus = replace(sdist(archives, ["thing-1.0/a.py"]), python_files=2)
    with pytest.raises(NotMeasured, match="1 Python files instead of 2"):
        ensure_tree(cache, corpus)


def test_every_corpus_is_pinned():
    for corpus in CORPORA:
        assert "==" in corpus.requirement
        assert len(corpus.sha256) == 64
