"""Statements and the blocks that hold them."""

from __future__ import annotations

from flowc.format.comments import Comment
from flowc.format.pieces import Leaf, Piece, Row, close, joined, lead_of, put
from flowc.format.writer import STEP, Writer
from runtime.model.slotted import dataclass, field


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
        close(self.closing, writer, indent, bool(self.statements.statements))


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
