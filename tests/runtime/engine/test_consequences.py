"""Consequences are drawn once: things that meet in one batch, rows that cannot start, places that come free."""

from __future__ import annotations

from dataclasses import replace

import pytest

from runtime.model.definition import Ask, Cache, FlowDefinition, OutDefinition, PoolDefinition, Use
from runtime.model.errors import BadParameter
from runtime.model.state import ExecStatus, RunStatus
from tests.runtime.engine.conftest import Bench
from tests.runtime.engine.flows import Failure, FlowBuilder, over

DIVIDES_BY_ZERO = ["/", 1, 0]


def broken(_: object) -> None:
    raise Failure("no")


def test_a_rerun_beside_a_completion_starts_nothing_before_what_it_needs(bench: Bench) -> None:
    bench.executor.bodies = {"x": broken}
    bench.executor.hold_back = ["a", "b"]
    flow = FlowBuilder().task("x").task("a").task("b").task("c").edge("a", "c").edge("b", "c")
    run = bench.register(flow.build())
    bench.start().work_on(run)
    bench.executor.wait_for("x", "a", "b")
    bench.settle()
    with bench.engine_paused():
        bench.executor.release("a")
        bench.later(verb="rerun", run=run, tasks=["x"])
    bench.settle()
    assert "c" not in bench.executor.started


def test_what_comes_after_a_result_taken_over_starts(bench: Bench) -> None:
    flow = FlowBuilder().task("a", cache=Cache(["lit", "duration", "1d"])).task("b").edge("a", "b").build()
    bench.work(bench.register(flow))
    assert bench.work(bench.register(flow)) is RunStatus.SUCCEEDED
    assert bench.executor.started == ["a", "b", "b"]


@pytest.mark.parametrize("inside", [False, True])
def test_a_place_that_a_task_cannot_use_goes_to_the_next(bench: Bench, inside: bool) -> None:
    flow = FlowBuilder().group("g", limit=1).task("g/a")
    flow.task("g/b", arguments={"n": DIVIDES_BY_ZERO}) if not inside else flow.group(
        "g/b", generators=over("i", DIVIDES_BY_ZERO)
    )
    run = bench.register(flow.task("g/c").build())
    assert bench.work(run) is RunStatus.FAILED
    assert bench.executor.started == ["g/a", "g/c"]


def test_a_task_that_cannot_start_and_may_fail_lets_its_successors_go_on_at_once(bench: Bench) -> None:
    bench.executor.bodies = {"x": broken}
    flow = FlowBuilder().task("x").task("a", arguments={"n": DIVIDES_BY_ZERO}, allow_failure=True).task("b")
    run = bench.register(flow.edge("a", "b").build())
    assert bench.work(run) is RunStatus.FAILED
    assert bench.states(run) == {"x": "failed", "a": "failed", "b": "succeeded"}


def test_the_items_of_a_group_start_after_an_allowed_failure_that_came_before_them(bench: Bench) -> None:
    bench.executor.bodies = {"risky": broken, "x": broken, "first": lambda _: {"xs": ["p", "q"]}}
    flow = FlowBuilder().task("x").task("risky", allow_failure=True).task("first", outs={"xs": {"list": "str"}})
    flow.edge("risky", "first").group("g", generators=over("i", ["out", "first", "xs"])).edge("first", "g")
    run = bench.register(flow.task("g/a").edge("risky", "g/a", deep=True).build())
    bench.work(run)
    assert bench.executor.started[-2:] == ["g[0]/a", "g[1]/a"]


def test_a_group_that_cannot_be_skipped_meets_nobody(bench: Bench) -> None:
    flow = FlowBuilder().group("g", when=False).task("g/a")
    flow.declare("g/a", OutDefinition("n", "int", has_default=True, default=DIVIDES_BY_ZERO))
    run = bench.register(flow.task("after").edge("g", "after").build())
    assert bench.work(run) is RunStatus.FAILED
    assert bench.executor.started == []


