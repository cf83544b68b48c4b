"""Hints on schedules: times of day that a change of the clocks skips or repeats, and those that never fire."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from flowc.analysis.constant import Unknown, holds
from flowc.analysis.model import Flow
from flowc.diagnostics import codes
from flowc.emit.hints.hints import Hints
from flowc.source import Span
from runtime.model.definition import ScheduleDefinition
from runtime.schedule.instants import WEEKDAYS

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

_FIRST_DAY: Final = dt.date(2026, 1, 1)
"""The year whose changes of the clocks are looked at, so that the same text gets the same hints at any time."""
_NONE: Final = dt.timedelta()


def hint_times(flow: Flow, hints: Hints) -> None:
    """Hints on the schedules of a flow."""
    for schedule in flow.schedules:
        if _is_never_wanted(schedule):
            message = "this schedule never fires: its `when` is always false"
            hints.hint(codes.NEVER_FIRES, _place(schedule, hints), message, "let it depend on the tick, or remove it")
        elif schedule.zone or flow.zone:
            _clocks(schedule, schedule.zone or flow.zone, hints)


def _is_never_wanted(schedule: ScheduleDefinition) -> bool:
    try:
        return schedule.when is not None and not holds(schedule.when)
    except Unknown:
        return False


def _clocks(schedule: ScheduleDefinition, zone: str, hints: Hints) -> None:
    from zoneinfo import ZoneInfo

    at = _time_of(schedule)
    found = dict(_odd_days(schedule, at, ZoneInfo(zone))) if at is not None else {}
    if at is None or not found:
        return
    told = " and ".join(f"{what} on {day}" for what, day in found.items())
    hints.hint(
        codes.CLOCK_CHANGE,
        _place(schedule, hints),
        f"where the clocks of {zone} change, {at:%H:%M} is {told}",
        'it runs once all the same; to be sure of the time choose another one, or `tz "UTC"`',
    )


def _odd_days(schedule: ScheduleDefinition, at: dt.time, zone: ZoneInfo) -> Iterator[tuple[str, dt.date]]:
    """`left out` or `there twice`, each with the first day on which that is so."""
    seen = set()
    for number in range(365):
        day = _FIRST_DAY + dt.timedelta(number)
        early = dt.datetime.combine(day, at, zone)
        first, second = early.utcoffset() or _NONE, early.replace(fold=1).utcoffset() or _NONE
        what = "there twice" if first > second else "left out"
        if first != second and what not in seen and _is_on(schedule, day):
            seen.add(what)
            yield what, day


def _is_on(schedule: ScheduleDefinition, day: dt.date) -> bool:
    return schedule.kind != "weekly" or WEEKDAYS[day.weekday()] in schedule.days


def _time_of(schedule: ScheduleDefinition) -> dt.time | None:
    """The time of day of a schedule that has one."""
    if schedule.kind in ("daily", "weekly"):
        return dt.time.fromisoformat(schedule.at)
    if schedule.kind == "cron":
        minute, hour, *days = schedule.cron.split()
        if minute.isdigit() and hour.isdigit() and days == ["*", "*", "*"]:
            return dt.time(int(hour), int(minute))
    return None


def _place(schedule: ScheduleDefinition, hints: Hints) -> Span:
    """The time or the cron line as written, else the word `schedule`."""
    start = hints.source.line_start(schedule.line)
    text = hints.source.line_text(schedule.line)
    written = schedule.cron if schedule.kind == "cron" else schedule.at
    at = text.find(written) if written else -1
    if at < 0:
        at, written = max(text.find("schedule"), 0), "schedule"
    return start + at, start + at + len(written)
