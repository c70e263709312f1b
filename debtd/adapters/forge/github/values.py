"""GitHub's JSON as debtd's values."""

from debtd.adapters.forge.github_dialect import login_of
from debtd.adapters.forge.http.fields import Fields
from debtd.adapters.forge.hunks import touched_lines
from debtd.model.forge import ForgePullRequest, ForgeState, TouchedFile


def pull_request(fields: Fields) -> ForgePullRequest:
    """From the list or the single form; only the single form tells `mergeable`."""
    head = fields.child("head")
    home = head.child("repo").text("full_name") if head.has("repo") else ""  # a deleted fork has none
    merged = fields.has("merged_at")
    return ForgePullRequest(
        number=fields.number("number"),
        url=fields.text("html_url"),
        state=ForgeState.MERGED if merged else ForgeState(fields.text("state")),
        draft=fields.flag("draft"),
        title=fields.text("title"),
        body=fields.text_or("body"),
        branch=head.text("ref"),
        commit=head.text("sha"),
        base_branch=fields.child("base").text("ref"),
        from_fork=home.lower() != fields.child("base").child("repo").text("full_name").lower(),
        author=login_of(fields, "user"),
        mergeable=fields.flag("mergeable") if fields.has("mergeable") else None,
        labels=tuple(label.text("name") for label in fields.children("labels")),
        assignees=tuple(user.text("login") for user in fields.children("assignees")),
        reviewers=tuple(user.text("login") for user in fields.children("requested_reviewers")),
        merge_commit=fields.text_or("merge_commit_sha") if merged else "",  # before that it is a trial merge
    )


def touched_file(fields: Fields) -> TouchedFile:
    """One entry of a pull request's files, under the path that it has before the change."""
    lines = touched_lines(fields.text("patch")) if fields.has("patch") else None
    return TouchedFile(path=fields.text_or("previous_filename", fields.text("filename")), lines=lines)