def test_a_task_that_cannot_be_skipped_by_an_outcome_fails_and_the_others_go_on(bench: Bench) -> None:
    flow = FlowBuilder().task("a").task("b", awaits=["state", "a", "failed"]).task("c")
    flow.declare("b", OutDefinition("n", "int", has_default=True, default=DIVIDES_BY_ZERO))
    run = bench.register(flow.edge("a", "b", outcome=True).edge("a", "c").build())
    assert bench.work(run) is RunStatus.FAILED
    assert bench.states(run) == {"a": "succeeded", "b": "failed", "c": "succeeded"}


def test_an_answer_that_its_conditions_refuse_is_refused_in_a_sentence(bench: Bench) -> None:
    flow = FlowBuilder().task("q", action=Ask("how many?"))
    flow.declare("q", OutDefinition("n", "int", where=[">", ["own", "n"], 0]))
    run = bench.register(flow.build())
    bench.work(run)
    with pytest.raises(BadParameter, match="which its condition refuses"):
        bench.ask(verb="answer", run=run, task="q", fields={"n": 0})
    bench.ask(verb="answer", run=run, task="q", fields={"n": 1})
    assert bench.work(run) is RunStatus.SUCCEEDED


def pooled(name: str, tasks: int) -> FlowDefinition:
    flow = FlowBuilder(name)
    for number in range(tasks):
        flow.task(f"{name}{number}", uses=(Use("door", 1),))
    return replace(flow.build(), pools=(PoolDefinition("door", limit=1),))


def test_places_of_a_pool_do_not_wait_for_runs_that_nobody_works_on(bench: Bench) -> None:
    bench.executor.hold_back = ["a0"]
    dead = bench.register(pooled("a", 4))
    alive = bench.register(pooled("b", 3))
    engine = bench.start()
    rest = engine.work_on(dead)
    bench.executor.wait_for("a0")
    bench.ask_engine(verb="cancel", run=dead)
    assert rest.result(10) is RunStatus.CANCELLED
    assert engine.work_on(alive).result(10) is RunStatus.SUCCEEDED


def test_a_group_of_a_cancelled_run_gives_its_places_back(bench: Bench) -> None:
    flow = FlowBuilder("a").group("g", uses=(Use("door", 1),)).task("g/a").build()
    bench.executor.hold_back = ["g/a"]
    first = bench.register(replace(flow, pools=(PoolDefinition("door", limit=1),)))
    second = bench.register(pooled("b", 1))
    engine = bench.start()
    rest = engine.work_on(first)
    bench.executor.wait_for("g/a")
    other = engine.work_on(second)
    bench.ask_engine(verb="cancel", run=first)
    assert rest.result(10) is RunStatus.CANCELLED
    assert other.result(10) is RunStatus.SUCCEEDED


def test_an_item_that_was_forgiven_counts_again_when_it_runs_again(bench: Bench) -> None:
    bench.executor.bodies = {"a": broken}
    flow = FlowBuilder().task("a", generators=over("x", ["list", "p", "q"]), allow_failures=1)
    run = bench.register(flow.build())
    assert bench.work(run, jobs=1) is RunStatus.FAILED
    bench.ask(verb="rerun", run=run, tasks=["a[1]"])
    bench.ask(verb="rerun", run=run, tasks=["a[0]"])
    bench.executor.hold_back = ["a[0]"]
    rest = bench.start().work_on(run)
    bench.executor.wait_for("a[0]", "a[1]")
    bench.settle()
    bench.executor.release("a[0]")
    assert rest.result(10) is RunStatus.FAILED


def with_hooks_in_items() -> FlowBuilder:
    flow = FlowBuilder().group("g", generators=over("x", ["list", "p", "q"])).task("g/a", allow_failure=True)
    flow.task("g/alarm", awaits=["state", "g/a", "failed"]).edge("g/a", "g/alarm", outcome=True)
    return flow


def test_rerunning_one_item_leaves_what_others_have_reported(bench: Bench) -> None:
    bench.executor.bodies = {"a": broken}
    run = bench.register(with_hooks_in_items().build())
    bench.work(run)
    bench.executor.started.clear()
    bench.ask(verb="rerun", run=run, tasks=["g[0]/a"])
    bench.work(run)
    assert bench.executor.started == ["g[0]/a", "g[0]/alarm"]


