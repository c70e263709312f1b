"""Whether a repository has to be scanned at all: told from one tree id and a few manifests."""

from dataclasses import dataclass

from debtd.model.coverage import Coverage
from debtd.model.project import Project
from debtd.model.repo import Repository, Revision
from debtd.pipeline.floor import project_of
from debtd.pipeline.order import Order, Rooms
from debtd.pipeline.scan import inputs_digest


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """`inputs` digests all that decides a scan besides the tree. `unchanged` is the coverage of the last scan where
    tree and inputs are the same: a scan could see nothing else."""

    project: Project
    inputs: str
    unchanged: Coverage | None


def survey(repository: Repository, revision: Revision, order: Order, rooms: Rooms) -> Survey:
    """Compare with the last scan, without listing the tree."""
    project = project_of(rooms.workspaces.manifests(repository, revision), order.target_python)
    inputs = inputs_digest(order.rules, rooms.engines.detectors, project.render_min_python())
    last = rooms.store.last_scan(repository.id)
    is_same = last is not None and last[:2] == (revision.tree, inputs)
    return Survey(project=project, inputs=inputs, unchanged=last[2] if last and is_same else None)
