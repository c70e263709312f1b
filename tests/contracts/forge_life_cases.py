"""What every forge must do with a pull request that is received and merged, and with issues that debtd keeps."""

from collections.abc import Callable
from dataclasses import replace

from debtd.model.forge import CommitStatus, StatusState
from tests.contracts.forge_case import HOSTED, OTHER_KEY, Case, consequence
from tests.support.forges.project import BOT
from tests.support.forges.world import HostedWorld, LocalWorld, World, branched, opened


def _received(*acts: Callable[[HostedWorld, int, str], object]) -> Callable[[World], object]:
    """What checks and reviews say after some of them."""

    def run(world: World) -> object:
        made = opened(world)
        if isinstance(world, HostedWorld):
            for act in acts:
                world.clock.advance(60)
                act(world, made.number, made.commit)
        seen = world.forge().reception(made)
        return seen.checks.value, seen.review.value

    return run


def _check(name: str, outcome: str) -> Callable[[HostedWorld, int, str], object]:
    return lambda world, _, commit: world.check(commit, name, outcome)


def _review(author: str, verdict: str) -> Callable[[HostedWorld, int, str], object]:
    return lambda world, number, _: world.review(number, author, verdict)


def _elsewhere(world: HostedWorld, number: int, commit: str) -> None:
    world.check(world.project.base_commit, "tests", "failure")


def _own_status(state: StatusState) -> Callable[[HostedWorld, int, str], object]:
    def post(world: HostedWorld, number: int, commit: str) -> None:
        made = replace(branched(world), number=number, commit=commit)
        world.forge().set_status(made, CommitStatus(name="debtd/evidence", state=state, summary="x"))

    return post


def _foreign_status(world: HostedWorld, number: int, commit: str) -> None:
    state = "failed" if world.site.wire.kind == "gitlab" else "failure"
    world.project.statuses.append((commit, "debtdeck", state, "not debtd's", ""))


def _approved_before_a_push(world: World) -> object:
    assert isinstance(world, HostedWorld)
    made = opened(world)
    world.clock.advance(60)
    world.review(made.number, "ann", "approved")
    world.clock.advance(60)
    new = world.make_branch(made.branch, {"b.py": b"x = 3\n"})
    seen = [world.forge().reception(replace(made, commit=new)).review.value]
    world.clock.advance(60)
    world.review(made.number, "ann", "approved")
    return [*seen, world.forge().reception(replace(made, commit=new)).review.value]


def _ready(world: World) -> object:
    made = opened(world, draft=True)
    for _ in range(2):
        world.forge().mark_ready(made)
    there = world.forge().read_pull_request(made)
    return there and (there.draft, there.title), [one.draft for one in world.seen()]


def _ready_when_over(world: World) -> object:
    made = opened(world, draft=True)
    world.end(made.number, "ann", "closed")
    return consequence(lambda: world.forge().mark_ready(made)), [one.state for one in world.seen()]


def _merged(world: World) -> object:
    made = opened(world)
    before = world.forge().read_pull_request(made)
    for _ in range(2):
        world.forge().merge_pull_request(made)
    there = world.forge().read_pull_request(made)
    assert there is not None
    tip = world.project.branch_commit("main") if isinstance(world, HostedWorld) else made.commit
    return before and before.merge_commit, there.state.value, there.merge_commit == tip


def _merged_by(*methods: str) -> Callable[[World], object]:
    def run(world: World) -> object:
        assert isinstance(world, HostedWorld)
        world.project.methods = list(methods)
        return _merged(world)

    return run


def _not_merged(spoil: Callable[[World, int], object]) -> Callable[[World], object]:
    """What an attempt ends in when something is in the way, and that nothing was merged."""

    def run(world: World) -> object:
        made = opened(world)
        spoil(world, made.number)
        ended = consequence(lambda: world.forge().merge_pull_request(made))
        return ended, [one.state for one in world.seen()]

    return run


def _refuse(world: World, _: int) -> None:
    assert isinstance(world, HostedWorld)
    world.project.refusal = "At least 2 approving reviews are required."


def _push(world: World, _: int) -> None:
    world.make_branch(world.seen()[0].head, {"b.py": b"x = 3\n"})


def _merged_by_people(world: World) -> object:
    made = opened(world)
    world.end(made.number, "ann", "merged")
    return consequence(lambda: world.forge().merge_pull_request(made)), [one.state for one in world.seen()]


def _comment_numbers(world: World) -> object:
    made = opened(world)
    for text in ("first", "second"):
        world.comment(made.number, "ann", text)
    world.forge().ensure_comment(made, "hello", "Hello.")
    world.comment(made.number, "ann", "third")
    comments = world.forge().comments(made)
    numbers = [comment.number for comment in comments]
    return numbers == sorted(set(numbers)), [comment.body for comment in comments]


