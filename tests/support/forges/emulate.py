"""`make emulate-check`: the GitHub adapter against `emulate`, a server that other people wrote.

`python -m tests.support.forges.emulate NODE EMULATE_JS`. emulate has no git over HTTP, no commit statuses, no changed
files, no closing author and no GraphQL; it keeps the head commit of a pull request as it was, and accepts a second
pull request from one branch. What needs these is left to our own server. Prints what is expected and seen, case by
case; exit code 1 when anything differs.
"""

import json
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import yaml
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from debtd.model.forge_settings import forge_settings
from debtd.model.pull_request import PullRequest
from debtd.model.repo import Repository, repository_id
from debtd.ports import Forge
from debtd.settings import Settings
from debtd.wiring.durable import SystemClock
from debtd.wiring.forges import connect, forge_for
from tests.support.forges.clock import FakeClock

TOKEN, PEOPLE_TOKEN = "emulate-bot-token-1", "emulate-ann-token-1"
Line = tuple[str, object, object]


class Emulated:
    """One repository on the emulated server, reached with a token or as an App."""

    def __init__(self, url: str, folder: Path, credential: dict[str, str]) -> None:
        self.url = url
        self.clock = FakeClock(SystemClock().now())
        source = f"{url}/acme/shop"
        self.repository = Repository(id=repository_id(source), source=source, name="shop")
        table = {"kind": "github", "base_url": url, "api_url": url, "repositories": ["acme/*"]} | credential
        self.settings = Settings(state_dir=folder, forges=(forge_settings(table, "emulate"),))

    def forge(self) -> Forge:
        return forge_for(self.settings, self.repository, clock=self.clock, sleep=self.clock.sleep)

    def ask(self, method: str, path: str, body: object = None, token: str = PEOPLE_TOKEN) -> Any:
        """What a person does, by the API itself."""
        content = None if body is None else json.dumps(body).encode()
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        request = urllib.request.Request(f"{self.url}/{path}", content, headers, method=method)  # noqa: S310  (loopback)
        with urllib.request.urlopen(request, timeout=20) as answer:  # noqa: S310  (the same)
            return json.loads(answer.read() or b"null")

    def branched(self, key: str) -> PullRequest:
        """A recorded pull request whose branch is there with a commit of its own."""
        repo = "repos/acme/shop"
        base = self.ask("GET", f"{repo}/git/ref/heads/main")["object"]["sha"]
        branch = f"debtd/class-inherits-object/{key[:12]}"
        self.ask("POST", f"{repo}/git/refs", {"ref": f"refs/heads/{branch}", "sha": base})
        put = {"message": "m", "content": "eCA9IDIK", "branch": branch}
        commit = self.ask("PUT", f"{repo}/contents/{key[:6]}.py", put)["commit"]["sha"]
        return PullRequest(
            key=key, repository_id=self.repository.id, rule_id="class-inherits-object", branch=branch,
            base_branch="main", commit=commit, title="Drop object from 3 classes",
            body=f"<!-- debtd-key: {key} -->\nEvidence.\n",
        )  # fmt: skip


def life(world: Emulated, key: str) -> Iterator[Line]:
    """The life of one pull request."""
    recorded = world.branched(key)
    made = world.forge().ensure_pull_request(recorded, draft=True)
    again = world.forge().ensure_pull_request(recorded)
    yield "created and found again", (made.number, "open"), (again.number, again.state.value)
    there = world.forge().read_pull_request(made)
    assert there is not None
    seen = (there.branch, there.base_branch, there.commit, there.draft, there.from_fork, there.title)
    yield "read", (recorded.branch, "main", recorded.commit, True, False, recorded.title), seen
    for _ in range(2):
        world.forge().ensure_comment(made, "hands-off", "Hands off.")
    world.ask("POST", f"repos/acme/shop/issues/{made.number}/comments", {"body": "/debtd rebase"})
    comments = world.forge().comments(made)
    yield (
        "one comment, and one of a writer",
        [("ann", True, "/debtd rebase")],
        [(comment.author, comment.may_write, comment.body) for comment in comments],
    )
    total = len(world.ask("GET", f"repos/acme/shop/issues/{made.number}/comments"))
    yield "comments in all", 2, total
    world.forge().change_labels(made, add=["debtd", "wip"])
    world.forge().change_labels(made, remove=["wip"])
    world.forge().update_pull_request(replace(made, title="Another title"))
    changed = world.forge().read_pull_request(made)
    yield "labels and title", (("debtd",), "Another title"), changed and (changed.labels, changed.title)
    refused = world.forge().assign(made, reviewers=["ann"])
    asked = world.forge().read_pull_request(made)
    yield "reviewers", ((), ("ann",)), (refused, asked and asked.reviewers)
    yield (
        "among the open ones",
        True,
        made.number in {one.number for one in world.forge().open_pull_requests(world.repository)},
    )
    by_hand = {"message": "by hand", "content": "eA==", "branch": made.branch}
    world.ask("PUT", f"repos/acme/shop/contents/by-hand-{key[:6]}.py", by_hand)
    yield "a branch with a person's commit is kept", False, world.forge().delete_branch(made)
    for _ in range(2):
        world.forge().close_pull_request(made, "its findings are gone")
    over = world.forge().ensure_pull_request(replace(made, number=0))
    yield "closed stays closed", (made.number, "rejected"), (over.number, over.state.value)


