"""What parent and child say to each other about the sieve: many small files in one request.

A child that fails at a request does not tell at which of its files: the answer is None then.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from debtd.adapters.cst_pool.wire import Garbage, known, line_of, number_of, object_of, skipped_of, skipped_row, text_of
from debtd.model.coverage import Skipped
from debtd.rulekit.node import decode_node, encode_node
from debtd.rulekit.sieve import Declaration


@dataclass(frozen=True, slots=True)
class Parcel:
    """Path and location of each file. `control_of` names the only rule to look for, for a planted control."""

    files: tuple[tuple[str, str], ...]
    control_of: str = ""


@dataclass(frozen=True, slots=True)
class Sifted:
    """One file: its identifiers, joined by spaces, and the rules that have candidates in it with their numbers; or why
    it is not read."""

    words: str = ""
    candidates: Mapping[str, int] | None = None
    skipped: Skipped | None = None


Answer = tuple[Sifted, ...] | None
"""One for each file of the parcel, in order; None where the child failed."""


def encode_declarations(declarations: tuple[Declaration, ...]) -> bytes:
    rows = [[d.rule_id, d.words, d.signs, d.names, [encode_node(node) for node in d.nodes]] for d in declarations]
    return line_of(rows)


def decode_declarations(line: bytes) -> tuple[Declaration, ...]:
    return tuple(
        Declaration(
            rule_id=rule_id,
            words=tuple(map(tuple, words)),
            signs=tuple(signs),
            names=tuple(names),
            nodes=tuple(map(decode_node, nodes)),
        )
        for rule_id, words, signs, names, nodes in json.loads(line)
    )


def encode_parcel(parcel: Parcel) -> bytes:
    return line_of([parcel.files, parcel.control_of])


def decode_parcel(line: bytes) -> Parcel:
    files, control_of = json.loads(line)
    return Parcel(tuple(map(tuple, files)), control_of)


def encode_answer(files: tuple[Sifted, ...], memory_bytes: int) -> bytes:
    rows = [[f.words, f.candidates, skipped_row(f.skipped)] for f in files]
    return line_of({"files": rows, "memory": memory_bytes})


def decode_answer(line: bytes, parcel: Parcel, rule_ids: frozenset[str]) -> tuple[Answer, int]:
    """The answer and the child's memory. Raises `Garbage`."""
    body = object_of(line)
    try:
        files = tuple(_sifted(row, rule_ids) for row in body["files"])
        memory = number_of(body["memory"])
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise Garbage(f"a reply of the wrong shape: {type(error).__name__}") from None
    if len(files) != len(parcel.files):
        raise Garbage("a reply for other files than asked")
    return files, memory


def _sifted(row: list[Any], rule_ids: frozenset[str]) -> Sifted:
    words, candidates, skipped = row
    if (candidates is None) is (skipped is None):
        raise ValueError("a file is either sifted or skipped")
    return Sifted(
        words=text_of(words),
        candidates=None if candidates is None else {known(r, rule_ids): number_of(n) for r, n in candidates.items()},
        skipped=skipped_of(skipped),
    )
