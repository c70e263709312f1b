"""GitLab's JSON as debtd's values. A draft is a title that begins with "Draft:"."""

import re

from debtd.adapters.forge.http.fields import Fields
from debtd.adapters.forge.hunks import touched_lines
from debtd.model.forge import Comment, ForgePullRequest, ForgeState, ListedRepository, TouchedFile

_DRAFT = re.compile(r"\s*(?:Draft:|\[Draft\]|\(Draft\))\s*", re.IGNORECASE)
_ENDED = {"closed": ForgeState.CLOSED, "merged": ForgeState.MERGED}  # others: opened; locked while it is being merged
_MERGEABLE = {"can_be_merged": True, "cannot_be_merged": False, "cannot_be_merged_recheck": False}


def draft_title(title: str, *, draft: bool) -> str:
    return f"Draft: {title}" if draft else title


def pull_request(fields: Fields) -> ForgePullRequest:
    """Out of a merge request."""
    title, state = fields.text("title"), _ENDED.get(fields.text("state"), ForgeState.OPEN)
    ended = {ForgeState.CLOSED: "closed_by", ForgeState.MERGED: "merge_user"}.get(state, "")
    return ForgePullRequest(
        number=fields.number("iid"),
        url=fields.text("web_url"),
        state=state,
        draft=fields.flag("draft"),
        title=_DRAFT.sub("", title, count=1) if _DRAFT.match(title) else title,
        body=fields.text_or("description"),
        branch=fields.text("source_branch"),
        commit=fields.text_or("sha"),
        base_branch=fields.text("target_branch"),
        from_fork=not fields.has("source_project_id")
        or fields.number("source_project_id") != fields.number("target_project_id"),
        author=username(fields, "author"),
        mergeable=None if fields.text("state") == "locked" else _MERGEABLE.get(fields.text_or("merge_status")),
        labels=fields.texts("labels"),
        assignees=tuple(user.text("username") for user in fields.children("assignees")),
        reviewers=tuple(user.text("username") for user in fields.children("reviewers")),
        ended_by=username(fields, ended) if ended else "",
        merge_commit=_merge_commit(fields) if state is ForgeState.MERGED else "",
    )


def _merge_commit(fields: Fields) -> str:
    """What a project's merge method left: a merge commit, one of a squash, or, fast-forward, the head itself."""
    names = ("merge_commit_sha", "squash_commit_sha", "sha")
    return next((fields.text(name) for name in names if fields.has(name)), "")


def username(fields: Fields, name: str) -> str:
    """A person's login; empty where there is none."""
    return fields.child(name).text("username") if fields.has(name) else ""


def comment(fields: Fields) -> Comment:
    """Out of a note that a person wrote."""
    return Comment(
        number=fields.number("id"),
        author=username(fields, "author"),
        body=fields.text_or("body"),
        may_write=False,
        created_at=fields.moment("created_at"),
    )


def touched_file(fields: Fields) -> TouchedFile:
    diff = fields.text_or("diff")
    return TouchedFile(path=fields.text("old_path"), lines=touched_lines(diff) if diff else None)


def listed_repository(fields: Fields) -> ListedRepository:
    """Out of a project."""
    return ListedRepository(
        project=fields.text("path_with_namespace"),
        url=fields.text("http_url_to_repo"),
        default_branch=fields.text_or("default_branch"),
        archived=fields.flag("archived"),
        fork=fields.has("forked_from_project"),
        topics=fields.texts("topics"),
    )
