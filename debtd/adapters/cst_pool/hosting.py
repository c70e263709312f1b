"""The life of a child: limits first, then requests from its parent, each answered, until the parent ends it.

Started by process.py as its own session. Everything that could outlive or outgrow a hostile file is limited before
the first request; what cannot be caught (a parser that never returns, a crash) is the parent's to end.
"""

import ctypes
import os
import queue
import resource
import signal
import sys
import threading
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from debtd.adapters.cst_pool.wire import encode_greeting
from debtd.model.errors import DebtdError

Answer = Callable[[bytes], bytes]
"""From a request's line to the reply's line. What it raises ends the child."""

_ADDRESS_SPACE = 3 << 30
# Parsers recurse once per nested node, in C or Rust and again in Python; both need far more than the default.
_STACK = 1 << 30
_RECURSION = 100_000
_PR_SET_PDEATHSIG = 1


def host(prepare: Callable[[bytes], Answer]) -> None:
    """Serve the parent named by the first argument. `prepare` reads the orders; a DebtdError is told to the parent."""
    _die_with(int(sys.argv[1]))
    _limit()
    requests, replies = _channels()
    line = requests.readline()
    if not line:
        return
    try:
        answer = prepare(line)
    except DebtdError as error:
        _send(replies, encode_greeting(str(error)))
        return
    _send(replies, encode_greeting(""))
    jobs: queue.SimpleQueue[bytes] = queue.SimpleQueue()
    threading.stack_size(_STACK)
    sys.setrecursionlimit(_RECURSION)
    threading.Thread(target=_answer_all, args=(jobs, replies, answer), daemon=True).start()
    for line in requests:
        jobs.put(line)
    os._exit(0)  # the parent is done with us, whatever the other thread is doing


def resident_bytes() -> int:
    """What this process holds in memory."""
    with Path("/proc/self/statm").open("rb") as file:
        return int(file.read().split()[1]) * resource.getpagesize()


def _die_with(parent: int) -> None:
    """Ask the kernel for SIGKILL when the parent's thread ends: it works even inside a parser that never returns."""
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, int(signal.SIGKILL), 0, 0, 0)
    if os.getppid() != parent:
        os._exit(0)


def _limit() -> None:
    """No core files, no writing of files, bounded memory. Time is the parent's to measure, per request."""
    limits = (
        (resource.RLIMIT_AS, _ADDRESS_SPACE),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_NOFILE, 64),
    )
    for name, value in limits:
        hard = resource.getrlimit(name)[1]
        ceiling = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(name, (ceiling, ceiling))
    warnings.simplefilter("ignore")


def _channels() -> tuple[BinaryIO, BinaryIO]:
    """Private copies of stdin and stdout; a rule that prints or reads meets /dev/null instead."""
    requests = os.fdopen(os.dup(0), "rb")
    replies = os.fdopen(os.dup(1), "wb")
    with Path(os.devnull).open("r+b") as nothing:
        os.dup2(nothing.fileno(), 0)
        os.dup2(nothing.fileno(), 1)
    return requests, replies


def _answer_all(jobs: "queue.SimpleQueue[bytes]", replies: BinaryIO, answer: Answer) -> None:
    try:
        while True:
            _send(replies, answer(jobs.get()))
    finally:
        os._exit(1)  # a child that cannot answer must not look alive


def _send(replies: BinaryIO, line: bytes) -> None:
    replies.write(line)
    replies.flush()
