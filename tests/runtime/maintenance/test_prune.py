"""Ticks and cached results grow old with the runs; whoever prunes is rid of them too."""

from __future__ import annotations

from runtime.model.definition import ScheduleDefinition
from tests.runtime.maintenance.conftest import SECOND, Desk

HOUR = 3_600


def prune(desk: Desk, flow: str | None = None, before: int | None = None) -> None:
    desk.ask(verb="prune", flow=flow, before=desk.now + SECOND if before is None else before, keep=1)


def test_old_ticks_are_forgotten_but_for_the_last_that_made_a_run(desk: Desk) -> None:
    desk.deploy(ScheduleDefinition("every", every_seconds=HOUR), overlap="allow")
    desk.wait(4 * HOUR)
    times = [time for time, _ in desk.ticks()]
    prune(desk)
    assert len(times) == 4
    assert desk.ticks() == [(times[-1], "run")]


def test_ticks_that_are_not_old_enough_stay(desk: Desk) -> None:
    desk.deploy(ScheduleDefinition("every", every_seconds=HOUR), overlap="allow")
    desk.wait(4 * HOUR)
    prune(desk, before=desk.began + 2 * HOUR * SECOND + SECOND)
    assert len(desk.ticks()) == 2


def test_a_tick_that_was_forgotten_does_not_make_another_run(desk: Desk) -> None:
    desk.deploy(ScheduleDefinition("every", every_seconds=HOUR), overlap="allow")
    desk.wait(4 * HOUR)
    prune(desk)
    desk.restart()
    desk.turn()
    assert len(desk.runs()) == 4


def test_old_results_are_forgotten_when_no_flow_is_named(desk: Desk) -> None:
    with desk.store.transaction():
        desk.store.cached.keep("old", None, desk.now, 1)
        desk.store.cached.keep("new", None, desk.now + 2 * SECOND, 2)
    desk.deploy(ScheduleDefinition("every", every_seconds=HOUR))
    prune(desk, flow="etl")
    assert len(desk.query("SELECT digest FROM cached_result")) == 2
    prune(desk)
    assert desk.query("SELECT digest FROM cached_result") == [("new",)]
