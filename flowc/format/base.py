"""What all actions of the formatter's builder share: tokens, comments, lists, statements."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from functools import cached_property
from typing import Any, Final

from flowc.diagnostics import Sink
from flowc.format.blocks import Block, Statement, Statements
from flowc.format.comments import Comment, Comments, is_blank_after
from flowc.format.pieces import Leaf, Piece, Verbatim, row
from flowc.format.rows import Bracketed, Commas, Entry
from flowc.format.texts import text_piece
from flowc.source import Source, Span
from flowc.syntax.lexer import Token, lex
from flowc.syntax.nodes import ErrorNode
from flowc.syntax.parser import Reduction

Children = list[Any]

_LINE_ENDS: Final = re.compile(r"[ \t\f]*(?:#|\n)")
_TIGHT: Final = frozenset(("DOT", "COLON", "QUESTION"))


class Base:
    """Holds the source, its tokens and comments. `partial` as for the builder of the tree."""

    def __init__(self, source: Source, tokens: list[Token], comments: Comments) -> None:
        self.source = source
        self.tokens = tokens
        self.text = source.text
        self.comments = comments
        self.partial: set[int] = set()
        self._holes: Reduction | None = None

    # Tokens

    def piece(self, child: Any) -> Piece:
        """The piece of a child."""
        if type(child) is tuple:
            return self._token(child)
        if type(child) is list:
            return self._commas(child)
        piece: Piece = child
        return piece

    def _token(self, token: Any) -> Piece:
        kind, value, start, end = token
        if kind == "TEXT":
            return self._commented(text_piece(self.text, (start, end), value, self._spell), start, end)
        return self._commented(self.text[start:end], start, end)

    def _commented(self, piece: Piece, start: int, end: int) -> Piece:
        before, behind = self.comments.leading.get(start), self.comments.trailing.get(end)
        return piece if before is None and behind is None else Leaf(piece, before or [], behind)

    def _not_understood(self, node: ErrorNode, before: Any, after: Any) -> Piece:
        """The statement between two separators, as it was written; a separator is None between two cases."""
        first = bisect_right(self._places, before[2] if before is not None else node.span[0] - 1)
        last = bisect_left(self._places, after[2] if after is not None else node.span[1]) - 1
        return verbatim(self.text[self._places[first] : self._ends[last]].rstrip())

    @cached_property
    def _real(self) -> list[Token]:
        """The tokens in the order in which they stand in the text."""
        return [token for token in self.tokens if token[0] not in ("NEWLINE", "UNCLOSED")]

    @cached_property
    def _places(self) -> list[int]:
        return [token[2] for token in self._real]

    @cached_property
    def _ends(self) -> list[int]:
        return [token[3] for token in self._real]

    def _spell(self, span: Span) -> str | None:
        """The one spelling of an expression in `{{ }}`, or None to leave it as it is."""
        sink = Sink()
        lexed = lex(self.source, sink, *span)
        if len(lexed.tokens) == 1 or lexed.comments or lexed.too_deep or sink.has_errors:
            return None
        if self._holes is None:
            self._holes = Reduction(self.source, sink, self)
        self._holes.sink = sink
        parsed = self._holes.parse(lexed.tokens, "expr")
        if type(parsed) is ErrorNode or len(sink):
            return None
        piece = self.piece(parsed)
        return piece if isinstance(piece, str) else piece.flat

    def _breaks_before(self, offset: int) -> bool:
        """Whether the line is broken before a place, or a comment is."""
        at = offset - 1
        while at >= 0 and self.text[at] in " \t\f":
            at -= 1
        return at >= 0 and self.text[at] == "\n"

    def _breaks_after(self, offset: int) -> bool:
        return _LINE_ENDS.match(self.text, offset) is not None

    # What many actions are

    def _words(self, c: Children) -> Piece:
        parts: list[Piece] = []
        tight = True
        for child in c:
            if child is None:
                continue
            kind = child[0] if type(child) is tuple else ""
            if not tight and kind not in _TIGHT:
                parts.append(" ")
            parts.append(self.piece(child))
            tight = kind == "DOT"
        return row(parts)

    def _together(self, c: Children) -> Piece:
        return row([self.piece(child) for child in c if child is not None])

    def _commas(self, children: Children) -> Piece:
        if len(children) == 1:
            return self.piece(children[0])
        entries = self._entries(children)
        chosen = any(self._breaks_after(comma[3]) for comma in children[1::2])
        return Commas(entries, chosen)

    def _entries(self, children: Children, opening: Any = None) -> list[Entry]:
        """Entries of a list of children with separators between them, and after the last perhaps."""
        entries = []
        for place in range(0, len(children), 2):
            separator = children[place + 1] if place + 1 < len(children) else None
            entry = self._entry(children[place], separator)
            entry.before = self._heading(children[place - 1] if place else opening)
            entries.append(entry)
        return entries

    def _heading(self, separator: Any) -> list[Comment]:
        """The comments above what stands behind a separator or an opening bracket."""
        return [] if separator is None else self.comments.heading.get(separator[2], [])

    def _ending(self, separator: Any) -> Comment | None:
        """The comment at the end of what stands before a separator."""
        return None if separator is None else self.comments.ending.get(separator[2])

    def _entry(self, child: Any, separator: Any) -> Entry:
        entry = Entry(self.piece(child), [])
        if separator is not None:
            kind, _, start, end = separator
            entry.behind = self._ending(separator)
            if kind == "COMMA":
                comma = self._commented(",", start, end)
                entry.comma = comma if isinstance(comma, Leaf) else None
            entry.spaced = is_blank_after(self.text, start if kind == "NEWLINE" else end)
        return entry

    def _bracketed(
        self, opening: Any, children: Children | None, closing: Any, pad: str = "", comma: bool = True
    ) -> Bracketed:
        entries = self._entries(children or [], opening)
        if entries and entries[-1].behind is None:
            entries[-1].behind = self._ending(closing)
        chosen = bool(entries) and self._breaks_after(opening[3])
        return Bracketed(self.piece(opening), entries, self.piece(closing), pad, comma, chosen)

    def _block(self, opening: Any, children: Children, closing: Any, between: str) -> Block:
        chosen = self.text.find("\n", opening[3], closing[2]) >= 0
        statements = self.statements(children, opening, closing)
        return Block(self.piece(opening), statements, self.piece(closing), between, chosen, opening[2])

    def statements(self, children: Children, start: Any, end: Any) -> Statements:
        """Statements, or cases, with what separates them between them, and what comes before and behind them."""
        found, spaced = [], False
        for place in range(0, len(children), 2):
            separator = children[place + 1] if place + 1 < len(children) else end
            before = children[place - 1] if place else start
            child = children[place]
            piece = self._not_understood(child, before, separator) if type(child) is ErrorNode else self.piece(child)
            found.append(Statement(piece, self._heading(before), spaced, self._ending(separator)))
            spaced = separator is not None and is_blank_after(self.text, separator[2])
        return Statements(found)


def verbatim(written: str) -> Piece:
    return Verbatim(written) if "\n" in written else written
