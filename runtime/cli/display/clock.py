"""Times for people: how long something took, and when it was. Microseconds in, short texts out."""

from __future__ import annotations

import datetime as dt

SECOND = 1_000_000


def duration(microseconds: int) -> str:
    """At most six characters: `12ms`, `1.2s`, `45s`, `3m04s`, `2h05m`, `3d04h`."""
    tenths = round(max(microseconds, 0) / (SECOND // 10))
    if microseconds < SECOND // 10:
        return f"{max(microseconds, 0) // 1000}ms"
    if tenths < 100:
        return f"{tenths / 10:.1f}s"
    seconds = tenths // 10
    if seconds < 60:
        return f"{seconds}s"
    if seconds < 3600:
        return f"{seconds // 60}m{seconds % 60:02}s"
    if seconds < 86_400:
        return f"{seconds // 3600}h{seconds % 3600 // 60:02}m"
    return f"{seconds // 86_400}d{seconds % 86_400 // 3600:02}h"


def moment(microseconds: int, zone: dt.tzinfo | None = None) -> str:
    """The time of day, `12:03:04`, in a zone (the machine's own if None)."""
    return _at(microseconds, zone).strftime("%H:%M:%S")


def day_and_time(microseconds: int, now: int, zone: dt.tzinfo | None = None) -> str:
    """`12:03:04` for today, else `2026-11-23 12:03`."""
    at = _at(microseconds, zone)
    return at.strftime("%H:%M:%S" if at.date() == _at(now, zone).date() else "%Y-%m-%d %H:%M")


def iso(microseconds: int | None) -> str | None:
    """ISO 8601 in UTC with milliseconds, for machines; None stays None."""
    if microseconds is None:
        return None
    return _at(microseconds, dt.UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _at(microseconds: int, zone: dt.tzinfo | None) -> dt.datetime:
    return dt.datetime.fromtimestamp(microseconds / SECOND, dt.UTC).astimezone(zone)
