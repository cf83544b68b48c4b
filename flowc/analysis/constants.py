"""Values that are written out: literals, and lists and records of literals."""

from __future__ import annotations

import datetime as dt
from typing import Any

from flowc.syntax import nodes
from runtime.model.types import Enum, ListOf, MapOf, Record, Type, required
from runtime.model.values import ValueProblem, format_duration, from_json, from_text, parse_duration, to_json


def literal_json(expr: nodes.Expr, kind: Type) -> Any:
    """The JSON form of a written value of type `kind`. ValueError, with or without a sentence, if it is none."""
    kind = required(kind) if not (isinstance(expr, nodes.Literal) and expr.value is None) else kind
    match expr, kind:
        case nodes.ListExpr(items), ListOf(item):
            return [literal_json(entry, item) for entry in items]
        case nodes.RecordExpr(entries), Record():
            fields = dict(kind.fields)
            given = {entry.key.text: entry.value for entry in entries}
            if not given.keys() <= fields.keys():
                raise ValueError
            return {name: literal_json(value, fields[name]) for name, value in given.items()}
        case nodes.RecordExpr(entries), MapOf(value):
            return {entry.key.text: literal_json(entry.value, value) for entry in entries}
        case nodes.NameRef(name), Enum(_, members) if name in dict(members):
            return dict(members)[name]
        case nodes.Text(), _ if (text := expr.plain) is not None:
            return text_json(text, kind)
        case _:
            return to_json(from_json(kind, _plain_json(expr), "the value"))


def text_json(text: str, kind: Type) -> Any:
    """The JSON form of a text literal that stands for a value of type `kind`; ValueProblem if it does not fit."""
    if isinstance(kind, Enum):
        return to_json(from_text(kind, text, "the value"))
    try:
        return to_json(from_json(kind, text, ""))
    except ValueProblem as problem:
        raise ValueProblem(str(problem).removeprefix(": ")) from None


def literal_tree(kind: str, value: Any) -> Any:
    """The tree of a literal of the syntax."""
    if value is None or kind in ("bool", "int", "float"):
        return value
    return ["lit", kind, _literal_json(kind, value)]


def duration(tree: Any) -> dt.timedelta | None:
    """The duration that a tree writes out; None for any other."""
    match tree:
        case ["lit", "duration", str(text)]:
            return parse_duration(text)
        case ["neg", ["lit", "duration", str(text)]]:
            return -parse_duration(text)
        case _:
            return None


def whole(tree: Any) -> int | None:
    """The whole number that a tree writes out; None for any other."""
    return tree if isinstance(tree, int) and not isinstance(tree, bool) else None


def _literal_json(kind: str, value: Any) -> Any:
    if isinstance(value, dt.timedelta):
        return format_duration(value)
    if isinstance(value, dt.time):
        return to_json(value)
    return value.isoformat() if isinstance(value, dt.date) else value


def _plain_json(expr: nodes.Expr) -> Any:
    if isinstance(expr, nodes.Literal):
        return _literal_json(expr.kind, expr.value)
    if isinstance(expr, nodes.Unary) and expr.op == "-" and isinstance(expr.operand, nodes.Literal):
        value = expr.operand.value
        if isinstance(value, bool) or not isinstance(value, int | float | dt.timedelta):
            raise ValueError
        return _literal_json(expr.operand.kind, -value)
    raise ValueError
