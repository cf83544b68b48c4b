"""Literals that take the type of their place: texts as dates, times, paths and secrets, bare names as enum members."""

from __future__ import annotations

from flowc.analysis.constants import text_json
from flowc.analysis.mismatch import Wanted, narrowed
from flowc.analysis.report import Report, did_you_mean
from flowc.analysis.scope import Names, Scope
from flowc.analysis.typed import Typed, wrong
from flowc.analysis.types import FROM_TEXT, described, numeric
from flowc.diagnostics import Label, codes
from flowc.source import Span
from flowc.syntax import nodes
from runtime.model.types import DATE, DATETIME, DURATION, INT, JSON, STR, Enum, ListOf, Record, Scalar, Type, required
from runtime.model.values import ValueProblem

_SHAPES = {
    "date": "write it like 2026-11-23",
    "time": "write it like 06:30",
    "datetime": 'write it like "2026-11-23T06:30:00Z"',
    "path": "a path cannot be empty",
    "secret": "write a reference such as `env:NAME` or `file:PATH`",
}


def takes_literal(kind: Type) -> bool:
    """Whether a text literal may stand for a value of the type."""
    return isinstance(kind, Enum) or (isinstance(kind, Scalar) and kind.name in FROM_TEXT)


def adapts(expr: nodes.Expr, names: Names, scope: Scope) -> bool:
    """Whether the expression is a literal that takes its type from what it is compared with."""
    if isinstance(expr, nodes.Text):
        return expr.plain is not None
    if isinstance(expr, nodes.NameRef):
        known = expr.name in scope.variables or expr.name in scope.own
        item = names.item_type(expr.name, scope.task)
        return not known and item is None and names.find(expr.name, scope.home) is None
    return False


def literal(report: Report, expr: nodes.Text, text: str, kind: Type, wanted: Wanted) -> Typed:
    """The text literal as a value of the type, or an error that says how such values are written."""
    try:
        value = text_json(text, kind)
    except ValueProblem as problem:
        _report_misfit(report, expr, text, kind, wanted, problem)
        return wrong()
    if isinstance(kind, Enum):
        return Typed(kind, value)
    assert isinstance(kind, Scalar)
    return Typed(kind, ["lit", kind.name, value])


def _report_misfit(
    report: Report, expr: nodes.Text, text: str, kind: Type, wanted: Wanted, problem: ValueProblem
) -> None:
    if isinstance(kind, Enum):
        report_no_member(report, text, expr.span, kind, wanted)
        return
    assert isinstance(kind, Scalar)
    message = "a path cannot be empty" if kind.name == "path" else f'"{text}" is not a {kind}'
    help = _SHAPES.get(kind.name, str(problem))
    report.error(codes.BAD_VALUE, expr.span, message, label=f"not a {kind}", labels=wanted.labels(), help=help)


def report_no_member(report: Report, name: str, span: Span, kind: Enum, wanted: Wanted) -> None:
    help, _ = did_you_mean(name, dict(kind.members), span)
    message = f"`{name}` is not one of {kind}: {', '.join(member for member, _ in kind.members)}"
    report.error(codes.BAD_VALUE, span, message, labels=wanted.labels(), help=help or "choose one of them")


def report_unknown_field(report: Report, name: nodes.Name, kind: Record) -> None:
    fields = dict(kind.fields)
    help, fixes = did_you_mean(name.text, fields, name.span)
    report.error(
        codes.UNKNOWN_MEMBER,
        name.span,
        f"{described(kind)} has no field called `{name.text}`",
        label="not found",
        help=help or f"its fields are {', '.join(fields)}",
        fixes=fixes,
    )


def side_labels(expr: nodes.Binary, left: Typed, right: Typed) -> list[Label]:
    return [
        Label(expr.left.span, f"this is {described(left.type)}"),
        Label(expr.right.span, f"this is {described(right.type)}"),
    ]


def _of_many(values: str, value: str, op: str) -> str:
    if op in ("<", "<=", ">", ">="):
        return f"it has a value for each item: write `sum({values})` or `max({values})`, or take one, `{values}[0]`"
    return f"it has a value for each item: write `[x {op} {value} for x in {values}]`, or take one, `{values}[0]`"


def operand_help(expr: nodes.Binary, left: Type, right: Type, report: Report) -> str:
    """What to write instead of an operator that does not fit."""
    one, other = required(left), required(right)
    if expr.op == "+" and STR in (one, other):
        return 'put values into a text with braces: `"… {{ value }} …"`'
    if numeric(one) and other == STR or one == STR and numeric(other):
        return "read the text as a number first: `int(…)` or `float(…)`"
    if JSON in (one, other) and one != other:
        written, wanted = (expr.left, other) if one == JSON else (expr.right, one)
        return narrowed(report.text(written.span), wanted)
    if one in (DATE, DATETIME) and other == INT and expr.op in ("+", "-"):
        return f"add a duration, for example `{report.text(expr.left.span)} {expr.op} 1d`"
    if {one, other} == {DATE, DATETIME}:
        return "`date(…)` gives the date of a date and time"
    if one == DURATION and other == INT or one == INT and other == DURATION:
        return "write the number with its unit, for example `30s`"
    if expr.op in ("in", "not in") and not isinstance(other, ListOf):
        return "on the right of `in` stands a list, a map or a text"
    if isinstance(one, ListOf) != isinstance(other, ListOf):
        xs, x = (expr.left, expr.right) if isinstance(one, ListOf) else (expr.right, expr.left)
        return _of_many(report.text(xs.span), report.text(x.span), expr.op)
    if expr.op in ("==", "!=", "<", "<=", ">", ">="):
        return "compare two values of the same type"
    return "use values of types that go together"
