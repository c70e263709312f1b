"""The child: reads requests from its parent, answers each, and dies with its parent.

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
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

from debtd.adapters.cst_pool.examine import examine
from debtd.adapters.cst_pool.messages import (
    Orders,
    Reply,
    Request,
    decode_orders,
    decode_request,
    encode_greeting,
    encode_reply,
)
from debtd.model.coverage import Skipped, SkipReason
from debtd.model.errors import DebtdError
from debtd.model.project import Project
from debtd.rulekit.loader import load_rules, select_rules
from debtd.rulekit.rule import Rule

_ADDRESS_SPACE = 3 << 30
# LibCST recurses once per nested node, in Rust and again in Python; both need far more than the default.
_STACK = 1 << 30
_RECURSION = 100_000
_PR_SET_PDEATHSIG = 1


def main() -> None:
    parent = int(sys.argv[1])
    _die_with(parent)
    _limit()
    requests, replies = _channels()
    line = requests.readline()
    if not line:
        return
    try:
        orders = decode_orders(line)
        rules = _load(orders)
    except DebtdError as error:
        _send(replies, encode_greeting(str(error)))
        return
    _send(replies, encode_greeting(""))
    jobs: queue.SimpleQueue[Request] = queue.SimpleQueue()
    threading.stack_size(_STACK)
    sys.setrecursionlimit(_RECURSION)
    threading.Thread(target=_answer_all, args=(jobs, replies, rules, orders), daemon=True).start()
    for line in requests:
        jobs.put(decode_request(line))
    os._exit(0)  # the parent is done with us, whatever the other thread is doing


def _die_with(parent: int) -> None:
    """Ask the kernel for SIGKILL when the parent's thread ends: it works even inside a parser that never returns."""
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, int(signal.SIGKILL), 0, 0, 0)
    if os.getppid() != parent:
        os._exit(0)


def _limit() -> None:
    """No core files, no writing of files, bounded memory. Time is the parent's to measure, per file."""
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


def _load(orders: Orders) -> tuple[Rule, ...]:
    """The rules asked for. Raises ConfigError when one is missing; a changed digest is the caller's to refuse."""
    rules = select_rules(load_rules(Path(folder) for folder in orders.folders), orders.digests)
    changed = [rule for rule in rules if rule.digest != orders.digests[rule.id]]
    if changed:
        raise DebtdError(f"the rule {changed[0].path} has changed since it was loaded; start again.")
    return rules


def _answer_all(jobs: "queue.SimpleQueue[Request]", replies: BinaryIO, rules: tuple[Rule, ...], orders: Orders) -> None:
    by_id = {rule.id: rule for rule in rules}
    try:
        while True:
            reply = _answer(jobs.get(), rules, by_id, orders.project)
            _send(replies, encode_reply(replace(reply, memory=_memory())))
    finally:
        os._exit(1)  # a child that cannot answer must not look alive


def _answer(request: Request, rules: tuple[Rule, ...], by_id: dict[str, Rule], project: Project) -> Reply:
    try:
        if request.control:
            rule = by_id[request.control]
            return examine(request.location, request.path, (rule,), _control_project(rule))
        return examine(request.location, request.path, rules, project)
    except BaseException as error:  # noqa: BLE001  (a panic of the native parser is no Exception)
        return Reply(skipped=Skipped(SkipReason.PARSER_REFUSED, type(error).__name__))


def _control_project(rule: Rule) -> Project:
    """A control must fire whatever the scanned project supports."""
    return Project(min_python=rule.bad[0].min_python, declared_in="the control")


def _memory() -> int:
    """Resident bytes."""
    with Path("/proc/self/statm").open("rb") as file:
        return int(file.read().split()[1]) * resource.getpagesize()


def _send(replies: BinaryIO, line: bytes) -> None:
    replies.write(line)
    replies.flush()
