"""Pools that all runs share, and results taken over from other runs."""

from __future__ import annotations

import sqlite3
import time
from dataclasses import replace
from pathlib import Path

import pytest

from runtime.model.definition import Ask, Cache, FlowDefinition, OutDefinition, PoolDefinition, Use
from runtime.model.errors import Refused
from runtime.model.state import RunStatus
from tests.runtime.engine.conftest import Bench
from tests.runtime.engine.flows import Failure, FlowBuilder, over

DAY = ["lit", "duration", "1d"]


def pooled(name: str, pool: PoolDefinition, *weights: int) -> FlowDefinition:
    flow = FlowBuilder(name)
    for index, weight in enumerate(weights):
        flow.task(f"{name}{index}", uses=(Use(pool.name, weight),))
    return replace(flow.build(), pools=(pool,))


def test_a_pool_is_shared_by_all_runs_and_lets_go_in_order(bench: Bench) -> None:
    pool = PoolDefinition("door", limit=2)
    first, second = bench.register(pooled("a", pool, 1, 1)), bench.register(pooled("b", pool, 1, 2))
    bench.executor.hold_back = ["a0", "a1", "b0", "b1"]
    engine = bench.start(jobs=8)
    rests = [engine.work_on(first), engine.work_on(second)]
    bench.executor.wait_for("a0", "a1")
    engine.submit(lambda step: None).result(5)
    assert bench.executor.started == ["a0", "a1"]
    bench.executor.release("a0")
    bench.executor.wait_for("b0")
    assert "b1" not in bench.executor.started
    bench.executor.release("a1")
    bench.executor.release("b0")
    bench.executor.wait_for("b1")
    bench.executor.release("b1")
    assert [rest.result(10) for rest in rests] == [RunStatus.SUCCEEDED] * 2
    assert holders(bench.folder) == 0


def holders(folder: Path) -> int:
    connection = sqlite3.connect(folder / "flower.db")
    (count,) = connection.execute("SELECT count(*) FROM pool_holder").fetchone()
    connection.close()
    return int(count)


def test_each_item_of_a_mapped_task_takes_a_place_and_the_map_none(bench: Bench) -> None:
    flow = FlowBuilder("a").task("a", generators=over("x", ["list", 1, 2, 3]), uses=(Use("door"),))
    run = bench.register(replace(flow.build(), pools=(PoolDefinition("door", limit=1),)))
    assert bench.work(run) is RunStatus.SUCCEEDED
    assert bench.executor.started == ["a[0]", "a[1]", "a[2]"]


def test_more_places_than_a_pool_has_fail_the_task(bench: Bench) -> None:
    run = bench.register(pooled("a", PoolDefinition("door", limit=2), 3))
    assert bench.work(run) is RunStatus.FAILED
    assert "uses 3 places of pool `door`, which has 2" in bench.tasks(run)["a0"].message


def test_a_rate_spreads_starts(bench: Bench) -> None:
    run = bench.register(pooled("a", PoolDefinition("api", rate=2, per_seconds=0.1), 1, 1, 1, 1, 1))
    assert bench.work(run, jobs=8) is RunStatus.SUCCEEDED
    starts = sorted(task.started_at or 0 for task in bench.tasks(run).values() if task.kind == "task")
    assert all(later - earlier >= 80_000 for earlier, later in zip(starts, starts[2:], strict=False))


def test_declarations_of_a_pool_must_agree(bench: Bench) -> None:
    bench.register(pooled("a", PoolDefinition("door", limit=2), 1))
    with pytest.raises(Refused, match="declared otherwise by flow `a`"):
        bench.register(pooled("b", PoolDefinition("door", limit=3), 1))


def test_a_cancelled_holder_gives_its_places_back(bench: Bench) -> None:
    pool = PoolDefinition("door", limit=1)
    first, second = bench.register(pooled("a", pool, 1)), bench.register(pooled("b", pool, 1))
    bench.executor.hold_back = ["a0"]
    engine = bench.start()
    rest = engine.work_on(first)
    bench.executor.wait_for("a0")
    other = engine.work_on(second)
    bench.ask_engine(verb="cancel", run=first)
    assert rest.result(10) is RunStatus.CANCELLED
    assert other.result(10) is RunStatus.SUCCEEDED


