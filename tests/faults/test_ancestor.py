"""Ten defects of the engine that this one descends from. None of them may come back."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from runtime.model.encode import flow_to_json
from runtime.model.state import RunStatus
from tests.faults.commands import flowc, flower, query
from tests.faults.test_crash_sweep import World, live
from tests.runtime.engine.conftest import Bench
from tests.runtime.engine.flows import Failure, FlowBuilder, over


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


def broken(_: object) -> None:
    raise Failure("no such table: flights")


def test_1_an_error_of_a_component_is_not_dropped_and_its_task_not_finished(bench: Bench) -> None:
    bench.executor.bodies = {"a": broken}
    run = bench.register(FlowBuilder().task("a").task("b").edge("a", "b").build())
    assert bench.work(run) is RunStatus.FAILED
    assert bench.tasks(run)["a"].message == "no such table: flights"
    assert bench.states(run) == {"a": "failed", "b": "waiting"}


def test_2_a_component_that_is_not_there_fails_its_task_and_takes_nothing_else_along(tmp_path: Path) -> None:
    (tmp_path / "flow.toml").write_text('[project]\ncomponents = ["steps.py"]\n')
    go = "from runtime.component import component\n\n\n@component\ndef go() -> None: ...\n"
    (tmp_path / "steps.py").write_text(go)
    (tmp_path / "gone.flow").write_text('flow gone { task a = steps.go(); task b { sh "true" } }\n')
    assert flowc(tmp_path, "deploy", "gone.flow").returncode == 0
    (tmp_path / "steps.py").write_text("")
    assert flower(tmp_path, "run", "gone", "--plain").returncode == 1
    states = {
        task: (state, message) for task, state, message in query(tmp_path, "SELECT task, state, message FROM tasks")
    }
    assert (states["a"][0], states["b"][0]) == ("failed", "succeeded")
    assert "steps.py" in states["a"][1]


def test_3_a_claim_is_not_lost_between_its_commit_and_the_start_of_the_task(bench: Bench) -> None:
    for crash_at in range(1, 8):
        world = World()
        run = bench.register(FlowBuilder().task("a").task("b").edge("a", "b").build())
        live(bench, world, run, crash_at, "after")
        assert live(bench, world, run, 0, "after")[0] is RunStatus.SUCCEEDED
        assert world.effects == Counter("ab"), crash_at


def test_4_what_is_ready_starts_in_the_order_of_the_file(bench: Bench) -> None:
    flow = FlowBuilder()
    for number in range(60):
        flow.task(f"t{number}")
    run = bench.register(flow.build())
    assert bench.work(run, jobs=1) is RunStatus.SUCCEEDED
    assert bench.executor.started == [f"t{number}" for number in range(60)]


def test_5_a_task_waits_for_all_that_it_depends_on(bench: Bench) -> None:
    bench.executor.hold_back = ["b"]
    flow = FlowBuilder().task("a").task("b").task("c").task("d")
    run = bench.register(flow.edge("a", "d").edge("b", "d").edge("c", "d").build())
    bench.start().work_on(run)
    bench.executor.wait_for("a", "b", "c")
    bench.settle()
    assert "d" not in bench.executor.started
    bench.stop()


def test_6_many_tasks_of_one_definition_start_at_once(bench: Bench) -> None:
    paths = [f"m[{number}]" for number in range(20)]
    bench.executor.hold_back = list(paths)
    run = bench.register(FlowBuilder().task("m", generators=over("x", ["list", *map(str, range(20))])).build())
    bench.start(jobs=20).work_on(run)
    bench.executor.wait_for(*paths)
    bench.stop()


def test_7_priority_comes_before_everything_else(bench: Bench) -> None:
    flow = FlowBuilder().task("early").task("late", priority=-10).task("middle", priority=-5)
    run = bench.register(flow.build())
    assert bench.work(run, jobs=1) is RunStatus.SUCCEEDED
    assert bench.executor.started == ["late", "middle", "early"]


def test_8_a_new_version_of_a_flow_changes_no_run_under_way(bench: Bench) -> None:
    run = bench.register(FlowBuilder().task("a").task("b").edge("a", "b").build())
    changed = FlowBuilder().task("z").build()
    bench.ask(verb="deploy", flows=[flow_to_json(changed)], project=str(bench.folder))
    assert bench.work(run) is RunStatus.SUCCEEDED
    assert bench.executor.started == ["a", "b"]


def test_9_a_trigger_that_comes_again_makes_no_second_run(bench: Bench) -> None:
    flow = FlowBuilder().task("a").build()
    assert bench.register(flow, key="monday") == bench.register(flow, key="monday")
    assert bench.query("SELECT count(*) FROM flow_run") == [(1,)]


def test_10_what_runs_when_the_engine_dies_is_taken_up_by_the_next(bench: Bench) -> None:
    world = World()
    run = bench.register(FlowBuilder().task("a").task("b").task("c").task("d").chain(*"abcd").build())
    lives = 0
    status = None
    while status is None:
        status, _ = live(bench, world, run, 6, "before" if lives % 2 else "after")
        lives += 1
        assert lives < 50
    assert (status, lives > 1) == (RunStatus.SUCCEEDED, True)
    assert world.effects == Counter("abcd")
