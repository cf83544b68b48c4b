"""What the reader finds in a shell script: words, commands, and the place of every hole.

Positions count characters of the joined text.
"""

from __future__ import annotations

from typing import Literal

from runtime.model.slotted import dataclass, field

OPAQUE = "\1"
"""Stands in a word's value for what an expansion gives."""

DECLARING = frozenset({"declare", "typeset", "local", "export", "readonly"})
"""Builtins whose arguments may be assignments."""

PlaceKind = Literal[
    "bare",
    "double",
    "heredoc",
    "arithmetic",
    "subscript",
    "offset",
    "single",
    "ansi",
    "backquote",
    "parameter",
    "comment",
    "quoted heredoc",
    "escaped",
    "dollar",
    "glued",
    "group",
    "quoted arithmetic",
]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a hole stands as far as quoting goes; `opened` is where that quoting begins."""

    kind: PlaceKind
    opened: int


@dataclass(slots=True)
class Word:
    """A word. `value`: its text without quotes, `HOLE` and `OPAQUE` in it. `holes`: those of its own, at any depth
    of quotes but not of commands inside. `assigns`: the variable, if the word is an assignment."""

    start: int
    end: int = 0
    value: str = ""
    quoted: bool = False
    holes: list[int] = field(default_factory=list)
    assigns: str | None = None
    elements: list[Word] = field(default_factory=list)

    @property
    def whole(self) -> bool:
        """Nothing but one hole outside of quotes."""
        return len(self.holes) == 1 and self.end - self.start == 1


@dataclass(frozen=True, slots=True)
class Redirect:
    operator: str
    target: Word


@dataclass(slots=True)
class Command:
    """A simple command, or the words of a `for`, a `case` or a `[[ ]]`.

    `piped`: where the pipeline that feeds its standard input begins. `bodies`: spans of its here-documents.
    """

    kind: Literal["simple", "for", "case", "condition"]
    start: int
    words: list[Word] = field(default_factory=list)
    assignments: list[Word] = field(default_factory=list)
    redirects: list[Redirect] = field(default_factory=list)
    bodies: list[tuple[int, int]] = field(default_factory=list)
    piped: int | None = None


class Lost(Exception):
    """The reader cannot follow the script from `at` on. `broken`: because the script itself is not complete."""

    def __init__(self, at: int, reason: str, help: str, *, broken: bool = False) -> None:
        super().__init__(reason)
        self.at = at
        self.reason = reason
        self.help = help
        self.broken = broken