_BODY = "## Pull requests\n\n- [ ] <!-- key --> one & `two`"


def _issue(world: World) -> object:
    made = [world.forge().ensure_issue(world.repository, "dashboard", "debtd\nis here", _BODY) for _ in range(2)]
    there = world.forge().read_issue(world.repository, "dashboard")
    assert there is not None
    seen = (there.title, there.is_open, there.body.rstrip(), there.url != "")
    return len({one.number for one in (*made, there)}), seen, len(world.issues())


def _no_issue(world: World) -> object:
    world.forge().ensure_issue(world.repository, "other", "Other", "x")
    return world.forge().read_issue(world.repository, "dashboard"), len(world.issues())


def _issue_updated(world: World) -> object:
    forge = world.forge()
    for body in ("one", "two", "two"):
        forge.ensure_issue(world.repository, "dashboard", "debtd", body)
    after = world.forge().ensure_issue(world.repository, "dashboard", "debtd at work", "three")
    return after.title, after.body.rstrip(), [title for title, _, _ in world.issues()]


def _issue_closed(world: World) -> object:
    made = world.forge().ensure_issue(world.repository, "dashboard", "debtd", "one")
    world.close_issue(made.number)
    after = world.forge().ensure_issue(world.repository, "dashboard", "debtd", "two")
    return after.number == made.number, after.is_open, after.body.rstrip(), len(world.issues())


def _issue_unchanged(world: World) -> object:
    assert isinstance(world, HostedWorld)
    world.forge().ensure_issue(world.repository, "dashboard", "debtd", "one\ntwo  \n")
    world.project.issues[0].body = world.project.issues[0].body.replace("\n", "\r\n")
    before = len(world.site.calls)
    world.forge().ensure_issue(world.repository, "dashboard", "debtd", "one\ntwo  \n")
    return [call.method for call in world.site.calls[before:] if call.method != "GET"]


def _forged_issue(world: World) -> object:
    """A stranger writes debtd's own mark, and the forge lists everybody's."""
    assert isinstance(world, HostedWorld)
    world.site.wire.issues.filters = False  # type: ignore[attr-defined]
    world.project.open_issue("debtd", "<!-- debtd-issue: dashboard -->\nmine", "stranger")
    read = world.forge().read_issue(world.repository, "dashboard")
    made = world.forge().ensure_issue(world.repository, "dashboard", "debtd", "x")
    return read, made.number == world.project.issues[1].number, world.issues()[0][2].endswith("mine")


def _two_issues(world: World) -> object:
    """Another daemon was faster by a moment: the lowest number counts, the other is closed."""
    assert isinstance(world, HostedWorld)
    for _ in range(2):
        world.project.open_issue("debtd", "<!-- debtd-issue: dashboard -->\nx", BOT)
    made = world.forge().ensure_issue(world.repository, "dashboard", "debtd", "x")
    states = [state for _, state, _ in world.issues()]
    return made.number == world.project.issues[0].number, states


def _issues_are_off(world: World) -> object:
    assert isinstance(world, HostedWorld)
    world.project.has_issues = False
    return consequence(lambda: world.forge().ensure_issue(world.repository, "dashboard", "debtd", "x"))


def _issue_behind_many(world: World) -> object:
    made = world.forge().ensure_issue(world.repository, "dashboard", "debtd", "x")
    assert isinstance(world, HostedWorld)
    for _ in range(230):
        world.project.open_pull("main", "main", "t", "b", BOT)
        world.project.open_issue("x", "no mark", BOT)
    there = world.forge().read_issue(world.repository, "dashboard")
    return there and there.number == made.number


def _issue_of_another_repository(world: World) -> object:
    other = replace(world.repository, id="f" * 16)
    return consequence(lambda: world.forge().ensure_issue(other, "dashboard", "debtd", "x"))


def _local_base(world: World) -> object:
    """The local forge moves a base branch that it has, and no further than the commit goes."""
    assert isinstance(world, LocalWorld)
    first = opened(world)
    second = world.forge().ensure_pull_request(branched(world, OTHER_KEY, {"c.py": b"x\n"}))
    world.move_branch("main", "main")
    world.forge().merge_pull_request(first)
    moved = world.tip("main") == first.commit
    return moved, consequence(lambda: world.forge().merge_pull_request(second)), world.tip("main") == first.commit


_TITLE = "Drop object from 3 classes"

