"""The scheduler over a real store, with a clock in the test's hand."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from runtime.model.definition import ParameterDefinition, ScheduleDefinition
from runtime.model.errors import NotFound
from tests.runtime.engine.flows import FlowBuilder
from tests.runtime.maintenance.conftest import SECOND, Desk

HOUR = 3_600


def every(seconds: int, **settings: Any) -> ScheduleDefinition:
    return ScheduleDefinition("every", every_seconds=seconds, **settings)


def test_each_instant_makes_one_run_of_its_time(desk: Desk) -> None:
    desk.deploy(every(HOUR), overlap="allow")
    desk.wait(2.5 * HOUR)
    assert desk.runs() == [("11:00:00", "running"), ("12:00:00", "running")]
    assert desk.query("SELECT key FROM flow_run") == [("tick:2026-11-24T11:00:00Z",), ("tick:2026-11-24T12:00:00Z",)]


def test_a_run_has_the_zone_of_the_schedule_that_fired(desk: Desk) -> None:
    desk.deploy(ScheduleDefinition("daily", at="12:30", zone="Europe/Berlin"), every(HOUR), overlap="allow")
    desk.wait(2 * HOUR)
    assert desk.query("SELECT zone FROM flow_run ORDER BY id") == [("UTC",), ("Europe/Berlin",), ("UTC",)]


def test_two_schedules_at_one_instant_are_one_run(desk: Desk) -> None:
    desk.deploy(every(HOUR), every(2 * HOUR), overlap="allow")
    desk.wait(2 * HOUR)
    assert [time for time, _ in desk.runs()] == ["11:00:00", "12:00:00"]


def test_instants_before_the_deploy_do_not_count(desk: Desk) -> None:
    desk.deploy(every(HOUR, catchup="all"), overlap="allow")
    desk.turn()
    assert desk.runs() == []


def test_what_a_turn_that_was_lost_had_made_is_made_again_once(desk: Desk) -> None:
    desk.deploy(every(HOUR), overlap="allow")
    desk.now += HOUR * SECOND
    desk.turn_that_is_lost()
    assert desk.runs() == []
    desk.turn()
    desk.turn()
    assert [time for time, _ in desk.runs()] == ["11:00:00"]


def test_a_second_scheduler_on_the_same_store_makes_no_second_run(desk: Desk) -> None:
    desk.deploy(every(HOUR), overlap="allow")
    desk.now += HOUR * SECOND
    desk.turn()
    desk.restart()
    desk.turn()
    assert len(desk.runs()) == 1


@pytest.mark.parametrize(
    ("catchup", "made"),
    [
        ("none", ["11:00:00"]),
        ("last", ["11:00:00", "14:00:00"]),
        ("all", ["11:00:00", "12:00:00", "13:00:00", "14:00:00"]),
    ],
)
def test_after_a_time_without_a_service(desk: Desk, catchup: str, made: list[str]) -> None:
    desk.deploy(every(HOUR, catchup=catchup), overlap="allow")
    desk.wait(HOUR)
    desk.now += 3 * HOUR * SECOND + 120 * SECOND
    desk.restart()
    desk.turn()
    assert [time for time, _ in desk.runs()] == made
    assert ("ticks missed" in desk.events()) == (catchup != "all")


def test_a_new_version_with_the_same_schedule_still_catches_up(desk: Desk) -> None:
    desk.deploy(every(HOUR, catchup="all"), overlap="allow")
    desk.now += 2 * HOUR * SECOND
    desk.deploy(every(HOUR, catchup="all", line=7), overlap="allow", owner="somebody else")
    desk.turn()
    assert [time for time, _ in desk.runs()] == ["11:00:00", "12:00:00"]


def test_a_new_schedule_counts_from_its_deploy(desk: Desk) -> None:
    desk.deploy(every(HOUR, catchup="all"), overlap="allow")
    desk.now += 2 * HOUR * SECOND + 60 * SECOND
    desk.deploy(every(60, catchup="all"), overlap="allow")
    desk.turn()
    assert desk.runs() == []


def test_a_flow_that_has_lost_its_schedule_makes_no_runs(desk: Desk) -> None:
    desk.deploy(every(HOUR))
    desk.turn()
    desk.deploy()
    desk.wait(3 * HOUR)
    assert desk.runs() == []
    assert desk.scheduler.due is None


def test_a_paused_flow_makes_no_runs_and_does_not_make_up_for_them(desk: Desk) -> None:
    desk.deploy(every(HOUR, catchup="all"), overlap="allow")
    assert desk.ask(verb="pause", flow="etl") is True
    assert desk.ask(verb="pause", flow="etl") is False
    desk.wait(2.5 * HOUR)
    assert desk.ask(verb="unpause", flow="etl") is True
    desk.wait(HOUR)
    assert [time for time, _ in desk.runs()] == ["13:00:00"]


def test_a_clock_that_jumps_ahead_misses_as_if_nobody_had_been_there(desk: Desk) -> None:
    desk.deploy(every(HOUR), overlap="allow")
    desk.wait(HOUR)
    desk.now += 1_000 * HOUR * SECOND + 300 * SECOND
    desk.turn()
    assert len(desk.runs()) == 1
    desk.wait(HOUR)
    assert len(desk.runs()) == 2


def test_a_clock_that_is_put_back_repeats_no_instant_and_misses_none(desk: Desk) -> None:
    desk.deploy(every(HOUR), overlap="allow")
    desk.wait(2 * HOUR)
    desk.now -= round(1.5 * HOUR) * SECOND
    assert desk.scheduler.is_due(desk.now)
    desk.wait(2.5 * HOUR)
    assert [time for time, _ in desk.runs()] == ["11:00:00", "12:00:00", "13:00:00"]


def test_a_tick_while_a_run_is_under_way_is_skipped_and_says_why(desk: Desk) -> None:
    desk.deploy(every(HOUR))
    desk.wait(2 * HOUR)
    assert desk.ticks() == [("11:00:00", "run"), ("12:00:00", "skipped")]
    assert desk.query("SELECT message FROM tick WHERE outcome = 'skipped'") == [
        ("run etl-1 is running, and runs of it may not overlap",)
    ]


@pytest.mark.parametrize(("status", "made"), [("suspended", 1), ("failed", 2), ("cancelled", 2), ("succeeded", 2)])
def test_suspended_runs_take_up_room_and_ended_ones_do_not(desk: Desk, status: str, made: int) -> None:
    desk.deploy(every(HOUR))
    desk.wait(HOUR)
    desk.end(1, status)
    desk.wait(HOUR)
    assert len(desk.runs()) == made


def test_overlap_queue_makes_runs_that_wait(desk: Desk) -> None:
    desk.deploy(every(HOUR), overlap="queue")
    desk.wait(3 * HOUR)
    assert [status for _, status in desk.runs()] == ["running", "queued", "queued"]


def test_overlap_cancel_ends_what_is_under_way(desk: Desk) -> None:
    desk.deploy(every(HOUR), overlap="cancel")
    desk.wait(3 * HOUR)
    assert [status for _, status in desk.runs()] == ["cancelled", "cancelled", "queued"]


def test_a_limit_of_runs_is_room_for_so_many(desk: Desk) -> None:
    desk.deploy(every(HOUR), limit_runs=2)
    desk.wait(3 * HOUR)
    assert [status for _, status in desk.runs()] == ["running", "running"]
    assert desk.ticks()[-1] == ("13:00:00", "skipped")


def test_what_is_caught_up_waits_in_line_instead_of_being_skipped(desk: Desk) -> None:
    desk.deploy(every(HOUR, catchup="all"))
    desk.now += 3 * HOUR * SECOND
    desk.turn()
    assert desk.runs() == [("11:00:00", "running"), ("12:00:00", "queued"), ("13:00:00", "queued")]


def test_a_long_absence_fills_the_queue_no_further_than_it_may(desk: Desk) -> None:
    desk.deploy(every(HOUR, catchup="all"))
    desk.now += 300 * HOUR * SECOND
    desk.wait(5)
    assert len(desk.runs()) == 101
    desk.end(1)
    desk.end(2)
    desk.wait(5)
    assert [time for time, _ in desk.runs()][-1] == "16:00:00"
    assert len(desk.runs()) == 102


def test_a_condition_knows_the_time_of_the_tick_and_since_the_last_run(desk: Desk) -> None:
    long_ago = [">=", ["??", ["run", "since_last"], ["lit", "duration", "1w"]], ["lit", "duration", "2h"]]
    desk.deploy(every(HOUR, when=long_ago), overlap="allow")
    desk.wait(4 * HOUR)
    assert desk.ticks() == [
        ("11:00:00", "run"),
        ("12:00:00", "skipped"),
        ("13:00:00", "run"),
        ("14:00:00", "skipped"),
    ]


def test_a_condition_that_fails_is_a_refused_tick_and_the_schedule_goes_on(desk: Desk) -> None:
    desk.deploy(every(HOUR, when=["/", 1, 0]), overlap="allow")
    desk.wait(2 * HOUR)
    assert desk.ticks() == [("11:00:00", "refused"), ("12:00:00", "refused")]
    assert "tick refused" in desk.events()


def test_parameters_that_do_not_fit_are_a_refused_tick(desk: Desk) -> None:
    flow = FlowBuilder("etl").task("a").build()
    missing = ParameterDefinition("day", "date")
    desk.deploy_flow(replace(flow, parameters=(missing,), schedules=(every(HOUR),)))
    desk.wait(HOUR)
    assert desk.ticks() == [("11:00:00", "refused")]
    assert "day" in desk.query("SELECT message FROM tick")[0][0]


def test_rows_that_cannot_be_read_leave_the_other_flows_alone(desk: Desk) -> None:
    desk.deploy(every(HOUR), overlap="allow")
    desk.deploy_flow(replace(FlowBuilder("odd").task("a").build(), schedules=(every(HOUR, zone="Nowhere/At_All"),)))
    desk.deploy_flow(replace(FlowBuilder("torn").task("a").build(), schedules=(every(HOUR),)))
    with desk.store.transaction():
        desk.store._connection.execute("UPDATE flow_definition SET settings = '{\"schedules\": 7}' WHERE name = 'torn'")
    desk.wait(HOUR)
    assert [time for time, _ in desk.runs()] == ["11:00:00"]
    assert "schedule not understood" in desk.events()


def test_a_pause_of_what_is_not_scheduled_is_refused(desk: Desk) -> None:
    desk.deploy(every(HOUR))
    with pytest.raises(NotFound, match="no schedule or trigger of a flow `elt`") as refused:
        desk.ask(verb="pause", flow="elt")
    assert "etl" in (refused.value.help or "")
