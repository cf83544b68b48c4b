"""An expression tree as the text a person would have written: for the defaults and conditions in `--help`."""

from __future__ import annotations

import json
from typing import Any

_BINARY = {
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
_ATOM = 9


def expression_text(tree: Any) -> str:
    """The tree of `runtime.expression` as source text; shortest form, brackets only where they are needed."""
    return _text(tree)[0]


def _text(tree: Any) -> tuple[str, int]:
    """Text and how tightly its outermost operation binds."""
    if not isinstance(tree, list):
        return json.dumps(tree, ensure_ascii=False), _ATOM
    match tree:
        case ["lit", _, value]:
            return (value if isinstance(value, str) else json.dumps(value)), _ATOM
        case ["list", *items]:
            return f"[{', '.join(map(expression_text, items))}]", _ATOM
        case ["record", *fields]:
            inner = ", ".join(f"{name}: {expression_text(value)}" for name, value in fields)
            return (f"{{ {inner} }}" if fields else "{}"), _ATOM
        case ["text", *parts]:
            inner = "".join(part if isinstance(part, str) else f"{{{{ {expression_text(part)} }}}}" for part in parts)
            return f'"{inner}"', _ATOM
        case ["param" | "item" | "own", name]:
            return str(name), _ATOM
        case ["out" | "state", path, name]:
            return f"{str(path).replace('/', '.')}.{name}", _ATOM
        case ["run", "now" | "today" as name]:
            return f"{name}()", _ATOM
        case ["run" | "error" as base, name]:
            return f"{base}.{name}", _ATOM
        case ["get", base, name]:
            return f"{_bound(base, _ATOM)}.{name}", _ATOM
        case ["index", base, place]:
            return f"{_bound(base, _ATOM)}[{expression_text(place)}]", _ATOM
        case ["call", name, *arguments]:
            return f"{name}({', '.join(map(expression_text, arguments))})", _ATOM
        case ["not", inner]:
            return f"not {_bound(inner, 4)}", 4
        case ["neg", inner]:
            return f"-{_bound(inner, 8)}", 8
        case ["if", condition, then, other]:
            return (f"if {expression_text(condition)} then {expression_text(then)} else {expression_text(other)}", 0)
        case ["for", name, over, body, condition]:
            only = "" if condition is True else f" if {expression_text(condition)}"
            return (f"[{expression_text(body)} for {name} in {expression_text(over)}{only}]", _ATOM)
        case [operator, left, right] if operator in _BINARY:
            tight = _BINARY[operator]
            return f"{_bound(left, tight)} {operator} {_bound(right, tight + 1)}", tight
    return json.dumps(tree), _ATOM


def _bound(tree: Any, tightness: int) -> str:
    text, own = _text(tree)
    return text if own >= tightness else f"({text})"
