"""Lives that a pull request may have on a forge, each with what there must be in the end."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from debtd.model.forge import CommitStatus, StatusState
from debtd.ports import Forge
from tests.support.forges.world import HostedWorld


@dataclass(frozen=True)
class Life:
    """`telling` chooses, from the numbers of the calls that write, those whose loss hurts most."""

    name: str
    live: Callable[[HostedWorld, Forge], None]
    end: Callable[[HostedWorld], str]
    expected: str
    telling: Callable[[Sequence[int]], list[int]]


def _closed(world: HostedWorld, forge: Forge) -> None:
    """Publish, and give up."""
    made = forge.ensure_pull_request(world.recorded)
    forge.ensure_comment(made, "hello", "Hello.")
    forge.change_labels(made, add=["debtd"])
    forge.set_status(made, CommitStatus(name="debtd", state=StatusState.SUCCESS, summary="proven"))
    forge.comments(made)
    forge.close_pull_request(made, "its findings are gone")
    forge.delete_branch(made)


def _closed_end(world: HostedWorld) -> str:
    own = [pull for pull in world.project.pulls if pull.head == world.recorded.branch]
    notes = [note.body for pull in own for note in pull.notes]
    hello, closed = (sum(f"debtd-comment: {name} " in body for body in notes) for name in ("hello", "closed"))
    states = ", ".join(pull.state for pull in own)
    labels = sum(len(pull.labels) for pull in own)
    counts = f"comments: hello {hello}, closed {closed}; label: {labels}"
    return f"{len(own)} pull request, {states}; {counts}; branch: {_branch(world)}"


def _merged(world: HostedWorld, forge: Forge) -> None:
    """Publish as a draft, keep an issue, wait for checks and people, merge."""
    made = forge.ensure_pull_request(world.recorded, draft=True)
    forge.ensure_issue(world.repository, "dashboard", "debtd", "one pull request")
    forge.mark_ready(made)
    forge.reception(made)
    forge.merge_pull_request(made)
    forge.ensure_issue(world.repository, "dashboard", "debtd", "none left")
    forge.delete_branch(made)


def _merged_end(world: HostedWorld) -> str:
    own = [pull for pull in world.project.pulls if pull.head == world.recorded.branch]
    states = ", ".join(f"{pull.state}, {'a draft' if pull.draft else 'ready'}" for pull in own)
    issues = [(issue.state, issue.body.splitlines()[-1]) for issue in world.project.issues]
    on_main = world.project.branch_commit("main") in {pull.merge_commit for pull in own}
    where = "on main" if on_main else "not on main"
    texts = ", ".join(f"{state}: {text}" for state, text in issues)
    return f"{len(own)} pull request, {states}, {where}; {len(issues)} issue, {texts}; branch: {_branch(world)}"


def _branch(world: HostedWorld) -> str:
    return "there" if world.recorded.branch in world.branches() else "gone"


LIVES = (
    Life(
        "published and closed", _closed, _closed_end,
        "1 pull request, closed; comments: hello 1, closed 1; label: 1; branch: gone",
        lambda writes: [0, writes[0], writes[1], writes[-2]],
    ),
    Life(
        "made ready and merged", _merged, _merged_end,
        "1 pull request, merged, ready, on main; 1 issue, open: none left; branch: gone",
        lambda writes: list(writes[1:5]),
    ),
)  # fmt: skip
