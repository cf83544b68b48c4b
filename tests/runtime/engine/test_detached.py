"""Tasks that start runs of their own: one each, whatever happens, and nobody waits for what they come to."""

from __future__ import annotations

import pytest

from runtime.model.definition import Detach, FlowDefinition, OutDefinition, ParameterDefinition
from runtime.model.encode import flow_to_json
from runtime.model.state import RunStatus
from tests.runtime.engine.conftest import Bench
from tests.runtime.engine.flows import Failure, FlowBuilder, over

N = ParameterDefinition("n", "int", has_default=True, default=1, where=[">", ["param", "n"], 0])


def child(**settings: object) -> FlowDefinition:
    made = FlowBuilder("child").task("work", arguments={"n": ["param", "n"]}).build()
    return FlowDefinition(
        made.name,
        made.source_file,
        (N,),
        made.tasks,
        made.dependencies,
        content_hash="c",
        **settings,  # type: ignore[arg-type]
    )


def parent(n: object = 1, **settings: object) -> FlowBuilder:
    flow = FlowBuilder("parent").task("go", action=Detach("child", {"n": n}), **settings)  # type: ignore[arg-type]
    return flow.declare("go", OutDefinition("run", "str"))


def register(bench: Bench, caller: FlowBuilder, called: FlowDefinition | None = None) -> int:
    bench.ask(verb="deploy", flows=[flow_to_json(called or child())], project=str(bench.folder))
    return bench.register(caller.build())


def runs(bench: Bench) -> list[tuple[str, str]]:
    return bench.query("SELECT flow, status FROM flow_run ORDER BY id")


def test_it_names_the_run_that_it_has_started_and_goes_on(bench: Bench) -> None:
    seen: list[object] = []
    bench.executor.bodies = {"tell": lambda given: seen.append(given["run"])}
    flow = parent().task("tell", arguments={"run": ["out", "go", "run"]}).edge("go", "tell")
    assert bench.work(register(bench, flow)) is RunStatus.SUCCEEDED
    assert seen == ["child-2"]


def test_an_engine_that_works_on_the_one_works_on_the_other(bench: Bench) -> None:
    bench.executor.hold_back = ["work"]
    run = register(bench, parent())
    ended = bench.start().work_on(run)
    bench.executor.wait_for("work")
    bench.settle()
    assert runs(bench) == [("parent", "succeeded"), ("child", "running")]
    assert not ended.done()
    bench.executor.release("work")
    assert ended.result(20) is RunStatus.SUCCEEDED
    bench.stop()
    assert runs(bench) == [("parent", "succeeded"), ("child", "succeeded")]


def test_its_failure_is_its_own(bench: Bench) -> None:
    def broken(_: object) -> None:
        raise Failure

    bench.executor.bodies = {"work": broken}
    assert bench.work(register(bench, parent())) is RunStatus.SUCCEEDED
    assert runs(bench) == [("parent", "succeeded"), ("child", "failed")]


def test_a_task_that_is_set_back_starts_no_second_one(bench: Bench) -> None:
    run = register(bench, parent())
    bench.work(run)
    bench.ask(verb="rerun", run=run, tasks=["go"])
    assert bench.work(run) is RunStatus.SUCCEEDED
    assert runs(bench) == [("parent", "succeeded"), ("child", "succeeded")]


def test_each_item_starts_one(bench: Bench) -> None:
    flow = parent(["item", "x"], generators=over("x", ["list", 1, 2, 3], "int"))
    bench.work(register(bench, flow))
    given = bench.query("SELECT parameters ->> '$.n' FROM flow_run WHERE flow = 'child' ORDER BY 1")
    assert given == [(1,), (2,), (3,)]


def test_a_value_that_the_called_flow_refuses_fails_the_task(bench: Bench) -> None:
    run = register(bench, parent(0))
    assert bench.work(run) is RunStatus.FAILED
    assert "its condition refuses" in bench.tasks(run)["go"].message
    assert runs(bench) == [("parent", "failed")]


def test_a_flow_that_is_not_deployed_fails_the_task(bench: Bench) -> None:
    run = bench.register(parent().build())
    assert bench.work(run) is RunStatus.FAILED
    assert "no flow `child` is deployed" in bench.tasks(run)["go"].message


@pytest.mark.parametrize(("overlap", "ended"), [("queue", 2), ("skip", 1)])
def test_the_rules_of_the_called_flow_for_runs_that_meet_count(bench: Bench, overlap: str, ended: int) -> None:
    flow = parent(["item", "x"], generators=over("x", ["list", 1, 2], "int"), allow_failures=1)
    bench.work(register(bench, flow, child(overlap=overlap)))
    assert runs(bench)[1:] == [("child", "succeeded")] * ended


def test_what_it_has_started_may_start_others(bench: Bench) -> None:
    middle = FlowBuilder("middle").task("go", action=Detach("child")).declare("go", OutDefinition("run", "str"))
    bench.ask(verb="deploy", flows=[flow_to_json(middle.build())], project=str(bench.folder))
    outer = FlowBuilder("outer").task("go", action=Detach("middle")).declare("go", OutDefinition("run", "str"))
    assert bench.work(register(bench, outer)) is RunStatus.SUCCEEDED
    assert runs(bench) == [("outer", "succeeded"), ("middle", "succeeded"), ("child", "succeeded")]
