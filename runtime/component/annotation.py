"""Python annotations as types of the language, with the way from one to the other.

A `Codec` has the type, `build` (from objects of `runtime.model.values` to what the annotation promises) and `plain`
(back). Records are dataclasses, TypedDicts and pydantic models; pydantic is recognised without importing it.
"""

from __future__ import annotations

import collections.abc
import dataclasses
import datetime as dt
import enum
import math
import os
import types
import typing
from collections.abc import Callable, Mapping
from pathlib import Path, PosixPath, PurePath, PurePosixPath
from typing import Any, Final

from runtime.component.secret import Secret
from runtime.model.slotted import dataclass
from runtime.model.types import (
    BOOL,
    DATE,
    DATETIME,
    DURATION,
    FLOAT,
    INT,
    JSON,
    PATH,
    PERCENT,
    SECRET,
    SIZE,
    STR,
    TIME,
    Enum,
    ListOf,
    MapOf,
    Record,
    Type,
    optional,
)
from runtime.model.values import Percent, Size, ValueProblem, from_json, to_json

Change = Callable[[Any], Any]

_KNOWN: Final = (
    "bool, int, float, str, Path, date, time, datetime, timedelta, list[T], dict[str, T], T | None, Literal, Enum, "
    "a dataclass, a TypedDict or a pydantic model"
)


class UnknownAnnotation(Exception):
    """The annotation has no type of the language; the message says which, and what there is."""


@dataclass(frozen=True, slots=True)
class Codec:
    """`build` and `plain` are None where nothing is to be done."""

    kind: Type
    build: Change | None = None
    plain: Change | None = None

    def decode(self, value: Any, where: str) -> Any:
        """The argument as the annotation promises it; ValueProblem if it does not fit."""
        checked = from_json(self.kind, value, where)
        return checked if self.build is None else self.build(checked)

    def encode(self, value: Any, where: str) -> Any:
        """JSON of what a function returned; ValueProblem if it does not fit."""
        return to_json(from_json(self.kind, value if self.plain is None else self.plain(value), where))


