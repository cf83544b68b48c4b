"""Schedules in words, as the language writes them."""

from __future__ import annotations

import pytest

from runtime.model.definition import ScheduleDefinition
from runtime.schedule import moment, words


@pytest.mark.parametrize(
    ("schedule", "told"),
    [
        (ScheduleDefinition("daily", at="06:30", zone="Europe/London"), 'daily at 06:30 tz "Europe/London"'),
        (ScheduleDefinition("weekly", days=("mon", "thu"), at="07:00"), "weekly on mon, thu at 07:00"),
        (ScheduleDefinition("every", every_seconds=5_400, catchup="all"), "every 1h30m catchup all"),
        (ScheduleDefinition("every", every_seconds=604_801), "every 1w1s"),
        (ScheduleDefinition("cron", cron="0 6 * * 1-5", when=True), 'cron "0 6 * * 1-5" when …'),
    ],
)
def test_a_schedule_reads_as_it_is_written(schedule: ScheduleDefinition, told: str) -> None:
    assert words(schedule) == told


def test_an_instant_is_told_as_a_clock_of_the_zone_shows_it() -> None:
    assert moment(0, "UTC") == "Thu 1970-01-01 00:00 UTC"
    assert moment(1_000_000, "Europe/Paris") == "Thu 1970-01-01 01:00:01 CET"