def test_a_group_reports_its_second_failure_too(bench: Bench) -> None:
    bench.executor.bodies = {"a": broken}
    flow = FlowBuilder().group("g").task("g/a").task("alarm", awaits=["state", "g", "failed"])
    run = bench.register(flow.edge("g", "alarm", outcome=True).build())
    bench.work(run)
    bench.ask(verb="rerun", run=run, tasks=[])
    bench.work(run)
    assert bench.executor.started == ["g/a", "alarm"] * 2


def test_an_engine_that_stops_does_not_spin_while_a_retry_is_due(bench: Bench) -> None:
    from runtime.model.definition import Retry

    def stop_and_fail(_: object) -> None:
        engine.stop_claiming()
        raise Failure

    bench.executor.hold_back = ["slow"]
    bench.executor.bodies = {"a": stop_and_fail}
    run = bench.register(FlowBuilder().task("slow").task("a", retry=(Retry(1, delay_seconds=1e-6),)).build())
    engine = bench.start()
    rest = engine.work_on(run)
    bench.executor.wait_for("slow", "a")
    bench.settle()
    assert engine._patience() > 0
    bench.executor.release("slow")
    assert rest.result(10) is RunStatus.RUNNING


def test_a_run_in_which_a_group_has_the_place_of_what_it_waits_for_ends(bench: Bench) -> None:
    flow = FlowBuilder(limit=1).group("g").task("g/b").task("a").edge("a", "g/b")
    run = bench.register(flow.build())
    assert bench.work(run) is RunStatus.FAILED
    assert bench.executor.started == []
    assert ("nothing can move",) in bench.query("SELECT kind FROM event")


def test_a_group_fails_though_a_group_in_it_has_only_members_that_wait_for_the_failure(bench: Bench) -> None:
    bench.executor.bodies["a"] = broken
    flow = FlowBuilder().group("g", allow_failure=True).task("g/a").group("g/inner").task("g/inner/b")
    run = bench.register(flow.task("next").edge("g/a", "g/inner/b").edge("g", "next").build())
    assert bench.work(run) is RunStatus.SUCCEEDED
    assert bench.states(run) == {"g/a": "failed", "g/inner/b": "waiting", "next": "succeeded"}
    bench.executor.bodies.pop("a")
    bench.ask(verb="rerun", run=run, tasks=[])
    assert bench.work(run) is RunStatus.SUCCEEDED
    assert set(bench.states(run).values()) == {"succeeded"}


def test_an_item_is_lost_within_what_is_allowed_though_a_mapped_group_in_it_is_open(bench: Bench) -> None:
    bench.executor.bodies["a"] = broken
    flow = FlowBuilder().group("g", generators=over("x", ["list", "p", "q"]), allow_failures=2).task("g/a")
    flow.group("g/inner", generators=over("k", ["list", 1, 2], "int"), limit=1).task("g/inner/b")
    run = bench.register(flow.task("next").edge("g/a", "g/inner/b").edge("g", "next").build())
    assert bench.work(run) is RunStatus.SUCCEEDED
    assert bench.states(run)["next"] == "succeeded"


def test_a_result_is_kept_under_what_it_was_made_from(bench: Bench) -> None:
    bench.executor.bodies = {"n": lambda _: {"n": 1}}
    bench.executor.hold_back = ["a"]
    flow = FlowBuilder().task("n", outs={"n": "int"})
    flow.task("a", cache=Cache(["lit", "duration", "1d"], ["out", "n", "n"])).edge("n", "a")
    run = bench.register(flow.build())
    engine = bench.start()
    rest = engine.work_on(run)
    bench.executor.wait_for("a")
    bench.executor.bodies = {"n": lambda _: {"n": 2}}
    bench.executor.hold_back = []
    bench.set_status(run, "n", ExecStatus.WAITING)
    engine.wake()
    bench.executor.wait_for_count("n", 2)
    bench.settle()
    bench.executor.release("a")
    rest.result(10)
    bench.stop()
    bench.work(bench.register(flow.build()))
    assert bench.executor.started.count("a") == 2
