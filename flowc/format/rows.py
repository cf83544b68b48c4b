"""Pieces of several parts with commas, brackets or operators between them."""

from __future__ import annotations

from flowc.format.comments import Comment
from flowc.format.pieces import Leaf, Lines, Piece, Row, close, flat_of, joined, lead_of, put
from flowc.format.writer import STEP, Writer
from flowc.syntax.precedence import BINDING
from runtime.model.slotted import dataclass, field


@dataclass(slots=True)
class Entry:
    """What stands between two brackets or commas, and the comma behind it if that has comments.

    `before`: the comments above it; `behind`: the comment at the end of its line; `spaced`: an empty line comes after
    it."""

    piece: Piece
    before: list[Comment]
    comma: Leaf | None = None
    behind: Comment | None = None
    spaced: bool = False

    @property
    def commented(self) -> bool:
        return bool(self.before or self.comma or self.behind)

    def begin(self, writer: Writer) -> None:
        """The comments above."""
        if self.before:
            writer.comments(self.before)

    def end(self, writer: Writer, indent: int, comma: bool) -> None:
        """What comes behind the piece: a comma, and the comments of both in the order in which they are written."""
        before = self.comma.before if self.comma else []
        behind = self.comma.behind if self.comma else None
        apart = bool(before or (self.behind and behind))
        if comma and not apart:
            writer.comma()
        if self.behind:
            writer.end_of_line(self.behind)
        if apart:
            writer.line(indent)
            if before:
                writer.comments(before, closed=True)
            writer.write(",")
        if behind:
            writer.end_of_line(behind)


@dataclass(slots=True)
class Bracketed:
    """Entries in brackets. Broken: one a line, with a comma after the last if `comma` says so.

    `chosen`: the author has broken the line after the opening bracket.
    """

    opening: Piece
    entries: list[Entry]
    closing: Piece
    pad: str
    comma: bool
    chosen: bool
    flat: str | None = field(init=False)

    def __post_init__(self) -> None:
        inner = joined([entry.piece for entry in self.entries], ", ")
        ends = joined([self.opening, self.closing])
        commented = any(entry.commented for entry in self.entries)
        self.flat = None
        if not (inner is None or ends is None or self.chosen or commented):
            self.flat = f"{self.opening}{self.pad}{inner}{self.pad}{self.closing}" if self.entries else ends

    @property
    def lead(self) -> int:
        return 1

    def print(self, writer: Writer, indent: int, after: int) -> None:
        if self._hugs():
            put(self.opening, writer, indent)
            put(self.entries[0].piece, writer, indent, 1 + after)
            put(self.closing, writer, indent)
            return
        put(self.opening, writer, indent)
        for place, entry in enumerate(self.entries):
            writer.entry(indent + STEP)
            last = place == len(self.entries) - 1
            entry.begin(writer)
            put(entry.piece, writer, indent + STEP, 1)
            entry.end(writer, indent + STEP, self.comma or not last)
            if entry.spaced and not last:
                writer.line(indent + STEP)
                writer.blank()
        close(self.closing, writer, indent, bool(self.entries))

    def _hugs(self) -> bool:
        """Whether the only entry is broken anyway and has brackets or quotes of its own."""
        if self.chosen or len(self.entries) != 1 or self.pad:
            return False
        entry = self.entries[0]
        if entry.commented or any(isinstance(end, Leaf) for end in (self.opening, self.closing)):
            return False
        piece = entry.piece
        last = piece.parts[-1] if isinstance(piece, Row) else piece
        return isinstance(last, Bracketed | Lines) and last.flat is None


@dataclass(slots=True)
class Commas:
    """Entries with commas between them and no brackets around. Broken: each on a line of its own."""

    entries: list[Entry]
    chosen: bool = False

    @property
    def flat(self) -> str | None:
        if self.chosen or any(entry.commented for entry in self.entries):
            return None
        return joined([entry.piece for entry in self.entries], ", ")

    @property
    def lead(self) -> int:
        return lead_of([self.entries[0].piece, ","], 0)

    def print(self, writer: Writer, indent: int, after: int) -> None:
        for place, entry in enumerate(self.entries):
            last = place == len(self.entries) - 1
            if place:
                writer.line(indent + STEP)
            entry.begin(writer)
            put(entry.piece, writer, indent if place == 0 else indent + STEP, after if last else 1)
            entry.end(writer, indent + STEP, not last)


@dataclass(slots=True)
class Operators:
    """Operands with operators between them. Broken: before each of the operators that bind least."""

    operands: list[Piece]
    signs: list[Piece] = field(default_factory=list)
    chosen: bool = False

    @property
    def flat(self) -> str | None:
        return None if self.chosen else joined(self._row().parts)

    def _row(self) -> Row:
        parts = [self.operands[0]]
        for sign, operand in zip(self.signs, self.operands[1:], strict=True):
            parts += [" ", sign, " ", operand]
        return Row(parts)

    @property
    def lead(self) -> int:
        return lead_of(self.operands[:1], 0)

    def print(self, writer: Writer, indent: int, after: int) -> None:
        if not self.chosen and sum(flat_of(operand) is None for operand in self.operands) == 1:
            self._row().print(writer, indent, after)
            return
        weakest = min(_binding(sign) for sign in self.signs)
        starts = [0, *(place + 1 for place, sign in enumerate(self.signs) if _binding(sign) == weakest)]
        for start, end in zip(starts, [*starts[1:], len(self.operands)], strict=True):
            inner = indent if start == 0 else indent + STEP
            if start:
                writer.line(indent + STEP)
                put(self.signs[start - 1], writer, indent)
                writer.write(" ")
            part = self.operands[start] if end == start + 1 else self._part(start, end)
            put(part, writer, inner, after if end == len(self.operands) else 0)

    def _part(self, start: int, end: int) -> Operators:
        return Operators(self.operands[start:end], self.signs[start : end - 1])


def _binding(sign: Piece) -> int:
    text = sign.text if isinstance(sign, Leaf) else sign
    return BINDING.get(text, 0) if isinstance(text, str) else 0


@dataclass(slots=True)
class Callee:
    """`= callee(…)` after a heading with `for`: on the next line if this one has no room."""

    call: Piece
    flat: str | None = field(init=False)

    def __post_init__(self) -> None:
        flat = flat_of(self.call)
        self.flat = None if flat is None else f" {flat}"

    @property
    def lead(self) -> int:
        return 0

    def print(self, writer: Writer, indent: int, after: int) -> None:
        if self.flat is None and writer.fits(" " * (lead_of([self.call], 0) + 1), 0):
            writer.write(" ")
            put(self.call, writer, indent, after)
            return
        writer.line(indent + STEP)
        put(self.call, writer, indent + STEP, after)
