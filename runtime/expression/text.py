"""An expression tree as the text a person would have written: for help, plans and pictures."""

from __future__ import annotations

import json
from typing import Any, Final

_BINARY: Final = {
    "??": 1,
    "or": 2,
    "and": 3,
    "==": 5,
    "!=": 5,
    "<": 5,
    "<=": 5,
    ">": 5,
    ">=": 5,
    "in": 5,
    "not in": 5,
    "+": 6,
    "-": 6,
    "*": 7,
    "/": 7,
}
_BARE: Final = ("date", "time", "duration")
"""Types whose literals stand without quotes and are kept as they are written."""
_SIZES: Final = {
    "TiB": 1024**4,
    "TB": 1000**4,
    "GiB": 1024**3,
    "GB": 1000**3,
    "MiB": 1024**2,
    "MB": 1000**2,
    "KiB": 1024,
    "kB": 1000,
    "B": 1,
}
_NOT: Final = 4
_NEGATION: Final = 8
_ATOM: Final = 9


def expression_text(tree: Any) -> str:
    """The tree of `runtime.expression` as source text; brackets only where they are needed."""
    return _text(tree)[0]


def _text(tree: Any) -> tuple[str, int]:
    """Text and how tightly its outermost operation binds."""
    match tree:
        case ["not", inner]:
            return f"not {_bound(inner, _NOT)}", _NOT
        case ["neg", inner]:
            return f"-{_bound(inner, _NEGATION)}", _NEGATION
        case ["if", condition, then, other]:
            return f"if {expression_text(condition)} then {expression_text(then)} else {expression_text(other)}", 0
        case [operator, left, right] if operator in _BINARY:
            tight = _BINARY[operator]
            return f"{_bound(left, tight)} {operator} {_bound(right, tight + 1)}", tight
    return _name(tree) or _value(tree) or json.dumps(tree, ensure_ascii=False), _ATOM


def _bound(tree: Any, tightness: int) -> str:
    text, own = _text(tree)
    return text if own >= tightness else f"({text})"


def _name(tree: Any) -> str | None:
    match tree:
        case ["param" | "item" | "own", name]:
            return str(name)
        case ["out" | "state", path, name]:
            return f"{str(path).replace('/', '.')}.{name}"
        case ["items", path, _]:
            return f"{str(path).replace('/', '.')}.items"
        case ["round", _]:
            return "round"
        case ["last", _, name]:
            return f"last.{name}"
        case ["run", "now" | "today" as name]:
            return f"{name}()"
        case ["run" | "error" as base, name]:
            return f"{base}.{name}"
        case ["get", base, name]:
            return f"{_bound(base, _ATOM)}.{name}"
        case ["index", base, place]:
            return f"{_bound(base, _ATOM)}[{expression_text(place)}]"
    return None


def _value(tree: Any) -> str | None:
    match tree:
        case ["lit", kind, value]:
            return _literal(kind, value)
        case ["list", *items]:
            return f"[{', '.join(map(expression_text, items))}]"
        case ["record", *fields]:
            return f"{{ {', '.join(f'{name}: {expression_text(value)}' for name, value in fields)} }}"
        case ["text", *parts]:
            inner = "".join(part if isinstance(part, str) else f"{{{{ {expression_text(part)} }}}}" for part in parts)
            return f'"{inner}"'
        case ["call", "path", inner]:  # text where a path is wanted: nobody writes this call
            return expression_text(inner)
        case ["call", name, *arguments]:
            return f"{name}({', '.join(map(expression_text, arguments))})"
        case ["for", name, over, body, condition]:
            only = "" if condition is True else f" if {expression_text(condition)}"
            return f"[{expression_text(body)} for {name} in {expression_text(over)}{only}]"
    return None


def _literal(kind: str, value: Any) -> str:
    match value:
        case str() if kind in _BARE:
            return value
        case int() if kind == "size":
            unit, size = next(
                (unit, size) for unit, size in _SIZES.items() if value % size == 0 and (value or size == 1)
            )
            return f"{value // size}{unit}"
        case int() | float() if kind == "percent":
            return f"{round(value * 100, 9):g}%"
    return json.dumps(value, ensure_ascii=False)
