"""Instants of schedules: in order, in their zone, and on the days on which clocks change."""

from __future__ import annotations

import datetime as dt
from itertools import islice, pairwise, takewhile
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.model.definition import ScheduleDefinition
from runtime.schedule import BadSchedule, due, following, instants, next_instants
from runtime.schedule.local import instant_at, microseconds, utc

DAY = 86_400 * 1_000_000
LONDON = "Europe/London"
NIGHTLY = ScheduleDefinition("daily", at="01:30")
ZONES = ("Europe/London", "America/New_York", "Australia/Lord_Howe", "Pacific/Apia", "Asia/Kathmandu", "UTC")


def at(text: str) -> int:
    """An instant from ISO text with an offset."""
    return microseconds(dt.datetime.fromisoformat(text))


def shown(found: list[int], zone: str) -> list[str]:
    return [utc(instant).astimezone(ZoneInfo(zone)).isoformat() for instant in found]


def first(schedule: ScheduleDefinition, after: str, zone: str, count: int = 3) -> list[str]:
    return shown(next_instants([schedule], at(after), zone, count), zone)


def test_daily_is_the_same_time_of_day_in_summer_and_winter() -> None:
    schedule = ScheduleDefinition("daily", at="06:30")
    assert first(schedule, "2026-10-24T00:00:00+00:00", LONDON) == [
        "2026-10-24T06:30:00+01:00",
        "2026-10-25T06:30:00+00:00",
        "2026-10-26T06:30:00+00:00",
    ]


@pytest.mark.parametrize("schedule", [NIGHTLY, ScheduleDefinition("cron", cron="30 1 * * *")])
def test_a_time_that_the_clock_jumps_over_is_the_first_instant_after_the_jump(schedule: ScheduleDefinition) -> None:
    assert first(schedule, "2026-03-28T12:00:00+00:00", LONDON, 2) == [
        "2026-03-29T02:00:00+01:00",
        "2026-03-30T01:30:00+01:00",
    ]


@pytest.mark.parametrize("schedule", [NIGHTLY, ScheduleDefinition("cron", cron="30 1 * * *")])
def test_a_time_that_comes_twice_counts_once_the_first_time(schedule: ScheduleDefinition) -> None:
    assert first(schedule, "2026-10-24T12:00:00+00:00", LONDON, 2) == [
        "2026-10-25T01:30:00+01:00",
        "2026-10-26T01:30:00+00:00",
    ]


def test_after_the_first_of_two_the_second_is_not_taken_for_it() -> None:
    between = "2026-10-25T01:10:00+00:00"
    assert first(NIGHTLY, between, LONDON, 1) == ["2026-10-26T01:30:00+00:00"]
    assert first(ScheduleDefinition("cron", cron="30 1 * * *"), between, LONDON, 1) == ["2026-10-26T01:30:00+00:00"]


def test_a_jump_of_half_an_hour_and_one_of_a_whole_day() -> None:
    assert first(ScheduleDefinition("daily", at="02:10"), "2026-10-03T12:00:00+11:00", "Australia/Lord_Howe", 1) == [
        "2026-10-04T02:30:00+11:00"
    ]
    assert first(ScheduleDefinition("daily", at="06:30"), "2011-12-29T12:00:00-10:00", "Pacific/Apia", 2) == [
        "2011-12-31T00:00:00+14:00",
        "2011-12-31T06:30:00+14:00",
    ]


