"""Schedules as JSON for `flower schedules --json`. The shape is an interface."""

from __future__ import annotations

from typing import Any

from runtime.cli.display.clock import iso
from runtime.cli.schedule_times import next_time
from runtime.model.definition import ScheduleDefinition
from runtime.model.run import ScheduleSummary, TickView
from runtime.schedule import words


def schedule_json(found: ScheduleSummary, now: int, zone: str) -> dict[str, Any]:
    """A flow with its schedules; times in UTC."""
    return {
        "flow": found.flow,
        "version": found.version,
        "paused": iso(found.paused_at),
        "schedules": [_schedule(found, schedule, now, zone) for schedule in found.schedules],
        "last_tick": None if found.last is None else _tick(found.last),
    }


def _schedule(found: ScheduleSummary, schedule: ScheduleDefinition, now: int, zone: str) -> dict[str, Any]:
    return {
        "schedule": words(schedule),
        "zone": schedule.zone or zone,
        "catchup": schedule.catchup,
        "next": iso(next_time(found, schedule, now, zone)),
        "line": schedule.line,
    }


def _tick(tick: TickView) -> dict[str, Any]:
    return {
        "at": iso(tick.at),
        "outcome": tick.outcome,
        "message": tick.message or None,
        "run": tick.run,
        "status": tick.status.value if tick.status else None,
    }
