"""Nothing that a sifting child says is believed; one that fails blinds nobody's neighbours."""

import json
from pathlib import Path

import pytest

from debtd.adapters.cst_pool.messages import Request
from debtd.adapters.cst_pool.sieving import sieve_all
from debtd.adapters.cst_pool.sifting import (
    Parcel,
    Sifted,
    decode_answer,
    decode_declarations,
    decode_parcel,
    encode_answer,
    encode_declarations,
    encode_parcel,
)
from debtd.adapters.cst_pool.wire import Garbage
from debtd.model.coverage import Skipped, SkipReason
from debtd.rulekit.loader import load_rules
from debtd.rulekit.rule import SemgrepPattern

RULES = [r for r in load_rules([Path(__file__).parents[3] / "rules"]) if not isinstance(r.detect, SemgrepPattern)]
IDS = frozenset({"super-with-arguments"})
PARCEL = Parcel((("caf\udce9\n.py", "/repo/caf\udce9\n.py"), ("b.py", "/b.py")), control_of="x")


def test_everything_survives_the_way_there_and_back() -> None:
    declarations = tuple(rule.declaration for rule in RULES)
    answer = (
        Sifted(words="é super", candidates={"super-with-arguments": 2}),
        Sifted(words="", skipped=Skipped(SkipReason.ENCODING, "é")),
    )
    assert decode_declarations(encode_declarations(declarations)) == declarations
    assert decode_parcel(encode_parcel(PARCEL)) == PARCEL
    assert b"\n" not in encode_parcel(PARCEL)[:-1]
    assert decode_answer(encode_answer(answer, 7), PARCEL, IDS) == (answer, 7)


@pytest.mark.parametrize(
    "files",
    [
        [],
        [["a", {}, None]],
        [["a", {}, None], ["a", None, None]],
        [["a", {}, None], ["a", {}, ["encoding", ""]]],
        [["a", {}, None], ["a", {"other-rule": 1}, None]],
        [["a", {}, None], ["a", {"super-with-arguments": -1}, None]],
        [["a", {}, None], [7, {}, None]],
        [["a", {}, None], ["a", None, ["no-such-reason", ""]]],
        [["a", {}, None], ["a", {}]],
        "ab",
    ],
)
def test_an_answer_of_another_shape_is_garbage(files: object) -> None:
    with pytest.raises(Garbage):
        decode_answer(json.dumps({"files": files, "memory": 1}).encode(), PARCEL, IDS)


def test_a_file_that_stops_the_sieve_leaves_its_neighbours_sifted(tmp_path: Path) -> None:
    """The parser of CPython takes longer than anybody waits for the second file."""
    texts = {
        "good.py": "class A(B):\n    def f(self):\n        super(A, self).f()\n",
        "slow.py": "super(A, " + "(" * 100 + "lambda: " * 3_000 + "super(" * 80 + "\n",
        "clean.py": "x = 1\n",
    }
    requests = []
    for name, text in texts.items():
        (tmp_path / name).write_text(text)
        requests.append(Request(name, str(tmp_path / name), len(text), ()))
    missing = Request("gone.py", str(tmp_path / "gone.py"), 0, ())

    sieved = sieve_all([*requests, missing], [], RULES, 4.0, 2)

    assert sieved.files["good.py"].candidates == {"super-with-arguments": 1}
    assert sieved.files["clean.py"].candidates == {}
    assert "x" in sieved.files["clean.py"].words.split(" ")
    skipped = sieved.files["gone.py"].skipped
    assert skipped is not None
    assert skipped.reason is SkipReason.UNREADABLE
    assert "slow.py" not in sieved.files or sieved.files["slow.py"].candidates