def codec_of(annotation: Any, within: tuple[Any, ...] = ()) -> Codec:
    """The codec of an annotation; UnknownAnnotation if the language has nothing like it.

    `within`: the records around it, to refuse one that contains itself.
    """
    plain = _SCALARS.get(annotation) if isinstance(annotation, collections.abc.Hashable) else None
    if plain is not None:
        return plain
    origin = typing.get_origin(annotation)
    if origin is typing.Annotated or isinstance(annotation, typing.NewType):
        return codec_of(getattr(annotation, "__supertype__", None) or typing.get_args(annotation)[0], within)
    if origin is typing.Literal:
        return _literal(annotation)
    if origin in (typing.Union, types.UnionType):
        return _union(annotation, within)
    if (origin or annotation) in _LISTS:
        return _list(annotation, within)
    if (origin or annotation) in _MAPS:
        return _map(annotation, within)
    if isinstance(annotation, type) and issubclass(annotation, enum.Enum):
        return _enum(annotation)
    fields = fields_of(annotation)
    if fields is not None:
        return _record(annotation, fields, within)
    raise UnknownAnnotation(f"{_name(annotation)} is no type of the language; there are {_KNOWN}")


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a record class. `optional`: it may be left out and has no default."""

    annotation: Any
    optional: bool = False
    has_default: bool = False
    default: Any = None


def fields_of(annotation: Any) -> dict[str, Field] | None:
    """The fields of a dataclass, a TypedDict or a pydantic model; None if it is none of them."""
    if not isinstance(annotation, type):
        return None
    if typing.is_typeddict(annotation):
        return _typed_dict_fields(annotation)
    if dataclasses.is_dataclass(annotation):
        hints = typing.get_type_hints(annotation)
        return {field.name: _dataclass_field(field, hints) for field in dataclasses.fields(annotation) if field.init}
    if hasattr(annotation, "model_fields") and hasattr(annotation, "model_validate"):
        return {name: _model_field(info) for name, info in annotation.model_fields.items()}
    return None


def _typed_dict_fields(annotation: Any) -> dict[str, Field]:
    """Keys that are `NotRequired` may be left out. Python itself misses that mark where annotations are strings."""
    fields = {}
    for name, hint in typing.get_type_hints(annotation, include_extras=True).items():
        origin = typing.get_origin(hint)
        if origin in (typing.NotRequired, typing.Required):
            fields[name] = Field(typing.get_args(hint)[0], origin is typing.NotRequired)
        else:
            fields[name] = Field(hint, name in annotation.__optional_keys__)
    return fields


def _dataclass_field(field: dataclasses.Field[Any], hints: dict[str, Any]) -> Field:
    if field.default_factory is not dataclasses.MISSING:
        return Field(hints[field.name], has_default=True, default=field.default_factory())
    has_default = field.default is not dataclasses.MISSING
    return Field(hints[field.name], has_default=has_default, default=field.default if has_default else None)


def _model_field(info: Any) -> Field:
    if info.is_required():
        return Field(info.annotation)
    return Field(info.annotation, has_default=True, default=info.get_default(call_default_factory=True))


def _record(annotation: Any, fields: dict[str, Field], within: tuple[Any, ...]) -> Codec:
    if annotation in within:
        raise UnknownAnnotation(f"{_name(annotation)} contains itself, which types of the language cannot")
    codecs = {name: codec_of(field.annotation, (*within, annotation)) for name, field in fields.items()}
    kinds, defaults = [], []
    for name, field in fields.items():
        kind = codecs[name].kind
        if field.has_default and field.default is not None:
            defaults.append((name, codecs[name].encode(field.default, f"the default of `{name}`")))
        kinds.append((name, optional(kind) if field.optional or _defaults_to_none(field) else kind))
    kind = Record(tuple(kinds), annotation.__name__, tuple(defaults))
    left_out = frozenset(name for name, field in fields.items() if field.optional)
    return Codec(kind, _builder(annotation, codecs, left_out), _flattener(codecs))


def _defaults_to_none(field: Field) -> bool:
    return field.has_default and field.default is None


def _builder(annotation: Any, codecs: dict[str, Codec], left_out: frozenset[str]) -> Change:
    builds = [(name, codec.build) for name, codec in codecs.items()]
    create = getattr(annotation, "model_validate", None) or (lambda values: annotation(**values))

    def build(value: dict[str, Any]) -> Any:
        values = dict(value)
        for name, change in builds:
            if values[name] is None and name in left_out:
                del values[name]
            elif change is not None and values[name] is not None:
                values[name] = change(values[name])
        try:
            return create(values)
        except ValueError as problem:
            raise ValueProblem(str(problem)) from None

    return build


def _flattener(codecs: dict[str, Codec]) -> Change:
    """From an object of the class, or a mapping in its place, to a dict."""

    def plain(value: Any) -> Any:
        if isinstance(value, Mapping):
            values = dict(value)
        else:
            values = {name: getattr(value, name) for name in codecs if hasattr(value, name)}
        for name, codec in codecs.items():
            if codec.plain is not None and values.get(name) is not None:
                values[name] = codec.plain(values[name])
        return values if values or isinstance(value, Mapping) or not codecs else value

    return plain


def _literal(annotation: Any) -> Codec:
    texts = typing.get_args(annotation)
    if not all(isinstance(text, str) for text in texts):
        raise UnknownAnnotation(f"{_name(annotation)} has values that are not text; a Literal of the language is text")
    return Codec(Enum(" | ".join(f'"{text}"' for text in texts), tuple((text, text) for text in texts)))


def _enum(annotation: type[enum.Enum]) -> Codec:
    members = {member: member.value if isinstance(member.value, str) else member.name for member in annotation}
    by_text = {text: member for member, text in members.items()}
    kind = Enum(annotation.__name__, tuple((member.name, text) for member, text in members.items()))
    return Codec(
        kind, by_text.__getitem__, lambda value: members.get(value, value) if isinstance(value, enum.Enum) else value
    )


def _union(annotation: Any, within: tuple[Any, ...]) -> Codec:
    arguments = typing.get_args(annotation)
    inner = [argument for argument in arguments if argument is not type(None)]
    if len(inner) != 1 or len(inner) == len(arguments):
        raise UnknownAnnotation(f"{_name(annotation)} is a choice of types, which the language has only as `T | None`")
    return maybe(codec_of(inner[0], within))


def maybe(codec: Codec) -> Codec:
    """The codec of `T | None`."""
    return Codec(optional(codec.kind), _unless_missing(codec.build), _unless_missing(codec.plain))


def _unless_missing(change: Change | None) -> Change | None:
    return None if change is None else lambda value: None if value is None else change(value)


def _list(annotation: Any, within: tuple[Any, ...]) -> Codec:
    origin, arguments = typing.get_origin(annotation) or annotation, typing.get_args(annotation)
    if origin is tuple and len(arguments) != 2 or (origin is tuple and arguments[-1] is not Ellipsis):
        raise UnknownAnnotation(f"{_name(annotation)} is no type of the language; write tuple[T, ...] or list[T]")
    item = codec_of(arguments[0], within) if arguments else Codec(JSON)
    collect: Callable[[Any], Any] = tuple if origin is tuple else list
    build, plain = item.build, item.plain
    builds: Change | None = collect if build is None else lambda values: collect(map(build, values))
    if build is None and collect is list:
        builds = None
    return Codec(ListOf(item.kind), builds, None if plain is None else lambda values: _each(plain, values))


def _each(change: Change, values: Any) -> Any:
    return [change(value) for value in values] if isinstance(values, list | tuple) else values


def _map(annotation: Any, within: tuple[Any, ...]) -> Codec:
    arguments = typing.get_args(annotation)
    if arguments and arguments[0] is not str:
        raise UnknownAnnotation(f"{_name(annotation)} has keys that are not text; write dict[str, T]")
    value = codec_of(arguments[1], within) if arguments else Codec(JSON)
    build, plain = value.build, value.plain
    return Codec(
        MapOf(value.kind),
        None if build is None else lambda values: {key: build(entry) for key, entry in values.items()},
        None
        if plain is None
        else lambda values: (
            {key: plain(entry) for key, entry in values.items()} if isinstance(values, dict) else values
        ),
    )


def _plain_number(value: Any) -> Any:
    """Numbers of numpy and its kin as Python's own."""
    return value.item() if not isinstance(value, int | float) and hasattr(value, "item") else value


