"""Functions of texts and paths."""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from pathlib import PurePath, PurePosixPath
from typing import Any

from runtime.expression.budget import check_list_size, check_text_size, fitting_text
from runtime.expression.errors import ExpressionError
from runtime.expression.operators import kind_of
from runtime.expression.pattern import compile_pattern
from runtime.model.values import to_json, to_text


def text(value: Any) -> str:
    try:
        return to_text(value)
    except TypeError:
        raise ExpressionError(f"{kind_of(value)} has no text") from None


def joined(values: list[Any], between: str = ",") -> str:
    if any(value is None for value in values):
        raise ExpressionError("a value in the list is missing; drop it with `compact(…)`")
    parts = list(map(text, values))
    check_text_size(sum(map(len, parts)) + len(between) * max(0, len(parts) - 1))
    return between.join(parts)


def pieces(value: str, separator: str | None = None) -> list[str]:
    if separator == "":
        raise ExpressionError("the separator is empty")
    check_list_size(len(value) // 2 if separator is None else value.count(separator) + 1)
    return value.split(separator)


def replaced(value: str, old: str, new: str) -> str:
    if not old:
        raise ExpressionError("the text to replace is empty")
    check_text_size(len(value) + value.count(old) * (len(new) - len(old)))
    return value.replace(old, new)


def trimmed(value: str) -> str:
    return value.strip()


def upper(value: str) -> str:
    return fitting_text(value.upper())


def lower(value: str) -> str:
    return fitting_text(value.lower())


def starts(value: str, start: str) -> bool:
    return value.startswith(start)


def ends(value: str, end: str) -> bool:
    return value.endswith(end)


def fits_pattern(value: str, pattern: str) -> bool:
    return compile_pattern(pattern).fits(str(value))


def slug(value: str) -> str:
    plain = unicodedata.normalize("NFKD", value).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")


def digest(value: Any) -> str:
    canonical = json.dumps(to_json(value), sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def read_json(value: str) -> Any:
    try:
        return json.loads(value, parse_constant=_no_constant)
    except RecursionError:
        raise ExpressionError("the JSON is nested too deeply") from None
    except ValueError as problem:
        raise ExpressionError(f"the text is not JSON: {problem}") from None


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is no number of JSON")


def write_json(value: Any) -> str:
    return fitting_text(json.dumps(to_json(value), ensure_ascii=False, separators=(",", ":")))


def path(value: str | PurePath) -> PurePosixPath:
    if str(value) == "":
        raise ExpressionError("a path cannot be empty")
    return PurePosixPath(value)


def basename(value: str | PurePath) -> str:
    return path(value).name


def dirname(value: str | PurePath) -> PurePosixPath:
    return path(value).parent


def extension(value: str | PurePath) -> str:
    return path(value).suffix


def parts(value: str | PurePath) -> list[str]:
    return list(path(value).parts)
