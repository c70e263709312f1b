"""What every forge must do, case by case: `run` gives what is seen, to be compared with `expected`."""

from collections.abc import Callable
from dataclasses import replace

from debtd.model.forge import CommitStatus, StatusState
from tests.contracts.forge_case import HOSTED, OTHER_KEY, Case, consequence
from tests.contracts.forge_life_cases import LIFE_CASES
from tests.support.forges.world import KEY, World, again, branched, committed, opened


def _publish(world: World) -> object:
    workspaces = world.workspaces()
    recorded = committed(world, workspaces)
    outcomes = []
    for _ in range(2):
        forge = world.forge()
        workspaces.push_new_branch(world.repository, recorded.commit, recorded.branch, forge.remote(world.repository))
        made = forge.ensure_pull_request(recorded)
        outcomes.append((made.state.value, made.number > 0, made.url != ""))
    there = world.forge().read_pull_request(made)
    same = there is not None and there.commit == recorded.commit
    return outcomes, [one.head for one in world.seen()], sorted(world.branches()), same


def _created(world: World, *, draft: bool) -> object:
    opened(world, draft=draft)
    (one,) = world.seen()
    return one.head, one.base, one.title.removeprefix("Draft: ").removeprefix("WIP: "), one.state, one.draft


def _read(world: World) -> object:
    made = opened(world)
    world.forge().change_labels(made, add=["debtd"])
    there = world.forge().read_pull_request(made)
    assert there is not None
    title = there.title
    return title, there.state.value, there.branch, there.commit == made.commit, there.base_branch, there.labels, (
        KEY in there.body, there.draft, there.from_fork
    )  # fmt: skip


def _ended(world: World, state: str) -> object:
    made = opened(world)
    world.end(made.number, "ann", state)
    after = world.forge().ensure_pull_request(again(made))
    there = world.forge().read_pull_request(made)
    assert there is not None
    return after.state.value, after.number == made.number, there.state.value, len(world.seen())


def _ended_by(world: World) -> object:
    seen = []
    for key, state in ((KEY, "closed"), (OTHER_KEY, "merged")):
        made = opened(world, key)
        world.end(made.number, "ann", state)
        there = world.forge().read_pull_request(made)
        seen.append(there and there.ended_by)
    return seen


def _human_commit(world: World) -> object:
    made = opened(world)
    theirs = world.make_branch(made.branch, {"b.py": b"x = 3\n"})
    there = world.forge().read_pull_request(made)
    assert there is not None
    deleted = world.forge().delete_branch(made)
    return there.commit == theirs, there.commit == made.commit, deleted, made.branch in world.branches()


def _retargeted(world: World) -> object:
    made = opened(world)
    world.make_branch("release", {"c.py": b"y\n"})
    world.retarget(made.number, "release")
    there = world.forge().read_pull_request(made)
    return there and there.base_branch


def _closed(world: World) -> object:
    made = opened(world)
    for _ in range(2):
        world.forge().close_pull_request(made, "its findings are gone")
    (one,) = world.seen()
    return one.state, sum("its findings are gone" in text for text in one.comments)


def _comment_once(world: World) -> object:
    made = opened(world)
    for text in ("You pushed a commit: hands off.", "Another text, too late."):
        world.forge().ensure_comment(made, "hands-off", text)
    world.forge().ensure_comment(made, "conflict", "It conflicts.")
    (one,) = world.seen()
    return [text.splitlines()[-1] for text in one.comments]


def _update(world: World) -> object:
    made = opened(world)
    world.forge().update_pull_request(replace(made, title="New\ntitle", body=f"{made.body}More.\n"))
    there = world.forge().read_pull_request(made)
    assert there is not None
    return there.title, there.body.rstrip().endswith("More."), there.draft


def _update_draft(world: World) -> object:
    made = opened(world, draft=True)
    world.forge().update_pull_request(replace(made, title="New title"))
    there = world.forge().read_pull_request(made)
    return there and (there.title, there.draft)


def _labels(world: World) -> object:
    made = opened(world)
    forge = world.forge()
    forge.change_labels(made, add=["debtd", "needs review/now"])
    forge.change_labels(made, add=["debtd"], remove=["needs review/now", "never there"])
    (one,) = world.seen()
    return one.labels


def _people(world: World) -> object:
    made = opened(world)
    refused = world.forge().assign(made, assignees=["ann"], reviewers=["ann", "rob"])
    there = world.forge().read_pull_request(made)
    assert there is not None
    return refused, there.assignees, there.reviewers


def _strangers(world: World) -> object:
    made = opened(world)
    refused = world.forge().assign(made, assignees=["stranger"], reviewers=["ann", "stranger"])
    there = world.forge().read_pull_request(made)
    assert there is not None
    return sorted(refused), there.assignees, there.reviewers


def _comments(world: World) -> object:
    made = opened(world)
    world.forge().ensure_comment(made, "hello", "debtd's own")
    for author in ("ann", "rob", "stranger"):
        world.comment(made.number, author, f"/debtd never because {author} says so")
    return [(comment.author, comment.may_write, comment.body) for comment in world.forge().comments(made)]


def _forged_mark(world: World) -> object:
    """A stranger writes debtd's own mark, to keep debtd from speaking."""
    made = opened(world)
    world.comment(made.number, "stranger", "<!-- debtd-comment: hands-off -->")
    world.forge().ensure_comment(made, "hands-off", "Hands off.")
    (one,) = world.seen()
    return [text.splitlines()[-1] for text in one.comments], len(world.forge().comments(made))


