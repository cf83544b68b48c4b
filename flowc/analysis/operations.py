"""Checks operations: arithmetic, comparison, logic, `??` and conditionals."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from flowc.analysis import conversion
from flowc.analysis.mismatch import Wanted, report_missing, report_secret
from flowc.analysis.operators import arithmetic, comparison, membership
from flowc.analysis.scope import Scope
from flowc.analysis.typed import Typed, together, wrong
from flowc.analysis.types import NOTHING, UNKNOWN, described, holds_secret, is_unknown, join, numeric
from flowc.diagnostics import codes
from flowc.syntax import nodes
from runtime.model.types import (
    BOOL,
    DURATION,
    ListOf,
    Optional,
    Type,
    optional,
    required,
)

if TYPE_CHECKING:
    from flowc.analysis.choices import Branch
    from flowc.analysis.expressions import Expressions

_ARITHMETIC: Final = ("+", "-", "*", "/")


def unary(checker: Expressions, expr: nodes.Unary, scope: Scope) -> Typed:
    if expr.op == "not":
        inner = checker.check(expr.operand, scope, Wanted(BOOL, "`not` turns a condition around"))
        return together(BOOL, ["not", inner.tree], [inner])
    inner = checker.infer(expr.operand, scope)
    if is_unknown(inner.type):
        return wrong()
    if not numeric(inner.type) and inner.type != DURATION:
        _bad_operand(checker, expr.operand, inner)
        return wrong()
    if isinstance(inner.tree, int | float) and not isinstance(inner.tree, bool):
        return Typed(inner.type, -inner.tree)
    return together(inner.type, ["neg", inner.tree], [inner])


def binary(checker: Expressions, expr: nodes.Binary, scope: Scope) -> Typed:
    if expr.op in ("and", "or"):
        return _logic(checker, expr, scope)
    if expr.op == "??":
        return _fallback(checker, expr, scope, None)
    left, right = _operands(checker, expr, scope)
    if is_unknown(left.type) or is_unknown(right.type):
        return _stand_in(expr)
    if holds_secret(left.type) or holds_secret(right.type):
        report_secret(checker.report, expr)
        return _stand_in(expr)
    if expr.op in ("==", "!="):
        kind: Type | None = BOOL if comparison(expr.op, left.type, right.type) else None
    else:
        for node, side in ((expr.left, left), (expr.right, right)):
            if isinstance(side.type, Optional):
                report_missing(checker.report, node, side)
                return _stand_in(expr)
        kind = _result(expr.op, left.type, right.type)
    if kind is None:
        _bad_operands(checker, expr, left, right)
        return _stand_in(expr)
    return together(kind, [expr.op, left.tree, right.tree], [left, right])


def _operands(checker: Expressions, expr: nodes.Binary, scope: Scope) -> tuple[Typed, Typed]:
    """Both sides; a text literal or a member of an enum takes the type of the other side where one is compared."""
    if expr.op in _ARITHMETIC:
        return checker.infer(expr.left, scope), checker.infer(expr.right, scope)
    if conversion.adapts(expr.left, checker.names, scope) and not conversion.adapts(expr.right, checker.names, scope):
        right = checker.infer(expr.right, scope)
        wanted = (
            required(right.type.item) if expr.op in ("in", "not in") and isinstance(right.type, ListOf) else right.type
        )
        return _adapted(checker, expr.left, scope, wanted), right
    left = checker.infer(expr.left, scope)
    if expr.op in ("in", "not in"):
        if isinstance(expr.right, nodes.ListExpr):
            trial = [_adapted(checker, item, scope, left.type) for item in expr.right.items]
            return left, _joined_list(checker, expr.right, trial, scope)
        return left, checker.infer(expr.right, scope)
    return left, _adapted(checker, expr.right, scope, left.type)


def _joined_list(checker: Expressions, expr: nodes.ListExpr, items: list[Typed], scope: Scope) -> Typed:
    kind: Type = NOTHING
    for item in items:
        both = join(kind, item.type)
        if both is None:
            return checker.infer(expr, scope)
        kind = both
    return together(ListOf(kind), ["list", *(item.tree for item in items)], items)


def _adapted(checker: Expressions, expr: nodes.Expr, scope: Scope, other: Type) -> Typed:
    kind = required(other)
    if conversion.adapts(expr, checker.names, scope) and conversion.takes_literal(kind):
        return checker.check(expr, scope, Wanted(kind, f"it is compared with {described(kind)}"))
    return checker.infer(expr, scope)


def _logic(checker: Expressions, expr: nodes.Binary, scope: Scope) -> Typed:
    wanted = Wanted(BOOL, f"`{expr.op}` joins conditions")
    left = checker.check(expr.left, scope, wanted)
    inner = scope.with_narrowed(checker.narrowings(expr.left, scope)) if expr.op == "and" else scope
    right = checker.check(expr.right, inner, wanted)
    return together(BOOL, [expr.op, left.tree, right.tree], [left, right])


def _fallback(checker: Expressions, expr: nodes.Binary, scope: Scope, wanted: Wanted | None) -> Typed:
    if wanted is None:
        left = checker.infer(expr.left, scope)
        right = _right_of_fallback(checker, expr.right, scope, required(left.type))
        kind = join(required(left.type), right.type)
    else:
        loose = wanted.of(optional(wanted.type))
        left = checker.check(expr.left, scope, loose)
        right = _last_of_fallback(checker, expr.right, scope, left, wanted, loose)
        kind = wanted.type
    covers = left.covers | right.covers
    if kind is not None and covers_all(covers):
        kind = required(kind)
    if left.wrong or right.wrong:
        return wrong()
    if kind is None:
        _bad_operands(checker, expr, left, right)
        return wrong()
    found = together(kind, ["??", left.tree, right.tree], [left, right])
    found.covers = covers
    return found


def covers_all(branches: frozenset[Branch]) -> bool:
    """Whether one of the branches runs in any case."""
    choices = {branch.choice for branch in branches}
    return any(choice.exhaustive and branches.issuperset(choice.branches) for choice in choices)


def _last_of_fallback(
    checker: Expressions, expr: nodes.Expr, scope: Scope, left: Typed, wanted: Wanted, loose: Wanted
) -> Typed:
    """The right side where a value that is not missing is wanted: with the branches of the left it may be certain."""
    if isinstance(expr, nodes.NameRef | nodes.Member) and left.covers:
        right = checker.check(expr, scope, loose)
        if right.wrong or not isinstance(right.type, Optional) or covers_all(left.covers | right.covers):
            return right
    return checker.check(expr, scope, wanted)


def _right_of_fallback(checker: Expressions, expr: nodes.Expr, scope: Scope, kind: Type) -> Typed:
    if conversion.adapts(expr, checker.names, scope) and conversion.takes_literal(kind):
        return checker.check(expr, scope, Wanted(kind, f"it stands in for {described(kind)}"))
    return checker.infer(expr, scope)


def conditional(checker: Expressions, expr: nodes.Conditional, scope: Scope, wanted: Wanted | None = None) -> Typed:
    condition = checker.condition(expr.condition, scope, "what stands after `if`")
    inner = scope.with_narrowed(checker.narrowings(expr.condition, scope))
    if wanted is None:
        then, otherwise = checker.infer(expr.then, inner), checker.infer(expr.otherwise, scope)
        kind = join(then.type, otherwise.type)
    else:
        then, otherwise = checker.check(expr.then, inner, wanted), checker.check(expr.otherwise, scope, wanted)
        kind = wanted.type
    if then.wrong or otherwise.wrong:
        return wrong()
    if kind is None:
        checker.report.error(
            codes.TYPE_MISMATCH,
            expr.otherwise.span,
            f"the two results differ: {described(then.type)} and {described(otherwise.type)}",
            label=f"this is {described(otherwise.type)}",
            help="let both have the same type",
        )
        return wrong()
    return together(kind, ["if", condition.tree, then.tree, otherwise.tree], [condition, then, otherwise])


def _bad_operand(checker: Expressions, operand: nodes.Expr, given: Typed) -> None:
    if isinstance(given.type, Optional):
        report_missing(checker.report, operand, given)
        return
    checker.report.error(
        codes.BAD_OPERANDS,
        operand.span,
        f"`-` needs a number, but this is {described(given.type)}",
        label=f"this is {described(given.type)}",
        help="use it with an int, a float or a duration",
    )


def _bad_operands(checker: Expressions, expr: nodes.Binary, left: Typed, right: Typed) -> None:
    checker.report.error(
        codes.BAD_OPERANDS,
        expr.op_span,
        f"`{expr.op}` does not fit between {described(left.type)} and {described(right.type)}",
        labels=conversion.side_labels(expr, left, right),
        help=conversion.operand_help(expr, left.type, right.type, checker.report),
    )


def binary_as(checker: Expressions, expr: nodes.Binary, scope: Scope, wanted: Wanted) -> Typed | None:
    if expr.op == "??" and not isinstance(wanted.type, Optional):
        return _fallback(checker, expr, scope, wanted)
    return None


def _result(op: str, left: Type, right: Type) -> Type | None:
    if op in _ARITHMETIC:
        return arithmetic(op, left, right)
    if op in ("in", "not in"):
        return BOOL if membership(left, right) else None
    return BOOL if comparison(op, left, right) else None


def _stand_in(expr: nodes.Binary) -> Typed:
    """What stands for an operation whose error is reported: comparisons give a bool in any case."""
    return Typed(UNKNOWN if expr.op in _ARITHMETIC else BOOL)
