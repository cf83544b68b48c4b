"""Literals that begin with a digit: numbers, durations, sizes, percentages, times and dates.

Text that is almost a literal gives the value it most likely stands for, with what to write instead, so that one
slip causes one error.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import Any, Final

from runtime.model.slotted import dataclass

_UNITS: Final = {"w": 604_800_000, "d": 86_400_000, "h": 3_600_000, "m": 60_000, "s": 1_000, "ms": 1}
_LONG_UNITS: Final = {
    **dict.fromkeys(("msec", "millis", "millisecond", "milliseconds"), "ms"),
    **dict.fromkeys(("sec", "secs", "second", "seconds"), "s"),
    **dict.fromkeys(("min", "mins", "minute", "minutes"), "m"),
    **dict.fromkeys(("hr", "hrs", "hour", "hours"), "h"),
    **dict.fromkeys(("day", "days"), "d"),
    **dict.fromkeys(("week", "weeks"), "w"),
}
_SIZES: Final = {
    "B": 1,
    **{f"{prefix}B": 1000**power for power, prefix in enumerate("KMGT", start=1)},
    **{f"{prefix}iB": 1024**power for power, prefix in enumerate("KMGT", start=1)},
    "kB": 1000,
}
_SIZE_NAMES: Final = {name.lower(): name for name in _SIZES if name != "kB"} | {
    prefix.lower(): f"{prefix}B" for prefix in "KMGT" if prefix != "M"
}

_INT: Final = re.compile(r"\d+(?:_\d+)*")
_FLOAT: Final = re.compile(r"\d+(?:_\d+)*(?:\.\d+(?:_\d+)*)?(?:[eE][+-]?\d+)?")
_DURATION: Final = re.compile(r"(?:\d+(?:ms|[wdhms]))+")
_LOOSE_DURATION: Final = re.compile(r"(?:\d+(?:\.\d+)?[a-z]+)+")
_AMOUNT: Final = re.compile(r"(\d+(?:\.\d+)?)([A-Za-z]+)")
_MAX_LENGTH: Final = 60
_MAX_INT: Final = 2**63 - 1
_MAX_DURATION: Final = 365 * 1000 * 86_400_000

EXAMPLES: Final = "30s, 1h30m, 512MB, 10%, 06:30, 2026-11-23"


@dataclass(frozen=True, slots=True)
class Read:
    """A literal's kind and value. With `problem` the text is no literal, and `instead` (if any) is what to write."""

    kind: Any
    value: Any
    problem: str = ""
    instead: str = ""


def read(text: str) -> Read:
    """Reads the text of a literal; never raises."""
    if not text.isascii():
        return Read("int", 0, f"`{_cut(text)}` is neither a number nor a name")
    if text.isdigit() and len(text) < 19:
        if text[0] != "0" or len(text) == 1:
            return Read("int", int(text))
        return Read("int", int(text), f"`{text}` has zeros in front", str(int(text)))
    if len(text) > _MAX_LENGTH:
        return Read("int", 0, f"`{_cut(text)}` is too long for a literal")
    if text[-1] == "%":
        return _percent(text)
    if ":" in text:
        return _time(text)
    if text.count("-") == 2:
        return _date(text)
    return _number(text) or _duration(text) or _size(text) or _nearly(text)


def _number(text: str) -> Read | None:
    if _INT.fullmatch(text):
        value = int(text.replace("_", "")[:40])
        if value > _MAX_INT:
            return Read("int", 0, f"`{_cut(text)}` is too large; whole numbers go up to {_MAX_INT}")
        return Read("int", value)
    if _FLOAT.fullmatch(text):
        number = float(text.replace("_", ""))
        if number == float("inf"):
            return Read("float", 0.0, f"`{_cut(text)}` is too large for a number")
        return Read("float", number)
    return None


def _percent(text: str) -> Read:
    if _FLOAT.fullmatch(text[:-1]):
        return Read("percent", float(text[:-1].replace("_", "")) / 100)
    return Read("percent", 0.0, f"`{_cut(text)}` is no percentage", "10%")


def _time(text: str) -> Read:
    hour, minute, *rest = (int(part) for part in text.split(":"))
    try:
        value = dt.time(hour, minute, rest[0] if rest else 0)
    except ValueError:
        return Read("time", dt.time(), f"there is no time `{text}`; hours go to 23, minutes and seconds to 59")
    exact = ":".join(f"{part:02}" for part in (hour, minute, *rest))
    return Read("time", value) if exact == text else Read("time", value, _nearly_text(text, "a time"), exact)


def _date(text: str) -> Read:
    year, month, day = (int(part) for part in text.split("-"))
    try:
        value = dt.date(year, month, day)
    except ValueError:
        return Read("date", dt.date(2000, 1, 1), f"there is no date `{text}` in the calendar")
    exact = value.isoformat()
    return Read("date", value) if exact == text else Read("date", value, _nearly_text(text, "a date"), exact)


def _duration(text: str) -> Read | None:
    if _DURATION.fullmatch(text):
        amounts = [(int(amount), unit) for amount, unit in _AMOUNT.findall(text)]
    elif _LOOSE_DURATION.fullmatch(text):
        found = [(float(amount), _LONG_UNITS.get(unit, unit)) for amount, unit in _AMOUNT.findall(text)]
        if any(unit not in _UNITS for _, unit in found):
            return None
        return _rewritten(text, sum(amount * _UNITS[unit] for amount, unit in found))
    else:
        return None
    milliseconds = sum(amount * _UNITS[unit] for amount, unit in amounts)
    ranks = [list(_UNITS).index(unit) for _, unit in amounts]
    if ranks != sorted(set(ranks)) or milliseconds > _MAX_DURATION:
        return _rewritten(text, milliseconds)
    return Read("duration", dt.timedelta(milliseconds=milliseconds))


def _rewritten(text: str, milliseconds: float) -> Read:
    if milliseconds > _MAX_DURATION:
        return Read("duration", dt.timedelta(), f"`{_cut(text)}` is too long for a duration")
    whole = round(milliseconds)
    return Read("duration", dt.timedelta(milliseconds=whole), _nearly_text(text, "a duration"), spell_duration(whole))


def spell_duration(milliseconds: int) -> str:
    """The literal of a duration: `1h30m`."""
    text = ""
    for unit, size in _UNITS.items():
        count, milliseconds = divmod(milliseconds, size)
        text += f"{count}{unit}" if count else ""
    return text or "0s"


def _size(text: str) -> Read | None:
    found = _AMOUNT.fullmatch(text)
    if not found:
        return None
    amount, unit = found.groups()
    if unit in _SIZES:
        return Read("size", round(float(amount) * _SIZES[unit]))
    name = _SIZE_NAMES.get(unit.lower())
    return (
        Read("size", round(float(amount) * _SIZES[name]), _nearly_text(text, "a size"), amount + name) if name else None
    )


def _nearly(text: str) -> Read:
    digits = re.match(r"\d+", text)
    value = int(digits[0][:18]) if digits else 0
    return Read("int", value, f"`{_cut(text)}` is neither a number nor a name")


def _nearly_text(text: str, what: str) -> str:
    return f"`{_cut(text)}` is not quite {what}"


def _cut(text: str) -> str:
    return text if len(text) <= 40 else text[:37] + "…"
