"""An expectation as claims: the parts that `and` joins, each with the values that tell why it does not hold."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from flowc.analysis.conversion import adapts
from flowc.analysis.expressions import Expressions
from flowc.analysis.scenario import Claim, Operand
from flowc.analysis.scope import Scope
from flowc.syntax import nodes

_COMPARED: Final = ("==", "!=", "<", "<=", ">", ">=", "in", "not in")


def claims_of(checker: Expressions, expr: nodes.Expr, scope: Scope) -> list[Claim]:
    """The claims of a condition, in the order of the source; mistakes are reported."""
    condition = checker.condition(expr, scope, "what is expected")
    if condition.wrong:
        return []
    return list(_claims(checker, expr, scope))


def _claims(checker: Expressions, expr: nodes.Expr, scope: Scope) -> Iterator[Claim]:
    if isinstance(expr, nodes.Binary) and expr.op == "and":
        yield from _claims(checker, expr.left, scope)
        yield from _claims(checker, expr.right, scope.with_narrowed(checker.narrowings(expr.left, scope)))
        return
    tree = checker.infer(expr, scope).tree
    yield Claim(expr.span, tree, tuple(_operands(checker, expr, scope)))


def _operands(checker: Expressions, expr: nodes.Expr, scope: Scope) -> Iterator[Operand]:
    """The values that the condition compares or asks for; what is written out needs no telling."""
    if isinstance(expr, nodes.Unary) and expr.op == "not":
        yield from _operands(checker, expr.operand, scope)
    elif isinstance(expr, nodes.Binary) and expr.op in ("and", "or"):
        yield from _operands(checker, expr.left, scope)
        yield from _operands(checker, expr.right, scope)
    elif isinstance(expr, nodes.Binary) and expr.op in _COMPARED:
        for side in (expr.left, expr.right):
            if not _is_written(side) and not adapts(side, checker.names, scope):
                found = checker.infer(side, scope)
                if not found.wrong:
                    yield Operand(side.span, found.tree)
    elif not _is_written(expr):
        yield Operand(expr.span, checker.infer(expr, scope).tree)


def _is_written(expr: nodes.Expr) -> bool:
    match expr:
        case nodes.Literal():
            return True
        case nodes.Text():
            return expr.plain is not None
        case nodes.ListExpr(items):
            return all(map(_is_written, items))
        case nodes.RecordExpr(entries):
            return all(_is_written(entry.value) for entry in entries)
        case nodes.Unary(_, operand):
            return _is_written(operand)
    return False
