"""Functions of dates, times and durations. Datetimes are in UTC."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any, Final

from runtime.expression.errors import ExpressionError
from runtime.model.types import DATE, DATETIME, TIME
from runtime.model.values import ValueProblem, from_text

_DIRECTIVE: Final = re.compile(r"%(.?)", re.DOTALL)
_DIRECTIVES: Final = "YmdHMSjyVGBbAapIFT%"
_WEEKDAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_MAX_PATTERN: Final = 1000


def to_date(value: Any) -> dt.date:
    if isinstance(value, str):
        return _read(DATE, value)  # type: ignore[no-any-return]
    return value.date() if isinstance(value, dt.datetime) else _a(dt.date, value)


def to_time(value: Any) -> dt.time:
    if isinstance(value, str):
        return _read(TIME, value)  # type: ignore[no-any-return]
    return value.time() if isinstance(value, dt.datetime) else _a(dt.time, value)


def to_datetime(value: Any, *at: dt.time) -> dt.datetime:
    if at:
        return dt.datetime.combine(_a(dt.date, value), _a(dt.time, at[0]), dt.UTC)
    return value if isinstance(value, dt.datetime) else _read(DATETIME, value)


def _read(kind: Any, text: str) -> Any:
    try:
        return from_text(kind, text, "the text")
    except ValueProblem as problem:
        raise ExpressionError(str(problem)) from None


def _a(kind: type, value: Any) -> Any:
    if not isinstance(value, kind):
        raise TypeError
    return value


def formatted(moment: dt.date, pattern: str) -> str:
    if len(pattern) > _MAX_PATTERN:
        raise ExpressionError(f"the pattern is longer than {_MAX_PATTERN} characters")
    for directive in _DIRECTIVE.findall(pattern):
        if directive not in _DIRECTIVES or not directive:
            raise ExpressionError(f"`%{directive}` is no part of a pattern; there are %{' %'.join(_DIRECTIVES)}")
    return _a(dt.date, moment).strftime(pattern)  # type: ignore[no-any-return]


def year(moment: dt.date) -> int:
    return moment.year


def month(moment: dt.date) -> int:
    return moment.month


def day(moment: dt.date) -> int:
    return moment.day


def hour(moment: dt.datetime | dt.time) -> int:
    return moment.hour


def weekday(moment: dt.date) -> str:
    return _WEEKDAYS[moment.weekday()]


def seconds(length: dt.timedelta) -> float:
    return length / dt.timedelta(seconds=1)


def hours(length: dt.timedelta) -> float:
    return length / dt.timedelta(hours=1)


def days(length: dt.timedelta) -> float:
    return length / dt.timedelta(days=1)
