"""What the parser does at each reduction when it formats: children in, a piece out. One method an action of
`grammar/flow.lark` that needs more than its words with spaces between them.

Children are tokens `(kind, value, start, end)`, pieces, lists of children for what the grammar lists, an ErrorNode for
a statement that was not understood, and None for what was left out.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable
from dataclasses import replace
from functools import cached_property
from typing import Any, Final

from flowc.diagnostics import Sink
from flowc.format.comments import Comment, Comments, is_blank_after
from flowc.format.pieces import (
    Block,
    Bracketed,
    Branches,
    Callee,
    Commas,
    Entry,
    Leaf,
    Operators,
    Piece,
    Statement,
    Statements,
    Verbatim,
    row,
)
from flowc.format.texts import text_piece
from flowc.source import Source, Span
from flowc.syntax.lexer import Token, lex
from flowc.syntax.nodes import ErrorNode
from flowc.syntax.parser import Reduction

Children = list[Any]

_LINE_ENDS: Final = re.compile(r"[ \t\f]*(?:#|\n)")
_TIGHT: Final = frozenset(("DOT", "COLON", "QUESTION"))


class PieceBuilder:
    """Builds the pieces of one source. `partial` as for the builder of the tree."""

    def __init__(self, source: Source, tokens: list[Token], comments: Comments) -> None:
        self.source = source
        self.tokens = tokens
        self.text = source.text
        self.comments = comments
        self.partial: set[int] = set()
        self._holes: Reduction | None = None

    def __getattr__(self, action: str) -> Callable[[Children], Any]:
        """The method of an action without one: its words with spaces between them."""
        if action.startswith("_"):
            raise AttributeError(action)
        return self._words

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
        return _verbatim(self.text[self._places[first] : self._ends[last]].rstrip())

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

    # Lists of the grammar

    def empty_list(self, _: Children) -> Children:
        return []

    def nothing(self, _: Children) -> None:
        return None

    def first(self, c: Children) -> Children:
        return [c[0]]

    first_name = first

    def append(self, c: Children) -> Children:
        items: Children = c[0]
        items += c[1:]
        return items

    append_name = append

    def add(self, c: Children) -> Children:
        items: Children = c[0]
        items += [None, c[1]]
        return items

    def keep_first(self, c: Children) -> Any:
        """The only part, or arguments and a comma behind them."""
        if len(c) == 1:
            return c[0]
        return c[0] if c[1] is None else [*c[0], c[1]]

    def second(self, c: Children) -> Piece:
        """A word and a value, or something in brackets."""
        kind = c[0][0]
        if kind == "LPAR":
            return self._bracketed(c[0], [c[1]], c[2], comma=False)
        if kind == "LSQB":
            return self._bracketed(c[0], _with(c[1], c[2]), c[3])
        return self._words(c)

    # Blocks

    def block(self, c: Children) -> Block:
        opening, children, closing = c
        return self._block(opening, children, closing, "; ")

    def empty_block(self, c: Children) -> Block:
        return self._block(c[0], [], c[1], "; ")

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

    def match_(self, c: Children) -> Piece:
        return row([self._words(c[:2]), " ", self._block(c[2], c[3], c[4], " ")])

    def empty_match(self, c: Children) -> Piece:
        return row([self._words(c[:2]), " ", self._block(c[2], [], c[3], " ")])

    def if_(self, c: Children) -> Branches:
        return Branches([(self._words(c[:2]), c[2])])

    def if_else(self, c: Children) -> Branches:
        chosen = self._breaks_before(c[3][2]) or self._breaks_after(c[3][3])
        return Branches([(self._words(c[:2]), c[2]), (self.piece(c[3]), c[4])], chosen)

    def else_if(self, c: Children) -> Branches:
        rest: Branches = c[4]
        chosen = rest.chosen or self._breaks_before(c[3][2]) or self._breaks_after(c[3][3])
        (heading, block), *others = rest.branches
        second = (row([self.piece(c[3]), " ", heading]), block)
        return Branches([(self._words(c[:2]), c[2]), second, *others], chosen)

    # Flows, tasks and groups

    def flow(self, c: Children) -> Piece:
        return self._headed(c[0], c[1], c[2:-1], c[-1])

    group = flow

    def task(self, c: Children) -> Piece:
        keyword, name, parameters, mapping, call, block = c
        middle: Children = [mapping]
        if call is not None:
            middle.append(Callee(call) if mapping is not None else call)
        return self._headed(keyword, name, middle, block, parameters)

    def _headed(self, keyword: Any, name: Any, middle: Children, block: Any, parameters: Any = None) -> Piece:
        parts = [self._words([keyword, name])]
        if keyword[2] in self.partial:
            return row([*parts, _verbatim(self.text[name[3] : block.start]), block])
        if parameters is not None:
            parts.append(parameters)
        for piece in middle:
            if piece is not None:
                parts += [piece] if isinstance(piece, Callee) else [" ", piece]
        if block is not None:
            parts += [" ", block]
        return row(parts)

    def parameters(self, c: Children) -> Piece:
        return self._bracketed(c[0], _with(c[1], c[2]), c[3])

    empty_parameters = _together

    def callee(self, c: Children) -> Piece:
        return row([self._words(c[:2]), self._bracketed(c[2], c[3], c[4])])

    # Statements

    def _option(self, c: Children) -> Commas:
        statement, comma, *option = c
        before = statement if isinstance(statement, Commas) else Commas([Entry(statement, [])])
        last = before.entries.pop()
        before.entries.append(replace(self._entry(last.piece, comma), before=last.before))
        before.entries.append(Entry(self._words(option), self._heading(comma)))
        before.chosen = before.chosen or self._breaks_after(comma[3])
        return before

    option = _option

    def ensure(self, c: Children) -> Piece:
        return self._words([c[0], [c[1], c[2], c[3]]])

    def action_with(self, c: Children) -> Piece:
        connection = self._bracketed(c[1], [c[2]], c[3], comma=False)
        return row([self.piece(c[0]), connection, " ", self.piece(c[4])])

    def chain(self, c: Children) -> Operators:
        first, sign, second = c
        before = first if isinstance(first, Operators) else Operators([self.piece(first)])
        return self._operated(before, sign, self.piece(sign), second)

    longer_chain = chain
    await_either = chain
    await_or = chain

    def await_also(self, c: Children) -> Children:
        return [*(c[0] if type(c[0]) is list else [c[0]]), *c[1:]]

    def await_count(self, c: Children) -> Piece:
        return row([self.piece(c[0]), self._bracketed(c[1], [c[2], c[3], c[4]], c[5], comma=False)])

    def trigger_with(self, c: Children) -> Piece:
        return row([self._words(c[:2]), " ", self._bracketed(c[2], c[3], c[4])])

    # Types

    def enum_decl(self, c: Children) -> Piece:
        return row([self._words(c[:2]), " ", self._bracketed(c[2], _with(c[3], c[4]), c[5], " ")])

    def record_type(self, c: Children) -> Piece:
        return self._bracketed(c[0], _with(c[1], c[2]), c[3], " ")

    record = record_type

    def empty_record(self, c: Children) -> Piece:
        return self._block(c[0], [], c[1], "")

    def applied_type(self, c: Children) -> Piece:
        return row([self.piece(c[0]), self._bracketed(c[1], c[2], c[3], comma=False)])

    # Expressions

    longer_path = member_of = _together

    def expression(self, c: Children) -> Any:
        return c[0]

    path = name = new_name = new_type = imported = literal = reference = expression
    value_argument = value_of_path = given_subject = text_key = member = named_type = expression

    def prefix(self, c: Children) -> Piece:
        return self._together(c) if c[0][0] == "MINUS" else self._words(c)

    def binary(self, c: Children) -> Operators:
        return self._operated(_row_of(c[0], self.piece), c[1], self.piece(c[1]), c[2])

    def binary_not_in(self, c: Children) -> Operators:
        first, second = c[1], c[2]
        sign = self._commented("not in", first[2], second[3])
        return self._operated(_row_of(c[0], self.piece), (*first[:3], second[3]), sign, c[3])

    def _operated(self, before: Operators, token: Any, sign: Piece, operand: Any) -> Operators:
        before.signs.append(sign)
        before.operands.append(self.piece(operand))
        before.chosen = before.chosen or self._breaks_before(token[2]) or self._breaks_after(token[3])
        return before

    def conditional(self, c: Children) -> Operators:
        return self._operators([self._words(c[:2]), c[2], c[3], c[4], c[5]])

    def _operators(self, mixed: Children) -> Operators:
        """Operands and the words between them."""
        found = Operators([self.piece(mixed[0])])
        for sign, operand in zip(mixed[1::2], mixed[2::2], strict=True):
            found = self._operated(found, sign, self.piece(sign), operand)
        return found

    def index(self, c: Children) -> Piece:
        return row([self.piece(c[0]), self._bracketed(c[1], [c[2]], c[3], comma=False)])

    def call(self, c: Children) -> Piece:
        return row([self.piece(c[0]), self._bracketed(c[1], c[2], c[3])])

    empty_list_expr = _together

    def list_expr(self, c: Children) -> Piece:
        return self._bracketed(c[0], _with(c[1], c[2]), c[3])

    def comprehension(self, c: Children) -> Piece:
        inner = [c[1], c[2], self._words(c[3:6]), *c[6:-1]]
        return self._bracketed(c[0], [self._operators(inner)], c[-1], comma=False)

    comprehension_if = comprehension


def _verbatim(written: str) -> Piece:
    return Verbatim(written) if "\n" in written else written


def _with(children: Children, separator: Any) -> Children:
    return children if separator is None else [*children, separator]


def _row_of(left: Any, piece: Callable[[Any], Piece]) -> Operators:
    return left if isinstance(left, Operators) else Operators([piece(left)])
