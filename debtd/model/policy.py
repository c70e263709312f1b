"""What the operator decided for a repository: how pull requests look, how many there may be, what may be merged."""

from dataclasses import dataclass, field

from debtd.model.budget import Budgets
from debtd.model.valve import LoadLimits


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """`draft`: pull requests start as drafts. `labels` are given to each. `reviewers` and `assignees`: the owners of
    the changed files (CODEOWNERS) are asked to review, or assigned. `status`: the commit gets a status with the
    evidence. `auto_merge`: what is green, and approved unless `merge_unapproved`, is merged in the merge window.
    `maintain`: open pull requests are brought onto a new base when they need it. `old_debt`: findings of the baseline
    are fixed too. `dashboard`: an issue says what is done, and has boxes to tick.
    """

    draft: bool = False
    labels: tuple[str, ...] = ("debtd",)
    reviewers: bool = True
    assignees: bool = False
    status: bool = False
    maintain: bool = True
    auto_merge: bool = False
    merge_unapproved: bool = False
    old_debt: bool = True
    dashboard: bool = False
    budgets: Budgets = field(default_factory=Budgets)
    load: LoadLimits = field(default_factory=LoadLimits)
