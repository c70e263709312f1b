"""What the repository's own file takes away from a visit."""

from dataclasses import dataclass, replace

from debtd.model.repo import Revision
from debtd.model.repository_file import FILE_NAME, RepositoryFile, narrowed, read_repository_file
from debtd.pipeline.order import Scanned
from debtd.pipeline.visit import Visit


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The visit with the policy that is left of it, and the file as it was read. `left_alone` says why the file allows
    nothing at all; "" when it allows something."""

    visit: Visit
    file: RepositoryFile
    has_file: bool
    left_alone: str = ""

    def why_left_alone(self, scanned: Scanned) -> str:
        """The same, once the tree is known: a file that could not be read is none that may be passed over."""
        if not self.has_file and any(entry.path == FILE_NAME for entry in scanned.coverage.skipped):
            return f"its {FILE_NAME} is not a regular file of at most 1 MiB"
        return self.left_alone


def narrow(visit: Visit, revision: Revision) -> Limits:
    """Read the file from the default branch, and nowhere else."""
    found = visit.rooms.workspaces.read_paths(visit.repository, revision, (FILE_NAME,))
    if FILE_NAME not in found:
        return Limits(visit=visit, file=RepositoryFile(), has_file=False)
    try:
        file = read_repository_file(found[FILE_NAME])
    except ValueError as error:
        why = f"its {FILE_NAME} cannot be followed: {error}"
        return Limits(visit=visit, file=RepositoryFile(), has_file=True, left_alone=why)
    policy = narrowed(visit.order.policy, file, visit.repository.id)
    return Limits(
        visit=replace(visit, order=replace(visit.order, policy=policy)),
        file=file,
        has_file=True,
        left_alone="" if file.enabled else f"its {FILE_NAME} says `enabled = false`",
    )
