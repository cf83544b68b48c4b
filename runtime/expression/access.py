"""Parts of values: fields of records, elements of lists and maps."""

from __future__ import annotations

from typing import Any, Final

from runtime.expression.errors import ExpressionError
from runtime.expression.operators import kind_of

_NAMES_SHOWN: Final = 8


def field_of(value: Any, name: str) -> Any:
    """The field of a record; ExpressionError if there is none."""
    if isinstance(value, dict):
        if name in value:
            return value[name]
        raise ExpressionError(f"the record has no field `{name}`; it has {_names(value)}")
    if value is None:
        raise ExpressionError(f"the record of the field `{name}` is missing; test it with `!= null` first")
    raise ExpressionError(f"only a record has fields, so there is no `.{name}` of {kind_of(value)}")


def element(value: Any, position: Any) -> Any:
    """An element of a list (from the end if negative) or of a map; ExpressionError if there is none."""
    match value:
        case list() if isinstance(position, int) and not isinstance(position, bool):
            if -len(value) <= position < len(value):
                return value[position]
            noun = "element" if len(value) == 1 else "elements"
            raise ExpressionError(f"there is no element [{position}] in a list of {len(value)} {noun}")
        case dict() if isinstance(position, str):
            if position in value:
                return value[position]
            raise ExpressionError(f"the map has no key `{position}`; it has {_names(value)}")
        case None:
            raise ExpressionError("`[ ]` is asked of a missing value; give a default with `??`")
    raise ExpressionError(f"`[ ]` does not fit: {kind_of(value)} has no element at {kind_of(position)}")


def _names(value: dict[str, Any]) -> str:
    shown = ", ".join(f"`{name}`" for name in list(value)[:_NAMES_SHOWN])
    return shown + (", …" if len(value) > _NAMES_SHOWN else "") if shown else "none"
