"""A schedule as people say it, which is how the language writes it."""

from __future__ import annotations

from runtime.model.definition import ScheduleDefinition
from runtime.schedule.local import utc

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_UNITS = (("w", 604_800), ("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1))


def words(schedule: ScheduleDefinition) -> str:
    """`daily at 06:30 tz "Europe/London" catchup last`. A condition is only named: `when …`."""
    parts = [_rule(schedule)]
    if schedule.zone:
        parts.append(f'tz "{schedule.zone}"')
    if schedule.when is not None:
        parts.append("when …")
    if schedule.catchup != "none":
        parts.append(f"catchup {schedule.catchup}")
    return " ".join(parts)


def moment(instant: int, zone: str) -> str:
    """`Wed 2026-11-25 06:30 GMT`: what a clock in the zone shows; seconds only where there are any."""
    from zoneinfo import ZoneInfo

    local = utc(instant).astimezone(ZoneInfo(zone))
    seconds = f":{local.second:02}" if local.second else ""
    return f"{_DAYS[local.weekday()]} {local:%Y-%m-%d %H:%M}{seconds} {local.tzname()}"


def _rule(schedule: ScheduleDefinition) -> str:
    match schedule.kind:
        case "daily":
            return f"daily at {schedule.at}"
        case "weekly":
            return f"weekly on {', '.join(schedule.days)} at {schedule.at}"
        case "every":
            return f"every {_duration(schedule.every_seconds)}"
        case "cron":
            return f'cron "{schedule.cron}"'


def _duration(seconds: int) -> str:
    """`1h30m`, the largest unit first."""
    text = ""
    for unit, size in _UNITS:
        count, seconds = divmod(seconds, size)
        text += f"{count}{unit}" if count else ""
    return text or "0s"
