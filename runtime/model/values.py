"""Values of the language: Python objects in the process, JSON in the store, text in scripts.

| type       | Python object          | JSON                    | text                      |
|------------|------------------------|-------------------------|---------------------------|
| bool       | bool                   | true                    | `true`                    |
| int float  | int, float             | number                  | the number                |
| str enum   | str                    | string                  | itself                    |
| path       | pathlib.PurePosixPath  | string                  | itself                    |
| date       | datetime.date          | `"2026-11-23"`          | the same                  |
| time       | datetime.time          | `"06:30"`               | the same                  |
| datetime   | datetime.datetime, UTC | `"2026-11-23T06:30:00Z"`| the same                  |
| duration   | datetime.timedelta     | `"1h30m"`               | the same                  |
| size       | Size (an int, bytes)   | number of bytes         | the number                |
| percent    | Percent (a float)      | fraction, 0.1           | `10%`                     |
| list map record json | list, dict   | array, object           | compact JSON              |
| secret     | Secret (a reference)   | the reference           | refused                   |
"""

from __future__ import annotations

import datetime as dt
import json
import math
import re
from pathlib import PurePosixPath
from typing import Any, Final

from runtime.model.types import Enum, ListOf, MapOf, Optional, Record, Scalar, Type

_UNITS: Final = (
    ("w", 604_800_000),
    ("d", 86_400_000),
    ("h", 3_600_000),
    ("m", 60_000),
    ("s", 1_000),
    ("ms", 1),
)
_DURATION: Final = re.compile(r"(?:(\d+)w)?(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m(?!s))?(?:(\d+)s)?(?:(\d+)ms)?")
_SIZE: Final = re.compile(r"(\d+(?:\.\d+)?)\s*(B|[kKMGT]B|[KMGT]iB)?")
_SIZE_UNITS: Final = {
    "B": 1,
    "kB": 10**3,
    "KB": 10**3,
    "MB": 10**6,
    "GB": 10**9,
    "TB": 10**12,
} | {f"{prefix}iB": 1024**power for power, prefix in enumerate("KMGT", start=1)}
_INT: Final = re.compile(r"[+-]?\d+(_\d+)*")
_MAX_INT: Final = 2**63 - 1


class ValueProblem(ValueError):
    """A value that does not fit its type; the message is a sentence for the person who gave it."""


class Size(int):
    """A number of bytes."""


class Percent(float):
    """A fraction: 10 % is 0.1."""


class Secret(str):
    """A reference to a secret (`env:NAME`, `file:PATH`), never its value."""


def format_duration(value: dt.timedelta) -> str:
    """The literal of a duration, largest unit first: `1h30m`; `0s` for none."""
    left = round(value / dt.timedelta(milliseconds=1))
    sign, left = ("-", -left) if left < 0 else ("", left)
    text = ""
    for unit, size in _UNITS:
        count, left = divmod(left, size)
        text += f"{count}{unit}" if count else ""
    return sign + (text or "0s")


def parse_duration(text: str) -> dt.timedelta:
    """The duration of a literal such as `250ms`, `1h30m`, `2d`; ValueProblem if it is none."""
    negative, digits = text.startswith("-"), text.removeprefix("-")
    found = _DURATION.fullmatch(digits)
    if not found or not digits:
        raise ValueProblem(f"`{text}` is not a duration; write it like 250ms, 30s, 5m, 1h30m, 2d or 1w")
    total = sum(int(count or 0) * size for count, (_, size) in zip(found.groups(), _UNITS, strict=True))
    try:
        value = dt.timedelta(milliseconds=total)
    except OverflowError:
        raise ValueProblem(f"`{text}` is too long for a duration") from None
    return -value if negative else value


def format_datetime(value: dt.datetime) -> str:
    """ISO 8601 in UTC with a `Z`."""
    return value.astimezone(dt.UTC).isoformat().replace("+00:00", "Z")


def to_text(value: Any) -> str:
    """How a value reads inside a text or a script; TypeError for a secret or a missing value."""
    match value:
        case Secret() | None:
            raise TypeError("a secret and a missing value have no text")
        case bool():
            return "true" if value else "false"
        case Percent():
            return f"{round(value * 100, 10):g}%"
        case str():
            return str(value)
        case int():
            return str(int(value))
        case float():
            return repr(float(value))
        case dt.datetime():
            return format_datetime(value)
        case dt.date():
            return value.isoformat()
        case dt.time():
            return value.isoformat("auto") if value.second or value.microsecond else value.isoformat("minutes")
        case dt.timedelta():
            return format_duration(value)
        case PurePosixPath():
            return str(value)
        case _:
            return json.dumps(to_json(value), ensure_ascii=False, separators=(",", ":"))


