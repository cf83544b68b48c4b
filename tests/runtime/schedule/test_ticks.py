"""What is due, and what becomes of instants that nobody was there for."""

from __future__ import annotations

from typing import Literal

from runtime.model.definition import ScheduleDefinition
from runtime.schedule.ticks import MOST_AT_ONCE, Due, Tick, due_ticks

SECOND = 1_000_000
HOUR = 3_600 * SECOND
NOON = 1_000 * 24 * HOUR + 12 * HOUR
Catchup = Literal["none", "last", "all"]


def hourly(catchup: Catchup = "none") -> ScheduleDefinition:
    return ScheduleDefinition("every", every_seconds=3_600, catchup=catchup)


def test_a_tick_on_time_is_due_whatever_the_catchup() -> None:
    for catchup in ("none", "last", "all"):
        found = due_ticks([hourly(catchup)], NOON - HOUR, NOON + SECOND, "UTC")
        assert found == Due((Tick(NOON, (0,), late=False),), 0, NOON + SECOND)


def test_nothing_is_due_before_its_time() -> None:
    assert due_ticks([hourly("all")], NOON, NOON + HOUR - 1, "UTC") == Due((), 0, NOON + HOUR - 1)


def test_without_catchup_missed_ticks_are_given_up() -> None:
    now = NOON + 10 * 60 * SECOND
    assert due_ticks([hourly("none")], NOON - 3 * HOUR, now, "UTC") == Due((), 3, now)


def test_without_catchup_the_newest_counts_if_it_is_on_time() -> None:
    found = due_ticks([hourly("none")], NOON - 3 * HOUR, NOON + 59 * SECOND, "UTC")
    assert found.ticks == (Tick(NOON, (0,), late=False),)
    assert found.missed == 2


def test_catchup_last_keeps_the_newest_however_late() -> None:
    now = NOON + 10 * 60 * SECOND
    assert due_ticks([hourly("last")], NOON - 3 * HOUR, now, "UTC") == Due((Tick(NOON, (0,), late=True),), 2, now)


def test_catchup_all_keeps_each_oldest_first() -> None:
    now = NOON + SECOND
    found = due_ticks([hourly("all")], NOON - 3 * HOUR, now, "UTC")
    assert [(tick.at - NOON, tick.late) for tick in found.ticks] == [(-2 * HOUR, True), (-HOUR, True), (0, False)]
    assert (found.missed, found.until) == (0, now)


def test_catchup_all_goes_on_where_it_stopped() -> None:
    since, now = NOON - 250 * HOUR, NOON + 1
    seen: list[int] = []
    while since < now:
        found = due_ticks([hourly("all")], since, now, "UTC")
        assert len(found.ticks) <= MOST_AT_ONCE
        seen += [tick.at for tick in found.ticks]
        since = found.until
    assert seen == [NOON + hours * HOUR for hours in range(-249, 1)]


def test_schedules_that_meet_are_one_tick_of_both() -> None:
    daily = ScheduleDefinition("daily", at="12:00", zone="UTC", catchup="last")
    found = due_ticks([hourly(), daily], NOON - HOUR, NOON + SECOND, "UTC")
    assert found.ticks == (Tick(NOON, (0, 1), late=False),)


def test_what_one_schedule_gives_up_another_may_keep() -> None:
    daily = ScheduleDefinition("daily", at="12:00", zone="UTC", catchup="last")
    now = NOON + 2 * HOUR + 10 * 60 * SECOND
    found = due_ticks([hourly(), daily], NOON - HOUR, now, "UTC")
    assert found.ticks == (Tick(NOON, (1,), late=True),)
    assert found.missed == 2


def test_a_day_away_costs_no_more_than_its_share() -> None:
    each_second = ScheduleDefinition("every", every_seconds=1, catchup="last")
    found = due_ticks([each_second], NOON - 400 * 24 * HOUR, NOON + 10, "UTC")
    assert found.ticks == (Tick(NOON, (0,), late=False),)
    assert found.missed == MOST_AT_ONCE
