"""Local times as instants, also on the days on which the clocks change."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

_SECOND = dt.timedelta(seconds=1)
MICROSECONDS = 1_000_000


def instant_at(day: dt.date, time: dt.time, zone: ZoneInfo) -> int:
    """When a clock in the zone shows this day and time.

    If it shows it twice, the first of the two; if it jumps over it, the first instant after the jump.
    """
    local = dt.datetime.combine(day, time, zone)
    moment = local.astimezone(dt.UTC)
    if moment.astimezone(zone).replace(tzinfo=None) != local.replace(tzinfo=None):
        moment = _end_of_gap(local)
    return microseconds(moment)


def _end_of_gap(local: dt.datetime) -> dt.datetime:
    """The instant at which the clock jumps over a local time: there the offset changes from one second to the next.

    By `fold` the time is read with the offset before the jump and with the one after it; the jump lies between.
    """
    zone = local.tzinfo
    before, after = sorted(local.replace(fold=fold).astimezone(dt.UTC) for fold in (0, 1))
    offset = before.astimezone(zone).utcoffset()
    while after - before > _SECOND:
        middle = before + (after - before) // _SECOND // 2 * _SECOND
        if middle.astimezone(zone).utcoffset() == offset:
            before = middle
        else:
            after = middle
    return after


def microseconds(moment: dt.datetime) -> int:
    """An aware time as an instant."""
    return round((moment - _EPOCH) / dt.timedelta(microseconds=1))


def utc(instant: int) -> dt.datetime:
    return _EPOCH + dt.timedelta(microseconds=instant)


_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
