"""Which instants of a flow's schedules are due, and what is to become of those that nobody was there for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from runtime.model.definition import ScheduleDefinition
from runtime.model.slotted import dataclass
from runtime.schedule.instants import due
from runtime.schedule.local import MICROSECONDS

GRACE: Final = 60 * MICROSECONDS
"""A tick that is noticed within this time is on time."""
MOST_AT_ONCE: Final = 100
"""How many missed ticks are caught up in one go."""


@dataclass(frozen=True, slots=True)
class Tick:
    """An instant to decide about, and the schedules that it is of, by number. `late`: it was missed."""

    at: int
    schedules: tuple[int, ...]
    late: bool


@dataclass(frozen=True, slots=True)
class Due:
    """`ticks`, oldest first; `missed`: how many others are given up; `until`: all up to here is settled by that."""

    ticks: tuple[Tick, ...]
    missed: int
    until: int


def due_ticks(schedules: Sequence[ScheduleDefinition], after: int, now: int, zone: str) -> Due:
    """What is due of a flow later than `after` and not later than `now`.

    By each schedule's `catchup`: `none` keeps the newest instant if it is on time, `last` keeps the newest, `all` keeps
    every one, some now and the rest when it is called again from `until`.
    """
    found = [due(schedule, after, now, zone, MOST_AT_ONCE) for schedule in schedules]
    until = min([now, *(_end(schedule, mine) for schedule, mine in zip(schedules, found, strict=True))])
    wanted: dict[int, list[int]] = {}
    given_up: set[int] = set()
    for number, (schedule, mine) in enumerate(zip(schedules, found, strict=True)):
        kept = _kept(schedule, mine, now)
        given_up.update(set(mine) - set(kept))
        for instant in kept:
            wanted.setdefault(instant, []).append(number)
    newest = max(wanted, default=0)
    ticks = tuple(
        Tick(at, tuple(wanted[at]), late=now - at > GRACE or at != newest) for at in sorted(wanted) if at <= until
    )
    return Due(ticks, sum(1 for at in given_up - set(wanted) if at <= until), until)


def _end(schedule: ScheduleDefinition, mine: list[int]) -> int:
    """How far this schedule may be settled: to the last instant of the share, if there are more."""
    more = schedule.catchup == "all" and len(mine) > MOST_AT_ONCE
    return mine[MOST_AT_ONCE - 1] if more else _EVER


def _kept(schedule: ScheduleDefinition, mine: list[int], now: int) -> list[int]:
    if schedule.catchup == "all" or not mine:
        return mine
    newest = mine[-1]
    return [newest] if schedule.catchup == "last" or now - newest <= GRACE else []


_EVER: Final = 2**62
