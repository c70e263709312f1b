"""One pull request that is open, with all that decides what becomes of it."""

from dataclasses import dataclass

from debtd.model.finding import Finding, FindingState
from debtd.model.pull_request import PullRequest
from debtd.model.task import FixTask, Patch


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """`findings` are those of its task, as they are now; `silenced` the fingerprints that people said no to; `patch` is
    what its branch has, None while that is made again. `former` are commits that debtd pushed to it earlier: a forge
    may show them a while longer."""

    pull_request: PullRequest
    task: FixTask
    findings: tuple[Finding, ...]
    patch: Patch | None
    silenced: frozenset[str] = frozenset()
    former: frozenset[str] = frozenset()

    @property
    def own_commits(self) -> frozenset[str]:
        """Where its branch stands if nobody but debtd has touched it."""
        return self.former | ({self.pull_request.commit, self.pull_request.next_commit} - {""})

    @property
    def owed(self) -> tuple[Finding, ...]:
        """What is still to be fixed."""
        return tuple(f for f in self.findings if f.state is FindingState.OPEN and f.fingerprint not in self.silenced)

    @property
    def is_unsure(self) -> bool:
        """Whether one of its findings could not be looked at."""
        return any(finding.state is FindingState.UNVERIFIED for finding in self.findings)

    @property
    def is_gone(self) -> bool:
        """Whether all its findings are proven gone."""
        return all(finding.state is FindingState.RESOLVED for finding in self.findings)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What the last scan speaks for: a branch, by rules; `is_current`: at `commit`, the newest one. A working copy may
    have another branch out today: what is gone there may still stand on the branch that a pull request is for."""

    branch: str
    commit: str
    rule_ids: frozenset[str]
    is_current: bool = True
