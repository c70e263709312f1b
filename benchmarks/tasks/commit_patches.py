"""`python -m benchmarks.tasks.commit_patches STATE REPOSITORY NUMBER COUNT`: patches to commits, by debtd.

Makes COUNT one-file patches on the newest commit in debtd's mirror and writes all as commits by the Workspaces port;
prints the commit ids, one a line. NUMBER makes the patches of one round differ from another's.
"""

import sys
from pathlib import Path

from debtd.ports import CommitRequest
from debtd.settings import load_settings
from debtd.wiring.durable import workspaces


def patched(path: str, data: bytes, number: int, patch: int) -> bytes:
    """The file's new bytes: what the edit is does not matter here, that it is another one each time does."""
    return data + f"# round {number}, patch {patch} of {path}\n".encode()


def main(state: str, location: str, number: str, count: str) -> None:
    tool = workspaces(load_settings(config=None, state_dir=Path(state)))
    repository = tool.identify(location)
    revision = tool.ensure_mirror(repository)
    paths = chosen_paths(Path(location), int(count))
    requests = [
        CommitRequest(
            key=f"round-{number}-{patch}",
            base_commit=revision.commit,
            message=f"patch {patch}\n",
            files=((path, patched(path, (Path(location) / path).read_bytes(), int(number), patch)),),
        )
        for patch, path in enumerate(paths)
    ]
    commits = tool.ensure_commits(repository, requests)
    print("\n".join(commits[request.key] for request in requests))


def chosen_paths(folder: Path, count: int) -> list[str]:
    """`count` Python files of the working tree, spread over it; each its own patch."""
    files = sorted(str(path.relative_to(folder)) for path in folder.rglob("*.py"))
    step = len(files) / count
    return [files[int(step * number)] for number in range(count)]


if __name__ == "__main__":
    main(*sys.argv[1:])
