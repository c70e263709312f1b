"""A call and its answer, apart from any socket; and what all wire formats share."""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol
from urllib.parse import parse_qs, unquote, urlencode, urlsplit


@dataclass(frozen=True)
class Call:
    """A request as it arrived; `target` is path and query, `at` the forge's time."""

    method: str
    target: str
    headers: Mapping[str, str]
    content: bytes
    at: datetime

    @property
    def path(self) -> str:
        return urlsplit(self.target).path

    @property
    def query(self) -> dict[str, str]:
        return {name: values[0] for name, values in parse_qs(urlsplit(self.target).query, strict_parsing=False).items()}

    def json(self) -> dict[str, Any]:
        value = json.loads(self.content or b"{}")
        assert isinstance(value, dict)
        return value


@dataclass
class Reply:
    status: int
    value: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    text: str | None = None

    def content(self) -> bytes:
        if self.text is not None:
            return self.text.encode()
        return b"" if self.status in {204, 304} else json.dumps(self.value).encode()


class Wire(Protocol):
    """One forge's API: the prefix of its paths and what it does with a call below it."""

    kind: str
    prefix: str

    def forget(self) -> None: ...

    def token_of(self, call: Call) -> str | None: ...

    def answer(self, call: Call, origin: str) -> Reply: ...

    def refusal(self, status: int, message: str) -> Reply: ...

    def project_path(self, path: str) -> str | None: ...


Route = tuple[str, re.Pattern[str], Callable[..., Reply]]


def route(method: str, pattern: str, handler: Callable[..., Reply]) -> Route:
    """`{name}` matches one part of a path, `{name+}` also several."""
    expression = re.sub(r"\{(\w+)\+\}", r"(?P<\1>.+)", pattern)
    expression = re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", expression)
    return method, re.compile(expression), handler


def dispatch(routes: Sequence[Route], call: Call, path: str) -> Reply | None:
    for method, pattern, handler in routes:
        found = pattern.fullmatch(path)
        if method == call.method and found:
            return handler(call, **{name: unquote(value) for name, value in found.groupdict().items()})
    return None


def paged(call: Call, items: Sequence[Any], origin: str, size_name: str = "per_page", default: int = 30) -> Reply:
    """One page of a list, with the Link header that leads to the next."""
    size, page = int(call.query.get(size_name, default)), int(call.query.get("page", 1))
    headers = {}
    if page * size < len(items):
        query = urlencode(call.query | {"page": str(page + 1)})
        headers["Link"] = f'<{origin}{call.path}?{query}>; rel="next", <{origin}{call.path}?page=9>; rel="last"'
    return Reply(200, list(items[(page - 1) * size : page * size]), headers)


def stamp(moment: datetime | None) -> str | None:
    return None if moment is None else moment.strftime("%Y-%m-%dT%H:%M:%SZ")
