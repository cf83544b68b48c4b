"""Regular expressions in time that grows with the text alone: automata, no backtracking.

What is there: characters, `.`, `[a-z]`, `[^…]`, `\\d \\w \\s` and their capitals, groups, `|`, `* + ?`, `{m,n}`.
A pattern is about the whole text, so `^` at its start and `$` at its end are allowed and change nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Final

from runtime.expression.errors import ExpressionError
from runtime.model.slotted import dataclass, field

_MAX_PATTERN: Final = 1000
_MAX_STATES: Final = 5000
_MAX_WORK: Final = 2_000_000
_MAX_CACHED: Final = 50_000
_MAX_DEPTH: Final = 100

_Test = Callable[[str], bool]


@dataclass(slots=True)
class _State:
    """One state: a test that leads to `next`, or none and then all of `jumps` are entered without a character."""

    test: _Test | None = None
    next: int = -1
    jumps: list[int] = field(default_factory=list)


@dataclass(slots=True)
class Pattern:
    """A compiled pattern. `cache`: sets of states seen so far, each with where a character leads; bounded."""

    states: list[_State]
    start: frozenset[int]
    accept: int
    cache: dict[tuple[frozenset[int], str], frozenset[int]] = field(default_factory=dict)

    def fits(self, text: str) -> bool:
        """Whether the whole text fits. ExpressionError if that is too much work for so long a text."""
        current, work = self.start, 0
        for character in text:
            following = self.cache.get((current, character))
            if following is None:
                work += len(current)
                if work > _MAX_WORK:
                    raise ExpressionError("the pattern needs too much work for so long a text")
                following = self._remember(current, character)
            if not following:
                return False
            current = following
        return self.accept in current

    def _remember(self, current: frozenset[int], character: str) -> frozenset[int]:
        if len(self.cache) >= _MAX_CACHED:
            self.cache.clear()
        following = self.cache[current, character] = self._step(current, character)
        return following

    def _step(self, current: frozenset[int], character: str) -> frozenset[int]:
        found: set[int] = set()
        for index in current:
            state = self.states[index]
            if state.test is not None and state.test(character):
                found.add(state.next)
        return closure(self.states, found)


def closure(states: list[_State], entered: set[int]) -> frozenset[int]:
    """The states entered, with all that they lead to without a character."""
    seen, waiting = set(entered), list(entered)
    while waiting:
        for target in states[waiting.pop()].jumps:
            if target not in seen:
                seen.add(target)
                waiting.append(target)
    return frozenset(seen)


@lru_cache(maxsize=64)
def compile_pattern(text: str) -> Pattern:
    """The pattern; ExpressionError says what of it is not understood."""
    if len(text) > _MAX_PATTERN:
        raise ExpressionError(f"the pattern is longer than {_MAX_PATTERN} characters")
    builder = _Builder(text.removeprefix("^"))
    if builder.text.endswith("$") and not builder.text.endswith("\\$"):
        builder.text = builder.text[:-1]
    start, end = builder.alternatives(0)
    if builder.at < len(builder.text):
        raise ExpressionError("the pattern has a `)` without its `(`")
    return Pattern(builder.states, closure(builder.states, {start}), end)


_Part = tuple[int, int]


class _Builder:
    """Reads the pattern and builds the automaton (Thompson's construction); a part is its first and last state."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.states: list[_State] = []

    def alternatives(self, depth: int) -> _Part:
        if depth > _MAX_DEPTH:
            raise ExpressionError("the pattern is nested too deeply")
        branches = [self._sequence(depth)]
        while self._peek() == "|":
            self.at += 1
            branches.append(self._sequence(depth))
        if len(branches) == 1:
            return branches[0]
        start, end = self._state(), self._state()
        for first, last in branches:
            self.states[start].jumps.append(first)
            self.states[last].jumps.append(end)
        return start, end

    def _sequence(self, depth: int) -> _Part:
        start = end = self._state()
        while self._peek() not in ("", "|", ")"):
            first, last = self._repeated(depth)
            self.states[end].jumps.append(first)
            end = last
        return start, end

    def _repeated(self, depth: int) -> _Part:
        begin = self.at
        part = self._atom(depth)
        after = self.at
        least, most = self._bounds()
        if self.at == after:
            return part
        if self._peek() in ("*", "+", "?"):
            raise ExpressionError(f"the pattern repeats what is repeated already, at character {self.at + 1}")
        close = self.at
        end = start = self._state()
        copies = most if most is not None else least + 1
        for number in range(copies):
            first, last = part if number == 0 else self._copy(begin, depth)
            self.states[end].jumps.append(first)
            if number >= least:
                self.states[end].jumps.append(done := self._state())
                self.states[last].jumps.append(done)
                if most is None:
                    self.states[last].jumps.append(first)
                last = done
            end = last
        self.at = close
        return start, end

    def _copy(self, begin: int, depth: int) -> _Part:
        self.at = begin
        return self._atom(depth)

    def _bounds(self) -> tuple[int, int | None]:
        """How often the atom before stands: at least, at most; once if nothing says so."""
        match self._peek():
            case "*":
                bounds: tuple[int, int | None] = (0, None)
            case "+":
                bounds = (1, None)
            case "?":
                bounds = (0, 1)
            case "{":
                return self._counted()
            case _:
                return 1, 1
        self.at += 1
        return bounds

    def _counted(self) -> tuple[int, int | None]:
        close = self.text.find("}", self.at)
        least, comma, most = self.text[self.at + 1 : close].partition(",")
        numbers = least.isdecimal() and (most.isdecimal() or (bool(comma) and not most))
        if close < 0 or not (numbers or (least.isdecimal() and not comma)):
            raise ExpressionError("`{` in a pattern is a count such as {2} or {2,5}; write `\\{` for the brace itself")
        self.at = close + 1
        upper = int(most) if most else None if comma else int(least)
        if int(least) > _MAX_PATTERN or (upper is not None and not int(least) <= upper <= _MAX_PATTERN):
            raise ExpressionError(f"a count in a pattern goes from the lower to the higher, up to {_MAX_PATTERN}")
        return int(least), upper

    def _atom(self, depth: int) -> _Part:
        character = self._take()
        match character:
            case "(":
                return self._group(depth)
            case "[":
                return self._tested(self._class())
            case ".":
                return self._tested(lambda given: given != "\n")
            case "\\":
                return self._tested(self._escape())
            case "*" | "+" | "?" | "{":
                raise ExpressionError(f"the pattern has nothing to repeat before `{character}`")
            case "^" | "$":
                raise ExpressionError(f"`{character}` has no place inside a pattern; the whole text is matched anyway")
            case _:
                return self._tested(character.__eq__)

    def _group(self, depth: int) -> _Part:
        if self.text.startswith("?:", self.at):
            self.at += 2
        elif self._peek() == "?":
            raise ExpressionError("look-around and named groups are not part of patterns here")
        part = self.alternatives(depth + 1)
        if self._peek() != ")":
            raise ExpressionError("the pattern has a `(` without its `)`")
        self.at += 1
        return part

    def _class(self) -> _Test:
        negative = self._peek() == "^"
        self.at += negative
        tests: list[_Test] = []
        begin = self.at
        while self._peek() != "]" or self.at == begin:
            tests.append(self._class_part())
        self.at += 1
        return lambda given: any(test(given) for test in tests) is not negative

    def _class_part(self) -> _Test:
        low = self._take_in_class()
        if low == "\\":
            test = self._escape()
            if self.text[self.at - 1] in "dwsDWS":
                return test
            low = _ESCAPED.get(self.text[self.at - 1], self.text[self.at - 1])
        if self._peek() != "-" or self.text[self.at + 1 : self.at + 2] in ("]", ""):
            return low.__eq__
        self.at += 1
        high = self._take_in_class()
        if high == "\\":
            self._escape()
            high = _ESCAPED.get(self.text[self.at - 1], self.text[self.at - 1])
        if high < low:
            raise ExpressionError(f"the range `{low}-{high}` in a pattern is the wrong way round")
        return lambda given: low <= given <= high

    def _take_in_class(self) -> str:
        if not self._peek():
            raise ExpressionError("the pattern has a `[` without its `]`")
        return self._take()

    def _escape(self) -> _Test:
        if not self._peek():
            raise ExpressionError("the pattern ends in a lone backslash")
        character = self._take()
        kind = _KINDS.get(character.lower()) if character in "dwsDWS" else None
        if kind is not None:
            wanted = character.islower()
            return lambda given: kind(given) is wanted
        if character.isalnum() and character not in _ESCAPED:
            raise ExpressionError(f"`\\{character}` is not part of patterns here")
        return _ESCAPED.get(character, character).__eq__

    def _tested(self, test: _Test) -> _Part:
        start, end = self._state(), self._state()
        self.states[start].test, self.states[start].next = test, end
        return start, end

    def _state(self) -> int:
        if len(self.states) >= _MAX_STATES:
            raise ExpressionError("the pattern is too large")
        self.states.append(_State())
        return len(self.states) - 1

    def _peek(self) -> str:
        return self.text[self.at : self.at + 1]

    def _take(self) -> str:
        self.at += 1
        return self.text[self.at - 1]


_ESCAPED: Final = {"n": "\n", "t": "\t", "r": "\r"}
_KINDS: Final[dict[str, _Test]] = {
    "d": lambda given: "0" <= given <= "9",
    "w": lambda given: given.isalnum() or given == "_",
    "s": str.isspace,
}
