"""Updates of `exec_status` by any SQL tool while an engine works: of every kind, several at once, at bad moments."""

from __future__ import annotations

from typing import Any

import pytest

from runtime.model.definition import OutDefinition, Retry, Until
from runtime.model.state import ExecStatus, RunStatus
from tests.runtime.engine.conftest import Bench
from tests.runtime.engine.flows import Failure, FlowBuilder, over


def broken(_: object) -> None:
    raise Failure("no")


def running_task(bench: Bench, **settings: object) -> int:
    """A run of `a -> b` in which `a` is running and does not end when it is told to."""
    bench.executor.hold_back = ["a"]
    bench.executor.stubborn = True
    run = bench.register(FlowBuilder().task("a", **settings).task("b").edge("a", "b").build())
    bench.start().work_on(run)
    bench.executor.wait_for("a")
    return run


def test_an_update_is_seen_by_an_engine_that_has_nothing_else_to_do(bench: Bench) -> None:
    bench.executor.hold_back = ["a"]
    bench.executor.bodies = {"b": broken}
    run = bench.register(FlowBuilder().task("a").task("b").build())
    bench.start().work_on(run)
    bench.executor.wait_for("a", "b")
    bench.executor.bodies = {}
    bench.executor.started.remove("b")
    bench.set_status(run, "b", 0)
    bench.executor.wait_for("b")


def test_an_update_is_not_lost_with_a_batch_that_fails(bench: Bench) -> None:
    bench.executor.hold_back = ["a"]
    bench.executor.bodies = {"b": broken}
    run = bench.register(FlowBuilder().task("a").task("b").build())
    engine = bench.start()
    engine.work_on(run)
    bench.executor.wait_for("a", "b")
    bench.executor.bodies = {}
    bench.executor.started.remove("b")

    def update_then_fail(step: object) -> None:
        raise ZeroDivisionError

    with bench.engine_paused():
        bench.set_status(run, "b", 0)
        failing = engine.submit(update_then_fail)
    with pytest.raises(ZeroDivisionError):
        failing.result(5)
    bench.executor.wait_for("b")


@pytest.mark.parametrize("last", [0, 3, 4, 9])
def test_a_state_that_does_not_exist_on_the_way_to_one_that_does_is_passed_over(bench: Bench, last: int) -> None:
    bench.executor.bodies = {"a": broken}
    run = bench.register(FlowBuilder().task("a").build())
    bench.work(run)
    bench.executor.bodies = {}
    bench.set_status(run, "a", 7)
    bench.set_status(run, "a", last)
    assert bench.work(run) is (RunStatus.FAILED if last == 4 else RunStatus.SUCCEEDED)


@pytest.mark.parametrize("between", [2, 3, 4, 9])
def test_a_running_task_set_back_in_two_steps_is_ended_before_it_starts_again(bench: Bench, between: int) -> None:
    run = running_task(bench)
    with bench.engine_paused():
        bench.set_status(run, "a", between)
        bench.set_status(run, "a", 0)
    bench.settle()
    assert bench.executor.started == ["a"]
    assert len(bench.executor.cancelled) == 1
    bench.executor.hold_back = []
    bench.executor.end_cancelled()
    bench.executor.wait_for_count("a", 2)


@pytest.mark.parametrize("between", [2, 3, 4, 9])
def test_a_task_whose_attempt_is_still_being_ended_starts_again_only_after_it(bench: Bench, between: int) -> None:
    run = running_task(bench)
    bench.set_status(run, "a", between)
    bench.settle()
    assert len(bench.executor.cancelled) == 1
    bench.set_status(run, "a", 0)
    bench.settle()
    assert bench.executor.started.count("a") == 1
    bench.executor.hold_back = []
    bench.executor.end_cancelled()
    bench.executor.wait_for_count("a", 2)


def test_a_task_whose_failure_is_allowed_keeps_its_successors_waiting_when_it_is_set_back(bench: Bench) -> None:
    run = running_task(bench, allow_failure=True)
    bench.set_status(run, "a", 0)
    bench.settle()
    bench.executor.stubborn = False
    bench.executor.hold_back = ["a"]
    bench.executor.end_cancelled()
    bench.executor.wait_for_count("a", 2)
    bench.settle()
    assert "b" not in bench.executor.started


def test_a_group_whose_list_failed_is_tried_again(bench: Bench) -> None:
    bench.executor.bodies = {"a": lambda _: {"keys": ["p", "p"]}}
    flow = FlowBuilder().task("a", outs={"keys": {"list": "str"}})
    flow.task("m", generators=over("x", ["out", "a", "keys"]), by=["item", "x"]).edge("a", "m")
    run = bench.register(flow.build())
    assert bench.work(run) is RunStatus.FAILED
    bench.update('UPDATE task_run SET outputs = \'{"keys": ["p", "q"]}\' WHERE path = \'a\'')
    bench.set_status(run, "m", 0)
    assert bench.work(run) is RunStatus.SUCCEEDED


def test_a_failed_task_that_is_wrongly_set_running_keeps_its_error(bench: Bench) -> None:
    bench.executor.bodies = {"a": broken}
    run = bench.register(FlowBuilder().task("a").build())
    bench.work(run)
    before = bench.tasks(run)["a"]
    bench.set_status(run, "a", 1)
    assert bench.work(run) is RunStatus.FAILED
    after = bench.tasks(run)["a"]
    assert (after.status, after.message, after.ended_at) == (before.status, "no", before.ended_at)


