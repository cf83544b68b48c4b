"""The table of `flower schedules`."""

from __future__ import annotations

from collections.abc import Sequence

from runtime.cli.display.clock import day_and_time
from runtime.cli.display.frame import STATUS_STYLES
from runtime.cli.display.glyphs import Glyphs
from runtime.cli.display.styled import Line, Span, line
from runtime.cli.display.table import table
from runtime.cli.schedule_times import next_time
from runtime.model.definition import ScheduleDefinition
from runtime.model.run import ScheduleSummary, TickView
from runtime.schedule import moment, words


def schedules_table(found: Sequence[ScheduleSummary], now: int, zone: str, cells: int, glyphs: Glyphs) -> list[Line]:
    """A line for each schedule: flow, when in words, the next time, what came of the flow's last tick."""
    rows = [
        (
            line(Span(each.flow, "bold")),
            _next(each, schedule, now, zone),
            _last(each.last, now),
            line(words(schedule)),
        )
        for each in found
        for schedule in each.schedules
    ]
    return table(("flow", "next", "last", "schedule"), rows, cells, glyphs.ellipsis)


def _next(each: ScheduleSummary, schedule: ScheduleDefinition, now: int, zone: str) -> Line:
    if each.paused_at is not None:
        return line(Span(f"paused since {day_and_time(each.paused_at, now)}", "warn"))
    instant = next_time(each, schedule, now, zone)
    return line("never" if instant is None else moment(instant, schedule.zone or zone))


def _last(tick: TickView | None, now: int) -> Line:
    if tick is None:
        return ()
    if tick.run is None or tick.status is None:
        return line(Span(f"{tick.outcome} {day_and_time(tick.at, now)}", "warn"))
    return line(f"{tick.run} ", Span(tick.status.value, STATUS_STYLES[tick.status]))
