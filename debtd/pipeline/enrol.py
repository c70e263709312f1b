"""Whether debtd may work in a repository, and the way there: FOUND -> (ASKED ->) ENROLLED, or OPTED_OUT.

Each step is recorded after what it needs and before what follows from it, so a run that was killed anywhere is simply
run again: the commit of the onboarding pull request before its push, the baseline before the enrolment.
"""

from dataclasses import replace

from debtd.model.enrolment import Enrolment, EnrolmentState
from debtd.model.finding import FindingState
from debtd.model.forge import ForgePullRequest, ForgeState
from debtd.model.repo import Revision
from debtd.model.repository_file import FILE_NAME
from debtd.model.window import WindowKind
from debtd.pipeline.onboarding import (
    NOT_NEEDED,
    OPTED_OUT_COMMENT,
    onboarding_branch,
    onboarding_commit,
    onboarding_pull_request,
    render_onboarding,
)
from debtd.pipeline.order import Scanned, Stage
from debtd.pipeline.visit import Visit
from debtd.ports import Store


def enrolment_of(store: Store, repository_id: str) -> Enrolment | None:
    return next((one for one in store.enrolments() if one.repository_id == repository_id), None)


def enrol(visit: Visit, revision: Revision, scanned: Scanned, *, has_file: bool) -> str:
    """Take the enrolment of a scanned repository as far as it goes now. Why nothing may be done there yet, in a
    sentence for people; "" when it may. `has_file`: the default branch has a `.debtd.toml`.

    Without an enrolment a person has named the repository: that is leave enough. A dry run changes nothing.
    """
    enrolment = enrolment_of(visit.rooms.store, visit.repository.id)
    if enrolment is None:
        return ""
    if enrolment.state in {EnrolmentState.FOUND, EnrolmentState.ASKED} and visit.order.stop_after is Stage.PUBLISH:
        enrolment = _Step(visit, revision, scanned).taken(enrolment, has_file=has_file)
    return _why_not(enrolment, visit, revision, has_file=has_file)


def _why_not(enrolment: Enrolment, visit: Visit, revision: Revision, *, has_file: bool) -> str:
    match enrolment.state:
        case EnrolmentState.OPTED_OUT:
            return f"its people said no on {enrolment.changed_at:%Y-%m-%d}: {enrolment.reason}"
        case EnrolmentState.ASKED:
            return f"its people have not agreed yet: {enrolment.reason} ({enrolment.url})"
        case EnrolmentState.FOUND:
            return f"it is not enrolled yet: {enrolment.reason}"
        case EnrolmentState.ENROLLED if visit.order.terms.onboarding and not has_file:
            return f"{FILE_NAME} is not on {revision.branch} any more, and with it went the leave to work here"
        case EnrolmentState.ENROLLED:
            return ""


class _Step:
    """What can be done for an enrolment in one visit."""

    def __init__(self, visit: Visit, revision: Revision, scanned: Scanned) -> None:
        self._visit = visit
        self._rooms = visit.rooms
        self._repository = visit.repository
        self._revision = revision
        self._scanned = scanned

    def taken(self, enrolment: Enrolment, *, has_file: bool) -> Enrolment:
        was_asked = enrolment.commit != ""
        if not self._scanned.is_current or ((was_asked or self._must_ask(enrolment)) and self._is_withheld()):
            return enrolment
        found = self._look(enrolment) if was_asked else None
        if has_file or not (was_asked or self._must_ask(enrolment)):
            return self._agreed(enrolment, found, f"{FILE_NAME} is there" if has_file else enrolment.reason)
        if not enrolment.number:
            return self._asked(enrolment, found)
        if found is None:
            return self._saved(enrolment, EnrolmentState.OPTED_OUT, "its onboarding pull request was removed")
        if found.state is ForgeState.CLOSED:
            return self._refused(enrolment, found)
        if found.state is ForgeState.MERGED:
            reason = f"its onboarding pull request was merged, but {self._revision.branch} has no {FILE_NAME}"
            return self._saved(enrolment, EnrolmentState.ASKED, reason)
        return enrolment

    def _must_ask(self, enrolment: Enrolment) -> bool:
        return self._visit.order.terms.onboarding or enrolment.branch != ""

    def _is_withheld(self) -> bool:
        return self._visit.permit.withheld(WindowKind.PUBLISH) != ""

    def _look(self, enrolment: Enrolment) -> ForgePullRequest | None:
        return self._rooms.forge.read_pull_request(onboarding_pull_request(self._repository, self._revision, enrolment))

    def _asked(self, enrolment: Enrolment, found: ForgePullRequest | None) -> Enrolment:
        """Record the commit, push it, and open the pull request; what was done before a crash is not done again."""
        if not enrolment.commit:
            branch = enrolment.branch or onboarding_branch("")
            request = onboarding_commit(self._repository, self._revision, branch)
            commit = self._rooms.workspaces.ensure_commits(self._repository, [request])[request.key]
            enrolment = replace(enrolment, branch=branch, commit=commit)
            self._rooms.store.save_enrolment(enrolment)
        if found is None:
            remote = self._rooms.forge.remote(self._repository)
            self._rooms.workspaces.push_new_branch(self._repository, enrolment.commit, enrolment.branch, remote)
        wanted = onboarding_pull_request(self._repository, self._revision, enrolment, self._body())
        opened = self._rooms.forge.ensure_pull_request(wanted)
        asked = replace(enrolment, number=opened.number, url=opened.url)
        return self._saved(asked, EnrolmentState.ASKED, f"onboarding pull request {opened.number} asks them")

    def _body(self) -> str:
        states = (FindingState.OPEN, FindingState.UNVERIFIED)
        counts = self._rooms.store.count_findings(self._repository.id, states)
        order = self._visit.order
        return render_onboarding(self._repository, counts, order.policy, with_baseline=order.terms.baseline)

    def _agreed(self, enrolment: Enrolment, found: ForgePullRequest | None, reason: str) -> Enrolment:
        if found is not None and found.state is ForgeState.OPEN:
            pull_request = onboarding_pull_request(self._repository, self._revision, enrolment)
            self._rooms.forge.close_pull_request(pull_request, NOT_NEEDED)
        if self._visit.order.terms.baseline:
            self._rooms.store.set_baseline(self._repository.id)
        return self._saved(enrolment, EnrolmentState.ENROLLED, reason)

    def _refused(self, enrolment: Enrolment, found: ForgePullRequest) -> Enrolment:
        """Told once; recorded last, so that a crash on the way repeats what is safe to repeat."""
        pull_request = onboarding_pull_request(self._repository, self._revision, enrolment)
        self._rooms.forge.ensure_comment(pull_request, "opted-out", OPTED_OUT_COMMENT)
        self._rooms.forge.delete_branch(pull_request)
        who = f" by {found.ended_by}" if found.ended_by else ""
        reason = f"onboarding pull request {found.number} was closed{who}"
        return self._saved(enrolment, EnrolmentState.OPTED_OUT, reason)

    def _saved(self, enrolment: Enrolment, state: EnrolmentState, reason: str) -> Enrolment:
        if (enrolment.state, enrolment.reason) == (state, reason):
            return enrolment
        saved = replace(enrolment, state=state, reason=reason, changed_at=self._rooms.clock.now())
        self._rooms.store.save_enrolment(saved)
        return saved
