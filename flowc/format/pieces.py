"""Pieces: what the builder makes of each part of the text, and how each is printed, on one line or on several.

A piece is a `str` if it can only stand on one line. Others have `flat`, the text on one line, which is None if they
must be broken: because of a comment, a text of many lines, or a line break that the author chose. `lead` is the width
up to the first place where a line may end. `print` gets the indentation of the statement or entry that the piece is
in, and the width of what must follow on its last line.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from flowc.format.comments import Comment
from flowc.format.writer import STEP, Writer
from flowc.syntax.precedence import BINDING


class Broken(Protocol):
    """A piece that may stand on several lines."""

    @property
    def flat(self) -> str | None: ...

    @property
    def lead(self) -> int: ...

    def print(self, writer: Writer, indent: int, after: int) -> None: ...


Piece = str | Broken


def flat_of(piece: Piece) -> str | None:
    return piece if isinstance(piece, str) else piece.flat


def lead_of(pieces: Sequence[Piece], after: int) -> int:
    """The width of pieces in a row up to the first place where a line may end."""
    width = 0
    for piece in pieces:
        if not isinstance(piece, str):
            return width + piece.lead
        width += len(piece)
    return width + after


def put(piece: Piece, writer: Writer, indent: int, after: int = 0) -> None:
    """Prints a piece: on this line if it fits."""
    flat = flat_of(piece)
    if flat is not None and (isinstance(piece, str) or writer.fits(flat, after)):
        writer.write(flat)
    elif not isinstance(piece, str):
        piece.print(writer, indent, after)


def joined(pieces: Sequence[Piece], between: str = "") -> str | None:
    """The pieces on one line, or None."""
    texts = []
    for piece in pieces:
        flat = flat_of(piece)
        if flat is None:
            return None
        texts.append(flat)
    return between.join(texts)


@dataclass(slots=True)
class Leaf:
    """A token with comments."""

    text: Piece
    before: list[Comment]
    behind: Comment | None
    flat: None = None

    @property
    def lead(self) -> int:
        return lead_of([self.text], 0)

    def print(self, writer: Writer, indent: int, after: int) -> None:
        if self.before:
            writer.comments(self.before)
        put(self.text, writer, indent, after)
        if self.behind:
            writer.end_of_line(self.behind)


@dataclass(slots=True)
class Row:
    """Pieces one after another."""

    parts: list[Piece]
    flat: str | None = None

    @property
    def lead(self) -> int:
        return lead_of(self.parts, 0)

    def print(self, writer: Writer, indent: int, after: int) -> None:
        for place, part in enumerate(self.parts):
            put(part, writer, indent, lead_of(self.parts[place + 1 :], after))


def row(parts: list[Piece]) -> Piece:
    """Pieces one after another, as simple as they can be."""
    if len(parts) == 1:
        return parts[0]
    flat = joined(parts)
    if flat is not None and all(isinstance(part, str) for part in parts):
        return flat
    return Row(parts, flat)


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
        _close(self.closing, writer, indent, bool(self.entries))

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


def _close(closing: Piece, writer: Writer, indent: int, filled: bool) -> None:
    """The closing bracket on a line of its own; comments before it are indented like what it closes."""
    if isinstance(closing, Leaf) and closing.before:
        writer.line(indent + STEP)
        if filled and closing.before[0].blank_before:
            writer.blank()
        writer.comments(closing.before, closed=True)
        closing = Leaf(closing.text, [], closing.behind)
    writer.entry(indent)
    put(closing, writer, indent)


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


@dataclass(slots=True)
class Lines:
    """A text of many lines. `first`: what stands behind the opening quotes; the others begin with the margin
    that is to be replaced. `closed`: the closing quotes are on a line of their own."""

    opening: str
    lines: list[str]
    closing: str
    closed: bool
    flat: None = None

    @property
    def lead(self) -> int:
        return len(self.opening)

    def print(self, writer: Writer, indent: int, after: int) -> None:
        writer.write(self.opening)
        margin = " " * (indent + STEP)
        text = "".join(f"\n{margin}{line}" if line else "\n" for line in self.lines)
        last = f"\n{' ' * indent}{self.closing}" if self.closed else self.closing
        text += last
        writer.raw(text, len(text) - text.rfind("\n") - 1)


@dataclass(slots=True)
class Verbatim:
    """Text that is printed as it was written."""

    text: str
    flat: None = None

    @property
    def lead(self) -> int:
        return self.text.find("\n")

    def print(self, writer: Writer, indent: int, after: int) -> None:
        first, line_end, rest = self.text.partition("\n")
        writer.write(first)
        writer.raw(line_end + rest, len(rest) - rest.rfind("\n") - 1)


@dataclass(slots=True)
class Statement:
    """A statement or a case. `before`: the comments above it; `spaced`: an empty line comes before these; `behind`:
    the comment at the end of it."""

    piece: Piece
    before: list[Comment]
    spaced: bool
    behind: Comment | None


@dataclass(slots=True)
class Statements:
    """Statements, each on lines of its own."""

    statements: list[Statement]

    def print(self, writer: Writer, indent: int) -> None:
        for place, statement in enumerate(self.statements):
            writer.entry(indent)
            if statement.spaced and place:
                writer.blank()
            if statement.before:
                writer.comments(statement.before)
            put(statement.piece, writer, indent)
            if statement.behind:
                writer.end_of_line(statement.behind)


@dataclass(slots=True)
class Block:
    """Statements or cases in braces. `between` is what separates them on one line; `chosen`: the author has more
    than one line; `start`: where the block begins in the source."""

    opening: Piece
    statements: Statements
    closing: Piece
    between: str
    chosen: bool
    start: int
    flat: str | None = field(init=False)

    def __post_init__(self) -> None:
        short = self._short()
        self.flat = None if isinstance(self.closing, Leaf) else short

    def _short(self) -> str | None:
        """The block on one line; a comment may stand behind it."""
        closing = self.closing
        if isinstance(self.opening, Leaf) or (isinstance(closing, Leaf) and closing.before):
            return None
        if not self.statements.statements:
            return "{ }"
        inner = None if self.chosen else joined([one.piece for one in self.statements.statements], self.between)
        return None if inner is None else f"{{ {inner} }}"

    @property
    def lead(self) -> int:
        return 1

    def print(self, writer: Writer, indent: int, after: int) -> None:
        short = self._short()
        if short is not None and isinstance(self.closing, Leaf) and self.closing.behind and writer.fits(short, after):
            writer.write(short)
            writer.end_of_line(self.closing.behind)
            return
        put(self.opening, writer, indent)
        self.statements.print(writer, indent + STEP)
        _close(self.closing, writer, indent, bool(self.statements.statements))


@dataclass(slots=True)
class Branches:
    """`if … { } else if … { } else { }`: each branch its heading and its block; `chosen`: on several lines.

    Broken, an `else` stands on the line of the brace before it, unless that brace closes a block of one line.
    """

    branches: list[tuple[Piece, Piece]]
    chosen: bool = False

    @property
    def flat(self) -> str | None:
        if self.chosen:
            return None
        return joined([part for branch in self.branches for part in branch], " ")

    @property
    def lead(self) -> int:
        return lead_of([self.branches[0][0]], 0)

    def print(self, writer: Writer, indent: int, after: int) -> None:
        before = writer.lines
        for place, (heading, block) in enumerate(self.branches):
            if place and (writer.lines == before or _begins_with_comment(heading)):
                writer.entry(indent)
            elif place:
                writer.write(" ")
            put(heading, writer, indent, 2)
            writer.write(" ")
            before = writer.lines
            put(block, writer, indent, after if place == len(self.branches) - 1 else 0)


def _begins_with_comment(piece: Piece) -> bool:
    first = piece.parts[0] if isinstance(piece, Row) else piece
    return isinstance(first, Leaf) and bool(first.before)
