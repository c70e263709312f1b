"""GitHub's JSON, with all the fields that its description requires."""

from collections.abc import Iterable
from typing import Any

from tests.support.forges.project import Check, Issue, Note, Project, Pull, Review
from tests.support.forges.wire import stamp

_VERDICTS = {
    "approved": "APPROVED", "changes": "CHANGES_REQUESTED", "comment": "COMMENTED", "dismissed": "DISMISSED",
}  # fmt: skip
_USER_URLS = [
    "followers_url",
    "following_url",
    "gists_url",
    "starred_url",
    "subscriptions_url",
    "organizations_url",
    "repos_url",
    "events_url",
    "received_events_url",
]
_REPO_URLS = [
    "archive_url",
    "assignees_url",
    "blobs_url",
    "branches_url",
    "collaborators_url",
    "comments_url",
    "commits_url",
    "compare_url",
    "contents_url",
    "contributors_url",
    "deployments_url",
    "downloads_url",
    "events_url",
    "forks_url",
    "git_commits_url",
    "git_refs_url",
    "git_tags_url",
    "hooks_url",
    "issue_comment_url",
    "issue_events_url",
    "issues_url",
    "keys_url",
    "labels_url",
    "languages_url",
    "merges_url",
    "milestones_url",
    "notifications_url",
    "pulls_url",
    "releases_url",
    "stargazers_url",
    "statuses_url",
    "subscribers_url",
    "subscription_url",
    "tags_url",
    "teams_url",
    "trees_url",
]
_COUNTS = [
    "forks",
    "forks_count",
    "open_issues",
    "open_issues_count",
    "size",
    "stargazers_count",
    "watchers",
    "watchers_count",
]


def number_of(text: str) -> int:
    """A number that a text always gets."""
    return sum(byte * (index + 1) for index, byte in enumerate(text.encode()))


def user(login: str, origin: str) -> dict[str, Any]:
    home = f"{origin}/api/v3/users/{login}"
    kind = "Bot" if login.endswith("[bot]") else "User"
    return {name: f"{home}/{name.removesuffix('_url')}" for name in _USER_URLS} | {
        "login": login, "id": number_of(login), "node_id": f"U_{login}", "avatar_url": f"{origin}/avatars/{login}",
        "gravatar_id": "", "html_url": f"{origin}/{login}", "url": home, "type": kind, "site_admin": False,
    }  # fmt: skip


def repository(project: Project, origin: str, path: str = "") -> dict[str, Any]:
    path = path or project.path
    owner, _, name = path.partition("/")
    home = f"{origin}/api/v3/repos/{path}"
    made: dict[str, Any] = {url: f"{home}/{url.removesuffix('_url')}" for url in _REPO_URLS}
    made |= dict.fromkeys(_COUNTS, 0)
    made |= {
        "id": number_of(path), "node_id": f"R_{path}", "name": name, "full_name": path, "owner": user(owner, origin),
        "private": False, "html_url": f"{origin}/{path}", "url": home, "description": None, "fork": project.fork,
        "clone_url": f"{origin}/{path}.git", "git_url": f"git://x/{path}.git", "ssh_url": f"git@x:{path}.git",
        "svn_url": f"{origin}/{path}", "homepage": None, "language": None, "license": None, "mirror_url": None,
        "default_branch": project.default_branch, "has_issues": project.has_issues, "has_projects": True,
        "has_wiki": True, "has_pages": False, "has_downloads": True, "has_discussions": False,
        "archived": project.archived, "disabled": False, "pushed_at": "2026-01-01T00:00:00Z",
        "created_at": "2026-01-01T00:00:00Z", "updated_at": "2026-01-01T00:00:00Z", "topics": project.topics,
        "visibility": "public", "network_count": 0, "subscribers_count": 0, "is_template": False,
    }  # fmt: skip
    return made


def permissions(role: str | None) -> dict[str, bool]:
    return {
        "admin": role == "admin", "maintain": role == "admin", "push": role in {"admin", "write"},
        "triage": role in {"admin", "write"}, "pull": role is not None,
    }  # fmt: skip


def labels(names: Iterable[str], origin: str) -> list[dict[str, Any]]:
    return [
        {"id": number_of(n), "node_id": f"L_{n}", "url": f"{origin}/l/{n}", "name": n, "description": "",
         "color": "ededed", "default": False}
        for n in names
    ]  # fmt: skip


