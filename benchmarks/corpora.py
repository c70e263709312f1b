"""The code that is measured on: pinned releases from the package registry, checked, unpacked once."""

import hashlib
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path

from benchmarks.row import NotMeasured

ARCHIVES_VARIABLE = "DEBTD_BENCH_ARCHIVES"


@dataclass(frozen=True, slots=True, kw_only=True)
class Corpus:
    """`requirement` is what pip is asked for, `archive` the file that it must give, with exactly this SHA-256."""

    name: str
    requirement: str
    archive: str
    sha256: str
    python_files: int

    @property
    def is_wheel(self) -> bool:
        return self.archive.endswith(".whl")


DJANGO = Corpus(
    name="django-5.2.1",
    requirement="Django==5.2.1",
    archive="django-5.2.1.tar.gz",
    sha256="57fe1f1b59462caed092c80b3dd324fd92161b620d59a9ba9181c34746c97284",
    python_files=2818,
)
OLD_DJANGO = Corpus(
    name="django-1.11.29",
    requirement="Django==1.11.29",
    archive="Django-1.11.29.tar.gz",
    sha256="4200aefb6678019a0acf0005cd14cfce3a5e6b9b90d06145fcdd2e474ad4329c",
    python_files=2399,
)
HOME_ASSISTANT = Corpus(
    name="homeassistant-2024.1.0",
    requirement="homeassistant==2024.1.0",
    archive="homeassistant-2024.1.0.tar.gz",
    sha256="b3396f49f91c3c6e831861d9e6236dcf41016bc0d561aa066564a573b0041b52",
    python_files=6465,
)
SYMPY = Corpus(
    name="sympy-1.14.0",
    requirement="sympy==1.14.0",
    archive="sympy-1.14.0-py3-none-any.whl",
    sha256="e091cc3e99d2141a0ba2847328f5479b05d94a6635cb96148ccb3f34671bd8f5",
    python_files=1533,
)
CORPORA = (DJANGO, OLD_DJANGO, HOME_ASSISTANT, SYMPY)


def ensure_tree(cache: Path, corpus: Corpus) -> Path:
    """The unpacked release below the cache folder; fetched when it is not there. Raises NotMeasured."""
    tree = cache / "trees" / corpus.name
    if tree.is_dir():
        return tree
    archive = _ensure_archive(cache / "archives", corpus)
    tree.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="unpack-", dir=tree.parent) as name:
        folder = Path(name)
        _unpack(archive, folder)
        inner = list(folder.iterdir())
        whole = inner[0] if len(inner) == 1 else folder
        found = sum(path.is_file() for path in whole.rglob("*.py"))
        if found != corpus.python_files:
            raise NotMeasured(f"{archive} holds {found} Python files instead of {corpus.python_files}")
        whole.rename(tree)
        folder.mkdir(exist_ok=True)
    return tree


def _unpack(archive: Path, folder: Path) -> None:
    """The filter refuses names and links that lead out of the folder, and special files; zipfile keeps inside too."""
    if archive.suffix == ".whl":
        with zipfile.ZipFile(archive) as wheel:
            wheel.extractall(folder)  # noqa: S202  (zipfile drops `..` and drive names, and makes no links)
    else:
        with tarfile.open(archive) as sdist:
            try:
                sdist.extractall(folder, filter="data")
            except tarfile.FilterError as error:
                raise NotMeasured(f"{archive} is refused: {error}") from error


def _ensure_archive(folder: Path, corpus: Corpus) -> Path:
    archive = folder / corpus.archive
    folder.mkdir(parents=True, exist_ok=True)
    kept = os.environ.get(ARCHIVES_VARIABLE)
    if not archive.exists() and kept and (Path(kept) / corpus.archive).is_file():
        shutil.copyfile(Path(kept) / corpus.archive, archive)
    if not archive.exists():
        _download(folder, corpus)
    if not archive.exists():
        raise NotMeasured(f"pip gave no {corpus.archive} for {corpus.requirement}")
    found = hashlib.sha256(archive.read_bytes()).hexdigest()
    if found != corpus.sha256:
        raise NotMeasured(f"{archive} has the SHA-256 {found} instead of {corpus.sha256}; remove it")
    return archive


def _download(folder: Path, corpus: Corpus) -> None:
    """By pip, which compares the hash before it reads the archive. It builds an sdist's metadata in an environment
    of its own; Home Assistant's takes a minute."""
    print(f"fetching {corpus.requirement} ...", file=sys.stderr, flush=True)
    with tempfile.TemporaryDirectory(prefix="debtd-bench-") as name:
        requirements = Path(name) / "requirements.txt"
        requirements.write_text(f"{corpus.requirement} --hash=sha256:{corpus.sha256}\n", "utf-8")
        kind = "--only-binary" if corpus.is_wheel else "--no-binary"
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--require-hashes"]
        done = subprocess.run(
            [*command, kind, ":all:", "--dest", str(folder), "--requirement", str(requirements)],
            capture_output=True,
            text=True,
            check=False,
        )
    if done.returncode != 0:
        raise NotMeasured(f"pip cannot fetch {corpus.requirement}: {done.stderr.strip()[-400:]}")
