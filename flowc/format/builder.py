"""What the parser does at each reduction when it formats: children in, a piece out. One method an action of
`grammar/flow.lark` that needs more than its words with spaces between them.

Children are tokens `(kind, value, start, end)`, pieces, lists of children for what the grammar lists, an ErrorNode for
a statement that was not understood, and None for what was left out.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flowc.format.base import Base, Children, verbatim
from flowc.format.blocks import Block, Branches
from flowc.format.pieces import Piece, row
from flowc.format.rows import Callee, Commas, Entry, Operators
from runtime.model.slotted import replace


class PieceBuilder(Base):
    """Builds the pieces of one source."""

    def __getattr__(self, action: str) -> Callable[[Children], Any]:
        """The method of an action without one: its words with spaces between them."""
        if action.startswith("_"):
            raise AttributeError(action)
        return self._words

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
            return row([*parts, verbatim(self.text[name[3] : block.start]), block])
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

    empty_parameters = Base._together

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

    longer_path = member_of = Base._together

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

    empty_list_expr = Base._together

    def list_expr(self, c: Children) -> Piece:
        return self._bracketed(c[0], _with(c[1], c[2]), c[3])

    def comprehension(self, c: Children) -> Piece:
        inner = [c[1], c[2], self._words(c[3:6]), *c[6:-1]]
        return self._bracketed(c[0], [self._operators(inner)], c[-1], comma=False)

    comprehension_if = comprehension


def _with(children: Children, separator: Any) -> Children:
    return children if separator is None else [*children, separator]


def _row_of(left: Any, piece: Callable[[Any], Piece]) -> Operators:
    return left if isinstance(left, Operators) else Operators([piece(left)])
