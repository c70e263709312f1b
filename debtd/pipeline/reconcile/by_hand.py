"""What people tell debtd itself about a pull request, instead of its forge."""

from dataclasses import replace
from datetime import datetime

from debtd.model.errors import ConfigError
from debtd.model.forge import ForgeState
from debtd.model.pull_request import UNDER_WAY, CloseReason, PullRequest, PullRequestOutcome, PullRequestState
from debtd.model.suppression import Suppression, SuppressionKind
from debtd.model.task import FixTask
from debtd.pipeline.render import quoted
from debtd.ports import Forge, Store


def reject(
    pull_request: PullRequest, task: FixTask, no: tuple[str, str], forge: Forge, store: Store, now: datetime
) -> PullRequest:
    """Say no, with (author, reason): remembered first, then told to the forge. Raises ConfigError for one that is
    over."""
    author, reason = no
    seen = forge.read_pull_request(pull_request)
    if pull_request.state not in UNDER_WAY:
        raise ConfigError(f"pull request {pull_request.key[:12]} is {pull_request.state} already; nothing was changed.")
    if seen is not None and seen.state is ForgeState.MERGED:
        raise ConfigError(f"pull request {pull_request.key[:12]} is merged on its forge; nothing was changed.")
    for fingerprint in task.fingerprints:
        store.add_suppression(
            Suppression(
                fingerprint=fingerprint,
                kind=SuppressionKind.REJECTED,
                reason=reason,
                author=author,
                created_at=now,
            )
        )
    refused = replace(pull_request, close_reason=CloseReason.BY_PERSON, reason=reason)
    if refused.state is PullRequestState.OPEN:
        store.save_pull_request(refused)  # what is killed from here on, the next run ends
    if seen is not None:
        forge.close_pull_request(refused, quoted(reason))
    forge.delete_branch(refused)
    refused = replace(
        refused, state=PullRequestState.REJECTED, outcome=PullRequestOutcome.REFUSED, ended_at=now, next_commit=""
    )
    store.save_pull_request(refused)
    return refused


def reopen(pull_request: PullRequest, task: FixTask, why: tuple[str, str], store: Store, now: datetime) -> int:
    """Take back every no to its findings, with (author, reason): what is still found is proposed again, as a new pull
    request. How many were taken back. Raises ConfigError for one that is not over."""
    if pull_request.state in UNDER_WAY:
        raise ConfigError(
            f"pull request {pull_request.key[:12]} is {pull_request.state}; there is nothing to take back."
        )
    return sum(store.lift_suppressions(fingerprint, *why, now) for fingerprint in task.fingerprints)
