"""Functions of numbers."""

from __future__ import annotations

import datetime as dt
import decimal
import math
from typing import Any

from runtime.expression.errors import ExpressionError
from runtime.expression.operators import finite, kind_of, negated, whole
from runtime.model.types import FLOAT, INT
from runtime.model.values import ValueProblem, from_text

_MAX_DIGITS = 15


def to_int(value: Any) -> int:
    """From text, strictly; from a float, without its fraction."""
    if isinstance(value, str):
        return int(_read(INT, value))
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ExpressionError(f"{kind_of(value)} is no number")
    return whole(int(value))


def to_float(value: Any) -> float:
    if isinstance(value, str):
        return float(_read(FLOAT, value))
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ExpressionError(f"{kind_of(value)} is no number")
    return finite(float(value))


def _read(kind: Any, text: str) -> Any:
    try:
        return from_text(kind, text, "the text")
    except ValueProblem as problem:
        raise ExpressionError(str(problem)) from None


def absolute(value: Any) -> Any:
    zero = dt.timedelta() if isinstance(value, dt.timedelta) else 0
    return negated(value) if value < zero else value


def rounded(value: float, *digits: int) -> Any:
    """Halves go away from zero, as people round; what the float looks like in decimal is what is rounded."""
    places = digits[0] if digits else 0
    if abs(places) > _MAX_DIGITS:
        raise ExpressionError(f"the digits must be between -{_MAX_DIGITS} and {_MAX_DIGITS}")
    unit = decimal.Decimal(1).scaleb(-places)
    with decimal.localcontext(prec=400):
        result = decimal.Decimal(repr(value)).quantize(unit, decimal.ROUND_HALF_UP)
    return finite(float(result)) if digits else whole(int(result))


def floor(value: float) -> int:
    return whole(math.floor(value))


def ceil(value: float) -> int:
    return whole(math.ceil(value))


def div(number: int, by: int) -> int:
    return whole(number // _not_zero(by))


def mod(number: int, by: int) -> int:
    return number % _not_zero(by)


def _not_zero(by: int) -> int:
    if by == 0:
        raise ExpressionError("division by zero")
    return by