def to_json(value: Any) -> Any:
    """The JSON form of a Python object of the table above; TypeError for any other object."""
    match value:
        case None | bool():
            return value
        case Percent():
            return float(value)
        case str():
            return str(value)
        case int():
            return int(value)
        case float():
            return value
        case list() | tuple():
            return [to_json(item) for item in value]
        case dict():
            return {str(key): to_json(item) for key, item in value.items()}
        case dt.date() | dt.time() | dt.timedelta() | PurePosixPath():
            return to_text(value)
    raise TypeError(f"a value of type {type(value).__name__} cannot be stored")


def from_json(kind: Type, data: Any, where: str = "the value") -> Any:
    """The Python object for JSON data of a type. Checks all the way down.

    ValueProblem names the place (`where`, extended by `.field` and `[index]`) and what would fit.
    """
    match kind:
        case Optional(inner):
            return None if data is None else from_json(inner, data, where)
        case ListOf(item):
            if not isinstance(data, list | tuple):
                raise _misfit(kind, data, where)
            return [from_json(item, entry, f"{where}[{index}]") for index, entry in enumerate(data)]
        case MapOf(value):
            if not isinstance(data, dict):
                raise _misfit(kind, data, where)
            return {str(key): from_json(value, entry, f"{where}.{key}") for key, entry in data.items()}
        case Record():
            return _record_from_json(kind, data, where)
        case Enum(name, members):
            texts = [text for _, text in members]
            if data in texts:
                return data
            raise ValueProblem(f"{where}: {_show(data)} is not one of {name}: {', '.join(texts)}")
        case Scalar(name):
            return _scalar_from_json(name, data, where)


def from_text(kind: Type, text: str, where: str = "the value") -> Any:
    """The Python object for text that a person or a script wrote; ValueProblem if it does not fit.

    Lists, maps, records and `json` are read as JSON; `T?` takes the empty text as missing.
    """
    match kind:
        case Optional(inner):
            return None if text == "" else from_text(inner, text, where)
        case Scalar(name) if name not in (
            "json",
            "bool",
            "int",
            "float",
            "size",
            "percent",
        ):
            return _scalar_from_json(name, text, where)
        case Scalar("bool"):
            return _bool_from_text(text, where)
        case Scalar("int"):
            if not _INT.fullmatch(text.strip()):
                raise _misfit(kind, text, where)
            return _scalar_from_json("int", int(text), where)
        case Scalar("float"):
            return _float_from_text(text, where)
        case Scalar("size" | "percent" as name):
            return _scalar_from_json(name, text, where)
        case Enum(_, members):
            return from_json(kind, dict(members).get(text, text), where)
        case _:
            try:
                data = json.loads(text)
            except ValueError:
                raise ValueProblem(f"{where}: {_show(text)} is not JSON for {kind}") from None
            return from_json(kind, data, where)


def _record_from_json(kind: Record, data: Any, where: str) -> dict[str, Any]:
    if not isinstance(data, dict):
        raise _misfit(kind, data, where)
    known = dict(kind.fields)
    for name in data:
        if name not in known:
            raise ValueProblem(f"{where}: {kind} has no field `{name}`; it has {', '.join(known)}")
    defaults = dict(kind.defaults)
    values = {}
    for name, field_kind in kind.fields:
        if name in data:
            values[name] = from_json(field_kind, data[name], f"{where}.{name}")
        elif name in defaults:
            values[name] = from_json(field_kind, defaults[name], f"{where}.{name}")
        elif isinstance(field_kind, Optional):
            values[name] = None
        else:
            raise ValueProblem(f"{where}: the field `{name}` of {kind} is missing")
    return values


def _scalar_from_json(name: str, data: Any, where: str) -> Any:
    try:
        return _READERS[name](data)
    except ValueProblem as problem:
        raise ValueProblem(f"{where}: {problem}") from None
    except (TypeError, ValueError, OverflowError):
        raise _misfit(Scalar(name), data, where) from None


