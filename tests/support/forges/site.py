"""A forge on the loopback: TLS, one wire format, real git smart HTTP, planned faults, a record of every call."""

import contextlib
import hashlib
import os
import re
import socket
import ssl
import subprocess
import threading
from base64 import b64decode
from collections.abc import Callable
from dataclasses import dataclass
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

from tests.support.forges.clock import FakeClock
from tests.support.forges.descriptions import Description
from tests.support.forges.project import Project
from tests.support.forges.wire import Call, Reply, Wire

_GIT = re.compile(r"(?:\.git)?(/info/refs|/git-upload-pack|/git-receive-pack)")  # forges do not need the ".git"
TOKEN = "canary-token-9f8e7d6c5b4a"


@dataclass(frozen=True)
class Stalled:
    """An answer that never ends: `head`, then silence, or `drip` again and again."""

    head: bytes = b""
    drip: bytes = b""


Outcome = Reply | bytes | Stalled | None
Fault = Callable[["Site", Call, Callable[[], Reply]], Outcome]
"""What happens instead of an answer: a reply, raw bytes, a stalled connection, or None to hang up."""


class Site:
    """`violations` collects what the forge's published description does not allow, in requests and in answers.

    `stalled` is released whenever an answer begins to stall.
    """

    def __init__(self, folder: Path, certificates: tuple[Path, Path], clock: FakeClock, wire: Wire) -> None:
        self.folder = folder
        self.clock = clock
        self.wire = wire
        self.ca_file = certificates[0]
        self.projects: dict[str, Project] = {}
        self.tokens = {TOKEN}
        self.calls: list[Call] = []
        self.git_calls: list[str] = []
        self.faults: dict[int, Fault] = {}
        self.violations: list[str] = []
        self.on_git: Callable[[], object] = lambda: None
        self.released = threading.Event()
        self.stalled = threading.Semaphore(0)
        self.description = Description.of(wire.kind)
        self._server = _Server(self, certificates[1])
        self.origin = f"https://127.0.0.1:{self._server.server_port}"

    def close(self) -> None:
        self.released.set()
        self._server.shutdown()
        self._server.server_close()

    def start(self) -> None:
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()

    def forget(self, clock: FakeClock) -> None:
        """Start over with other repositories and another clock."""
        self.clock = clock
        self.projects.clear()
        self.calls.clear()
        self.git_calls.clear()
        self.faults.clear()
        self.violations.clear()
        self.tokens = {TOKEN}
        self.on_git = lambda: None
        self.wire.forget()
        self.released.set()
        self.released = threading.Event()
        self.stalled = threading.Semaphore(0)

    def add_project(self, path: str) -> Project:
        self.projects[path] = Project(path, self.folder / f"{path}.git", self.clock)
        return self.projects[path]

    def add_listed(self, path: str, topics: list[str]) -> None:
        """A repository that is only a line in a list."""
        self.projects[path] = Project(path, self.folder / f"{path}.git", self.clock, empty=True)
        self.projects[path].topics = topics

    def fail_at(self, number: int, fault: Fault) -> None:
        """Plan a fault for the call with this number from now on, counted from 0."""
        self.faults[len(self.calls) + number] = fault

    def take(self, call: Call) -> Outcome:
        number = len(self.calls)
        self.calls.append(call)
        fault = self.faults.pop(number, None)
        if fault is not None:
            return fault(self, call, lambda: self._answer(call))
        return self._answer(call)

    def _answer(self, call: Call) -> Reply:
        if call.headers.get("host") != urlsplit(self.origin).netloc:
            self.violations.append(f"a call came by another name: {call.headers.get('host')}")
        if self.wire.token_of(call) not in self.tokens:
            return self.wire.refusal(401, "Bad credentials")
        reply = self.wire.answer(call, self.origin)
        path = call.path.removeprefix(self.wire.prefix)
        self.violations += self.description.problems(call, path, reply)
        if call.method == "GET" and reply.status == 200:
            tag = f'W/"{hashlib.sha256(reply.content()).hexdigest()[:16]}"'
            if call.headers.get("if-none-match") == tag:
                return Reply(304, headers={"ETag": tag})
            reply.headers["ETag"] = tag
        return reply


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, site: Site, certificate: Path) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.site = site
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(certificate)

    def get_request(self) -> tuple[socket.socket, object]:
        accepted, address = super().get_request()
        return self.context.wrap_socket(accepted, server_side=True, do_handshake_on_connect=False), address

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that went away is no event."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    timeout = 300
    server: _Server

    def _serve(self) -> None:
        site = self.server.site
        headers = {name.lower(): value for name, value in self.headers.items()}
        content = self._content()
        if _GIT.search(self.path):
            self._git(site, headers, content)
            return
        outcome = site.take(Call(self.command, self.path, headers, content, site.clock.now()))
        if isinstance(outcome, Reply):
            self._send(outcome.status, outcome.headers | {"Content-Type": "application/json"}, outcome.content())
            return
        self.close_connection = True
        if isinstance(outcome, bytes):
            self.wfile.write(outcome)
        elif isinstance(outcome, Stalled):
            self._stall(site, outcome)

    def _stall(self, site: Site, stalled: Stalled) -> None:
        """Say nothing more, or a byte now and then, until the client or the test has had enough."""
        released = site.released  # this test's, not the next one's
        with contextlib.suppress(OSError):
            self.wfile.write(stalled.head)
            site.stalled.release()
            while not released.wait(0.02):
                self.wfile.write(stalled.drip)

    def __getattr__(self, name: str) -> Callable[[], None]:
        if name.startswith("do_"):
            return self._serve
        raise AttributeError(name)

    def _content(self) -> bytes:
        if self.headers.get("Transfer-Encoding", "").lower() == "chunked":
            content = b""
            while size := int(self.rfile.readline().split(b";")[0], 16):
                content += self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()
            return content
        return self.rfile.read(int(self.headers.get("Content-Length", 0)))

    def _send(self, status: int, headers: dict[str, str], content: bytes) -> None:
        lines = [f"HTTP/1.1 {status} x", f"Date: {format_datetime(self.server.site.clock.now(), usegmt=True)}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        if status not in {204, 304}:
            lines.append(f"Content-Length: {len(content)}")
        self.wfile.write("\r\n".join([*lines, "", ""]).encode() + (b"" if status in {204, 304} else content))

    def _git(self, site: Site, headers: dict[str, str], content: bytes) -> None:
        site.git_calls.append(f"{self.command} {self.path}")
        site.on_git()
        kind, _, pair = headers.get("authorization", "").partition(" ")
        password = b64decode(pair).decode().partition(":")[2] if kind == "Basic" else ""
        if password not in site.tokens:
            self._send(401, {"WWW-Authenticate": 'Basic realm="git"'}, b"")
            return
        parts = urlsplit(self.path)
        environment = {
            "PATH": os.environ["PATH"], "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": "/dev/null",
            "GIT_PROJECT_ROOT": str(site.folder), "GIT_HTTP_EXPORT_ALL": "1",
            "PATH_INFO": _GIT.sub(r".git\1", parts.path),
            "QUERY_STRING": parts.query, "REQUEST_METHOD": self.command, "REMOTE_USER": "debtd",
            "CONTENT_TYPE": headers.get("content-type", ""), "CONTENT_LENGTH": str(len(content)),
            "HTTP_CONTENT_ENCODING": headers.get("content-encoding", ""),
            "GIT_PROTOCOL": headers.get("git-protocol", ""), "REMOTE_ADDR": "127.0.0.1",
        }  # fmt: skip
        done = subprocess.run(["git", "http-backend"], input=content, capture_output=True, env=environment, check=False)
        head, _, body = done.stdout.partition(b"\r\n\r\n")
        fields = dict(line.split(": ", 1) for line in head.decode().split("\r\n") if ": " in line)
        self._send(int(fields.pop("Status", "200")[:3]), fields, body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  (the parent's name)
        """Nothing on stderr."""
