"""Fields of records, and what is narrowed: the steps after the first name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flowc.analysis import conversion
from flowc.analysis.mismatch import report_missing
from flowc.analysis.scope import Scope
from flowc.analysis.typed import Typed, wrong
from flowc.analysis.types import described, is_unknown
from flowc.diagnostics import Label, codes
from flowc.syntax import nodes
from runtime.model.types import (
    JSON,
    ListOf,
    MapOf,
    Optional,
    Record,
    Type,
)

if TYPE_CHECKING:
    from flowc.analysis.expressions import Expressions


def fields(checker: Expressions, value: Typed, base: nodes.Expr, names: list[nodes.Member], scope: Scope) -> Typed:
    """The field that `names` lead to, one after another, from the value of `base`."""
    at = base
    for member in names:
        if is_unknown(value.type):
            return wrong()
        kind = _field(checker, value, at, member)
        if kind is None:
            return wrong()
        tree = ["get", value.tree, member.name.text]
        value = narrowed(Typed(kind, tree, value.known, late=value.late), scope)
        at = member
    return value


def _field(checker: Expressions, value: Typed, at: nodes.Expr, member: nodes.Member) -> Type | None:
    kind, name, report = value.type, member.name, checker.report
    if isinstance(kind, Record):
        found = kind.get(name.text)
        if found is None:
            conversion.report_unknown_field(report, name, kind)
        return found
    shown = report.text(at.span)
    if isinstance(kind, Optional):
        report_missing(report, at, value)
        return None
    help = "only records have fields"
    if isinstance(kind, ListOf) and isinstance(kind.item, Record) and kind.item.get(name.text):
        help = f"for the field of every element: `[x.{name.text} for x in {shown}]`"
    elif isinstance(kind, MapOf):
        help = f'an entry of a map is taken with brackets: `{shown}["{name.text}"]`'
    elif kind == JSON:
        help = f'`get({shown}, "{name.text}")` looks for it; with a record type instead of `json` its fields are known'
    report.error(
        codes.UNKNOWN_MEMBER,
        name.span,
        f"{described(kind)} has no fields, so no `{name.text}`",
        label="not a field",
        labels=[Label(at.span, f"this is {described(kind)}")],
        help=help,
    )
    return None


def narrowed(value: Typed, scope: Scope) -> Typed:
    """The value without `?` where a condition around it has seen that it is there."""
    if scope.narrowed and isinstance(value.type, Optional) and str(value.tree) in scope.narrowed:
        return Typed(value.type.inner, value.tree, value.known, late=value.late)
    return value