def merged(world: Emulated, key: str) -> Iterator[Line]:
    made = world.forge().ensure_pull_request(world.branched(key))
    yield "reviewed by nobody", "none", world.forge().reception(made).review.value
    for event, word in (("REQUEST_CHANGES", "changes-requested"), ("APPROVE", "approved")):
        review = {"event": event, "body": "x", "commit_id": made.commit}
        world.ask("POST", f"repos/acme/shop/pulls/{made.number}/reviews", review)
        yield f"reviewed: {event}", word, world.forge().reception(made).review.value
    yield "checks without the statuses that are not there", "pending", world.forge().reception(made).checks.value
    for _ in range(2):
        world.forge().merge_pull_request(made)
    after = world.forge().ensure_pull_request(replace(made, number=0))
    yield "merged is not made again", (made.number, "merged"), (after.number, after.state.value)
    there = world.forge().read_pull_request(made)
    tip = world.ask("GET", "repos/acme/shop/git/ref/heads/main")["object"]["sha"]
    yield "its merge commit", tip, there and there.merge_commit


def issue(world: Emulated, name: str) -> Iterator[Line]:
    forge = world.forge()
    made = [world.forge().ensure_issue(world.repository, name, "debtd", text) for text in ("one", "one", "two")]
    there = forge.read_issue(world.repository, name)
    assert there is not None
    yield "one issue, updated", ({there.number}, "two", True), (
        {one.number for one in made}, there.body.strip(), there.is_open
    )  # fmt: skip
    world.ask("PATCH", f"repos/acme/shop/issues/{there.number}", {"state": "closed"})
    after = forge.ensure_issue(world.repository, name, "debtd", "three")
    yield "an issue that people closed", (there.number, "two", False), (after.number, after.body.strip(), after.is_open)


def rights(world: Emulated) -> Iterator[Line]:
    directory = connect(world.settings, world.settings.forges[0], clock=world.clock, sleep=world.clock.sleep).directory
    facts = directory.check_access("acme/shop")
    yield "rights are in order", [], [f"{fact.name}: {fact.detail}" for fact in facts if not fact.ok]


def main(node: str, program: str) -> int:
    failed = total = 0
    with tempfile.TemporaryDirectory(prefix="emulate-check-") as name:
        folder = Path(name)
        url, server = _start(node, program, folder)
        try:
            (folder / "token").write_text(TOKEN)
            token = Emulated(url, folder / "a", {"token_file": str(folder / "token")})
            app = Emulated(url, folder / "b", {"app_id": "7", "private_key_file": str(folder / "app.pem")})
            runs: list[tuple[str, Callable[[], Iterator[Line]]]] = [
                ("token", lambda: life(token, "4b" * 20)),
                ("token", lambda: merged(token, "5c" * 20)),
                ("token", lambda: issue(token, "dashboard")),
                ("App", lambda: issue(app, "of-the-app")),
                ("App", lambda: life(app, "6d" * 20)),
                ("App", lambda: rights(app)),
            ]
            for who, run in runs:
                for what, expected, seen in run():
                    total, failed = total + 1, failed + (expected != seen)
                    print(f"  {'ok  ' if expected == seen else 'FAIL'}  {who}: {what}")
                    print(f"        expected {expected!r}\n        seen     {seen!r}")
        finally:
            server.terminate()
            server.wait(10)
    print(f"\n{total - failed} passed, {failed} failed")
    return 1 if failed else 0


def _start(node: str, program: str, folder: Path) -> tuple[str, subprocess.Popen[bytes]]:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (folder / "app.pem").write_bytes(key)
    permissions = {"contents": "write", "pull_requests": "write", "metadata": "read", "issues": "write"}
    installation = {"installation_id": 100, "account": "acme", "repository_selection": "all"}
    app = {"app_id": 7, "slug": "debtd", "name": "debtd", "permissions": permissions, "events": []}
    seed = {
        "tokens": {
            TOKEN: {"login": "debtd-bot", "scopes": ["repo"]},
            PEOPLE_TOKEN: {"login": "ann", "scopes": ["repo"]},
        },
        "github": {
            "users": [{"login": login} for login in ("debtd-bot", "ann")],
            "orgs": [{"login": "acme", "members": [{"login": "debtd-bot"}, {"login": "ann", "role": "admin"}]}],
            "repos": [{"owner": "acme", "name": "shop", "auto_init": True}],
            "apps": [app | {"private_key": key.decode(), "installations": [installation]}],
        },
    }
    (folder / "seed.yaml").write_text(yaml.safe_dump(seed))
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [node, program, "start", "--service", "github", "-p", str(port), "--seed", str(folder / "seed.yaml")]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, cwd=folder)
    for _ in range(600):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return f"http://localhost:{port}", server
        time.sleep(0.1)  # another program's start has no other sign
    server.kill()
    raise SystemExit("emulate did not start")


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
