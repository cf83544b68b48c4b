"""Typed values on their way to a Python script: as JSON in which what JSON lacks is `[kind, text]`.

`encode` runs in the engine; the launcher, which imports nothing of ours, decodes.
"""

from __future__ import annotations

import datetime as dt
from pathlib import PurePath
from typing import Any


def encode(value: Any) -> Any:
    """JSON for a Python object of `runtime.model.values`. Lists become `["list", items]`, so no list is a value."""
    match value:
        case None | bool():
            return value
        case str():
            return str(value)
        case int():
            return int(value)
        case float():
            return float(value)
        case list() | tuple():
            return ["list", [encode(item) for item in value]]
        case dict():
            return {str(key): encode(item) for key, item in value.items()}
        case dt.datetime():
            return ["datetime", value.isoformat()]
        case dt.date():
            return ["date", value.isoformat()]
        case dt.time():
            return ["time", value.isoformat()]
        case dt.timedelta():
            return ["duration", value // dt.timedelta(microseconds=1)]
        case PurePath():
            return ["path", str(value)]
    raise TypeError(f"a value of type {type(value).__name__} cannot be given to a script")