def _plain_path(value: Any) -> Any:
    return os.fspath(value) if isinstance(value, os.PathLike) else value


def plain_json(value: Any) -> Any:
    """Any Python value as near to JSON as it gets."""
    if isinstance(value, enum.Enum):
        return value.value if isinstance(value.value, str) else value.name
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain_json(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if hasattr(value, "model_dump"):
        return value.model_dump(mode="json")
    if isinstance(value, Mapping):
        return {str(key): plain_json(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [plain_json(entry) for entry in value]
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueProblem(f"the result: {value} is not JSON; use None for what is not known")
    return _plain_path(_plain_number(value))


def _name(annotation: Any) -> str:
    name = annotation.__qualname__ if isinstance(annotation, type) else str(annotation)
    return f"`{name.replace('typing.', '')}`"


_LISTS: Final = frozenset((list, tuple, collections.abc.Sequence, collections.abc.Iterable))
_MAPS: Final = frozenset((dict, collections.abc.Mapping, collections.abc.MutableMapping))

_SCALARS: Final[dict[Any, Codec]] = {
    bool: Codec(BOOL, plain=_plain_number),
    int: Codec(INT, plain=_plain_number),
    float: Codec(FLOAT, plain=_plain_number),
    str: Codec(STR),
    dt.date: Codec(DATE),
    dt.time: Codec(TIME),
    dt.datetime: Codec(DATETIME),
    dt.timedelta: Codec(DURATION),
    Size: Codec(SIZE),
    Percent: Codec(PERCENT),
    PurePosixPath: Codec(PATH, plain=_plain_path),
    PurePath: Codec(PATH, plain=_plain_path),
    Secret: Codec(SECRET, Secret),
    **dict.fromkeys((Path, PosixPath), Codec(PATH, Path, _plain_path)),
    **dict.fromkeys((Any, object), Codec(JSON, plain=plain_json)),
}
