"""Types of the language as data: built by the compiler, stored in definition rows, read by the runner.

The JSON form is a string for a scalar (`"int"`) and a one-key object for the rest:
`{"list": T}`, `{"map": T}`, `{"optional": T}`, `{"enum": {"name": N, "members": {member: text}}}`,
`{"record": {"name": N or null, "fields": {name: T}, "defaults": {name: value}}}`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from runtime.model.slotted import dataclass, field

SCALARS: Final = (
    "bool",
    "int",
    "float",
    "str",
    "path",
    "date",
    "time",
    "datetime",
    "duration",
    "size",
    "percent",
    "secret",
    "json",
)


@dataclass(frozen=True, slots=True)
class Scalar:
    """One of `SCALARS`."""

    name: str

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True)
class ListOf:
    item: Type

    def __str__(self) -> str:
        return f"list[{self.item}]"


@dataclass(frozen=True, slots=True)
class MapOf:
    """A map whose keys are texts."""

    value: Type

    def __str__(self) -> str:
        return f"map[str, {self.value}]"


@dataclass(frozen=True, slots=True)
class Optional:
    """`T?`: a value that may be missing. Never nested: build it with `optional()`."""

    inner: Type

    def __str__(self) -> str:
        return f"{self.inner}?"


@dataclass(frozen=True, slots=True)
class Record:
    """Named fields in order; `defaults` holds JSON values of the fields that may be left out."""

    fields: tuple[tuple[str, Type], ...]
    name: str | None = None
    defaults: tuple[tuple[str, Any], ...] = field(default=(), hash=False)

    def __str__(self) -> str:
        if self.name:
            return self.name
        return "{ " + ", ".join(f"{name}: {kind}" for name, kind in self.fields) + " }"

    def get(self, name: str) -> Type | None:
        """The type of the field, or None if there is no such field."""
        return dict(self.fields).get(name)


@dataclass(frozen=True, slots=True)
class Enum:
    """Members in order, each with the text it stands for (its own name unless declared)."""

    name: str
    members: tuple[tuple[str, str], ...]

    def __str__(self) -> str:
        return self.name


Type = Scalar | ListOf | MapOf | Optional | Record | Enum

BOOL: Final = Scalar("bool")
INT: Final = Scalar("int")
FLOAT: Final = Scalar("float")
STR: Final = Scalar("str")
PATH: Final = Scalar("path")
DATE: Final = Scalar("date")
TIME: Final = Scalar("time")
DATETIME: Final = Scalar("datetime")
DURATION: Final = Scalar("duration")
SIZE: Final = Scalar("size")
PERCENT: Final = Scalar("percent")
SECRET: Final = Scalar("secret")
JSON: Final = Scalar("json")


def optional(inner: Type) -> Optional:
    """`inner?`; a type that is optional already stays as it is."""
    return inner if isinstance(inner, Optional) else Optional(inner)


def required(kind: Type) -> Type:
    """`T` for `T?`; any other type stays as it is."""
    return kind.inner if isinstance(kind, Optional) else kind


def holds_secret(kind: Type) -> bool:
    """Whether values of the type hold a secret anywhere."""
    match kind:
        case ListOf(item):
            return holds_secret(item)
        case MapOf(value):
            return holds_secret(value)
        case Optional(inner):
            return holds_secret(inner)
        case Record(fields):
            return any(holds_secret(field) for _, field in fields)
        case _:
            return kind == SECRET


def type_to_json(kind: Type) -> Any:
    """The JSON form described at the top of this module."""
    match kind:
        case Scalar(name):
            return name
        case ListOf(item):
            return {"list": type_to_json(item)}
        case MapOf(value):
            return {"map": type_to_json(value)}
        case Optional(inner):
            return {"optional": type_to_json(inner)}
        case Enum(name, members):
            return {"enum": {"name": name, "members": dict(members)}}
        case Record(fields, name, defaults):
            shape = {field_name: type_to_json(field_kind) for field_name, field_kind in fields}
            return {"record": {"name": name, "fields": shape, "defaults": dict(defaults)}}


def type_from_json(data: Any) -> Type:
    """The type of a JSON form; ValueError if it is none."""
    if isinstance(data, str) and data in SCALARS:
        return Scalar(data)
    if isinstance(data, Mapping) and len(data) == 1:
        ((key, body),) = data.items()
        if key == "list":
            return ListOf(type_from_json(body))
        if key == "map":
            return MapOf(type_from_json(body))
        if key == "optional":
            return optional(type_from_json(body))
        if key == "enum":
            return Enum(body["name"], tuple(body["members"].items()))
        if key == "record":
            fields = tuple((name, type_from_json(kind)) for name, kind in body["fields"].items())
            return Record(fields, body.get("name"), tuple(body.get("defaults", {}).items()))
    raise ValueError(f"not a type: {data!r}")
