"""What debtd writes under its pull requests. Short, and always with what to do next."""

from datetime import date

from debtd.model.comment_command import Never, NotNow
from debtd.model.pull_request import HandsOff, PullRequest
from debtd.pipeline.render import code, quoted


def render_refused(pull_request: PullRequest) -> str:
    """Under one that a person closed."""
    return (
        "Understood: debtd does not propose this again, under no other name either. "
        f"Should it come back, run `debtd pr reopen {pull_request.key[:12]}` where debtd runs; "
        "a new pull request then follows."
    )


def render_hands_off(pull_request: PullRequest, what: HandsOff) -> str:
    """Under one that people took over."""
    first = f"debtd keeps its hands off this pull request from now on: {what}."
    if what is HandsOff.TARGET:
        return (
            f"{first} To hand it back, set the target to {code(pull_request.base_branch)} again, and let somebody with "
            "write access comment `/debtd rebase`."
        )
    return (
        f"{first} To hand it back, let somebody with write access comment `/debtd rebase`: the branch is then made "
        f"again on the newest {code(pull_request.base_branch)}, and **what others committed to it is lost**."
    )


def render_rebase(pull_request: PullRequest) -> str:
    """The answer to `/debtd rebase`."""
    lost = " What others committed to it is lost then." if pull_request.hands_off is HandsOff.COMMIT else ""
    return (
        f"debtd makes this branch again on the newest {code(pull_request.base_branch)} as soon as the window for such "
        f"work is open.{lost}"
    )


def render_not_maintained() -> str:
    return "debtd is set not to touch pull requests of this repository once they are open (`maintain`)."


def render_wrong_target(pull_request: PullRequest) -> str:
    return (
        f"debtd can make this branch for {code(pull_request.base_branch)} only; set the target to that branch, then "
        "comment `/debtd rebase` again."
    )


def render_not_possible(why: str) -> str:
    """The answer to `/debtd rebase` where people's work is on the branch and debtd has nothing to put in its place."""
    return f"debtd has left this branch as it is: its fix cannot be proven on the newest base ({quoted(why)})."


def render_not_proven(why: str) -> str:
    """Why one is closed whose fix does not work on the newest base. Plain text."""
    return f"its fix cannot be proven on the newest base ({why})"


def render_close(pull_request: PullRequest, command: NotNow | Never, author: str, until: date | None) -> str:
    """Why it is closed, when people told debtd to. Plain text."""
    how_long = f"until {until.isoformat()}" if until else "for good"
    return f"{author} said so ({how_long}): {command.reason} [debtd pr reopen {pull_request.key[:12]} takes it back]"


def render_evidence_note(commit: str, body: str) -> str:
    """The new text of a pull request whose description people have edited: theirs stays."""
    return (
        f"The branch was made again and stands at {commit[:12]}. Your description stays as it is; debtd's is:\n\n{body}"
    )
