"""Functions of lists, maps and missing values."""

from __future__ import annotations

import json
from typing import Any

from runtime.expression.budget import check_list_size
from runtime.expression.errors import ExpressionError
from runtime.expression.operators import arithmetic, compare, contains, equal, kind_of
from runtime.model.values import to_json


def length(value: Any) -> int:
    return len(value)


def total(values: list[Any], *start: Any) -> Any:
    _refuse_missing(values)
    left = list(start) + values
    if not left:
        return 0
    result = left[0]
    for value in left[1:]:
        result = arithmetic("+", result, value)
    return result


def least(*values: Any) -> Any:
    return _extreme("<", values)


def greatest(*values: Any) -> Any:
    return _extreme(">", values)


def _extreme(op: str, values: tuple[Any, ...]) -> Any:
    listed = values[0] if len(values) == 1 and isinstance(values[0], list) else values
    _refuse_missing(listed)
    if not listed:
        raise ExpressionError("the list is empty; test `len(…) > 0` first")
    best = listed[0]
    for value in listed[1:]:
        if compare(op, value, best):
            best = value
    return best


def ordered(values: list[Any]) -> list[Any]:
    _refuse_missing(values)
    kinds = {kind_of(value) for value in values}
    if len(kinds) > 1:
        raise ExpressionError(f"the list holds {' and '.join(sorted(kinds))}, which have no order among them")
    return sorted(values)


def _refuse_missing(values: Any) -> None:
    if any(value is None for value in values):
        raise ExpressionError("a value in the list is missing; drop it with `compact(…)`")


def unique(values: list[Any]) -> list[Any]:
    seen: dict[str, Any] = {}
    for value in values:
        seen.setdefault(kind_of(value) + json.dumps(to_json(value), sort_keys=True), value)
    return list(seen.values())


def backwards(value: Any) -> Any:
    return value[::-1]


def pairs(first: list[Any], second: list[Any]) -> list[dict[str, Any]]:
    if len(first) != len(second):
        raise ExpressionError(f"the lists have {len(first)} and {len(second)} elements; they must be equally long")
    return [{"first": one, "second": other} for one, other in zip(first, second, strict=True)]


def numbered(values: list[Any]) -> list[dict[str, Any]]:
    return [{"index": index, "value": value} for index, value in enumerate(values)]


def numbers_between(*bounds: int) -> list[int]:
    if len(bounds) == 3 and bounds[2] == 0:
        raise ExpressionError("the step must not be 0")
    numbers = range(*bounds)
    check_list_size(_size(numbers))
    return list(numbers)


def _size(numbers: range) -> int:
    """The length, also where `len` gives up."""
    if not numbers:
        return 0
    return (numbers[-1] - numbers[0]) // numbers.step + 1


def flattened(values: list[list[Any]]) -> list[Any]:
    _refuse_missing(values)
    check_list_size(sum(map(len, values)))
    return [item for inner in values for item in inner]


def compacted(values: list[Any]) -> list[Any]:
    return [value for value in values if value is not None]


def first(values: list[Any]) -> Any:
    return values[0] if values else None


def last(values: list[Any]) -> Any:
    return values[-1] if values else None


def part(value: Any, start: int, *end: int) -> Any:
    return value[start : end[0]] if end else value[start:]


def any_true(values: list[Any]) -> bool:
    _refuse_missing(values)
    return any(value is True for value in values)


def all_true(values: list[Any]) -> bool:
    _refuse_missing(values)
    return all(value is True for value in values)


def occurrences(value: Any, wanted: Any) -> int:
    if isinstance(value, str):
        if not wanted:
            raise ExpressionError("the piece to count is empty")
        return value.count(wanted)
    return sum(equal(item, wanted) for item in value)


def holds(value: Any, wanted: Any) -> bool:
    return contains(wanted, value)


def keys(values: dict[str, Any]) -> list[str]:
    return list(values.keys())


def values(values: dict[str, Any]) -> list[Any]:
    return list(values.values())


def entries(values: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"key": key, "value": value} for key, value in values.items()]


def looked_up(value: Any, key: Any, default: Any = None) -> Any:
    if isinstance(value, dict):
        return value.get(key, default)
    if isinstance(value, list) and isinstance(key, int):
        return value[key] if -len(value) <= key < len(value) else default
    return default  # JSON of another shape than was thought, or none at all.


def coalesced(*values: Any) -> Any:
    return next((value for value in values if value is not None), None)
