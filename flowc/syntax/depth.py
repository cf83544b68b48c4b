"""A bound on how deep an expression may be, so that every later phase may walk it by recursion."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from flowc.syntax.nodes import (
    Binary,
    Call,
    Comprehension,
    Conditional,
    Expr,
    Hole,
    Index,
    ListExpr,
    Member,
    RecordExpr,
    Text,
    Unary,
)

MAX_EXPRESSION_DEPTH: Final = 150


def is_too_deep(expression: Expr) -> bool:
    """Whether an expression is nested deeper than MAX_EXPRESSION_DEPTH."""
    if expression.span[1] - expression.span[0] <= MAX_EXPRESSION_DEPTH:
        return False
    level: list[Any] = [expression]
    for _ in range(MAX_EXPRESSION_DEPTH):
        level = [child for node in level for child in _children(node)]
        if not level:
            return False
    return True


def _children(node: Expr) -> Iterator[Expr]:
    match node:
        case Binary():
            yield from (node.left, node.right)
        case Unary():
            yield node.operand
        case Member():
            yield node.base
        case Index():
            yield from (node.base, node.index)
        case Call():
            yield node.callee
            yield from (argument.value for argument in node.arguments)
        case Conditional():
            yield from (node.condition, node.then, node.otherwise)
        case ListExpr():
            yield from node.items
        case RecordExpr():
            yield from (entry.value for entry in node.entries)
        case Comprehension():
            yield from (node.body, node.iterable, *([node.condition] if node.condition else []))
        case Text():
            yield from (part.value for part in node.parts if isinstance(part, Hole))
        case _:
            return