def test_a_whole_run_set_to_waiting_runs_once_more_in_order(bench: Bench) -> None:
    flow = FlowBuilder().task("a").group("g", generators=over("x", ["list", "p", "q"])).task("g/b").task("c")
    run = bench.register(flow.chain("a", "g", "c").build())
    bench.work(run, jobs=1)
    bench.update("UPDATE task_run SET exec_status = 0 WHERE flow_run_id = ?", run)
    assert bench.work(run, jobs=1) is RunStatus.SUCCEEDED
    assert bench.executor.started == ["a", "g[0]/b", "g[1]/b", "c"] * 2


def test_updates_wait_for_no_engine_when_a_command_changes_the_run(bench: Bench) -> None:
    bench.executor.bodies = {"a": broken}
    run = bench.register(FlowBuilder().task("a").task("b").edge("a", "b").build())
    bench.work(run)
    bench.set_status(run, "a", 77)
    bench.ask(verb="ignore", run=run, task="a")
    assert bench.work(run) is RunStatus.SUCCEEDED


def test_an_answered_question_set_to_waiting_is_asked_again(bench: Bench) -> None:
    from runtime.model.definition import Ask

    flow = FlowBuilder().task("q", action=Ask("who?")).declare("q", OutDefinition("who", "str")).task("b")
    run = bench.register(flow.edge("q", "b").build())
    bench.work(run)
    bench.ask(verb="answer", run=run, task="q", fields={"who": "me"})
    bench.set_status(run, "q", 0)
    assert bench.work(run) is RunStatus.SUSPENDED
    assert bench.tasks(run)["b"].status is ExecStatus.WAITING


@pytest.mark.parametrize("between", [2, 3, 4, 9])
def test_what_a_person_stopped_while_no_engine_was_alive_is_ended_before_it_starts_again(
    bench: Bench, between: int
) -> None:
    run = running_task(bench)
    bench.stop()
    bench.executor.hold_back = []
    bench.set_status(run, "a", between)
    bench.ask(verb="rerun", run=run, tasks=["a"])
    assert bench.executor.started == ["a"]
    assert bench.work(run) is RunStatus.SUCCEEDED
    assert [path for path, _ in bench.executor.recovered] == ["a"]
    assert bench.executor.started == ["a", "a", "b"]


def test_what_a_person_stopped_while_no_engine_was_alive_is_ended_by_the_next_one(bench: Bench) -> None:
    run = running_task(bench)
    bench.stop()
    bench.set_status(run, "a", 4)
    assert bench.work(run) is RunStatus.FAILED
    assert len(bench.executor.cancelled) == 1
    assert bench.query("SELECT count(*) FROM task_attempt WHERE ended_at IS NULL") == [(0,)]


def test_a_task_that_may_fail_and_is_held_back_suspends_its_run(bench: Bench) -> None:
    run = bench.register(FlowBuilder().task("a", allow_failure=True).build())
    bench.set_status(run, "a", ExecStatus.SUSPENDED)
    assert bench.work(run) is RunStatus.SUSPENDED


def test_a_retry_waits_for_a_predecessor_that_was_reset_while_its_task_ran(bench: Bench) -> None:
    tries: list[int] = []

    def check(_: object) -> None:
        tries.append(1)
        if len(tries) == 1:
            raise Failure

    bench.executor.bodies["second"] = check
    bench.executor.hold_back = ["second"]
    run = bench.register(FlowBuilder().task("first").task("second", retry=(Retry(1),)).edge("first", "second").build())
    rest = bench.start().work_on(run)
    bench.executor.wait_for("second")
    bench.executor.hold_back = ["first"]
    bench.set_status(run, "first", 0)
    bench.executor.wait_for_count("first", 2)
    bench.executor.release("second")
    bench.settle()
    assert bench.states(run) == {"first": "running", "second": "waiting"}
    bench.executor.release("first")
    assert rest.result(10) is RunStatus.SUCCEEDED
    assert bench.executor.started == ["first", "second", "first", "second"]


def test_a_next_round_waits_for_a_predecessor_that_was_reset_while_its_task_ran(bench: Bench) -> None:
    bench.executor.hold_back = ["second"]
    twice = Until([">=", ["round", "second"], 2], at_most=3)
    run = bench.register(FlowBuilder().task("first").task("second", until=twice).edge("first", "second").build())
    rest = bench.start().work_on(run)
    bench.executor.wait_for("second")
    bench.executor.hold_back = ["first"]
    bench.set_status(run, "first", 0)
    bench.executor.wait_for_count("first", 2)
    bench.executor.release("second")
    bench.settle()
    assert bench.states(run) == {"first": "running", "second": "waiting"}
    bench.executor.release("first")
    assert rest.result(10) is RunStatus.SUCCEEDED
    assert bench.executor.started == ["first", "second", "first", "second"]


@pytest.mark.parametrize("again", [{"retry": (Retry(1),)}, {"until": Until([">=", ["round", "second"], 2], at_most=3)}])
def test_what_goes_again_in_the_turn_in_which_its_reset_predecessor_ends_waits_for_nothing(
    bench: Bench, again: dict[str, Any]
) -> None:
    tries: list[int] = []

    def second(_: object) -> None:
        tries.append(1)
        if len(tries) == 1 and "retry" in again:
            raise Failure

    bench.executor.bodies["second"] = second
    bench.executor.hold_back = ["second"]
    run = bench.register(FlowBuilder().task("first").task("second", **again).edge("first", "second").build())
    rest = bench.start().work_on(run)
    bench.executor.wait_for("second")
    bench.executor.hold_back = ["first"]
    bench.set_status(run, "first", 0)
    bench.executor.wait_for_count("first", 2)
    bench.executor.hold_back = []
    with bench.engine_paused():
        bench.executor.release("first")
        bench.executor.release("second")
    assert rest.result(10) is RunStatus.SUCCEEDED
    assert bench.executor.started == ["first", "second", "first", "second"]
