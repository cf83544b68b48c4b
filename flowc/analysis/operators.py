"""What operators make of the types of their operands."""

from __future__ import annotations

from typing import Final

from flowc.analysis.types import comparable, fits, join, numeric
from runtime.model.types import (
    DATE,
    DATETIME,
    DURATION,
    FLOAT,
    INT,
    PERCENT,
    SIZE,
    STR,
    Enum,
    ListOf,
    MapOf,
    Record,
    Type,
)

_ARITHMETIC: Final[dict[tuple[str, Type, Type], Type]] = {
    ("+", STR, STR): STR,
    ("+", DATE, DURATION): DATE,
    ("-", DATE, DURATION): DATE,
    ("-", DATE, DATE): DURATION,
    ("+", DATETIME, DURATION): DATETIME,
    ("-", DATETIME, DURATION): DATETIME,
    ("-", DATETIME, DATETIME): DURATION,
    ("+", DURATION, DURATION): DURATION,
    ("-", DURATION, DURATION): DURATION,
    ("/", DURATION, DURATION): FLOAT,
    ("+", DURATION, DATE): DATE,
    ("+", DURATION, DATETIME): DATETIME,
    ("+", SIZE, SIZE): SIZE,
    ("-", SIZE, SIZE): SIZE,
    ("/", SIZE, SIZE): FLOAT,
    ("+", PERCENT, PERCENT): PERCENT,
    ("-", PERCENT, PERCENT): PERCENT,
    **{("*", unit, number): unit for unit in (DURATION, SIZE, PERCENT) for number in (INT, FLOAT)},
    **{("*", number, unit): unit for unit in (DURATION, SIZE) for number in (INT, FLOAT)},
    **{("/", unit, number): unit for unit in (DURATION, SIZE, PERCENT) for number in (INT, FLOAT)},
    **{("*", number, PERCENT): FLOAT for number in (INT, FLOAT)},
    **{("*", unit, PERCENT): unit for unit in (DURATION, SIZE)},
}

_ORDERED: Final = ("int", "float", "str", "path", "date", "time", "datetime", "duration", "size", "percent")


def arithmetic(op: str, left: Type, right: Type) -> Type | None:
    """The type of `left op right` for `+ - * /`, or None if the operator does not fit."""
    if numeric(left) and numeric(right):
        return INT if left == right == INT and op != "/" else FLOAT
    if op == "+" and isinstance(left, ListOf) and isinstance(right, ListOf):
        return join(left, right)
    return _ARITHMETIC.get((op, left, right))


def comparison(op: str, left: Type, right: Type) -> bool:
    """Whether `left op right` makes sense for `== != < <= > >=`."""
    if op in ("==", "!="):
        return comparable(left, right)
    ordered = getattr(left, "name", None) in _ORDERED and getattr(right, "name", None) in _ORDERED
    return ordered and (left == right or (numeric(left) and numeric(right)))


def membership(left: Type, right: Type) -> bool:
    """Whether `left in right` makes sense: an element of a list, a key of a map, a piece of a text."""
    match right:
        case ListOf(item):
            return comparable(left, item)
        case MapOf() | Record():
            return fits(left, STR) or isinstance(left, Enum)
        case _:
            return right == STR and left == STR
