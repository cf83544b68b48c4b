"""Operators between values: arithmetic, comparison, membership. The checker knows the same rules as types.

Whole numbers have 64 bits and floats are finite; a result beyond that is an ExpressionError, not a surprise.
`/` between two numbers is a float, as everywhere in mathematics; `div` and `mod` are functions for whole ones.
"""

from __future__ import annotations

import datetime as dt
import math
import operator
from collections.abc import Callable
from pathlib import PurePath, PurePosixPath
from typing import Any, Final

from runtime.expression.budget import check_list_size, check_text_size
from runtime.expression.errors import ExpressionError
from runtime.model.values import Percent, Secret, Size

MAX_INT: Final = 2**63 - 1

_KINDS: Final[dict[type, str]] = {
    type(None): "a missing value",
    bool: "a bool",
    int: "a number",
    float: "a number",
    Size: "a size",
    Percent: "a percentage",
    str: "a text",
    Secret: "a secret",
    PurePosixPath: "a path",
    dt.date: "a date",
    dt.time: "a time",
    dt.datetime: "a datetime",
    dt.timedelta: "a duration",
    list: "a list",
    dict: "a map",
}


def kind_of(value: Any) -> str:
    """What the value is, as a noun phrase for messages: `a number`, `a list`."""
    known = _KINDS.get(type(value))
    if known:
        return known
    return "a path" if isinstance(value, PurePath) else next((_KINDS[base] for base in _bases(value)), "a value")


def _bases(value: Any) -> list[type]:
    return [base for base in type(value).__mro__ if base in _KINDS]


def whole(value: int) -> int:
    """The number, if 64 bits hold it."""
    if -MAX_INT - 1 <= value <= MAX_INT:
        return value
    raise ExpressionError("the result is too large: whole numbers have 64 bits")


def finite(value: float) -> float:
    """The number, if it is one."""
    if math.isfinite(value):
        return value
    raise ExpressionError("the result is too large for a float")


def arithmetic(op: str, left: Any, right: Any) -> Any:
    """`left op right` for `+ - * /`. ExpressionError if the operator does not fit, or there is no result."""
    rule = _RULES.get((op, kind_of(left), kind_of(right)))
    if rule is None:
        raise _no_fit(op, left, right)
    try:
        return rule(left, right)
    except ZeroDivisionError:
        raise ExpressionError("division by zero") from None
    except OverflowError:
        raise ExpressionError(f"the result of `{op}` is too large") from None


def negated(value: Any) -> Any:
    """`-value`, of the same kind."""
    match value:
        case bool():
            pass
        case Size() | Percent():
            return type(value)(-value)
        case int():
            return whole(-value)
        case float() | dt.timedelta():
            return -value
    raise ExpressionError(f"`-` needs a number or a duration, but this is {kind_of(value)}")


def equal(left: Any, right: Any) -> bool:
    """Whether two values are the same. Values of different kinds differ; a path and a text compare as paths."""
    if left is None or right is None:
        return left is right
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    if isinstance(left, PurePath) or isinstance(right, PurePath):
        return _is_textual(left) and _is_textual(right) and PurePosixPath(left) == PurePosixPath(right)
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(equal, left, right))
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(equal(value, right[key]) for key, value in left.items())
    return bool(left == right)


def compare(op: str, left: Any, right: Any) -> bool:
    """`left op right` for `< <= > >=` between two values of one kind that has an order."""
    kind = kind_of(left)
    if kind != kind_of(right) or kind not in _ORDERED:
        raise _no_fit(op, left, right)
    return bool(_COMPARISONS[op](left, right))


def contains(needle: Any, haystack: Any) -> bool:
    """`needle in haystack`: an element of a list, a key of a map, a piece of a text."""
    match haystack:
        case list():
            return any(equal(needle, item) for item in haystack)
        case dict():
            return needle in haystack if isinstance(needle, str) else False
        case str() if isinstance(needle, str):
            return needle in haystack
    raise _no_fit("in", needle, haystack)


def _is_textual(value: Any) -> bool:
    return isinstance(value, str | PurePath)


