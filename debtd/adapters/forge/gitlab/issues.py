"""Issues on GitLab."""

from collections.abc import Mapping, Sequence

from debtd.adapters.forge.gitlab.values import username
from debtd.adapters.forge.http.fields import Fields
from debtd.adapters.forge.http.transport import Transport
from debtd.model.forge import ForgeIssue


class GitLabIssues:
    """Implements IssueApi. `home` is the project's path."""

    def __init__(self, transport: Transport, home: str) -> None:
        self._http = transport
        self._issues = f"{home}/issues"

    def written_by(self, login: str) -> Sequence[ForgeIssue]:
        items = self._http.pages(self._issues, author_username=login, state="all", scope="all", per_page=100)
        found = [Fields(item, "an issue") for item in items]
        return [_issue(one) for one in found if username(one, "author") == login]

    def read(self, number: int) -> ForgeIssue:
        return _issue(Fields(self._http.get(f"{self._issues}/{number}").value, "an issue"))

    def create(self, title: str, body: str) -> ForgeIssue:
        return self._written("POST", self._issues, {"title": title, "description": body})

    def edit(self, number: int, title: str, body: str) -> ForgeIssue:
        return self._written("PUT", f"{self._issues}/{number}", {"title": title, "description": body})

    def close(self, number: int) -> None:
        self._written("PUT", f"{self._issues}/{number}", {"state_event": "close"})

    def _written(self, method: str, path: str, asked: Mapping[str, str]) -> ForgeIssue:
        return _issue(Fields(self._http.write(method, path, asked).value, "an issue"))


def _issue(fields: Fields) -> ForgeIssue:
    return ForgeIssue(
        number=fields.number("iid"),
        url=fields.text("web_url"),
        is_open=fields.text("state") == "opened",
        title=fields.text("title"),
        body=fields.text_or("description"),
    )
