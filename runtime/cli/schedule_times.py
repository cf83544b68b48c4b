"""When a schedule fires next, for who looks at a store: after what is settled, and not in the past."""

from __future__ import annotations

from runtime.model.definition import ScheduleDefinition
from runtime.model.run import ScheduleSummary
from runtime.schedule import BadSchedule, following


def next_time(scheduled: ScheduleSummary, schedule: ScheduleDefinition, now: int, zone: str) -> int | None:
    """Microseconds since 1970; None if it is paused, or never comes to pass."""
    if scheduled.paused_at is not None:
        return None
    try:
        return following([schedule], max(scheduled.until, now), zone)
    except BadSchedule:
        return None
