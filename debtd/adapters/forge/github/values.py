"""GitHub's JSON as debtd's values."""

from debtd.adapters.forge.http.fields import Fields
from debtd.adapters.forge.hunks import touched_lines
from debtd.model.forge import Comment, ForgePullRequest, ForgeState, ListedRepository, TouchedFile


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
        author=login(fields, "user"),
        mergeable=fields.flag("mergeable") if fields.has("mergeable") else None,
        labels=tuple(label.text("name") for label in fields.children("labels")),
        assignees=tuple(user.text("login") for user in fields.children("assignees")),
        reviewers=tuple(user.text("login") for user in fields.children("requested_reviewers")),
    )


def login(fields: Fields, name: str) -> str:
    """A person's login; empty for a deleted account."""
    return fields.child(name).text("login") if fields.has(name) else ""


def comment(fields: Fields) -> Comment:
    return Comment(
        author=login(fields, "user"),
        body=fields.text_or("body"),
        may_write=False,
        created_at=fields.moment("created_at"),
    )


def touched_file(fields: Fields) -> TouchedFile:
    """One entry of a pull request's files, under the path that it has before the change."""
    lines = touched_lines(fields.text("patch")) if fields.has("patch") else None
    return TouchedFile(path=fields.text_or("previous_filename", fields.text("filename")), lines=lines)


def listed_repository(fields: Fields) -> ListedRepository:
    return ListedRepository(
        project=fields.text("full_name"),
        url=fields.text("clone_url"),
        default_branch=fields.text_or("default_branch"),
        archived=fields.flag("archived"),
        fork=fields.flag("fork"),
        topics=fields.texts("topics"),
    )
