"""The state of one reading of a shell script: the cursor, and what has been found so far."""

from __future__ import annotations

from collections.abc import Callable

from flowc.analysis.scripts.joined import HOLE
from flowc.analysis.scripts.shell.commands import Command, Lost, Place, PlaceKind, Word

MAX_DEPTH = 60
BLANKS = " \t"
METACHARACTERS = " \t\n;&|()<>"
_JOINABLE = " \t\"'_-./,:%"


class Scan:
    """A cursor over the joined text. `bash` tells whether the script is for bash; what `sh` is differs by machine."""

    def __init__(self, text: str, *, bash: bool, substitution: Callable[[Scan, int], None]) -> None:
        self.text = text
        self.bash = bash
        self.position = 0
        self.end = len(text)
        self.depth = 0
        self.places: dict[int, Place] = {}
        self.settled: set[int] = set()
        self.commands: list[Command] = []
        self.read_substitution = substitution

    def peek(self, ahead: int = 0) -> str:
        """The character there, or the empty text at the end."""
        at = self.position + ahead
        return self.text[at] if at < self.end else ""

    def at(self, text: str) -> bool:
        return self.text.startswith(text, self.position, self.end)

    def step(self, count: int) -> None:
        """Move on, at most to the end: a backslash may be the last character."""
        self.position = min(self.position + count, self.end)

    def place(self, kind: PlaceKind, opened: int, word: Word | None = None) -> None:
        """Note the hole under the cursor and step over it."""
        self.places[self.position] = Place(kind, opened)
        if word is None:
            self.settled.add(self.position)
        else:
            word.holes.append(self.position)
        self.position += 1

    def place_all(self, kind: PlaceKind, opened: int, end: int) -> None:
        """Note every hole from the cursor to `end`, and step there."""
        while (hole := self.text.find(HOLE, self.position, end)) >= 0:
            self.position = hole
            self.place(kind, opened)
        self.position = max(self.position, end)

    def forget(self, start: int) -> None:
        """Go back to `start`, as if nothing after it had been read."""
        for position in range(start, self.position):
            self.places.pop(position, None)
            self.settled.discard(position)
        self.position = start

    def emit(self, command: Command) -> None:
        """The command is complete, so the holes of its words can be judged."""
        self.commands.append(command)
        words = [
            *command.words,
            *command.assignments,
            *(entry.target for entry in command.redirects),
        ]
        for word in words:
            self.settled.update(word.holes)
            for element in word.elements:
                self.settled.update(element.holes)

    def continuation(self) -> bool:
        """Step over a backslash and newline, which a shell removes before it reads on; False if there is none."""
        if not self.at("\\\n"):
            return False
        before = self.text[self.position - 1 : self.position] or " "
        if not (before.isalnum() or before in _JOINABLE or before in HOLE + "\n"):
            raise Lost(
                self.position,
                f"the line breaks right after `{before}`, so the next line may change what it means",
                "put a space before the backslash, or keep this on one line",
            )
        self.position += 2
        return True

    def skip_blanks(self) -> None:
        text, end = self.text, self.end
        while True:
            while self.position < end and text[self.position] in BLANKS:
                self.position += 1
            if not self.continuation():
                return

    def nested(self) -> None:
        """Count one level of nesting; a bound keeps the reader from the end of Python's stack."""
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise Lost(
                self.position,
                f"this is nested more than {MAX_DEPTH} deep",
                "make it simpler",
            )

    def unclosed(self, opened: int, what: str, closer: str) -> Lost:
        return Lost(
            opened,
            f"{what} is not closed",
            f"add {closer} where it should end",
            broken=True,
        )

    def skip_comment(self) -> None:
        """Step to the end of the line; nothing reads the holes on the way."""
        opened = self.position
        close = self.text.find("\n", opened, self.end)
        self.place_all("comment", opened, self.end if close < 0 else close)