LIFE_CASES = (
    Case("nothing checks, nobody reviews", _received(), ("none", "none")),
    Case("checks of another commit say nothing", _received(_elsewhere), ("none", "none"), HOSTED),
    Case("green checks", _received(_check("tests", "success"), _check("lint", "success")), ("green", "none"), HOSTED),
    Case(
        "one that runs is no green", _received(_check("a", "success"), _check("b", "in_progress")), ("pending", "none"),
        HOSTED,
    ),
    Case(
        "one red outweighs all", _received(_check("a", "failure"), _check("b", "success"), _check("c", "queued")),
        ("red", "none"), HOSTED,
    ),
    Case("a state of a new kind is no green", _received(_check("a", "odd")), ("pending", "none"), ("gitea",)),
    Case(
        "a job that is allowed to fail hinders nothing", _received(_check("a", "allowed")), ("green", "none"),
        ("gitlab",),
    ),
    Case(
        "the newest of a name counts", _received(_check("a", "failure"), _check("a", "success")), ("green", "none"),
        ("gitlab", "gitea"),
    ),
    Case("debtd's own status is no check", _received(_own_status(StatusState.FAILURE)), ("none", "none"), HOSTED),
    Case(
        "debtd's own pending status beside green checks",
        _received(_check("a", "success"), _own_status(StatusState.PENDING)), ("green", "none"), HOSTED,
    ),
    Case("a foreign status is a check", _received(_foreign_status), ("red", "none"), HOSTED),
    Case("approved", _received(_review("ann", "approved")), ("none", "approved"), HOSTED),
    Case("approved by one who may not write", _received(_review("rob", "approved")), ("none", "none"), HOSTED),
    Case("approved by a stranger", _received(_review("stranger", "approved")), ("none", "none"), HOSTED),
    Case("approved by debtd itself", _received(_review(BOT, "approved")), ("none", "none"), HOSTED),
    Case("a comment is no approval", _received(_review("ann", "comment")), ("none", "none"), ("github", "gitea")),
    Case(
        "a comment does not take an approval back",
        _received(_review("ann", "approved"), _review("ann", "comment")), ("none", "approved"), HOSTED,
    ),
    Case("changes requested", _received(_review("ann", "changes")), ("none", "changes-requested"), HOSTED),
    Case("changes requested by a stranger", _received(_review("stranger", "changes")), ("none", "none"), HOSTED),
    Case(
        "changes requested, then approved by the same",
        _received(_review("ann", "changes"), _review("ann", "approved")), ("none", "approved"), HOSTED,
    ),
    Case(
        "approved, then changes requested by the same",
        _received(_review("ann", "approved"), _review("ann", "changes")), ("none", "changes-requested"), HOSTED,
    ),
    Case(
        "one who asks for changes outweighs one who approves",
        _received(_review("ann", "changes"), _review("acme", "approved")), ("none", "changes-requested"), HOSTED,
    ),
    Case("a review that was dismissed", _received(_review("ann", "dismissed")), ("none", "none"), HOSTED),
    Case("an approval of another commit has lapsed", _approved_before_a_push, ["none", "approved"], HOSTED),
    Case("a draft made ready, twice", _ready, ((False, _TITLE), [False])),
    Case("a draft that was closed stays as it is", _ready_when_over, ("done", ["closed"]), HOSTED),
    Case("merged by debtd, twice", _merged, ("", "merged", True)),
    Case("merged where only squashing is allowed", _merged_by("squash"), ("", "merged", True), HOSTED),
    Case("merged where only rebasing is allowed", _merged_by("rebase"), ("", "merged", True), HOSTED),
    Case("what the forge does not allow is not merged", _not_merged(_refuse), ("RepoUnusable", ["open"]), HOSTED),
    Case("a person's commit is not merged", _not_merged(_push), ("RepoUnusable", ["open"])),
    Case(
        "a closed one is not merged", _not_merged(lambda w, number: w.end(number, "ann", "closed")),
        ("RepoUnusable", ["closed"]),
    ),
    Case("merged by people before", _merged_by_people, ("done", ["merged"])),
    Case("the local base branch moves forward only", _local_base, (True, "RepoUnusable", True), ("local",)),
    Case("comments have numbers that grow", _comment_numbers, (True, ["first", "second", "third"])),
    Case("one issue for each name", _issue, (1, ("debtd is here", True, _BODY, True), 1)),
    Case("no issue of that name", _no_issue, (None, 1)),
    Case("an issue updated", _issue_updated, ("debtd at work", "three", ["debtd at work"])),
    Case("an issue that people closed stays as it is", _issue_closed, (True, False, "one", 1)),
    Case("an issue that says it already is not written again", _issue_unchanged, [], HOSTED),
    Case("a stranger's issue with debtd's mark is a stranger's", _forged_issue, (None, True, True), HOSTED),
    Case("two issues of one name: the lowest number counts", _two_issues, (True, ["open", "closed"]), HOSTED),
    Case("issues are switched off", _issues_are_off, "RepoUnusable", HOSTED),
    Case("an issue behind many others", _issue_behind_many, True, HOSTED),
    Case("an issue of another repository", _issue_of_another_repository, "RepoUnusable", HOSTED),
)  # fmt: skip
