"""Operators in a row become a tree: the grammar gives the row flat, this gives it its precedence."""

from __future__ import annotations

from typing import Any, Final

from flowc.syntax.nodes import Binary, Expr, Span, Unary

MAX_PREFIXES: Final = 50

BINDING: Final = {
    "or": 1,
    "and": 2,
    **dict.fromkeys(("==", "!=", "<", "<=", ">", ">=", "in", "not in"), 4),
    "??": 5,
    "+": 6,
    "-": 6,
    "*": 7,
    "/": 7,
}
"""How strongly each operator between two operands binds."""
_NOT: Final = 3
_COMPARISON: Final = 4
_MINUS: Final = 8


class Row(list[Any]):
    """Operands (nodes) and operators (`Operator`) as written; `prefixes` counts the most prefixes of one operand."""

    prefixes = 0


class Operator:
    """An operator and its place."""

    __slots__ = ("sign", "span")

    def __init__(self, sign: str, span: Span) -> None:
        self.sign = sign
        self.span = span


class Chained(Exception):
    """Two comparisons in a row, which mean nothing; `span` is the second operator."""

    def __init__(self, span: Span) -> None:
        super().__init__(span)
        self.span = span


def fold(row: Row) -> Expr:
    """The tree of a row with at most MAX_PREFIXES prefix operators. Raises Chained."""
    expression: Expr = _climb(row, 0, 0)[0]
    return expression


def _climb(row: Row, at: int, weakest: int) -> tuple[Any, int]:
    left, at = _operand(row, at)
    while at < len(row):
        operator = row[at]
        binding = BINDING[operator.sign]
        if binding < weakest:
            break
        right, at = _climb(row, at + 1, binding + 1)
        left = Binary(operator.sign, left, right, operator.span, (left.span[0], right.span[1]))
        if binding == _COMPARISON and at < len(row) and BINDING[row[at].sign] == _COMPARISON:
            raise Chained(row[at].span)
    return left, at


def _operand(row: Row, at: int) -> tuple[Any, int]:
    first = row[at]
    if not isinstance(first, Operator):
        return first, at + 1
    operand, at = _climb(row, at + 1, _MINUS if first.sign == "-" else _NOT)
    sign: Any = first.sign
    return Unary(sign, operand, first.span, (first.span[0], operand.span[1])), at
