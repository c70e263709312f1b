"""Issues on GitHub, and on Gitea, which follows its API."""

from collections.abc import Callable, Iterable, Mapping, Sequence

from debtd.adapters.forge.github_dialect import login_of
from debtd.adapters.forge.http.fields import Fields
from debtd.adapters.forge.http.transport import Transport
from debtd.model.forge import ForgeIssue


class DialectIssues:
    """Implements IssueApi for the repository at the path `home`. `listed` gives the issues of an author, and it does no
    harm when it gives others too: they ask for them each in a way of its own."""

    def __init__(self, transport: Transport, home: str, listed: Callable[[str], Iterable[object]]) -> None:
        self._http = transport
        self._issues = f"{home}/issues"
        self._listed = listed

    def written_by(self, login: str) -> Sequence[ForgeIssue]:
        found = [Fields(item, "an issue") for item in self._listed(login)]
        return [_issue(one) for one in found if not one.has("pull_request") and login_of(one, "user") == login]

    def read(self, number: int) -> ForgeIssue:
        return _issue(Fields(self._http.get(f"{self._issues}/{number}").value, "an issue"))

    def create(self, title: str, body: str) -> ForgeIssue:
        return self._written("POST", self._issues, {"title": title, "body": body})

    def edit(self, number: int, title: str, body: str) -> ForgeIssue:
        return self._written("PATCH", f"{self._issues}/{number}", {"title": title, "body": body})

    def close(self, number: int) -> None:
        self._written("PATCH", f"{self._issues}/{number}", {"state": "closed"})

    def _written(self, method: str, path: str, asked: Mapping[str, str]) -> ForgeIssue:
        return _issue(Fields(self._http.write(method, path, asked).value, "an issue"))


def _issue(fields: Fields) -> ForgeIssue:
    return ForgeIssue(
        number=fields.number("number"),
        url=fields.text("html_url"),
        is_open=fields.text("state") == "open",
        title=fields.text("title"),
        body=fields.text_or("body"),
    )