def _status(world: World) -> object:
    made = opened(world)
    status = CommitStatus(name="debtd/evidence", state=StatusState.SUCCESS, summary="6 gates passed\nat once", url="")
    world.forge().set_status(made, replace(status, state=StatusState.PENDING))
    world.forge().set_status(made, status)
    return world.statuses()[-1]


def _branch_deleted(world: World) -> object:
    made = opened(world)
    return [world.forge().delete_branch(made) for _ in range(2)], made.branch in world.branches()


def _open_ones(world: World) -> object:
    first, second = opened(world), opened(world, OTHER_KEY)
    world.end(first.number, "ann", "closed")
    found = world.forge().open_pull_requests(world.repository)
    return [one.number == second.number for one in found]


def _touched(world: World) -> object:
    lines = [b"line %d\n" % n for n in range(1, 41)]
    lines[4:6] = [b"changed\n"]
    lines.insert(20, b"new\n")
    made = world.forge().ensure_pull_request(branched(world, files={"a.py": b"".join(lines), "new.py": b"n\n"}))
    files = world.forge().touched_files(world.repository, made.number)
    return sorted((file.path, file.lines) for file in files)


def _unknown_branch(world: World) -> object:
    recorded = replace(branched(world), branch="debtd/class-inherits-object/nothing")
    forge = world.forge()
    calls: list[Callable[[], object]] = [
        lambda: forge.close_pull_request(recorded, "x"),
        lambda: forge.ensure_comment(recorded, "x", "y"),
        lambda: forge.change_labels(recorded, add=["x"]),
    ]
    return forge.read_pull_request(recorded), [consequence(call) for call in calls]


def _hostile_texts(world: World) -> object:
    recorded = replace(
        branched(world), title='<b>`x`</b> "q" é\n# y', body=f"<!-- debtd-key: {KEY} -->\n@everyone \u202e\r\nübrig"
    )
    made = world.forge().ensure_pull_request(recorded)
    there = world.forge().read_pull_request(again(made))
    assert there is not None
    return there.title, there.body.splitlines()[-1], len(world.seen())


def _two_keys(world: World) -> object:
    opened(world)
    opened(world, OTHER_KEY)
    return len({one.head for one in world.seen()}), len(world.seen())


def _wrong_repository(world: World) -> object:
    return consequence(lambda: world.forge().remote(replace(world.repository, id="f" * 16)))


_TITLE = "Drop object from 3 classes"
_HEAD = f"debtd/class-inherits-object/{KEY[:12]}"

CASES = (
    Case(
        "published twice over real git: one branch, one pull request",
        _publish,
        ([("open", True, True)] * 2, [_HEAD], [_HEAD, "main"], True),
    ),
    Case("created", lambda w: _created(w, draft=False), (_HEAD, "main", _TITLE, "open", False)),
    Case("created as a draft", lambda w: _created(w, draft=True), (_HEAD, "main", _TITLE, "open", True)),
    Case("read", _read, (_TITLE, "open", _HEAD, True, "main", ("debtd",), (True, False, False))),
    Case("closed by a person: stays closed", lambda w: _ended(w, "closed"), ("rejected", True, "closed", 1)),
    Case("merged: not made again", lambda w: _ended(w, "merged"), ("merged", True, "merged", 1)),
    Case("who closed and who merged", _ended_by, ["ann", "ann"], HOSTED),
    Case("a person's commit is seen and its branch kept", _human_commit, (True, False, False, True)),
    Case("another target branch is seen", _retargeted, "release"),
    Case("closed with one comment", _closed, ("closed", 1), HOSTED),
    Case("one comment for each name", _comment_once, ["You pushed a commit: hands off.", "It conflicts."]),
    Case("title and body updated", _update, ("New title", True, False)),
    Case("a draft stays a draft when it is updated", _update_draft, ("New title", True)),
    Case("labels added and removed", _labels, ("debtd",)),
    Case("assignees and reviewers", _people, ((), ("ann",), ("ann", "rob"))),
    Case("people whom the forge does not take", _strangers, (["stranger", "stranger"], (), ("ann",)), HOSTED),
    Case(
        "comments with their authors' rights",
        _comments,
        [
            (who, may, f"/debtd never because {who} says so")
            for who, may in (("ann", True), ("rob", False), ("stranger", False))
        ],
        HOSTED,
    ),
    Case(
        "a stranger's mark does not silence debtd",
        _forged_mark,
        (["<!-- debtd-comment: hands-off -->", "Hands off."], 1),
        HOSTED,
    ),
    Case("a status with the evidence", _status, ("debtd/evidence", "success", "6 gates passed at once")),
    Case("branch deleted, twice", _branch_deleted, ([True, True], False)),
    Case("open pull requests", _open_ones, [True]),
    Case("files and lines of a pull request", _touched, [("a.py", ((5, 6), (21, 22))), ("new.py", ((0, 1),))]),
    Case("no pull request, no harm", _unknown_branch, (None, ["RepoUnusable"] * 3)),
    Case("hostile texts are only texts", _hostile_texts, ('<b>`x`</b> "q" é # y', "übrig", 1)),
    Case("two keys, two pull requests", _two_keys, (2, 2)),
    Case("a forge opened for one repository refuses another", _wrong_repository, "RepoUnusable", HOSTED),
    *LIFE_CASES,
)
