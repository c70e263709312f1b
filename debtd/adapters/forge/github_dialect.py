"""JSON that Gitea has in common with GitHub, whose API it follows."""

from collections.abc import Sequence

from debtd.adapters.forge.connection import Uses
from debtd.adapters.forge.http.fields import Fields
from debtd.model.forge import AccessFact, Comment, ListedRepository


def login_of(fields: Fields, name: str) -> str:
    """A person's login; empty where there is none, as for a deleted account."""
    return fields.child(name).text("login") if fields.has(name) else ""


def comment(fields: Fields) -> Comment:
    return Comment(
        number=fields.number("id"),
        author=login_of(fields, "user"),
        body=fields.text_or("body"),
        may_write=False,
        created_at=fields.moment("created_at"),
    )


def listed_repository(fields: Fields) -> ListedRepository:
    return ListedRepository(
        project=fields.text("full_name"),
        url=fields.text("clone_url"),
        default_branch=fields.text_or("default_branch"),
        archived=fields.flag("archived"),
        fork=fields.flag("fork"),
        topics=fields.texts("topics"),
    )


def issue_facts(repository: Fields, project: str, uses: Uses) -> Sequence[AccessFact]:
    """Whether debtd can keep an issue there, if it is to."""
    if not uses.issues:
        return ()
    on = repository.flag("has_issues")
    return (AccessFact(f"issues of {project}", on, "yes" if on else "switched off; switch them on"),)
