"""Runs that want the same places take turns; a turn looks only at runs to which something has happened."""

from __future__ import annotations

import pytest

from runtime.engine import Engine
from runtime.model.definition import FlowDefinition
from runtime.model.state import RunStatus
from runtime.store.sqlite.store import SqliteStore
from tests.runtime.engine.conftest import WAIT_SECONDS, Bench
from tests.runtime.engine.flows import FlowBuilder


def wide(name: str, tasks: int) -> FlowDefinition:
    flow = FlowBuilder(name)
    for number in range(tasks):
        flow.task(f"{name}{number}")
    return flow.build()


def test_a_small_run_does_not_wait_until_a_large_one_is_over(bench: Bench) -> None:
    large, small = bench.register(wide("large", 40)), bench.register(wide("small", 4))
    engine = bench.start(jobs=1)
    with bench.engine_paused():
        rests = [engine.work_on(large), engine.work_on(small)]
    assert {rest.result(WAIT_SECONDS) for rest in rests} == {RunStatus.SUCCEEDED}
    last_of_small = max(bench.executor.started.index(f"small{number}") for number in range(4))
    assert last_of_small < 12


def test_free_places_are_shared_among_runs(bench: Bench) -> None:
    large, small = bench.register(wide("large", 8)), bench.register(wide("small", 8))
    bench.executor.hold_back = [f"{name}{number}" for name in ("large", "small") for number in range(8)]
    engine = bench.start(jobs=4)
    with bench.engine_paused():
        rests = [engine.work_on(large), engine.work_on(small)]
    bench.settle()
    begun = [path.rstrip("0123456789") for path in bench.executor.started]
    assert sorted(begun) == ["large", "large", "small", "small"]
    engine.stop_claiming()
    for path in bench.executor.started:
        bench.executor.release(path)
    assert [rest.result(WAIT_SECONDS) for rest in rests] == [RunStatus.RUNNING] * 2


def test_places_that_one_run_does_not_need_go_to_the_other(bench: Bench) -> None:
    tiny, large = bench.register(wide("tiny", 1)), bench.register(wide("large", 8))
    bench.executor.hold_back = ["tiny0", *(f"large{number}" for number in range(8))]
    engine = bench.start(jobs=6)
    with bench.engine_paused():
        rests = [engine.work_on(tiny), engine.work_on(large)]
    bench.settle()
    assert len(bench.executor.started) == 6
    bench.executor.release("tiny0")
    assert rests[0].result(WAIT_SECONDS) is RunStatus.SUCCEEDED
    engine.stop_claiming()
    bench.settle()
    for path in bench.executor.started:
        bench.executor.release(path)
    assert rests[1].result(WAIT_SECONDS) is RunStatus.RUNNING


def test_a_turn_of_one_run_does_not_look_at_the_others(bench: Bench) -> None:
    resting = [bench.register(FlowBuilder(f"other{number}").task(f"held{number}").build()) for number in range(5)]
    run = bench.register(FlowBuilder("chain").task("a").task("b").task("c").chain("a", "b", "c").build())
    bench.executor.hold_back = [f"held{number}" for number in range(5)]
    engine = bench.start(jobs=10)
    for other in resting:
        engine.work_on(other)
    bench.executor.wait_for(*bench.executor.hold_back)
    bench.settle()
    looked_at: list[int] = []
    assert bench._store is not None
    tasks = bench._store.tasks
    ready = tasks.ready

    def noted(run_id: int, lane: int, limit: int) -> object:
        looked_at.append(run_id)
        return ready(run_id, lane, limit)

    tasks.ready = noted  # type: ignore[method-assign, assignment]
    assert engine.work_on(run).result(WAIT_SECONDS) is RunStatus.SUCCEEDED
    assert set(looked_at) == {run}


def test_an_engine_that_serves_a_store_looks_at_it_at_once(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("runtime.engine.engine._LOOK_SECONDS", 600.0)
    bench.register(FlowBuilder().task("a").build())
    store = SqliteStore(bench.files, "OFF")
    engine = Engine(store, bench.executor, 1, all_runs=True)
    engine.start()
    bench.executor.wait_for("a")
    engine.close()
    store.close()
