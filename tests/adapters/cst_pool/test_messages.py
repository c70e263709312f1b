"""Nothing that a child says is believed."""

import json

import pytest

from debtd.adapters.cst_pool.messages import (
    Orders,
    Reply,
    Request,
    decode_orders,
    decode_reply,
    decode_request,
    encode_orders,
    encode_reply,
    encode_request,
)
from debtd.adapters.cst_pool.wire import MAX_REPLY_BYTES, Garbage
from debtd.model.coverage import Skipped, SkipReason
from debtd.model.edit import Edit
from debtd.model.project import Project
from tests.support.builders import match

REQUEST = Request("a.py", "/repo/a.py", 100, ("class-inherits-object",))
RULES = frozenset({"class-inherits-object"})


def test_everything_survives_the_way_there_and_back() -> None:
    orders = Orders(("/rules",), {"class-inherits-object": "d"}, Project(min_python=(3, 9), declared_in="setup.cfg"))
    strange = Request("caf\udce9\n.py", "/repo/caf\udce9\n.py", 7, ("x",), control=True)
    found = match(edits=(Edit(0, 2, b"\xff\n", b"ab"),), blob="")
    reply = Reply(matches=(found,), skipped=Skipped(SkipReason.RULE_ERROR, "é"), broken={found.rule_id: "x"}, memory=5)

    assert decode_orders(encode_orders(orders)) == orders
    assert decode_request(encode_request(strange)) == strange
    assert b"\n" not in encode_request(strange)[:-1]
    assert decode_reply(encode_reply(reply), REQUEST, RULES) == reply


def test_a_reply_is_cut_at_its_limits_and_says_so() -> None:
    many = decode_reply(encode_reply(Reply(matches=(match(),) * 1_001)), REQUEST, RULES)
    assert len(many.matches) == 1_000
    assert many.skipped == Skipped(SkipReason.TOO_MANY_MATCHES, "1001 matches, of which the first 1000 are kept")

    huge = match(edits=(Edit(0, 0, b"x" * 1_000_000, b""),))
    line = encode_reply(Reply(matches=(huge,) * 50))
    assert len(line) < MAX_REPLY_BYTES
    cut = decode_reply(line, REQUEST, RULES)
    assert cut.skipped is not None
    assert cut.skipped.reason is SkipReason.TOO_MANY_MATCHES


def _reply(**changes: object) -> bytes:
    body = json.loads(encode_reply(Reply(matches=(match(edits=(Edit(0, 2, b"x", b"ab"),)),))))
    return json.dumps(body | changes).encode()


def _row(position: int, value: object) -> bytes:
    body = json.loads(_reply())
    body["matches"][0][position] = value
    return json.dumps(body).encode()


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"nonsense",
        b"[]",
        b"{}",
        b"[" * 100_000,
        b"\xff",
        _reply(matches=None),
        _reply(matches=[[]]),
        _reply(memory=-1),
        _reply(memory="1"),
        _reply(skipped=["no-such-reason", ""]),
        _reply(skipped=["syntax"]),
        _reply(broken={"another-rule": "x"}),
        _reply(broken=[]),
        _row(0, "another-rule"),
        _row(0, ["class-inherits-object"]),
        _row(1, [0, 101, 1, 1, 1, 1]),
        _row(1, [5, 4, 1, 1, 1, 1]),
        _row(1, [-1, 4, 1, 1, 1, 1]),
        _row(1, [0, 1.5, 1, 1, 1, 1]),
        _row(1, [True, 1, 1, 1, 1, 1]),
        _row(2, ["a", "b", "c", "d", None]),
        _row(3, [[0, 2, "eA==", "eA=="]]),
        _row(3, [[99, 101, "eA==", "eHg="]]),
        _row(3, [[0, 1, "?", "eA=="]]),
        _row(4, "syntax"),
    ],
)
def test_any_other_reply_is_garbage(line: bytes) -> None:
    decode_reply(_reply(), REQUEST, RULES)
    with pytest.raises(Garbage):
        decode_reply(line, REQUEST, RULES)
