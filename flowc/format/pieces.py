"""Pieces: what the builder makes of each part of the text, and how each is printed, on one line or on several.

A piece is a `str` if it can only stand on one line. Others have `flat`, the text on one line, which is None if they
must be broken: because of a comment, a text of many lines, or a line break that the author chose. `lead` is the width
up to the first place where a line may end. `print` gets the indentation of the statement or entry that the piece is
in, and the width of what must follow on its last line.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from flowc.format.comments import Comment
from flowc.format.writer import STEP, Writer
from runtime.model.slotted import dataclass


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


def close(closing: Piece, writer: Writer, indent: int, filled: bool) -> None:
    """The closing bracket on a line of its own; comments before it are indented like what it closes."""
    if isinstance(closing, Leaf) and closing.before:
        writer.line(indent + STEP)
        if filled and closing.before[0].blank_before:
            writer.blank()
        writer.comments(closing.before, closed=True)
        closing = Leaf(closing.text, [], closing.behind)
    writer.entry(indent)
    put(closing, writer, indent)
