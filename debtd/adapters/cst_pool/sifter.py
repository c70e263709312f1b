"""The child that runs the sieve. It never imports LibCST, so it starts in no time and stays small."""

from debtd.adapters.cst_pool.hosting import Answer, host, resident_bytes
from debtd.adapters.cst_pool.reading import read_bytes
from debtd.adapters.cst_pool.sifting import Sifted, decode_declarations, decode_parcel, encode_answer
from debtd.rulekit.identifiers import identifiers
from debtd.rulekit.sieve import Sieve
from debtd.rulekit.text import Refused, decode_python


def main() -> None:
    host(_prepare)


def _prepare(line: bytes) -> Answer:
    sieve = Sieve(decode_declarations(line))

    def answer(line: bytes) -> bytes:
        parcel = decode_parcel(line)
        files = tuple(_sift(sieve, location, parcel.control_of) for _, location in parcel.files)
        return encode_answer(files, resident_bytes())

    return answer


def _sift(sieve: Sieve, location: str, control_of: str) -> Sifted:
    try:
        text = decode_python(read_bytes(location)).text
    except Refused as refused:
        return Sifted(skipped=refused.skipped)
    words = identifiers(text)
    wanted = [rule_id for rule_id in sieve.wanted(words) if control_of in {"", rule_id}]
    return Sifted(words=" ".join(words), candidates=sieve.candidates(text, wanted) if wanted else {})