def _read_bool(data: Any) -> bool:
    if not isinstance(data, bool):
        raise TypeError
    return data


def _read_int(data: Any) -> int:
    if isinstance(data, bool) or not isinstance(data, int | float) or data != int(data):
        raise TypeError
    if abs(data) > _MAX_INT:
        raise ValueProblem(f"{data} is too large; whole numbers have 64 bits")
    return int(data)


def _read_float(data: Any) -> float:
    if isinstance(data, bool) or not isinstance(data, int | float) or not math.isfinite(data):
        raise TypeError
    return float(data)


def _read_str(data: Any) -> str:
    if not isinstance(data, str):
        raise TypeError
    if "\0" in data:
        raise ValueProblem("a text cannot hold the character NUL")
    try:
        data.encode()
    except UnicodeEncodeError:
        raise ValueProblem(f"{_show(data)} is not valid UTF-8") from None
    return str(data)


def _read_path(data: Any) -> PurePosixPath:
    if isinstance(data, PurePosixPath):
        return PurePosixPath(data)
    if data == "":
        raise ValueProblem("a path cannot be empty")
    return PurePosixPath(_read_str(data))


def _read_date(data: Any) -> dt.date:
    if isinstance(data, dt.date) and not isinstance(data, dt.datetime):
        return data
    return dt.date.fromisoformat(data)


def _read_time(data: Any) -> dt.time:
    return data if isinstance(data, dt.time) else dt.time.fromisoformat(data)


def _read_datetime(data: Any) -> dt.datetime:
    value = data if isinstance(data, dt.datetime) else dt.datetime.fromisoformat(data)
    return (value if value.tzinfo else value.replace(tzinfo=dt.UTC)).astimezone(dt.UTC)


def _read_duration(data: Any) -> dt.timedelta:
    if isinstance(data, dt.timedelta):
        return data
    if not isinstance(data, str):
        raise TypeError
    return parse_duration(data)


def _read_size(data: Any) -> Size:
    if isinstance(data, str):
        found = _SIZE.fullmatch(data.strip())
        if not found:
            raise TypeError
        return Size(round(float(found[1]) * _SIZE_UNITS[found[2] or "B"]))
    return Size(_read_int(data))


def _read_percent(data: Any) -> Percent:
    if isinstance(data, str):
        return Percent(float(data.strip().removesuffix("%")) / (100 if data.strip().endswith("%") else 1))
    return Percent(_read_float(data))


def _read_json(data: Any) -> Any:
    return to_json(data)


_READERS: Final = {
    "bool": _read_bool,
    "int": _read_int,
    "float": _read_float,
    "str": _read_str,
    "path": _read_path,
    "date": _read_date,
    "time": _read_time,
    "datetime": _read_datetime,
    "duration": _read_duration,
    "size": _read_size,
    "percent": _read_percent,
    "secret": lambda data: Secret(_read_str(data)),
    "json": _read_json,
}

_EXAMPLES: Final = {
    "bool": "true or false",
    "int": "a whole number such as 42",
    "float": "a number such as 2.5",
    "str": "a text",
    "path": "a path such as data/in.csv",
    "date": "a date such as 2026-11-23",
    "time": "a time such as 06:30",
    "datetime": "a date and time such as 2026-11-23T06:30:00Z",
    "duration": "a duration such as 90s or 1h30m",
    "size": "a size such as 512MB or 4GiB",
    "percent": "a percentage such as 10%",
    "secret": "a reference such as env:NAME or file:PATH",
    "json": "JSON",
}


def _bool_from_text(text: str, where: str) -> bool:
    if text.strip().lower() in ("true", "false"):
        return text.strip().lower() == "true"
    raise _misfit(Scalar("bool"), text, where)


def _float_from_text(text: str, where: str) -> float:
    try:
        return _read_float(float(text))
    except (ValueError, TypeError):
        raise _misfit(Scalar("float"), text, where) from None


def _misfit(kind: Type, data: Any, where: str) -> ValueProblem:
    wanted = _EXAMPLES[kind.name] if isinstance(kind, Scalar) else str(kind)
    return ValueProblem(f"{where}: {_show(data)} is not {wanted}")


def _show(data: Any) -> str:
    text = json.dumps(data, ensure_ascii=True, default=str)
    return text if len(text) <= 60 else text[:57] + "..."
