"""Regular expressions as Go has them, in time that grows with the text and not with the malice of the expression.

Python's `re` tries alternatives one after the other; an expression of a hostile repository can keep it busy for ever.
Here all are followed at once. Known: literals, escapes, `.`, classes, groups, `|`, `*`, `+`, `?`, `^`, `$`.
"""

from dataclasses import dataclass, field

from debtd.model.codeowners.wildcard import ANY, CharacterSet, parse_class

_MAX_STATES = 2000
_DIGITS, _SPACES = ("0", "9"), ((" ", " "), ("\t", "\t"), ("\n", "\n"), ("\r", "\r"), ("\f", "\f"))
_WORD = (_DIGITS, ("a", "z"), ("A", "Z"), ("_", "_"))
_ESCAPES = {
    "d": CharacterSet((_DIGITS,)), "D": CharacterSet((_DIGITS,), negated=True),
    "w": CharacterSet(_WORD), "W": CharacterSet(_WORD, negated=True),
    "s": CharacterSet(_SPACES), "S": CharacterSet(_SPACES, negated=True),
}  # fmt: skip


@dataclass(slots=True)
class _State:
    """Goes on to all of `then`: after a character of `reads`; at once where `reads` is None, at the `edge` if it says
    one ("^" or "$")."""

    reads: CharacterSet | None = None
    edge: str = ""
    then: list["_State"] = field(default_factory=list)


@dataclass(frozen=True, slots=True, eq=False)
class LinearRegex:
    first: _State
    last: _State

    def search(self, text: str) -> bool:
        """Whether it is found anywhere in the text."""
        current: dict[int, _State] = {}
        for position in range(len(text) + 1):
            current = self._reached([*current.values(), self.first], position, len(text))
            if id(self.last) in current:
                return True
            if position < len(text):
                read = [s for s in current.values() if s.reads is not None and s.reads.holds(text[position])]
                current = {id(state): state for one in read for state in one.then}
        return False

    def _reached(self, states: list[_State], position: int, end: int) -> dict[int, _State]:
        reached: dict[int, _State] = {}
        while states:
            state = states.pop()
            if id(state) in reached:
                continue
            reached[id(state)] = state
            is_there = {"": True, "^": position == 0, "$": position == end}[state.edge]
            if state.reads is None and is_there:
                states.extend(state.then)
        return reached


def compile_linear(expression: str) -> LinearRegex:
    """Raises ValueError for an expression that is wrong, too large, or uses what is not known here."""
    parser = _Parser(expression)
    first, last = parser.alternatives()
    if parser.at < len(expression):
        raise ValueError("a parenthesis is closed that was not opened")
    return LinearRegex(first, last)


class _Parser:
    """Builds states as it reads; each method returns the first and the last state of what it read."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.states = 0
        self.depth = 0

    def alternatives(self) -> tuple[_State, _State]:
        first, last = self._state(), self._state()
        while True:
            begin, end = self._sequence()
            first.then.append(begin)
            end.then.append(last)
            if not self._takes("|"):
                return first, last

    def _sequence(self) -> tuple[_State, _State]:
        first = last = self._state()
        while self.at < len(self.text) and self.text[self.at] not in "|)":
            begin, end = self._repeated()
            last.then.append(begin)
            last = end
        return first, last

    def _repeated(self) -> tuple[_State, _State]:
        begin, end = self._atom()
        sign = self.text[self.at : self.at + 1]
        if sign == "{":
            raise ValueError("counted repetitions are not known here; write it out")
        if not sign or sign not in "*+?":
            return begin, end
        self.at += 1
        self._takes("?")  # a lazy one finds in the same texts
        first, last = self._state(), self._state()
        first.then.append(begin)
        end.then.append(last)
        if sign in "*+":
            end.then.append(begin)
        if sign in "*?":
            first.then.append(last)
        return first, last

    def _atom(self) -> tuple[_State, _State]:
        character = self.text[self.at]
        self.at += 1
        if character == "(":
            return self._group()
        if character in "^$":
            return self._single(self._state(edge=character))
        if character in "*+?":
            raise ValueError(f"there is nothing before {character} to repeat")
        return self._single(self._state(self._reads(character)))

    def _reads(self, character: str) -> CharacterSet:
        if character == ".":
            return ANY
        if character == "[":
            one, self.at = parse_class(self.text, self.at)
            return one
        if character == "\\":
            if self.at == len(self.text):
                raise ValueError("it ends in the middle of an escape")
            character, self.at = self.text[self.at], self.at + 1
            if character.isalnum():
                if character not in _ESCAPES:
                    raise ValueError(f"the escape \\{character} is not known here")
                return _ESCAPES[character]
        return CharacterSet(((character, character),))

    def _group(self) -> tuple[_State, _State]:
        if self._takes("?") and not self._takes(":"):
            raise ValueError("groups with options are not known here; write plain ones")
        self.depth += 1
        if self.depth > 50:
            raise ValueError("its groups are nested too deeply")
        begin, end = self.alternatives()
        self.depth -= 1
        if not self._takes(")"):
            raise ValueError("a parenthesis is not closed")
        return begin, end

    def _single(self, begin: _State) -> tuple[_State, _State]:
        end = self._state()
        begin.then.append(end)
        return begin, end

    def _state(self, reads: CharacterSet | None = None, edge: str = "") -> _State:
        self.states += 1
        if self.states > _MAX_STATES:
            raise ValueError("it is too long")
        return _State(reads, edge)

    def _takes(self, character: str) -> bool:
        if self.text[self.at : self.at + 1] != character:
            return False
        self.at += 1
        return True
