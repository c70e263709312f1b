"""The onboarding pull request: it adds `.debtd.toml`, and until it is merged nothing else is done. Pure text."""

import hashlib
from collections.abc import Mapping

from debtd.model.budget import BudgetKind, Pot
from debtd.model.enrolment import Enrolment
from debtd.model.policy import Policy
from debtd.model.pull_request import PullRequest
from debtd.model.repo import Repository, Revision
from debtd.model.repository_file import FILE_NAME
from debtd.pipeline.render import code
from debtd.ports import CommitRequest

BRANCH = "debtd/onboarding"
RULE_ID = "onboarding"
TITLE = "Let debtd pay down technical debt here"
_SHOWN = 20

FILE_TEXT = """\
# What debtd may do in this repository. It is read from the default branch, and can only narrow what the operator of
# debtd allows. A key that is not known, or a value that does not fit, makes debtd leave the repository alone.

# false: debtd leaves this repository alone.
enabled = true

# Rules and paths that debtd is to leave out ("*" and "?"; a path covers all that is below it).
# leave_out_rules = ["loguru-*"]
# leave_out_paths = ["vendor/", "*_pb2.py"]

# Pull requests start as drafts.
# draft = true

# Leave what was owed here before debtd came.
# old_debt = false

# Never merge by itself, whatever the operator allows.
# auto_merge = false

# Labels for pull requests, beside the operator's.
# labels = ["tech debt"]

# Smaller budgets than the operator's, for this repository alone.
# [budgets]
# open_pull_requests = 3
# lines_to_review = 300
"""


def onboarding_branch(earlier: str) -> str:
    """The branch for the next time that people are asked; `earlier` is that of the last time, "" for none. Every time
    has a branch and so a key of its own: a pull request that was closed stays closed."""
    if not earlier:
        return BRANCH
    _, _, number = earlier.removeprefix(BRANCH).partition("-")
    return f"{BRANCH}-{int(number) + 1 if number.isdigit() else 2}"


def onboarding_pull_request(
    repository: Repository, revision: Revision, enrolment: Enrolment, body: str = ""
) -> PullRequest:
    """The pull request of an enrolment whose branch is known. It is no fix: no store and no budget counts it."""
    key = onboarding_key(repository, enrolment.branch)
    return PullRequest(
        key=key,
        repository_id=repository.id,
        rule_id=RULE_ID,
        branch=enrolment.branch,
        base_branch=revision.branch,
        commit=enrolment.commit,
        title=TITLE,
        body=f"<!-- debtd-key: {key} -->\n{body}",
        number=enrolment.number,
        url=enrolment.url,
    )


def onboarding_key(repository: Repository, branch: str) -> str:
    """Forty hexadecimal digits over repository and branch."""
    return hashlib.sha256(f"{repository.id}\0{branch}".encode()).hexdigest()[:40]


def onboarding_commit(repository: Repository, revision: Revision, branch: str) -> CommitRequest:
    return CommitRequest(
        key=onboarding_key(repository, branch),
        base_commit=revision.commit,
        message=f"{TITLE}\n\nAdds {FILE_NAME}, which says what debtd may do. Nothing is done until it is merged.\n",
        files=((FILE_NAME, FILE_TEXT.encode()),),
    )


def render_onboarding(repository: Repository, counts: Mapping[str, int], policy: Policy, *, with_baseline: bool) -> str:
    """What debtd will do, within which limits, what it found (findings by rule), and how to say no."""
    return "\n".join(
        [
            "## What this is",
            "",
            "debtd finds deprecated APIs, wasteful queries and anti-patterns, fixes what it can prove, and opens small",
            f"pull requests with the evidence. This one adds {code(FILE_NAME)} and nothing else.",
            "",
            "**Until it is merged, debtd does nothing here.** You can change the file on this branch before you merge",
            "it, and later on the default branch: it decides what debtd may do.",
            "",
            "## What it found",
            "",
            *_found(counts, with_baseline=with_baseline),
            "",
            "## Within which limits",
            "",
            *_limits(repository, policy),
            "",
            "## How to say no",
            "",
            "Close this pull request: debtd will not ask again unless a person tells it to. To say no later, set",
            f"`enabled = false` in {code(FILE_NAME)}. A fix that you do not want you refuse by closing its pull",
            "request; that is remembered too. Commits of yours on its branches are never overwritten.",
            "",
        ]
    )


OPTED_OUT_COMMENT = (
    "Understood: debtd leaves this repository alone and will not ask again by itself. Should you change your mind,"
    f" add a `{FILE_NAME}` and ask the operator of debtd, who can enrol this repository again."
)
NOT_NEEDED = f"the default branch has a `{FILE_NAME}` already"


def _found(counts: Mapping[str, int], *, with_baseline: bool) -> list[str]:
    total = sum(counts.values())
    if not total:
        return ["Nothing that its rules look for."]
    rows = [f"| {code(rule_id)} | {count:,} |" for rule_id, count in list(counts.items())[:_SHOWN]]
    more = [f"| and {len(counts) - _SHOWN} more rules | |"] if len(counts) > _SHOWN else []
    baseline = ["", "What is there when you merge this is noted as the baseline: old debt, told apart from new."]
    return [
        f"{total:,} findings, not all of which it can fix:",
        "",
        "| rule | findings |",
        "|---|---|",
        *rows,
        *more,
        *(baseline if with_baseline else []),
    ]


def _limits(repository: Repository, policy: Policy) -> list[str]:
    kinds = {
        BudgetKind.OPEN_IN_REPOSITORY: "open pull requests that wait for people, at the most",
        BudgetKind.LINES_IN_REPOSITORY: "lines to review in them, at the most",
    }
    sizes = {words: policy.budgets.size(Pot(kind, repository.id)) for kind, words in kinds.items()}
    merging = "what is green is merged by itself" if policy.auto_merge else "nothing is merged by itself"
    return [
        *(f"- {size:,} {words}" for words, size in sizes.items() if size is not None),
        *(["- pull requests start as drafts"] if policy.draft else []),
        *([] if policy.old_debt else ["- old debt is only reported"]),
        f"- {merging}",
        "- pushes only in the windows that the operator has set",
    ]
