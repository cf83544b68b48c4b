"""Types of the language in words for the command line: what an option takes, what would fit, what stands for it."""

from __future__ import annotations

import json
from typing import Any

from runtime.model.types import Enum, ListOf, MapOf, Optional, Record, Scalar, Type, required

_WHAT = {
    "bool": "true or false",
    "int": "a whole number",
    "float": "a number",
    "str": "a text",
    "path": "a path",
    "date": "a date",
    "time": "a time of day",
    "datetime": "a date and time",
    "duration": "a duration",
    "size": "a size",
    "percent": "a percentage",
    "secret": "a reference to a secret",
    "json": "JSON",
}
_FITTING = {
    "bool": "true or false",
    "int": "a whole number such as 42",
    "float": "a number such as 2.5",
    "str": "a text",
    "path": "a path such as data/in.csv",
    "date": "a date such as 2026-11-23",
    "time": "a time such as 06:30",
    "datetime": "a date and time such as 2026-11-23T06:30:00Z",
    "duration": "a duration such as 90s or 1h30m",
    "size": "a size such as 512MB or 4GiB",
    "percent": "a percentage such as 10%",
    "secret": "env:NAME or file:PATH",
    "json": 'JSON such as {"a": 1}',
}


def what(kind: Type) -> str:
    """What a type takes, in words."""
    match kind:
        case Optional(inner):
            return what(inner)
        case Scalar(name):
            return _WHAT[name]
        case Enum(_, members):
            return f"one of {', '.join(name for name, _ in members)}"
        case ListOf(item):
            return f"a list of {item} values"
        case MapOf():
            return f"a map ({kind})"
        case Record():
            return f"a record {kind}"


def fitting(kind: Type) -> str:
    """An example of what would fit."""
    match kind:
        case Optional(inner):
            return f'{fitting(inner)}, or "" for none'
        case Scalar(name):
            return _FITTING[name]
        case Enum(_, members):
            return f"one of {', '.join(name for name, _ in members)}"
        case ListOf():
            return f"one item each time the option is given, or all as JSON: '{json.dumps(_example(kind))}'"
        case MapOf() | Record():
            return f"JSON such as '{json.dumps(_example(kind))}'"


_EXAMPLES: dict[str, Any] = {
    "bool": True,
    "int": 42,
    "float": 2.5,
    "str": "text",
    "path": "data/in.csv",
    "date": "2026-11-23",
    "time": "06:30",
    "datetime": "2026-11-23T06:30:00Z",
    "duration": "1h30m",
    "size": "512MB",
    "percent": "10%",
    "secret": "env:NAME",
    "json": {},
}


def _example(kind: Type) -> Any:
    match kind:
        case Optional(inner):
            return _example(inner)
        case Scalar(name):
            return _EXAMPLES[name]
        case Enum(_, members):
            return members[0][1]
        case ListOf(item):
            return [_example(item)]
        case MapOf(value):
            return {"key": _example(value)}
        case Record(fields):
            return {name: _example(field_kind) for name, field_kind in fields}


def placeholder(kind: Type) -> str:
    """The word in capitals that stands for a value in help texts: `DATE`, `full|incremental`."""
    match kind:
        case Enum(_, members):
            return "|".join(name for name, _ in members)
        case ListOf(item):
            return placeholder(required(item))
        case Scalar(name):
            return {"str": "TEXT"}.get(name, name.upper())
        case _:
            return "JSON"
