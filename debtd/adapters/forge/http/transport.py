"""Calls to a forge's API: reads that are repeated, cached and followed, and writes that are made once.

A write whose outcome is not known is never sent again from here: the caller looks first.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import urlencode, urljoin, urlsplit

from debtd.adapters.display import shown
from debtd.adapters.forge.http.cache import EtagCache
from debtd.adapters.forge.http.client import Client, RawAnswer
from debtd.adapters.forge.http.faults import NotSent, NotThere, OutcomeUnknown, Refused, TooLarge
from debtd.adapters.forge.http.limits import is_limited, named_wait
from debtd.adapters.forge.http.links import next_page
from debtd.adapters.forge.http.pace import Pacer
from debtd.model.errors import ConfigError, DebtdError, RepoUnusable, Retryable
from debtd.model.secret import Secret, redact

Authorize = Callable[[], Mapping[str, Secret]]
"""The headers that prove who debtd is, made anew for each call: some credentials live for minutes."""

_ATTEMPTS = 4
_BACKOFF_SECONDS = (1.0, 4.0, 15.0)
_MAX_HOPS = 3
_MAX_PAGES = 50
_MOVED = frozenset({301, 302, 303, 307, 308})


@dataclass(frozen=True, slots=True)
class Answer:
    """A successful answer: parsed JSON (None where there is no body), headers in lower case, raw text."""

    value: object
    headers: Mapping[str, str]
    text: str


class Transport:
    """One forge's API below `api_url`, with one credential."""

    def __init__(
        self, api_url: str, authorize: Authorize, client: Client, pacer: Pacer, headers: Mapping[str, str]
    ) -> None:
        self.api_url = api_url.rstrip("/")
        self.host = client.host
        self._authorize = authorize
        self._client = client
        self._pacer = pacer
        self._headers = headers
        self._cache = EtagCache()

    def get(self, path: str, **query: str | int) -> Answer:
        """Read. Raises Retryable, NotThere, Refused, ConfigError."""
        return self._get(self._url(path, query), as_json=True)

    def get_text(self, path: str, **query: str | int) -> str:
        """Read something that is not JSON."""
        return self._get(self._url(path, query), as_json=False).text

    def pages(self, path: str, *, within: str = "", **query: str | int) -> Iterator[object]:
        """The items of a list (or of the list in the field `within`), over all its pages. Raises RepoUnusable when
        there is no end of them."""
        url: str | None = self._url(path, query)
        for _ in range(_MAX_PAGES):
            assert url is not None  # noqa: S101  (the loop ends below)
            answer = self._get(url, as_json=True)
            items = answer.value.get(within) if within and isinstance(answer.value, dict) else answer.value
            if not isinstance(items, list):
                raise RepoUnusable(f"{self.host} gave no list for {self._path(url)}; check `base_url` and `api_url`.")
            yield from items
            url = next_page(answer.headers.get("link", ""), url, self.api_url, self.host)
            if url is None:
                return
        raise RepoUnusable(f"{self.host} has over {_MAX_PAGES} pages of {self._path(str(url))}; debtd stops there.")

    def write(self, method: str, path: str, body: object | None = None, **query: str | int) -> Answer:
        """Change something, once. Raises OutcomeUnknown when it may have happened, otherwise as `get`."""
        url = self._url(path, query)
        content = None if body is None else json.dumps(body).encode()
        for last in (False, False, True):
            try:
                raw = self._once(method, url, content, {})
            except TooLarge as error:
                raise OutcomeUnknown(str(error)) from error
            if not is_limited(raw):
                break
            self._limited(raw, give_up=last)
        if raw.status >= 500:
            raise OutcomeUnknown(self._sentence(raw, method, url), after_seconds=self._after(raw))
        self._check(raw, method, url)
        try:
            return self._parse(raw, url, as_json=True)
        except Retryable as error:
            raise OutcomeUnknown(str(error)) from error

    def _get(self, url: str, *, as_json: bool) -> Answer:
        for hop in range(_MAX_HOPS + 1):
            raw = self._read(url)
            if raw.status == 304:
                return self._cache.answer(url)
            if raw.status not in _MOVED:
                self._check(raw, "GET", url)
                answer = self._parse(raw, url, as_json=as_json)
                self._cache.keep(url, raw.headers.get("etag", ""), answer)
                return answer
            if hop < _MAX_HOPS:
                url = self._moved(raw, url)
        raise RepoUnusable(f"{self.host} redirects {self._path(url)} without end; check `base_url`.")

    def _read(self, url: str) -> RawAnswer:
        """One GET, tried again while the forge fails for now."""
        for attempt in range(_ATTEMPTS):
            last = attempt == _ATTEMPTS - 1
            fault: DebtdError
            try:
                raw = self._once("GET", url, None, self._cache.condition(url))
            except (NotSent, OutcomeUnknown) as error:
                fault = error
            else:
                if is_limited(raw):
                    self._limited(raw, give_up=last)
                    continue
                if raw.status < 500:
                    return raw
                fault = Retryable(self._sentence(raw, "GET", url), after_seconds=self._after(raw))
            if last:
                raise fault
            self._pacer.sleep(_BACKOFF_SECONDS[attempt])
        raise AssertionError("unreachable")

    def _once(self, method: str, url: str, content: bytes | None, condition: Mapping[str, str]) -> RawAnswer:
        self._pacer.admit(write=method != "GET")
        headers = {**self._headers, **condition, "user-agent": "debtd"}
        if content is not None:
            headers["content-type"] = "application/json"
        headers |= {name: secret.reveal() for name, secret in self._authorize().items()}
        raw = self._client.exchange(method, url, headers, content)
        if raw.status < 400:
            self._pacer.relax()
            if (wait := named_wait(raw.headers, self._pacer.clock.now())) is not None:
                self._pacer.postpone(wait)
        return raw

    def _limited(self, raw: RawAnswer, *, give_up: bool) -> None:
        seconds = self._pacer.postpone(named_wait(raw.headers, self._pacer.clock.now()))
        if give_up:
            raise Retryable(f"{self.host} asks for fewer calls; debtd goes on later.", after_seconds=seconds)

    def _after(self, raw: RawAnswer) -> float:
        """Seconds until the next call, after a failure of the forge."""
        wait = named_wait(raw.headers, self._pacer.clock.now())
        return 60.0 if wait is None else self._pacer.postpone(wait)

    def _moved(self, raw: RawAnswer, url: str) -> str:
        """Where a read is redirected to, on the same origin."""
        target = urljoin(url, raw.headers.get("location", ""))
        if not target.startswith(f"{self.api_url}/"):
            raise self._elsewhere(target)
        return target

    def _elsewhere(self, target: str) -> RepoUnusable:
        there = shown(redact(urlsplit(target).netloc), 100) or "nowhere"
        return RepoUnusable(
            f"{self.host} redirects to {there}; debtd takes its credential nowhere else, use the new address."
        )

    def _check(self, raw: RawAnswer, method: str, url: str) -> None:
        """Raise what a status of 300 or more means."""
        if raw.status < 300:
            return
        sentence = self._sentence(raw, method, url)
        if raw.status in _MOVED:
            raise RepoUnusable(f"{sentence}; it has moved, use the new address.")
        if raw.status == 401:
            raise ConfigError(f"{self.host} does not accept debtd's credential (401); renew the token or key.")
        kind = NotThere if raw.status in {404, 410} else Refused
        raise kind(f"{sentence}.", status=raw.status, words=_words(raw))

    def _sentence(self, raw: RawAnswer, method: str, url: str) -> str:
        words = _words(raw)
        return f"{self.host} answered {raw.status} to {method} {self._path(url)}" + (f" ({words})" if words else "")

    def _parse(self, raw: RawAnswer, url: str, *, as_json: bool) -> Answer:
        text = raw.body.decode("utf-8", "replace")
        if not as_json or raw.status == 204:
            return Answer(None, raw.headers, text)
        try:
            return Answer(json.loads(text), raw.headers, text)
        except (ValueError, RecursionError):
            raise Retryable(f"{self.host} gave a cut or broken answer for {self._path(url)}; try later.") from None

    def _url(self, path: str, query: Mapping[str, str | int]) -> str:
        return f"{self.api_url}/{path}" + (f"?{urlencode(query)}" if query else "")

    def _path(self, url: str) -> str:
        return shown(redact(urlsplit(url).path), 200)


def _words(raw: RawAnswer) -> str:
    """The forge's own explanation, on one line, without secrets."""
    try:
        value = json.loads(raw.body)
    except (ValueError, RecursionError):
        return ""
    if not isinstance(value, dict):
        return ""
    parts = [value.get("message") or value.get("error")]
    errors = value.get("errors")
    parts += [e.get("message") for e in errors if isinstance(e, dict)] if isinstance(errors, list) else []
    return shown(redact("; ".join(str(part) for part in parts if part)), 300)