def _no_fit(op: str, left: Any, right: Any) -> ExpressionError:
    if left is None or right is None:
        return ExpressionError(f"`{op}` has a missing value on one side; give a default with `??`")
    return ExpressionError(f"`{op}` does not fit between {kind_of(left)} and {kind_of(right)}")


def _number(function: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    def rule(left: Any, right: Any) -> Any:
        result = function(left, right)
        return whole(result) if isinstance(result, int) else finite(result)

    return rule


def _scaled(function: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    """For a size or a percentage on the left: the result is of its kind."""

    def rule(left: Any, right: Any) -> Any:
        result = function(left, right)
        if isinstance(left, Size):
            return Size(whole(round(finite(float(result))) if isinstance(result, float) else result))
        return Percent(finite(result))

    return rule


def _swapped(function: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    return lambda left, right: function(right, left)


def _joined_text(left: str, right: str) -> str:
    check_text_size(len(left) + len(right))
    return left + right


def _joined_list(left: list[Any], right: list[Any]) -> list[Any]:
    check_list_size(len(left) + len(right))
    return left + right


def _moved(function: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    """A date moves by whole days; less would be lost without a word."""

    def rule(left: dt.date, right: dt.timedelta) -> Any:
        if right % dt.timedelta(days=1):
            raise ExpressionError("a date moves by whole days; use a datetime for hours and minutes")
        return function(left, right)

    return rule


_add, _subtract, _multiply, _divide = operator.add, operator.sub, operator.mul, operator.truediv

_N, _SIZE, _PERCENT = "a number", "a size", "a percentage"
_DATE, _DATETIME, _DURATION = "a date", "a datetime", "a duration"

_RULES: Final[dict[tuple[str, str, str], Callable[[Any, Any], Any]]] = {
    ("+", _N, _N): _number(_add),
    ("-", _N, _N): _number(_subtract),
    ("*", _N, _N): _number(_multiply),
    ("/", _N, _N): _number(_divide),
    ("+", "a text", "a text"): _joined_text,
    ("+", "a list", "a list"): _joined_list,
    ("+", _DATE, _DURATION): _moved(_add),
    ("-", _DATE, _DURATION): _moved(_subtract),
    ("+", _DURATION, _DATE): _swapped(_moved(_add)),
    ("-", _DATE, _DATE): _subtract,
    ("+", _DATETIME, _DURATION): _add,
    ("-", _DATETIME, _DURATION): _subtract,
    ("+", _DURATION, _DATETIME): _add,
    ("-", _DATETIME, _DATETIME): _subtract,
    ("+", _DURATION, _DURATION): _add,
    ("-", _DURATION, _DURATION): _subtract,
    ("/", _DURATION, _DURATION): _divide,
    ("*", _DURATION, _N): _multiply,
    ("*", _N, _DURATION): _multiply,
    ("/", _DURATION, _N): _divide,
    ("*", _DURATION, _PERCENT): _multiply,
    ("/", _SIZE, _SIZE): lambda left, right: finite(int(left) / int(right)),
    ("*", _PERCENT, _SIZE): _swapped(_scaled(_multiply)),
    ("*", _PERCENT, _DURATION): _multiply,
    ("*", _N, _PERCENT): lambda left, right: finite(left * float(right)),
    **{(op, kind, kind): _scaled(rule) for kind in (_SIZE, _PERCENT) for op, rule in (("+", _add), ("-", _subtract))},
    **{(op, kind, _N): _scaled(rule) for kind in (_SIZE, _PERCENT) for op, rule in (("*", _multiply), ("/", _divide))},
    **{("*", _N, kind): _swapped(_scaled(_multiply)) for kind in (_SIZE,)},
    ("*", _SIZE, _PERCENT): _scaled(_multiply),
}

_ORDERED: Final = frozenset((_N, _SIZE, _PERCENT, _DATE, _DATETIME, _DURATION, "a time", "a text", "a path"))

_COMPARISONS: Final[dict[str, Callable[[Any, Any], Any]]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