def pull(project: Project, one: Pull, origin: str, *, full: bool) -> dict[str, Any]:
    """The list's form, or the single form with what only that has."""
    home = f"{origin}/api/v3/repos/{project.path}"
    url, page = f"{home}/pulls/{one.number}", f"{origin}/{project.path}/pull/{one.number}"
    owner = project.path.partition("/")[0]
    ended = None if one.state == "open" else "2026-01-02T00:00:00Z"
    links = {
        "comments": f"{home}/issues/{one.number}/comments", "commits": f"{url}/commits", "html": page, "self": url,
        "issue": f"{home}/issues/{one.number}", "review_comment": f"{home}/pulls/comments{{/number}}",
        "review_comments": f"{url}/comments", "statuses": f"{home}/statuses/x",
    }  # fmt: skip
    made: dict[str, Any] = {
        "url": url, "id": 1000 + one.number, "node_id": f"PR_{project.path}#{one.number}", "html_url": page,
        "diff_url": f"{page}.diff", "patch_url": f"{page}.patch", "issue_url": links["issue"],
        "commits_url": links["commits"], "review_comments_url": links["review_comments"],
        "review_comment_url": links["review_comment"], "comments_url": links["comments"],
        "statuses_url": links["statuses"], "number": one.number, "state": "open" if one.state == "open" else "closed",
        "locked": False, "title": one.title, "user": user(one.author, origin), "body": one.body,
        "labels": labels(one.labels, origin), "milestone": None, "created_at": stamp(one.created_at),
        "updated_at": stamp(one.created_at), "closed_at": ended,
        "merged_at": ended if one.state == "merged" else None,
        "merge_commit_sha": "e" * 40 if one.state == "open" else one.merge_commit or None,  # open: a trial merge
        "assignee": user(one.assignees[0], origin) if one.assignees else None,
        "assignees": [user(login, origin) for login in one.assignees],
        "requested_reviewers": [user(login, origin) for login in one.reviewers], "requested_teams": [],
        "head": _end(project, one.head, project.head_commit(one), origin, one.fork),
        "base": _end(project, one.base, project.base_commit, origin, ""),
        "_links": {name: {"href": link} for name, link in links.items()},
        "author_association": "MEMBER", "auto_merge": None, "draft": one.draft,
    }  # fmt: skip
    made["head"]["label"] = f"{(one.fork or owner).partition('/')[0]}:{one.head}"
    if full:
        made |= {
            "additions": 1, "changed_files": 1, "comments": len(one.notes), "commits": 1, "deletions": 1,
            "mergeable": True, "mergeable_state": "clean", "merged": one.state == "merged", "rebaseable": True,
            "maintainer_can_modify": False, "review_comments": 0,
            "merged_by": user(one.ended_by, origin) if one.state == "merged" else None,
        }  # fmt: skip
    return made


def _end(project: Project, ref: str, commit: str, origin: str, fork: str) -> dict[str, Any]:
    path = fork or project.path
    owner = path.partition("/")[0]
    return {
        "label": f"{owner}:{ref}", "ref": ref, "sha": commit, "user": user(owner, origin),
        "repo": repository(project, origin, path),
    }  # fmt: skip


def issue(project: Project, one: Pull | Issue, origin: str) -> dict[str, Any]:
    """An issue, or the one behind a pull request."""
    page = f"{origin}/{project.path}/{'pull' if isinstance(one, Pull) else 'issues'}/{one.number}"
    links = dict.fromkeys(("url", "html_url", "diff_url", "patch_url"), page)
    behind = {"pull_request": links} if isinstance(one, Pull) else {}
    home = f"{origin}/api/v3/repos/{project.path}/issues/{one.number}"
    return {
        "url": home, "repository_url": f"{origin}/api/v3/repos/{project.path}", "labels_url": f"{home}/labels",
        "comments_url": f"{home}/comments", "events_url": f"{home}/events",
        "html_url": page, "id": 2000 + one.number,
        "node_id": f"I_{one.number}", "number": one.number, "title": one.title, "user": user(one.author, origin),
        "labels": labels(one.labels, origin), "state": "open" if one.state == "open" else "closed", "locked": False,
        "assignee": None, "assignees": [user(login, origin) for login in one.assignees], "milestone": None,
        "comments": len(one.notes), "created_at": stamp(one.created_at), "updated_at": stamp(one.created_at),
        "closed_at": None if one.state == "open" else "2026-01-02T00:00:00Z", "author_association": "MEMBER",
        "body": one.body, "closed_by": user(one.ended_by, origin) if one.ended_by else None,
    } | behind  # fmt: skip


