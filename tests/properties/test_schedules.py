"""Whatever happens to a service, each instant of a schedule makes one run, and nothing else does."""

from __future__ import annotations

from itertools import takewhile
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from runtime.model.definition import ScheduleDefinition
from runtime.schedule import instants
from tests.runtime.maintenance.conftest import SECOND, Desk

SCHEDULES = st.sampled_from(
    [
        ScheduleDefinition("every", every_seconds=600, catchup="all"),
        ScheduleDefinition("daily", at="11:30", zone="Europe/Berlin", catchup="all"),
        ScheduleDefinition("cron", cron="*/20 * * * *", catchup="all"),
    ]
)
HAPPENINGS = st.sampled_from(["a turn", "a turn that is lost", "a restart", "a new version", "a long absence", "back"])


@settings(max_examples=60)
@given(
    schedules=st.lists(SCHEDULES, min_size=1, max_size=3, unique_by=repr),
    story=st.lists(st.tuples(st.integers(0, 4_000), HAPPENINGS), max_size=12),
)
def test_each_instant_makes_one_run(schedules: list[ScheduleDefinition], story: list[tuple[int, str]]) -> None:
    with TemporaryDirectory() as folder:
        desk = Desk(Path(folder))
        latest = desk.began
        desk.deploy(*schedules, overlap="allow")
        desk.turn()
        for number, (seconds, happening) in enumerate(story):
            desk.now += seconds * SECOND
            latest = max(latest, desk.now)
            happen(desk, happening, number, schedules)
        desk.now = latest = max(latest, desk.now) + 3_600 * SECOND
        desk.wait(0)
        wanted = {
            instant
            for schedule in schedules
            for instant in takewhile(lambda instant: instant <= latest, instants(schedule, desk.began, "UTC"))
        }
        made = [time for (time,) in desk.query("SELECT time FROM flow_run ORDER BY time")]
        desk.store.close()
    assert made == sorted(wanted)


def happen(desk: Desk, what: str, number: int, schedules: list[ScheduleDefinition]) -> None:
    match what:
        case "a turn":
            desk.turn()
        case "a turn that is lost":
            desk.turn_that_is_lost()
        case "a restart":
            desk.restart()
        case "a new version":
            desk.deploy(*schedules, overlap="allow", owner=str(number))
        case "a long absence":
            desk.now += 20 * 3_600 * SECOND
        case "back":
            desk.now = max(desk.began, desk.now - 2_000 * SECOND)
