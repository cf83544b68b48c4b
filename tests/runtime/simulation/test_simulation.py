"""Simulated runs: what is decided, what is unknown, how far the clock jumps."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from runtime.executor.protocol import Outcome
from runtime.expression.evaluator import ExpressionError
from runtime.model.definition import FlowDefinition, OutDefinition, Retry, Until, Wait
from runtime.model.state import Reason, RunStatus
from runtime.simulation.given import Ending, Given
from runtime.simulation.result import Result
from runtime.simulation.simulation import Simulation
from runtime.simulation.step import Unknown
from runtime.store.sqlite.files import StoreFiles
from runtime.store.sqlite.store import SqliteStore
from tests.runtime.engine.flows import FlowBuilder, over

NOON = 1_767_268_800_000_000
HOUR = 3_600_000_000


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteStore]:
    store = SqliteStore(StoreFiles(tmp_path / "flower.db"), "OFF")
    yield store
    store.close()


def simulated(store: SqliteStore, flow: FlowDefinition, *endings: Ending) -> Simulation:
    simulation = Simulation(store, flow, Given(NOON, "UTC", {}, {ending.path: ending for ending in endings}))
    simulation.work()
    return simulation


def states(simulation: Simulation) -> dict[str, str]:
    return {path: row.status.word for path, row in Result(simulation).rows.items() if row.kind == "task"}


def failed(**more: Any) -> Outcome:
    return Outcome(False, reason=Reason.ERROR, **more)


def test_tasks_end_well_unless_told_otherwise(store: SqliteStore) -> None:
    flow = FlowBuilder().task("a").task("b").task("c").chain("a", "b", "c").build()
    simulation = simulated(store, flow, Ending("b", outcomes=(failed(),)))
    assert simulation.status is RunStatus.FAILED
    assert states(simulation) == {"a": "succeeded", "b": "failed", "c": "waiting"}


def test_skipped_is_as_if_the_condition_were_false(store: SqliteStore) -> None:
    flow = FlowBuilder().group("g").task("g/a").task("b").chain("g", "b").build()
    simulation = simulated(store, flow, Ending("g", skipped=True))
    assert states(simulation) == {"g/a": "skipped", "b": "succeeded"}


def test_attempts_end_in_turn_and_the_clock_jumps_over_delays(store: SqliteStore) -> None:
    flow = FlowBuilder().task("a", retry=(Retry(5, delay_seconds=3600.0, jitter=0.5),)).build()
    simulation = simulated(store, flow, Ending("a", outcomes=(failed(), failed(), Outcome(True))))
    assert simulation.status is RunStatus.SUCCEEDED
    assert simulation.now == NOON + 2 * HOUR
    assert Result(simulation).state("a", "attempts") == 3


def test_the_last_outcome_stands_for_all_further_attempts(store: SqliteStore) -> None:
    flow = FlowBuilder().task("a", retry=(Retry(4),)).build()
    result = Result(
        simulated(store, flow, Ending("a", outcomes=(failed(exit_code=1), failed(exit_code=2, message="x"))))
    )
    assert result.state("a", "attempts") == 5
    assert result.state("a", "error") == {"kind": "error", "message": "x", "exit_code": 2}


def test_waits_are_jumped_over(store: SqliteStore) -> None:
    flow = FlowBuilder().task("a", action=Wait(["lit", "duration", "1d"])).build()
    simulation = simulated(store, flow)
    assert (simulation.status, simulation.now) == (RunStatus.SUCCEEDED, NOON + 24 * HOUR)


def test_a_wait_beyond_the_time_of_its_group_fails_the_group(store: SqliteStore) -> None:
    day = Wait(["lit", "duration", "1d"])
    flow = FlowBuilder().group("g", timeout_seconds=3600.0, allow_failure=True).task("g/a", action=day)
    simulation = simulated(store, flow.task("b").chain("g", "b").build())
    assert states(simulation) == {"g/a": "failed", "b": "succeeded"}
    assert (simulation.now, Result(simulation).rows["g"].reason) == (NOON + HOUR, Reason.TIMEOUT)


def test_a_run_is_over_at_its_deadline(store: SqliteStore) -> None:
    flow = FlowBuilder(timeout_seconds=3600.0).task("a", action=Wait(["lit", "duration", "1d"]))
    simulation = simulated(store, flow.task("b").chain("a", "b").build())
    assert (simulation.status, simulation.now) == (RunStatus.FAILED, NOON + HOUR)
    assert states(simulation) == {"a": "waiting", "b": "waiting"}


def test_items_of_a_later_round_are_counted_before_anything_is_given_up(store: SqliteStore) -> None:
    until = Until(["==", ["round", "g"], 2], at_most=2)
    flow = FlowBuilder().group("g", until=until)
    flow = flow.group("g/each", generators=over("x", ["list", "p", "q"]), by=["item", "x"]).task("g/each/a")
    flow = flow.task("g/b", awaits=["any", "g/each", 2]).edge("g/each", "g/b", outcome=True)
    assert states(simulated(store, flow.build()))["g/b"] == "succeeded"


def test_unknown_value_stops_only_what_needs_it(store: SqliteStore) -> None:
    flow = FlowBuilder().task("a", outs={"n": "int", "m": "int"}).task("b", arguments={"x": ["out", "a", "n"]})
    simulation = simulated(store, flow.task("c").edge("a", "b").edge("a", "c").build())
    assert states(simulation) == {"a": "succeeded", "b": "suspended", "c": "succeeded"}
    assert [row.path for row in Result(simulation).stopped_by_unknown()] == ["b"]


def test_computed_output_of_an_unknown_one_names_the_one_to_give(store: SqliteStore) -> None:
    twice = OutDefinition("twice", "int", computed=True, value=["*", ["own", "n"], 2])
    flow = FlowBuilder().task("a").declare("a", OutDefinition("n", "int"), twice).build()
    result = Result(simulated(store, flow))
    assert result.status is RunStatus.SUCCEEDED
    with pytest.raises(Unknown, match="`a` was given no `n`; add it to `given`"):
        result.evaluate(["out", "a", "twice"])


def test_items_are_given_and_asked_by_key(store: SqliteStore) -> None:
    flow = FlowBuilder().group("g", generators=over("x", ["list", "p", "q"]), by=["item", "x"])
    flow = flow.task("g/a", outs={"n": "int"})
    one, all_of_them = (
        Ending("g[q]/a", outcomes=(Outcome(True, {"n": 2}),)),
        Ending("g/a", outcomes=(Outcome(True, {"n": 1}),)),
    )
    result = Result(simulated(store, flow.build(), one, all_of_them))
    assert result.evaluate(["out", "g/a", "n"]) == [1, 2]
    assert result.evaluate(["out", "g[q]/a", "n"]) == 2
    assert result.evaluate(["state", "g/a", "items"]) == ["p", "q"]
    with pytest.raises(ExpressionError, match=r"the items are p, q"):
        result.evaluate(["state", "g[r]/a", "done"])


def test_paths_in_arguments_are_as_written(store: SqliteStore) -> None:
    flow = FlowBuilder().task("a", arguments={"file": ["lit", "path", "out/x"]}).build()
    assert str(Result(simulated(store, flow)).state("a", "argument file")) == "out/x"


def test_values_of_what_did_not_run_are_told_apart_from_unknown_ones(store: SqliteStore) -> None:
    flow = FlowBuilder().task("a", outs={"n": "int"}, when=False).build()
    result = Result(simulated(store, flow))
    with pytest.raises(ExpressionError, match="`a` has no `n`: it was skipped"):
        result.evaluate(["out", "a", "n"])
    with pytest.raises(ExpressionError, match="`a` has no error: it was skipped"):
        result.evaluate(["state", "a", "error"])
