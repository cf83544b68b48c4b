"""Checks expressions: infers the type of each and builds its tree in the same walk.

`infer` asks what an expression is; `check` says what is wanted, so that text literals can stand for dates and
paths and an error can show both ends. Each kind of node has its checker in a module of its own.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from flowc.analysis import functions, operations, values
from flowc.analysis.mismatch import Wanted, report_mismatch
from flowc.analysis.references import resolve
from flowc.analysis.report import Report
from flowc.analysis.scope import Let, Names, Scope
from flowc.analysis.typed import Typed, wrong
from flowc.analysis.types import described, fits
from flowc.syntax import nodes
from runtime.model.slotted import dataclass, field
from runtime.model.types import (
    BOOL,
    Enum,
    Type,
)


@dataclass(slots=True)
class Expressions:
    """The checker of one flow's expressions."""

    report: Report
    names: Names
    enums: dict[str, Enum]
    open_lets: list[Let] = field(default_factory=list)
    let_uses: int = 0
    large_lets: set[Let] = field(default_factory=set)

    def infer(self, expr: nodes.Expr, scope: Scope) -> Typed:
        """The type and tree of an expression that may be of any type."""
        return _INFER[type(expr)](self, expr, scope)

    def check(self, expr: nodes.Expr, scope: Scope, wanted: Wanted) -> Typed:
        """The expression as a value of the wanted type; UNKNOWN, and an error reported, if it is none."""
        directed = _DIRECTED.get(type(expr))
        if directed is not None:
            found = directed(self, expr, scope, wanted)
            if found is not None:
                return found
        given = self.infer(expr, scope)
        if not fits(given.type, wanted.type):
            report_mismatch(self.report, expr, given, wanted)
            return wrong()
        return given

    def check_default(self, item: nodes.ParamDecl, kind: Type, scope: Scope) -> Typed:
        """The default of a parameter of type `kind`."""
        assert item.default is not None
        why = f"the parameter `{item.name.text}` is {described(kind)}"
        return self.check(item.default, scope, Wanted(kind, why, item.type.span, "its type is declared here"))

    def condition(self, expr: nodes.Expr, scope: Scope, what: str) -> Typed:
        """The expression as a condition: a bool that is not missing."""
        return self.check(expr, scope, Wanted(BOOL, f"{what} must be true or false"))

    def narrowings(self, expr: nodes.Expr, scope: Scope) -> frozenset[str]:
        """Keys of what is known not to be null where the condition holds: `x != null`, alone or joined by `and`."""
        if not isinstance(expr, nodes.Binary):
            return frozenset()
        if expr.op == "and":
            return self.narrowings(expr.left, scope) | self.narrowings(expr.right, scope)
        if expr.op != "!=":
            return frozenset()
        sides = [side for side in (expr.left, expr.right) if not _is_null(side)]
        if len(sides) == 1 and isinstance(sides[0], nodes.NameRef | nodes.Member):
            found = self.infer(sides[0], scope)
            return frozenset() if found.wrong else frozenset([str(found.tree)])
        return frozenset()


def _is_null(expr: nodes.Expr) -> bool:
    return isinstance(expr, nodes.Literal) and expr.kind == "null"


def _error(checker: Expressions, expr: nodes.ErrorNode, scope: Scope) -> Typed:
    return wrong()


_INFER: Final[dict[type, Callable[[Expressions, Any, Scope], Typed]]] = {
    nodes.Literal: values.literal,
    nodes.Text: values.text,
    nodes.NameRef: resolve,
    nodes.Member: resolve,
    nodes.Index: values.index,
    nodes.Call: functions.check_call,
    nodes.Unary: operations.unary,
    nodes.Binary: operations.binary,
    nodes.Conditional: operations.conditional,
    nodes.ListExpr: values.list_of,
    nodes.RecordExpr: values.record,
    nodes.Comprehension: values.comprehension,
    nodes.ErrorNode: _error,
}

_DIRECTED: Final[dict[type, Callable[[Expressions, Any, Scope, Wanted], Typed | None]]] = {
    nodes.Text: values.text_as,
    nodes.NameRef: values.name_as,
    nodes.ListExpr: values.list_as,
    nodes.RecordExpr: values.record_as,
    nodes.Conditional: operations.conditional,
    nodes.Binary: operations.binary_as,
    nodes.Comprehension: values.comprehension_as,
}
