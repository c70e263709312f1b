"""One HTTP exchange: timeouts, a deadline over all, a cap on the answer, TLS always checked."""

import contextlib
import functools
import socket
import ssl
import threading
import weakref
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import httpx

from debtd.adapters.forge.http.faults import NotSent, OutcomeUnknown, TooLarge
from debtd.model.errors import ConfigError, RepoUnusable

MAX_ANSWER_BYTES = 10_000_000
_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Seconds to connect, between two bytes, and for one whole exchange."""

    connect_seconds: float = 10.0
    read_seconds: float = 30.0
    total_seconds: float = 60.0


@dataclass(frozen=True, slots=True)
class RawAnswer:
    """An answer as it came. Names of headers are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Client:
    """Talks to one origin (scheme, host, port), one exchange at a time.

    Nothing is taken from the environment: no proxy, no ~/.netrc. `ca_file` is trusted beside the system's
    authorities. Plain http is for the loopback only, since the credential would be seen.
    """

    def __init__(self, origin: str, *, ca_file: str = "", limits: Limits | None = None) -> None:
        parts = urlsplit(origin)
        if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in _LOOPBACK):
            raise ConfigError(f"{origin} is not an https:// address; the credential would travel in the clear.")
        self.origin = f"{parts.scheme}://{parts.netloc}"
        self.host = parts.netloc
        self._limits = limits or Limits()
        self._lock = threading.Lock()
        self._stream: Any = None  # httpcore's stream of the connection in use, for the deadline to cut
        timeout = httpx.Timeout(self._limits.read_seconds, connect=self._limits.connect_seconds)
        self._client = httpx.Client(
            verify=_trust(ca_file), timeout=timeout, trust_env=False, follow_redirects=False,
            limits=httpx.Limits(max_connections=1),
        )  # fmt: skip
        weakref.finalize(self, self._client.close)  # the connection is kept for as long as anybody uses this

    def exchange(self, method: str, url: str, headers: Mapping[str, str], content: bytes | None) -> RawAnswer:
        """Send one request and read the whole answer.

        Raises NotSent, OutcomeUnknown, RepoUnusable (the answer is too large), ConfigError (TLS).
        """
        if not url.startswith(f"{self.origin}/"):
            raise RepoUnusable(f"debtd sends the credential of {self.host} to no other address; check the settings.")
        request = self._client.build_request(
            method, url, headers=headers, content=content, extensions={"trace": self._trace}
        )
        # Compressed answers can grow without bound while they are unpacked.
        request.headers["accept-encoding"] = "identity"
        with self._lock, _translated(self.host), self._deadline():
            response = self._client.send(request, stream=True)
            try:
                body = self._read(response)
            finally:
                response.close()
        return RawAnswer(response.status_code, {k.lower(): v for k, v in response.headers.items()}, body)

    def _read(self, response: httpx.Response) -> bytes:
        body = bytearray()
        for chunk in response.iter_raw():
            body += chunk
            if len(body) > MAX_ANSWER_BYTES:
                raise TooLarge(
                    f"{self.host} answered with more than {MAX_ANSWER_BYTES // 1_000_000} MB, which debtd does not "
                    "read; look at what it serves."
                )
        return bytes(body)

    def _trace(self, event: str, info: Mapping[str, Any]) -> None:
        if event in {"connection.connect_tcp.complete", "connection.start_tls.complete"}:
            self._stream = info["return_value"]

    @contextlib.contextmanager
    def _deadline(self) -> Iterator[None]:
        """Cut the connection when an exchange takes too long as a whole: a server that drips bytes resets the read
        timeout with each of them."""
        timer = threading.Timer(self._limits.total_seconds, self._cut)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()

    def _cut(self) -> None:
        sock = None if self._stream is None else self._stream.get_extra_info("socket")
        if sock is not None:
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)


@functools.cache
def _trust(ca_file: str) -> ssl.SSLContext:
    """Made once for each file: reading all the system's authorities takes a tenth of a second."""
    context = ssl.create_default_context()
    if ca_file:
        try:
            context.load_verify_locations(ca_file)
        except (OSError, ssl.SSLError) as error:
            raise ConfigError(f"`ca_file` {ca_file} cannot be used ({error}); name a PEM file.") from None
    return context


@contextlib.contextmanager
def _translated(host: str) -> Iterator[None]:
    try:
        yield
    except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
        if _is_certificate(error):
            raise ConfigError(
                f"the certificate of {host} is not trusted; name its authority with `ca_file`, or mend the server."
            ) from None
        raise NotSent(f"{host} cannot be reached ({type(error).__name__}); try again later.") from None
    except httpx.TimeoutException:
        raise OutcomeUnknown(f"{host} did not answer in time; try again later.") from None
    except httpx.TransportError as error:
        raise OutcomeUnknown(f"{host} broke off its answer ({type(error).__name__}); try again later.") from None


def _is_certificate(error: BaseException | None) -> bool:
    while error is not None:
        if isinstance(error, ssl.SSLCertVerificationError):
            return True
        error = error.__cause__ or error.__context__
    return False
