"""What a repository's tree says about a scan before any file is read: what to scan, and whether to scan at all."""

from dataclasses import dataclass

from debtd.model.coverage import Coverage
from debtd.model.project import Project
from debtd.model.repo import ListedTree, Repository, Revision
from debtd.pipeline.floor import project_of
from debtd.pipeline.order import Order, Rooms
from debtd.pipeline.scan import inputs_digest, languages_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """`inputs` digests all that decides a scan besides the tree. `unchanged` is the coverage of the last scan where
    tree and inputs are the same: a scan could see nothing else."""

    tree: ListedTree
    project: Project
    inputs: str
    unchanged: Coverage | None


def survey(repository: Repository, revision: Revision, order: Order, rooms: Rooms) -> Survey:
    """List the tree and compare with the last scan."""
    tree = rooms.workspaces.list_tree(repository, revision, languages_of(order.rules))
    project = project_of(dict(tree.texts), order.target_python)
    inputs = inputs_digest(order.rules, rooms.engines.detectors, project.render_min_python())
    last = rooms.store.last_scan(repository.id)
    is_same = last is not None and last[:2] == (revision.tree, inputs)
    return Survey(tree=tree, project=project, inputs=inputs, unchanged=last[2] if last and is_same else None)
