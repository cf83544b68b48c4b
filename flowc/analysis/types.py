"""What may stand where: rules between the types of `runtime.model.types`, and two types of the checker alone."""

from __future__ import annotations

from typing import Final

from runtime.model.types import (
    FLOAT,
    INT,
    JSON,
    STR,
    Enum,
    ListOf,
    MapOf,
    Optional,
    Record,
    Scalar,
    Type,
    optional,
    required,
)
from runtime.model.types import holds_secret as holds_secret

UNKNOWN: Final = Scalar("unknown")
"""The type of what is wrong already: it fits everywhere, so that one mistake makes one error."""

NOTHING: Final = Scalar("nothing")
"""The type of an element of `[]`; `null` is `NOTHING?`."""

NULL: Final = Optional(NOTHING)

FROM_TEXT: Final = ("date", "time", "datetime", "path", "secret")
"""Scalars that a text literal may stand for."""


def is_unknown(kind: Type) -> bool:
    """Whether an error was reported for the value, or for a part of it."""
    match kind:
        case Scalar():
            return kind is UNKNOWN or kind.name == "unknown"
        case ListOf(item):
            return is_unknown(item)
        case MapOf(value):
            return is_unknown(value)
        case Optional(inner):
            return is_unknown(inner)
        case _:
            return False


def holds_unknown(kind: Type) -> bool:
    """As `is_unknown`, but looks into the fields of records too."""
    if isinstance(kind, Record):
        return any(holds_unknown(field) for _, field in kind.fields)
    if isinstance(kind, ListOf):
        return holds_unknown(kind.item)
    if isinstance(kind, MapOf):
        return holds_unknown(kind.value)
    return holds_unknown(kind.inner) if isinstance(kind, Optional) else is_unknown(kind)


def fits(given: Type, wanted: Type) -> bool:
    """Whether a value of type `given` may stand where `wanted` is asked for, without a conversion people must write."""
    if given in (wanted, UNKNOWN, NOTHING) or wanted == UNKNOWN:
        return True
    if isinstance(wanted, Optional):
        return fits(required(given), wanted.inner)
    if isinstance(given, Optional):
        return False
    if wanted == JSON:
        return not holds_secret(given)
    match given, wanted:
        case Scalar(), Scalar():
            return given == INT and wanted == FLOAT
        case (ListOf(one), ListOf(other)) | (MapOf(one), MapOf(other)):
            return fits(one, other)
        case Record(), Record():
            return _record_fits(given, wanted)
        case Record(), MapOf(value):
            return all(fits(kind, value) for _, kind in given.fields)
        case _:
            return False


def _record_fits(given: Record, wanted: Record) -> bool:
    known, fields, defaults = dict(given.fields), dict(wanted.fields), dict(wanted.defaults)
    if any(name not in fields for name in known):
        return False
    for name, kind in wanted.fields:
        if name in known:
            if not fits(known[name], kind):
                return False
        elif name not in defaults and not isinstance(kind, Optional):
            return False
    return True


def join(one: Type, other: Type) -> Type | None:
    """The type that holds values of both, or None."""
    if fits(one, other):
        return other
    if fits(other, one):
        return one
    if isinstance(one, Optional) or isinstance(other, Optional):
        both = join(required(one), required(other))
        return None if both is None else optional(both)
    if isinstance(one, ListOf) and isinstance(other, ListOf):
        item = join(one.item, other.item)
        return None if item is None else ListOf(item)
    return None


def comparable(one: Type, other: Type) -> bool:
    """Whether `==` between the two can ever be true."""
    one, other = required(one), required(other)
    if isinstance(one, Enum) and other == STR or isinstance(other, Enum) and one == STR:
        return True
    return fits(one, other) or fits(other, one)


def numeric(kind: Type) -> bool:
    """Whether it is an int or a float."""
    return kind in (INT, FLOAT)


def described(kind: Type) -> str:
    """The type as a noun phrase for messages: `an int`, `a list[str]`, `a value that may be missing (str?)`."""
    if kind == NULL:
        return "`null`"
    if kind == ListOf(NOTHING):
        return "an empty list"
    if isinstance(kind, Optional):
        return f"`{kind}`, which may be missing"
    return f"`{kind}`"
