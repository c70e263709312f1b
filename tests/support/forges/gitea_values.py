"""Gitea's JSON, after Forgejo's description."""

from typing import Any

from tests.support.forges.github_values import number_of
from tests.support.forges.project import Issue, Note, Project, Pull
from tests.support.forges.wire import stamp

_VERDICTS = {"approved": "APPROVED", "changes": "REQUEST_CHANGES", "comment": "COMMENT", "dismissed": ""}


def user(login: str, origin: str) -> dict[str, Any]:
    return {
        "id": number_of(login), "login": login, "login_name": "", "source_id": 0, "full_name": "", "is_admin": False,
        "email": f"{login}@noreply.example.org", "avatar_url": f"{origin}/avatars/{login}", "active": False,
        "html_url": f"{origin}/{login}", "created": "2026-01-01T00:00:00Z", "restricted": False, "language": "",
        "visibility": "public", "followers_count": 0, "following_count": 0, "starred_repos_count": 0,
    }  # fmt: skip


def repository(project: Project, origin: str, role: str | None, path: str = "") -> dict[str, Any]:
    path = path or project.path
    owner, _, name = path.partition("/")
    return {
        "id": number_of(path), "owner": user(owner, origin), "name": name, "full_name": path, "description": "",
        "empty": False, "private": False, "fork": project.fork, "template": False, "parent": None, "mirror": False,
        "size": 1, "html_url": f"{origin}/{path}", "url": f"{origin}/api/v1/repos/{path}",
        "clone_url": f"{origin}/{path}.git", "ssh_url": f"git@x:{path}.git", "default_branch": project.default_branch,
        "archived": project.archived, "topics": project.topics, "created_at": "2026-01-01T00:00:00Z",
        "updated_at": "2026-01-01T00:00:00Z", "has_pull_requests": True, "has_issues": project.has_issues,
        "default_merge_style": "squash", "allow_merge_commits": "merge" in project.methods,
        "allow_squash_merge": "squash" in project.methods, "allow_rebase": "rebase" in project.methods,
        "allow_rebase_explicit": False, "allow_fast_forward_only_merge": False,
        "object_format_name": "sha1",
        "permissions": {"admin": role == "admin", "push": role in {"admin", "write"}, "pull": role is not None},
    }  # fmt: skip


def label(name: str) -> dict[str, Any]:
    return {"id": number_of(name), "name": name, "color": "ededed", "description": "", "url": "x", "exclusive": False}


def pull(project: Project, one: Pull, origin: str) -> dict[str, Any]:
    page = f"{origin}/{project.path}/pulls/{one.number}"
    ended = None if one.state == "open" else "2026-01-02T00:00:00Z"
    gone = not one.fork and project.branch_commit(one.head) is None
    head_ref = f"refs/pull/{one.number}/head" if gone else one.head
    return {
        "id": 1000 + one.number, "number": one.number, "url": page, "html_url": page, "diff_url": f"{page}.diff",
        "patch_url": f"{page}.patch", "user": user(one.author, origin), "title": one.title, "body": one.body,
        "draft": one.title.upper().startswith("WIP:"), "state": "open" if one.state == "open" else "closed",
        "is_locked": False, "comments": len(one.notes), "labels": [label(name) for name in one.labels],
        "assignee": user(one.assignees[0], origin) if one.assignees else None,
        "assignees": [user(login, origin) for login in one.assignees] or None,
        "requested_reviewers": [user(login, origin) for login in one.reviewers], "milestone": None,
        "mergeable": one.state == "open", "merged": one.state == "merged",
        "merged_at": ended if one.state == "merged" else None, "merge_commit_sha": one.merge_commit or None,
        "merged_by": user(one.ended_by, origin) if one.state == "merged" else None,
        "base": _end(project, one.base, one.base, project.base_commit, origin, ""),
        "head": _end(project, one.head, head_ref, project.head_commit(one), origin, one.fork),
        "merge_base": project.base_commit, "due_date": None, "created_at": stamp(one.created_at),
        "updated_at": stamp(one.created_at), "closed_at": ended, "pin_order": 0,
    }  # fmt: skip


def _end(project: Project, label: str, ref: str, commit: str, origin: str, fork: str) -> dict[str, Any]:
    path = fork or project.path
    return {
        "label": label, "ref": ref, "sha": commit, "repo_id": number_of(path),
        "repo": repository(project, origin, None, path),
    }  # fmt: skip


def comment(project: Project, one: Pull, note: Note, origin: str) -> dict[str, Any]:
    page = f"{origin}/{project.path}/pulls/{one.number}"
    return {
        "id": note.id, "html_url": f"{page}#issuecomment-{note.id}", "pull_request_url": page, "issue_url": "",
        "user": user(note.author, origin), "original_author": "", "original_author_id": 0, "body": note.body,
        "assets": [], "created_at": stamp(note.created_at), "updated_at": stamp(note.created_at),
    }  # fmt: skip


def issue(project: Project, one: Issue | Pull, origin: str) -> dict[str, Any]:
    page = f"{origin}/{project.path}/issues/{one.number}"
    return {
        "id": 3000 + one.number, "number": one.number, "url": page, "html_url": page, "title": one.title,
        "body": one.body, "user": user(one.author, origin), "state": one.state, "labels": [], "comments": 0,
        "assignees": None, "assignee": None, "milestone": None, "is_locked": False, "pull_request": None,
        "created_at": stamp(one.created_at), "updated_at": stamp(one.created_at), "closed_at": None, "due_date": None,
    }  # fmt: skip


def reviews(project: Project, one: Pull, origin: str) -> list[dict[str, Any]]:
    """Official is the last word of a person who may write."""
    last = {review.id for review in project.last_reviews(one).values()}
    made = []
    for review in one.reviews:
        official = review.id in last and project.people.get(review.author) in {"admin", "write"}
        made.append({
            "id": review.id, "user": user(review.author, origin), "team": None, "body": "", "dismissed": False,
            "state": _VERDICTS[review.verdict], "commit_id": review.commit, "official": official,
            "stale": review.commit != project.head_commit(one), "comments_count": 0, "html_url": "x",
            "pull_request_url": "x", "submitted_at": stamp(review.created_at), "updated_at": stamp(review.created_at),
        } | ({"dismissed": True, "state": "REQUEST_CHANGES"} if review.verdict == "dismissed" else {}))  # fmt: skip
    return made


def event(number: int, kind: str, login: str, origin: str) -> dict[str, Any]:
    """An entry of the timeline."""
    return {
        "id": number, "type": kind, "html_url": "", "pull_request_url": "", "issue_url": "",
        "user": user(login, origin), "body": "", "created_at": "2026-01-02T00:00:00Z",
        "updated_at": "2026-01-02T00:00:00Z", "label": None, "removed_assignee": False,
    }  # fmt: skip


def status(number: int, state: str, name: str, summary: str, times: tuple[str | None, str | None]) -> dict[str, Any]:
    return {
        "id": number, "status": state, "target_url": "", "description": summary, "url": "x", "context": name,
        "creator": None, "created_at": times[0], "updated_at": times[1],
    }  # fmt: skip
