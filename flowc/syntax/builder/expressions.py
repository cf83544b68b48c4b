"""Expressions and their arguments."""

from __future__ import annotations

from typing import Any

from flowc.diagnostics import codes
from flowc.source import Span
from flowc.syntax.builder.base import Base, Children
from flowc.syntax.depth import MAX_EXPRESSION_DEPTH, is_too_deep
from flowc.syntax.nodes import (
    Argument,
    Call,
    Comprehension,
    Conditional,
    ErrorNode,
    Expr,
    Index,
    ListExpr,
    Member,
    Name,
    NameRef,
    RecordEntry,
    RecordExpr,
)
from flowc.syntax.precedence import MAX_PREFIXES, Chained, Operator, Row, fold


class Expressions(Base):
    """Expressions; operators in a row are folded by their precedence."""

    def expression(self, c: Children) -> Expr:
        value = c[0]
        if type(value) is tuple:
            return self.text_of(value)
        if type(value) is Row:
            return self._folded(value)
        expression: Expr = value
        return self._bounded(expression)

    def _folded(self, row: Row) -> Expr:
        start, end = row[0].span[0], row[-1].span[1]
        if row.prefixes > MAX_PREFIXES:
            return self._too_deep((start, end))
        try:
            return self._bounded(fold(row))
        except Chained as problem:
            self.sink.error(
                codes.SYNTAX,
                self.source,
                problem.span,
                "comparisons do not chain",
                help="compare twice: `a < b and b < c`",
            )
            return ErrorNode((start, end))

    def _operand(self, value: Any) -> Any:
        return self.text_of(value) if type(value) is tuple else value

    def _bounded(self, expression: Expr) -> Expr:
        return self._too_deep(expression.span) if is_too_deep(expression) else expression

    def _too_deep(self, span: Span) -> Expr:
        self.sink.error(
            codes.TOO_DEEP,
            self.source,
            (span[0], span[0] + 1),
            f"this expression is nested more than {MAX_EXPRESSION_DEPTH} deep",
            help="give parts of it a name with `let`",
        )
        return ErrorNode(span)

    def conditional(self, c: Children) -> Expr:
        if type(c[5]) is ErrorNode:
            return ErrorNode((c[0][2], c[5].span[1]))
        return self._bounded(Conditional(c[1], c[3], c[5], (c[0][2], c[5].span[1])))

    def binary(self, c: Children) -> Row:
        return self._row(c[0], Operator(c[1][1], (c[1][2], c[1][3])), c[2])

    def binary_not_in(self, c: Children) -> Row:
        return self._row(c[0], Operator("not in", (c[1][2], c[2][3])), c[3])

    def _row(self, left: Any, operator: Operator, right: Any) -> Row:
        row = left if type(left) is Row else Row([self._operand(left)])
        row.append(operator)
        if type(right) is Row:
            row.prefixes = max(row.prefixes, right.prefixes)
            row.extend(right)
        else:
            row.append(self._operand(right))
        return row

    def prefix(self, c: Children) -> Row:
        row = c[1] if type(c[1]) is Row else Row([self._operand(c[1])])
        row.prefixes += 1
        if row.prefixes <= MAX_PREFIXES:
            row.insert(0, Operator(c[0][1], (c[0][2], c[0][3])))
        return row

    def member_of(self, c: Children) -> Member:
        base = self._operand(c[0])
        return Member(base, self.name(c[2:]), (base.span[0], c[2][3]))

    def index(self, c: Children) -> Index:
        base = self._operand(c[0])
        return Index(base, c[2], (base.span[0], c[3][3]))

    def call(self, c: Children) -> Call:
        base = self._operand(c[0])
        return Call(base, c[2], (base.span[0], c[3][3]))

    def literal(self, c: Children) -> Any:
        return c[0][1]

    def reference(self, c: Children) -> NameRef:
        return NameRef(c[0][1], (c[0][2], c[0][3]))

    def value_of_path(self, c: Children) -> Expr:
        first, *rest = c[0].names
        value: Expr = NameRef(first.text, first.span)
        for name in rest:
            value = Member(value, name, (first.span[0], name.span[1]))
        return value

    def empty_list_expr(self, c: Children) -> ListExpr:
        return ListExpr([], (c[0][2], c[1][3]))

    def list_expr(self, c: Children) -> ListExpr:
        return ListExpr(c[1], (c[0][2], c[3][3]))

    def comprehension(self, c: Children) -> Comprehension:
        return Comprehension(c[1], c[3], c[5], None, (c[0][2], c[6][3]))

    def comprehension_if(self, c: Children) -> Comprehension:
        return Comprehension(c[1], c[3], c[5], c[7], (c[0][2], c[8][3]))

    def empty_record(self, c: Children) -> RecordExpr:
        return RecordExpr([], (c[0][2], c[1][3]))

    def record(self, c: Children) -> RecordExpr:
        return RecordExpr(c[1], (c[0][2], c[3][3]))

    def entry(self, c: Children) -> RecordEntry:
        return RecordEntry(c[0], c[2], (c[0].span[0], c[2].span[1]))

    def text_key(self, c: Children) -> Name:
        text = self.text_of(c[0])
        plain = text.plain
        if plain is None:
            message = "the key of a record cannot be computed"
            self.sink.error(codes.SYNTAX, self.source, text.span, message, help="write the key as a plain text")
        return Name(plain or "", text.span)

    def value_argument(self, c: Children) -> Argument:
        return Argument(None, c[0], c[0].span)

    def named_argument(self, c: Children) -> Argument:
        return Argument(self.name(c), c[2], (c[0][2], c[2].span[1]))
