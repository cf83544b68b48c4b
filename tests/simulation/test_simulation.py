"""Seeds: each is a history of its own, and none may break a promise."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

from runtime.model.encode import flow_to_json
from runtime.operation import Nudge, Started
from runtime.service.requests import apply_alone
from tests.simulation.flows import compiled
from tests.simulation.mortal import Fate, new_files, open_store
from tests.simulation.simulation import START, SteppedEngine, simulate
from tests.simulation.sweep import crashes, small
from tests.simulation.world import Temper, World

FEW = 250
MANY = 10_000
_PARTS = 5


@pytest.mark.parametrize("part", range(_PARTS))
def test_no_seed_breaks_a_promise(part: int) -> None:
    for seed in range(part, FEW, _PARTS):
        simulate(seed)


@pytest.mark.soak
@pytest.mark.timeout(3_600)
def test_no_seed_of_many_breaks_a_promise() -> None:
    for seed in range(FEW, MANY):
        simulate(seed)


def test_the_same_seed_is_the_same_history() -> None:
    told: list[list[str]] = [[], []]
    for lines in told:
        for seed in range(8):
            simulate(seed, lines.append)
    assert told[0] == told[1]
    assert len(told[0]) > 100


def test_a_crash_at_any_store_call_and_any_border_of_the_process_breaks_no_promise() -> None:
    points = crashes()
    assert len(points) > 100
    for crash in points:
        simulate(0, scenario=small(crash))


@pytest.mark.soak
@pytest.mark.timeout(1_800)
def test_two_crashes_anywhere_break_no_promise() -> None:
    points = crashes()
    for first in points[::7]:
        for second in range(1, len(points) - first, 5):
            simulate(0, scenario=small(first, second))


def test_a_run_whose_last_task_ends_in_the_turn_of_its_deadline_has_succeeded(tmp_path: Path) -> None:
    files, flow = new_files(tmp_path), compiled('flow f { deadline 10s; task a { sh "true" } }')
    store = open_store(files, None)
    apply_alone(store, {"verb": "deploy", "flows": [flow_to_json(flow)], "project": "/nowhere"}, START)
    apply_alone(store, {"verb": "register", "flow": "f", "zone": "UTC"}, START)
    world = World(Random(0), Fate(), START, Temper(failing=0.0, wrong_output=0.0))
    engine = SteppedEngine(store, world, 1, all_runs=True, clock=lambda: world.now)
    engine.begin()
    engine.turn(1)
    (body,) = world.alive()
    world.gate(body).set_result(True)
    world.finish(body)
    world.now += 10_000_000
    engine.tell(*world.reports.pop())
    engine.turn(1)
    assert store.runs.status(1) == "succeeded"
    store.close()


def test_what_runs_in_a_run_that_has_failed_by_its_deadline_is_taken_up_by_the_next_engine(tmp_path: Path) -> None:
    files, flow = new_files(tmp_path), compiled('flow f { deadline 10s; task a { sh "true" } }')
    store = open_store(files, None)
    apply_alone(store, {"verb": "deploy", "flows": [flow_to_json(flow)], "project": "/nowhere"}, START)
    apply_alone(store, {"verb": "register", "flow": "f", "zone": "UTC"}, START)
    world = World(Random(0), Fate(), START)
    engine = SteppedEngine(store, world, 1, all_runs=True, clock=lambda: world.now)
    engine.begin()
    engine.turn(1)
    (body,) = world.alive()
    engine.put(Started(body.attempt.id, body.mark, world.gate(body)))
    engine.turn(1)
    world.now += 10_000_000
    engine.turn(1)
    assert store.runs.status(1) == "failed"
    world.engine_died(reboot=True)
    engine = SteppedEngine(store, world, 1, all_runs=True, clock=lambda: world.now)
    engine.begin()
    engine.put(Nudge())
    engine.turn(1)
    engine.tell(*world.reports.pop())
    engine.turn(1)
    assert not store._read("SELECT count(*) FROM task_attempt WHERE ended_at IS NULL")
    store.close()
