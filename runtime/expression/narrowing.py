"""From `json` to a type: the value if it is of that kind, and missing if it is anything else. Never an error."""

from __future__ import annotations

import math
from typing import Any, Final

_MOST: Final = (1 << 63) - 1


def as_bool(value: Any) -> bool | None:
    return value if isinstance(value, bool) else None


def as_int(value: Any) -> int | None:
    """JSON has one kind of number, so 3.0 is a whole one."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        return None
    return value if -_MOST - 1 <= value <= _MOST else None


def as_float(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None


def as_str(value: Any) -> str | None:
    return value if isinstance(value, str) else None


def as_list(value: Any) -> list[Any] | None:
    return value if isinstance(value, list) else None


def as_map(value: Any) -> dict[str, Any] | None:
    return value if isinstance(value, dict) else None