def cached(argument: int) -> FlowDefinition:
    flow = FlowBuilder("c").task("slow", arguments={"n": argument}, cache=Cache(DAY))
    return flow.declare("slow", OutDefinition("m", "int")).build()


def test_a_result_is_taken_over_for_the_same_content_and_arguments_only(bench: Bench) -> None:
    bench.executor.bodies = {"slow": lambda arguments: {"m": arguments["n"] * 2}}
    first = bench.register(cached(1))
    bench.work(first)
    again = bench.register(cached(1))
    assert bench.work(again) is RunStatus.SUCCEEDED
    assert bench.executor.started == ["slow"]
    slow = bench.tasks(again)["slow"]
    assert (slow.reason, slow.outputs) == ("cached", {"m": 2})
    other = bench.register(cached(2))
    bench.work(other)
    assert bench.executor.started == ["slow", "slow"]


def test_the_places_of_a_run_that_is_cancelled_while_it_waits_for_a_person_are_free(bench: Bench) -> None:
    pool = PoolDefinition("door", limit=1)
    flow = FlowBuilder("a").group("g", uses=(Use("door", 1),)).task("g/ask", action=Ask(["lit", "str", "go on?"]))
    run = bench.register(replace(flow.build(), pools=(pool,)))
    assert bench.work(run) is RunStatus.SUSPENDED
    assert holders(bench.folder) == 1
    bench.ask(verb="cancel", run=run)
    assert holders(bench.folder) == 0


def test_a_place_that_the_next_in_line_may_not_use_goes_to_those_behind_it(bench: Bench) -> None:
    hasty = FlowBuilder("hasty").group("g", fail_fast=True, allow_failure=True)
    for name in ("bad", "b", "c"):
        hasty.task(f"g/{name}", uses=(Use("door"),))
    pool = PoolDefinition("door", limit=1)
    first = bench.register(replace(hasty.build(), pools=(pool,)))
    second = bench.register(pooled("other", pool, 1))
    bench.executor.hold_back = ["g/bad"]
    engine = bench.start(jobs=8)
    rests = [engine.work_on(first), engine.work_on(second)]
    bench.executor.wait_for("g/bad")
    bench.settle()
    bench.executor.bodies["bad"] = _broken
    bench.executor.release("g/bad")
    assert rests[1].result(10) is RunStatus.SUCCEEDED
    rests[0].result(10)
    assert bench.executor.started == ["g/bad", "other0"]


def _broken(_: object) -> None:
    raise Failure


def test_a_row_that_needs_another_pool_too_passes_the_free_place_on(bench: Bench) -> None:
    door, key = PoolDefinition("door", limit=1), PoolDefinition("key", limit=1)
    flow = FlowBuilder().task("holds_key", uses=(Use("key"),)).task("holds_door", uses=(Use("door"),))
    flow.task("needs_both", uses=(Use("door"), Use("key"))).task("needs_door", uses=(Use("door"),))
    run = bench.register(replace(flow.build(), pools=(door, key)))
    bench.executor.hold_back = ["holds_key", "holds_door"]
    rest = bench.start(jobs=8).work_on(run)
    bench.executor.wait_for("holds_key", "holds_door")
    bench.executor.release("holds_door")
    bench.executor.wait_for("needs_door")
    assert "needs_both" not in bench.executor.started
    bench.executor.release("holds_key")
    assert rest.result(10) is RunStatus.SUCCEEDED


def test_a_place_that_a_task_was_let_go_for_whose_group_ends_goes_to_the_next(bench: Bench) -> None:
    bench.executor.hold_back = ["a"]
    pool = PoolDefinition("door", limit=1)
    flow = FlowBuilder("first").task("a", uses=(Use("door"),)).group("g", timeout_seconds=0.3)
    first = bench.register(replace(flow.task("g/b", uses=(Use("door"),)).build(), pools=(pool,)))
    second = bench.register(pooled("c", pool, 1))
    engine = bench.start()
    rests = [engine.work_on(first), engine.work_on(second)]
    bench.executor.wait_for("a")
    bench.settle()
    with bench.engine_paused():
        time.sleep(0.35)  # The timeout of `g` passes in the turn in which `a` gives its place back.
        bench.executor.release("a")
    assert [rest.result(10) for rest in rests] == [RunStatus.FAILED, RunStatus.SUCCEEDED]
    assert bench.executor.started == ["a", "c0"]
