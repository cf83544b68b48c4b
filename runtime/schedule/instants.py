"""The instants of a schedule, in order, without end."""

from __future__ import annotations

import datetime as dt
import heapq
from collections.abc import Iterator, Sequence
from itertools import islice, takewhile
from typing import TYPE_CHECKING, Final

from runtime.model.definition import ScheduleDefinition
from runtime.schedule.local import MICROSECONDS, instant_at, microseconds, utc

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

WEEKDAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_DAY: Final = dt.timedelta(days=1)
_LATEST: Final = dt.date(9999, 1, 1)
_LOOK_BACK: Final = tuple(MICROSECONDS * seconds for seconds in (60, 3_600, 86_400, 32 * 86_400, 400 * 86_400))


class BadSchedule(ValueError):
    """The schedule cannot be understood, or it never comes to pass."""


def instants(schedule: ScheduleDefinition, after: int, zone: str) -> Iterator[int]:
    """Every instant later than `after`, in order, each once. `zone`: the IANA name to use if it has none of its own.

    Raises BadSchedule, at once or on the way, if the schedule or its zone cannot be understood.
    """
    found = _candidates(schedule, after, _zone(schedule.zone or zone))
    last = after
    for instant in found:
        if instant > last:
            last = instant
            yield instant


def following(schedules: Sequence[ScheduleDefinition], after: int, zone: str) -> int | None:
    """The next instant of any of the schedules later than `after`, or None if there is none."""
    return min((first for each in schedules for first in islice(instants(each, after, zone), 1)), default=None)


def next_instants(schedules: Sequence[ScheduleDefinition], after: int, zone: str, count: int) -> list[int]:
    """The next instants of several schedules together, each once."""
    merged = heapq.merge(*(islice(instants(each, after, zone), count) for each in schedules))
    return list(dict.fromkeys(merged))[:count]


def due(schedule: ScheduleDefinition, after: int, now: int, zone: str, most: int) -> list[int]:
    """Instants later than `after` and not later than `now`: at most the `most` oldest, and always the newest."""
    oldest = list(takewhile(lambda instant: instant <= now, islice(instants(schedule, after, zone), most + 1)))
    if len(oldest) <= most:
        return oldest
    return [*oldest[:most], _newest(schedule, oldest[most], now, zone)]


def _newest(schedule: ScheduleDefinition, known: int, now: int, zone: str) -> int:
    """The newest instant up to `now`; `known` is one of them. Looks back in growing steps."""
    for span in _LOOK_BACK:
        if now - span <= known:
            break
        recent = list(takewhile(lambda instant: instant <= now, instants(schedule, now - span, zone)))
        if recent:
            return recent[-1]
    return max(takewhile(lambda instant: instant <= now, instants(schedule, known - 1, zone)), default=known)


def _candidates(schedule: ScheduleDefinition, after: int, zone: ZoneInfo) -> Iterator[int]:
    match schedule.kind:
        case "every":
            return _every(schedule.every_seconds * MICROSECONDS, after)
        case "daily":
            return _on_days(frozenset(range(7)), _time(schedule.at), after, zone)
        case "weekly":
            return _on_days(frozenset(map(_weekday, schedule.days)), _time(schedule.at), after, zone)
        case "cron":
            return _cron(schedule.cron, after, zone)


def _every(step: int, after: int) -> Iterator[int]:
    """Multiples of the step since 1970, UTC."""
    if step < MICROSECONDS:
        raise BadSchedule("a schedule repeats at most once a second")
    instant = (after // step + 1) * step
    while True:
        yield instant
        instant += step


def _on_days(weekdays: frozenset[int], time: dt.time, after: int, zone: ZoneInfo) -> Iterator[int]:
    if not weekdays:
        raise BadSchedule("a weekly schedule needs a day")
    day = utc(after).astimezone(zone).date() - _DAY
    while day < _LATEST:
        if day.weekday() in weekdays:
            yield instant_at(day, time, zone)
        day += _DAY


def _cron(line: str, after: int, zone: ZoneInfo) -> Iterator[int]:
    from cronsim import CronSim, CronSimError

    if len(line.split()) != 5:
        raise BadSchedule(f"the cron line `{line}` has not five fields")
    try:
        found = CronSim(line, utc(after).astimezone(zone))
    except (CronSimError, ValueError) as error:
        raise BadSchedule(f"the cron line `{line}` cannot be read: {str(error).lower()}") from None
    for moment in found:
        yield microseconds(moment)


def _zone(name: str) -> ZoneInfo:
    from zoneinfo import ZoneInfo

    try:
        return ZoneInfo(name)
    except (ValueError, OSError, LookupError):
        raise BadSchedule(f"there is no time zone `{name}`") from None


def _time(text: str) -> dt.time:
    try:
        return dt.time.fromisoformat(text)
    except ValueError:
        raise BadSchedule(f"`{text}` is no time of day") from None


def _weekday(name: str) -> int:
    try:
        return WEEKDAYS.index(name)
    except ValueError:
        raise BadSchedule(f"`{name}` is no day of the week") from None