def comment(project: Project, one: Pull, note: Note, origin: str) -> dict[str, Any]:
    home = f"{origin}/api/v3/repos/{project.path}/issues"
    return {
        "id": note.id, "node_id": f"IC_{note.id}", "url": f"{home}/comments/{note.id}", "body": note.body,
        "html_url": f"{origin}/{project.path}/pull/{one.number}#issuecomment-{note.id}",
        "user": user(note.author, origin), "created_at": stamp(note.created_at),
        "updated_at": stamp(note.created_at), "issue_url": f"{home}/{one.number}", "author_association": "MEMBER",
    }  # fmt: skip


def status(project: Project, entry: tuple[str, str, str, str, str], origin: str) -> dict[str, Any]:
    commit, name, state, summary, url = entry
    return {
        "url": f"{origin}/api/v3/repos/{project.path}/statuses/{commit}", "avatar_url": None, "id": number_of(name),
        "node_id": f"S_{name}", "state": state, "description": summary, "target_url": url or None, "context": name,
        "created_at": "2026-01-01T00:00:00Z", "updated_at": "2026-01-01T00:00:00Z", "creator": user("x", origin),
    }  # fmt: skip


def short_status(entry: tuple[str, str, str, str, str], origin: str) -> dict[str, Any]:
    """As in a combined status."""
    _, name, state, summary, url = entry
    return {
        "url": f"{origin}/s", "avatar_url": None, "id": number_of(name), "node_id": "S", "state": state,
        "description": summary, "target_url": url or None, "context": name, "created_at": "2026-01-01T00:00:00Z",
        "updated_at": "2026-01-01T00:00:00Z",
    }  # fmt: skip


def methods(project: Project) -> dict[str, bool]:
    names = {"merge": "allow_merge_commit", "squash": "allow_squash_merge", "rebase": "allow_rebase_merge"}
    return {name: method in project.methods for method, name in names.items()}


def review(project: Project, one: Pull, review: Review, origin: str) -> dict[str, Any]:
    page, state = f"{origin}/{project.path}/pull/{one.number}", _VERDICTS[review.verdict]
    return {
        "id": review.id, "node_id": f"R_{review.id}", "user": user(review.author, origin), "body": "", "state": state,
        "html_url": page, "pull_request_url": page, "commit_id": review.commit, "author_association": "MEMBER",
        "submitted_at": stamp(review.created_at), "_links": {"html": {"href": page}, "pull_request": {"href": page}},
    }  # fmt: skip


def check_run(check: Check, number: int, origin: str) -> dict[str, Any]:
    return {
        "id": number, "node_id": f"CR_{number}", "head_sha": check.commit, "external_id": "",
        "name": check.name or f"job {number}",
        "url": f"{origin}/c/{number}", "html_url": None, "details_url": None, "status": check.status,
        "conclusion": check.conclusion if check.completed_at else None, "started_at": stamp(check.started_at),
        "completed_at": stamp(check.completed_at), "check_suite": None, "app": None, "pull_requests": [],
        "output": {"title": None, "summary": None, "text": None, "annotations_count": 0, "annotations_url": "x"},
    }  # fmt: skip


def files(diff: str, origin: str) -> list[dict[str, Any]]:
    """A pull request's files out of its diff."""
    made = []
    for part in diff.split("diff --git ")[1:]:
        head, _, hunks = part.partition("\n@@ ")
        name = head.split("\n")[0].rpartition(" b/")[2]
        status = "added" if "new file mode" in head else "removed" if "deleted file mode" in head else "modified"
        patch = {"patch": ("@@ " + hunks).rstrip("\n")} if hunks else {}
        made.append(
            {"sha": "0" * 40, "filename": name, "status": status, "additions": 1, "deletions": 1, "changes": 2,
             "blob_url": f"{origin}/b", "raw_url": f"{origin}/r", "contents_url": f"{origin}/c"} | patch
        )  # fmt: skip
    return made
