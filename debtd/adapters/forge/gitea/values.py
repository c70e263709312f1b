"""Gitea's JSON as debtd's values. A draft is a title that begins with "WIP:"."""

import re

from debtd.adapters.forge.github_dialect import login_of
from debtd.adapters.forge.http.fields import Fields
from debtd.model.forge import ForgePullRequest, ForgeState

_DRAFT = re.compile(r"\s*(?:WIP:|\[WIP\])\s*", re.IGNORECASE)

_METHODS = {
    "merge": "allow_merge_commits",
    "squash": "allow_squash_merge",
    "rebase": "allow_rebase",
    "rebase-merge": "allow_rebase_explicit",
    "fast-forward-only": "allow_fast_forward_only_merge",
}


def draft_title(title: str, *, draft: bool) -> str:
    return f"WIP: {title}" if draft else title


def merge_method(repository: Fields) -> str:
    """How a repository wants to be merged into: its own default if that is allowed, else the first that is."""
    default = repository.text_or("default_merge_style")
    allowed = [name for name, flag in _METHODS.items() if repository.flag(flag)]
    return default if default in allowed else next(iter(allowed), "merge")


def pull_request(fields: Fields) -> ForgePullRequest:
    head, base = fields.child("head"), fields.child("base")
    title = fields.text("title")
    merged = fields.flag("merged")
    return ForgePullRequest(
        number=fields.number("number"),
        url=fields.text("html_url"),
        state=ForgeState.MERGED if merged else ForgeState(fields.text("state")),
        draft=fields.flag("draft") if fields.has("draft") else bool(_DRAFT.match(title)),
        title=_DRAFT.sub("", title, count=1) if _DRAFT.match(title) else title,
        body=fields.text_or("body"),
        branch=head.text_or("label", head.text_or("ref")),  # the ref is another one when the branch is gone
        commit=head.text("sha"),
        base_branch=base.text("ref"),
        from_fork=head.number("repo_id") != base.number("repo_id"),
        author=login_of(fields, "user"),
        mergeable=fields.flag("mergeable") if fields.has("mergeable") else None,
        labels=tuple(label.text("name") for label in fields.children("labels")),
        assignees=tuple(user.text("login") for user in fields.children("assignees")),
        reviewers=tuple(user.text("login") for user in fields.children("requested_reviewers")),
        ended_by=login_of(fields, "merged_by"),
        merge_commit=fields.text_or("merge_commit_sha") if merged else "",
    )
