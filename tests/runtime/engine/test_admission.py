"""Runs of one flow that meet: limits of runs, overlap, and the queue."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from runtime.admission import Asker, Place, place_of, room_of
from runtime.model.definition import FlowDefinition, Overlap, ScheduleDefinition
from runtime.model.errors import Refused
from runtime.model.state import RunStatus
from runtime.service.requests import apply
from tests.runtime.engine.conftest import WAIT_SECONDS, Bench
from tests.runtime.engine.flows import FlowBuilder


def flow(**settings: Any) -> FlowDefinition:
    return replace(FlowBuilder("etl").task("a").build(), content_hash=repr(settings), **settings)


def statuses(bench: Bench) -> list[str]:
    return [status for (status,) in bench.query("SELECT status FROM flow_run ORDER BY id")]


def until(holds: Callable[[], bool], bench: Bench) -> None:
    """Wait for a commit after which it holds."""
    assert bench.engine is not None
    deadline = time.monotonic() + WAIT_SECONDS
    while not holds():
        assert time.monotonic() < deadline
        bench.engine.submit(lambda step: None).result(WAIT_SECONDS)


@pytest.mark.parametrize(
    ("settings", "asker", "room"),
    [
        ({}, "person", None),
        ({}, "tick", 1),
        ({"overlap": "allow"}, "tick", None),
        ({"overlap": "skip"}, "person", 1),
        ({"limit_runs": 3}, "person", 3),
        ({"limit_runs": 3, "overlap": "allow"}, "tick", 3),
    ],
)
def test_room_for_runs(settings: dict[str, Any], asker: Asker, room: int | None) -> None:
    assert room_of(flow(**settings), asker) == room


@pytest.mark.parametrize(
    ("overlap", "asker", "place"),
    [
        ("", "tick", "refuse"),
        ("", "late tick", "queue"),
        ("skip", "person", "refuse"),
        ("skip", "late tick", "queue"),
        ("queue", "tick", "queue"),
        ("cancel", "tick", "replace"),
        ("cancel", "late tick", "queue"),
        ("allow", "tick", "queue"),
    ],
)
def test_what_becomes_of_a_run_without_room(overlap: Overlap, asker: Asker, place: Place) -> None:
    full = flow(overlap=overlap, limit_runs=2)
    assert place_of(full, asker, 2, 0) == place
    assert place_of(full, asker, 1, 0) == "start"


def test_a_queue_is_never_jumped_and_has_an_end() -> None:
    queueing = flow(overlap="queue")
    assert place_of(queueing, "tick", 0, 1) == "queue"
    assert place_of(queueing, "tick", 1, 100) == "refuse"


def test_whoever_catches_up_on_everything_skips_no_tick() -> None:
    patient = flow(schedules=(ScheduleDefinition("every", every_seconds=60, catchup="all"),))
    assert place_of(patient, "tick", 1, 0) == "queue"
    assert place_of(replace(patient, overlap="skip"), "tick", 1, 0) == "refuse"


def test_a_run_that_a_person_asks_for_meets_no_rule_unless_one_is_written(bench: Bench) -> None:
    bench.register(flow())
    bench.register(flow())
    assert statuses(bench) == ["running", "running"]


def test_a_run_over_the_limit_is_refused_and_nothing_is_written(bench: Bench) -> None:
    limited = flow(limit_runs=1)
    bench.register(limited)
    with pytest.raises(Refused, match="run etl-1 is running, and `limit 1 runs`") as refused:
        bench.register(limited)
    assert refused.value.help is not None
    assert "flower cancel etl-1" in refused.value.help
    assert statuses(bench) == ["running"]
    assert bench.query("SELECT count(*) FROM task_run WHERE flow_run_id > 1") == [(0,)]


def test_the_same_key_is_the_same_run_even_where_there_is_no_room(bench: Bench) -> None:
    limited = flow(limit_runs=1)
    assert bench.register(limited, key="night") == bench.register(limited, key="night")


def test_a_queued_run_starts_when_the_one_before_it_has_ended(bench: Bench) -> None:
    first, second = bench.register(flow(overlap="queue")), bench.register(flow(overlap="queue"))
    bench.executor.hold_back = ["a"]
    engine = bench.start()
    rests = [engine.work_on(first), engine.work_on(second)]
    bench.executor.wait_for("a")
    assert statuses(bench) == ["running", "queued"]
    bench.executor.hold_back = []
    bench.executor.release("a")
    assert [rest.result(WAIT_SECONDS) for rest in rests] == [RunStatus.SUCCEEDED, RunStatus.SUCCEEDED]
    assert bench.query("SELECT min(id) FROM flow_run WHERE started_at IS NULL") == [(None,)]


def test_who_works_on_a_queued_run_works_on_those_before_it(bench: Bench) -> None:
    runs = [bench.register(flow(overlap="queue")) for _ in range(4)]
    assert bench.work(runs[-1]) is RunStatus.SUCCEEDED
    assert statuses(bench) == ["succeeded"] * 4


def test_a_failed_run_makes_room_and_a_suspended_one_does_not(bench: Bench) -> None:
    first, second = bench.register(flow(overlap="queue")), bench.register(flow(overlap="queue"))
    bench.set_status(first, "a", 2)
    assert bench.work(second) is RunStatus.QUEUED
    assert statuses(bench) == ["suspended", "queued"]
    bench.set_status(first, "a", 4)
    bench.work(first)
    assert bench.work(second) is RunStatus.SUCCEEDED
    assert statuses(bench) == ["failed", "succeeded"]


def test_overlap_cancel_waits_until_the_old_run_has_really_ended(bench: Bench) -> None:
    replacing = flow(overlap="cancel")
    first = bench.register(replacing)
    bench.executor.hold_back = ["a"]
    engine = bench.start()
    old = engine.work_on(first)
    bench.executor.wait_for("a")
    request = {"verb": "register", "flow": "etl", "zone": "UTC"}
    second = engine.submit(lambda step: apply(step, dict(request))).result(WAIT_SECONDS)["id"]
    bench.executor.hold_back = []
    assert engine.work_on(second).result(WAIT_SECONDS) is RunStatus.SUCCEEDED
    assert old.result(WAIT_SECONDS) is RunStatus.CANCELLED
    ends = bench.query("SELECT flow_run_id, outcome FROM task_attempt ORDER BY id")
    assert ends == [(first, "failed"), (second, "succeeded")]


def test_a_queued_run_can_be_cancelled(bench: Bench) -> None:
    runs = [bench.register(flow(overlap="queue")) for _ in range(3)]
    bench.ask(verb="cancel", run=runs[1])
    assert bench.work(runs[2]) is RunStatus.SUCCEEDED
    assert statuses(bench) == ["succeeded", "cancelled", "succeeded"]


def test_a_change_by_hand_does_not_let_a_queued_run_jump_the_queue(bench: Bench) -> None:
    pair = replace(FlowBuilder("etl").task("a").task("b").build(), overlap="queue")
    first, second = bench.register(pair), bench.register(pair)
    bench.executor.hold_back = ["a"]
    engine = bench.start()
    rest = engine.work_on(second)
    bench.executor.wait_for("a")
    bench.set_status(second, "b", 9)
    until(lambda: bench.query("SELECT count(*) FROM event WHERE kind = 'updated by hand'") == [(1,)], bench)
    assert statuses(bench) == ["running", "queued"]
    bench.executor.hold_back = []
    bench.executor.release("a")
    assert rest.result(WAIT_SECONDS) is RunStatus.SUCCEEDED
    assert bench.states(first) == {"a": "succeeded", "b": "succeeded"}
    assert bench.states(second) == {"a": "succeeded", "b": "skipped"}