def test_a_cron_line_with_a_star_goes_on_through_a_repeated_hour() -> None:
    schedule = ScheduleDefinition("cron", cron="*/30 * * * *")
    found = next_instants([schedule], at("2026-10-25T00:00:00+01:00"), LONDON, 8)
    assert {later - earlier for earlier, later in pairwise(found)} == {DAY // 48}


def test_every_counts_from_the_epoch_wherever_one_is() -> None:
    schedule = ScheduleDefinition("every", every_seconds=7 * 3_600)
    found = next_instants([schedule], at("2026-11-24T10:00:00+00:00"), "Asia/Kathmandu", 3)
    assert [instant % (7 * 3_600 * 1_000_000) for instant in found] == [0, 0, 0]
    assert found == next_instants([schedule], at("2026-11-24T10:00:00+00:00"), "UTC", 3)


def test_an_instant_is_later_than_the_one_before_it() -> None:
    schedule = ScheduleDefinition("every", every_seconds=900)
    at_the_tick = at("2026-11-24T10:15:00+00:00")
    assert following([schedule], at_the_tick, "UTC") == at("2026-11-24T10:30:00+00:00")
    assert following([schedule], at_the_tick - 1, "UTC") == at_the_tick


def test_weekly_names_its_days() -> None:
    schedule = ScheduleDefinition("weekly", days=("mon", "thu"), at="07:00", zone="UTC")
    assert first(schedule, "2026-11-24T00:00:00+00:00", "UTC") == [
        "2026-11-26T07:00:00+00:00",
        "2026-11-30T07:00:00+00:00",
        "2026-12-03T07:00:00+00:00",
    ]


def test_the_zone_of_a_schedule_goes_before_that_of_the_machine() -> None:
    schedule = ScheduleDefinition("daily", at="09:00", zone="Asia/Tokyo")
    assert first(schedule, "2026-11-24T00:00:01+00:00", "UTC", 1) == ["2026-11-25T00:00:00+00:00"]


def test_several_schedules_that_meet_are_one_instant() -> None:
    schedules = [ScheduleDefinition("daily", at="06:00"), ScheduleDefinition("cron", cron="0 */6 * * *")]
    assert shown(next_instants(schedules, at("2026-11-24T00:00:00+00:00"), "UTC", 3), "UTC") == [
        "2026-11-24T06:00:00+00:00",
        "2026-11-24T12:00:00+00:00",
        "2026-11-24T18:00:00+00:00",
    ]


def test_due_gives_the_oldest_and_always_the_newest() -> None:
    schedule = ScheduleDefinition("every", every_seconds=1)
    since, now = at("2026-01-01T00:00:00+00:00"), at("2026-11-24T10:00:00.5+00:00")
    assert due(schedule, since, now, "UTC", 3) == [
        *(since + seconds * 1_000_000 for seconds in (1, 2, 3)),
        at("2026-11-24T10:00:00+00:00"),
    ]
    assert due(schedule, now, now + 100, "UTC", 3) == []


@pytest.mark.parametrize("days", [0, 1, 40, 500, 3_000])
def test_the_newest_of_a_long_time_is_found(days: int) -> None:
    schedule = ScheduleDefinition("cron", cron="0 0 1 1 *")
    since = at("2020-06-01T00:00:00+00:00")
    everything = list(takewhile(lambda instant: instant <= since + days * DAY, instants(schedule, since, "UTC")))
    assert due(schedule, since, since + days * DAY, "UTC", 0)[-1:] == everything[-1:]


@pytest.mark.parametrize(
    "schedule",
    [
        ScheduleDefinition("cron", cron="0 6 * *"),
        ScheduleDefinition("cron", cron="61 6 * * *"),
        ScheduleDefinition("cron", cron="0 0 6 * * *"),
        ScheduleDefinition("cron", cron=""),
        ScheduleDefinition("cron", cron="0 0 30 2 *"),
        ScheduleDefinition("daily", at="25:00"),
        ScheduleDefinition("daily", at="06:00", zone="Europe/Nowhere"),
        ScheduleDefinition("daily", at="06:00", zone="../../etc/passwd"),
        ScheduleDefinition("weekly", days=("monday",), at="06:00"),
        ScheduleDefinition("weekly", days=(), at="06:00"),
        ScheduleDefinition("every", every_seconds=0),
    ],
    ids=repr,
)
def test_what_cannot_be_understood_is_told(schedule: ScheduleDefinition) -> None:
    with pytest.raises(BadSchedule):
        following([schedule], 0, "UTC")


def test_a_rare_day_is_found_however_far_away() -> None:
    fifth_monday = ScheduleDefinition("cron", cron="0 0 * 2 mon#5")
    assert first(fifth_monday, "2026-01-01T00:00:00+00:00", "UTC", 1) == ["2044-02-29T00:00:00+00:00"]


@given(
    zone=st.sampled_from(ZONES),
    day=st.dates(dt.date(1990, 1, 1), dt.date(2037, 1, 1)),
    time=st.times().map(lambda time: time.replace(microsecond=0)),
)
def test_an_instant_shows_its_time_or_the_end_of_the_jump_over_it(zone: str, day: dt.date, time: dt.time) -> None:
    here = ZoneInfo(zone)
    instant = instant_at(day, time, here)
    seen, wanted = utc(instant).astimezone(here).replace(tzinfo=None), dt.datetime.combine(day, time)
    if seen == wanted:
        assert utc(instant).astimezone(here).fold == 0
    else:
        just_before = utc(instant - 1).astimezone(here).replace(tzinfo=None)
        assert just_before < wanted < seen


@given(
    zone=st.sampled_from(ZONES),
    day=st.dates(dt.date(2000, 1, 1), dt.date(2036, 1, 1)),
    time=st.times().map(lambda time: time.replace(second=0, microsecond=0)),
)
def test_daily_and_its_cron_line_agree(zone: str, day: dt.date, time: dt.time) -> None:
    after = microseconds(dt.datetime.combine(day, dt.time(), dt.UTC))
    daily = ScheduleDefinition("daily", at=time.isoformat(timespec="minutes"))
    cron = ScheduleDefinition("cron", cron=f"{time.minute} {time.hour} * * *")
    assert list(islice(instants(daily, after, zone), 3)) == list(islice(instants(cron, after, zone), 3))
