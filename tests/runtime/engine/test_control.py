"""Rerun, ignore, cancel, updates by hand, recovery, keys, retries, fences."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from runtime.executor.protocol import Outcome, ProcessMark
from runtime.model.definition import Ask, Retry
from runtime.model.errors import BadParameter, NotFound, Refused
from runtime.model.state import ExecStatus, RunStatus
from tests.runtime.engine.conftest import Bench
from tests.runtime.engine.flows import Failure, FlowBuilder, over


def failing_times(times: int) -> Callable[[Mapping[str, object]], None]:
    """A body that fails so often, then works."""
    left = [times]

    def body(_: Mapping[str, object]) -> None:
        left[0] -= 1
        if left[0] >= 0:
            raise Failure(f"{left[0]} to go")

    return body


def diamond() -> FlowBuilder:
    return FlowBuilder().task("a").task("b").task("c").task("d").chain("a", "b", "d").chain("a", "c", "d")


def test_rerun_resets_what_failed_and_keeps_what_succeeded(bench: Bench) -> None:
    bench.executor.bodies = {"b": failing_times(1)}
    run = bench.register(diamond().build())
    assert bench.work(run) is RunStatus.FAILED
    assert bench.ask(verb="rerun", run=run, tasks=[]) == ["b"]
    assert bench.work(run) is RunStatus.SUCCEEDED
    assert sorted(bench.executor.started) == ["a", "b", "b", "c", "d"]
    assert bench.tasks(run)["b"].generation == 2


def test_a_run_that_has_ended_stays_as_it_was_when_it_is_taken_up_again(bench: Bench) -> None:
    run = bench.register(diamond().build())
    bench.work(run)
    ended_at = bench.ended_at(run)
    assert bench.work(run) is RunStatus.SUCCEEDED
    assert bench.ended_at(run) == ended_at


def test_a_rerun_with_nothing_to_do_leaves_the_run_as_it_was(bench: Bench) -> None:
    run = bench.register(diamond().build())
    bench.work(run)
    before = bench.query("SELECT * FROM event"), bench.ended_at(run)
    assert bench.ask(verb="rerun", run=run, tasks=[]) == []
    assert bench.work(run) is RunStatus.SUCCEEDED
    assert (bench.query("SELECT * FROM event"), bench.ended_at(run)) == before


def test_a_failed_task_inside_groups_and_items_is_rerun_to_the_end(
    bench: Bench,
) -> None:
    bench.executor.bodies = {"a": failing_times(1)}
    flow = (
        FlowBuilder()
        .group("g", generators=over("x", ["list", "p", "q"]))
        .group("g/h")
        .task("g/h/a")
        .task("end")
        .edge("g", "end")
    )
    run = bench.register(flow.build())
    assert bench.work(run, jobs=1) is RunStatus.FAILED
    assert bench.tasks(run)["g"].status is ExecStatus.FAILED
    bench.ask(verb="rerun", run=run, tasks=[])
    assert bench.work(run) is RunStatus.SUCCEEDED
    assert bench.executor.started.count("end") == 1


def test_an_update_by_hand_makes_the_next_engine_take_the_task_again(
    bench: Bench,
) -> None:
    bench.executor.bodies = {"b": failing_times(1)}
    run = bench.register(diamond().build())
    bench.work(run)
    bench.set_status(run, "b", 0)
    assert bench.work(run) is RunStatus.SUCCEEDED
    assert bench.tasks(run)["b"].generation == 2


def test_an_update_by_hand_is_seen_by_the_engine_that_is_alive(bench: Bench) -> None:
    bench.executor.bodies = {"b": failing_times(1)}
    run = bench.register(diamond().build())
    engine = bench.start()
    assert engine.work_on(run).result(5) is RunStatus.FAILED
    bench.set_status(run, "b", 0)
    engine.submit(lambda step: None).result(5)
    assert engine.work_on(run).result(5) is RunStatus.SUCCEEDED


def test_a_task_set_to_finished_by_hand_lets_its_successors_go_on(bench: Bench) -> None:
    bench.executor.bodies = {"b": failing_times(9)}
    run = bench.register(diamond().build())
    bench.work(run)
    bench.set_status(run, "b", 3)
    assert bench.work(run) is RunStatus.SUCCEEDED
    assert bench.executor.started.count("b") == 1


def test_a_value_that_a_task_finished_by_hand_never_gave_suspends_who_needs_it(
    bench: Bench,
) -> None:
    bench.executor.bodies = {"a": failing_times(9)}
    flow = FlowBuilder().task("a", outs={"n": "int"}).task("b", arguments={"n": ["out", "a", "n"]}).edge("a", "b")
    run = bench.register(flow.build())
    bench.work(run)
    bench.set_status(run, "a", 3)
    assert bench.work(run) is RunStatus.SUSPENDED
    assert bench.tasks(run)["b"].reason == "missing value"


def test_a_running_task_set_to_waiting_is_ended_first_and_then_started_again(
    bench: Bench,
) -> None:
    bench.executor.hold_back = ["a"]
    run = bench.register(diamond().build())
    engine = bench.start()
    rest = engine.work_on(run)
    bench.executor.wait_for("a")
    bench.executor.hold_back = []
    bench.set_status(run, "a", 0)
    engine.submit(lambda step: None).result(5)
    assert rest.result(5) is RunStatus.SUCCEEDED
    assert len(bench.executor.cancelled) == 1
    assert bench.executor.started.count("a") == 2


@pytest.mark.parametrize("nonsense", [1, 5, 77, -1, "'done'"])
def test_a_state_that_makes_no_sense_is_put_back(bench: Bench, nonsense: int | str) -> None:
    bench.executor.bodies = {"b": failing_times(9)}
    run = bench.register(diamond().build())
    bench.work(run)
    bench.update(f"UPDATE task_run SET exec_status = {nonsense} WHERE path = 'b'")
    assert bench.work(run) is RunStatus.FAILED
    assert bench.states(run)["b"] == "failed"


@pytest.mark.parametrize("by_hand", [False, True])
def test_groups_end_well_when_all_that_failed_in_them_is_ignored(bench: Bench, by_hand: bool) -> None:
    flow = FlowBuilder().group("g", generators=over("city", ["list", "oslo", "rome"]), by=["item", "city"])
    flow.group("g/h").task("g/h/copy", arguments={"city": ["item", "city"]}).task("after").edge("g", "after")
    bench.executor.bodies = {"copy": failing_times(1)}
    run = bench.register(flow.build())
    assert bench.work(run, jobs=1) is RunStatus.FAILED
    if by_hand:
        bench.update("UPDATE task_run SET exec_status = 9 WHERE path = 'g[oslo]/h/copy'")
    else:
        bench.ask(verb="ignore", run=run, task="g[oslo]/h/copy")
    assert bench.work(run) is RunStatus.SUCCEEDED
    assert bench.executor.started[-1] == "after"


def test_an_ignored_task_counts_as_done(bench: Bench) -> None:
    bench.executor.bodies = {"b": failing_times(9)}
    run = bench.register(diamond().build())
    bench.work(run)
    bench.ask(verb="ignore", run=run, task="b")
    assert bench.work(run) is RunStatus.SUCCEEDED
    assert bench.states(run) == {
        "a": "succeeded",
        "b": "skipped",
        "c": "succeeded",
        "d": "succeeded",
    }


def test_ignoring_the_last_open_task_ends_the_run_at_once(bench: Bench) -> None:
    bench.executor.bodies = {"a": failing_times(9)}
    run = bench.register(FlowBuilder().task("a").build())
    bench.work(run)
    bench.ask(verb="ignore", run=run, task="a")
    assert bench.work(run) is RunStatus.SUCCEEDED


def test_a_cancelled_run_ends_what_runs_and_starts_nothing_more(bench: Bench) -> None:
    bench.executor.hold_back = ["a"]
    run = bench.register(diamond().build())
    engine = bench.start()
    rest = engine.work_on(run)
    bench.executor.wait_for("a")
    from runtime.service.requests import apply

    engine.submit(lambda step: apply(step, {"verb": "cancel", "run": run})).result(5)
    assert rest.result(5) is RunStatus.CANCELLED
    assert bench.states(run) == {
        "a": "failed",
        "b": "waiting",
        "c": "waiting",
        "d": "waiting",
    }


def test_a_cancelled_run_can_be_rerun(bench: Bench) -> None:
    run = bench.register(diamond().build())
    bench.ask(verb="cancel", run=run)
    assert bench.work(run) is RunStatus.CANCELLED
    bench.ask(verb="rerun", run=run, tasks=[])
    assert bench.work(run) is RunStatus.SUCCEEDED


def test_retries_are_counted_and_wait(bench: Bench) -> None:
    bench.executor.bodies = {"a": failing_times(2)}
    run = bench.register(FlowBuilder().task("a", retry=(Retry(3, delay_seconds=0.05),)).build())
    before = time.monotonic()
    assert bench.work(run) is RunStatus.SUCCEEDED
    assert time.monotonic() - before >= 0.1
    assert bench.tasks(run)["a"].attempts == 3


def test_a_retry_condition_decides_by_the_error(bench: Bench) -> None:
    bench.executor.bodies = {"a": failing_times(2)}
    rule = Retry(3, when=["==", ["error", "message"], "nothing like it"])
    run = bench.register(FlowBuilder().task("a", retry=(rule,)).build())
    assert bench.work(run) is RunStatus.FAILED
    assert bench.tasks(run)["a"].attempts == 1


def crash_while_running(bench: Bench, flow: FlowBuilder) -> int:
    """A run whose engine went away while `a` was running."""
    bench.executor.hold_back = ["a"]
    run = bench.register(flow.build())
    engine = bench.start()
    engine.work_on(run)
    bench.executor.wait_for("a")
    bench.stop()
    bench.executor.hold_back = []
    return run


def test_a_task_whose_end_nobody_knows_is_suspended_in_doubt(bench: Bench) -> None:
    run = crash_while_running(bench, FlowBuilder().task("a").task("b").edge("a", "b"))
    assert bench.work(run) is RunStatus.SUSPENDED
    assert bench.tasks(run)["a"].reason == "in doubt"
    assert bench.executor.started == ["a"]


def test_an_idempotent_task_in_doubt_runs_again_with_a_higher_fence(
    bench: Bench,
) -> None:
    run = crash_while_running(bench, FlowBuilder().task("a", idempotent=True))
    assert bench.work(run) is RunStatus.SUCCEEDED
    assert bench.tasks(run)["a"].fence == 2


@pytest.mark.parametrize("declared", [{"idempotent": True}, {"retry": (Retry(3),)}])
def test_on_crash_suspend_counts_for_more_than_what_is_declared(bench: Bench, declared: dict[str, Any]) -> None:
    run = crash_while_running(bench, FlowBuilder().task("a", on_crash="suspend", **declared))
    assert bench.work(run) is RunStatus.SUSPENDED
    assert bench.executor.started == ["a"]


@pytest.mark.parametrize("declared", [{}, {"retry": (Retry(3, when=["==", ["error", "exit_code"], 75]),)}])
def test_on_crash_rerun_runs_again_what_is_not_declared_as_harmless(bench: Bench, declared: dict[str, Any]) -> None:
    run = crash_while_running(bench, FlowBuilder().task("a", on_crash="rerun", **declared))
    assert bench.work(run) is RunStatus.SUCCEEDED
    assert bench.tasks(run)["a"].fence == 2


def test_a_task_in_doubt_is_rerun_only_by_name(bench: Bench) -> None:
    run = crash_while_running(bench, FlowBuilder().task("a"))
    bench.work(run)
    assert bench.ask(verb="rerun", run=run, tasks=[]) == []
    assert bench.ask(verb="rerun", run=run, tasks=["a"]) == ["a"]
    assert bench.work(run) is RunStatus.SUCCEEDED


def test_a_result_with_a_stale_fence_is_refused_and_recorded(bench: Bench) -> None:
    bench.executor.hold_back = ["a"]
    run = bench.register(FlowBuilder().task("a").build())
    engine = bench.start()
    rest = engine.work_on(run)
    bench.executor.wait_for("a")
    bench.update("UPDATE task_run SET fence = fence + 1 WHERE path = 'a'")
    ((attempt, reporter),) = bench.executor.held.values()
    reporter.ended(attempt, Outcome(True))
    engine.submit(lambda step: None).result(5)
    assert not rest.done()
    assert bench.states(run)["a"] == "running"


def test_a_claim_that_a_person_took_back_may_not_start(bench: Bench) -> None:
    bench.executor.hold_back = ["a"]
    run = bench.register(FlowBuilder().task("a").build())
    engine = bench.start()
    rest = engine.work_on(run)
    bench.executor.wait_for("a")
    ((attempt, reporter),) = bench.executor.held.values()
    bench.set_status(run, "a", 3)
    assert reporter.started(attempt, ProcessMark(1, 1, "boot")) is False
    assert rest.result(5) is RunStatus.SUCCEEDED


def test_the_same_key_is_the_same_run(bench: Bench) -> None:
    flow = FlowBuilder().task("a").build()
    assert bench.register(flow, key="monday") == bench.register(flow, key="monday")
    assert bench.register(flow, key="tuesday") != bench.register(flow, key="monday")


def test_a_run_keeps_the_version_it_was_registered_with(bench: Bench) -> None:
    run = bench.register(FlowBuilder().task("a").build())
    bench.register(FlowBuilder().task("z").build())
    bench.work(run)
    assert bench.executor.started == ["a"]


def test_requests_that_make_no_sense_are_refused_in_a_sentence(bench: Bench) -> None:
    run = bench.register(FlowBuilder().task("load").build())
    with pytest.raises(BadParameter, match="no parameter `day`"):
        bench.register(FlowBuilder().task("load").build(), {"day": 1})
    with pytest.raises(NotFound, match="no task `laod`") as caught:
        bench.ask(verb="ignore", run=run, task="laod")
    assert caught.value.help == "did you mean `load`?"
    bench.work(run)
    with pytest.raises(Refused, match="already succeeded"):
        bench.ask(verb="ignore", run=run, task="load")
    with pytest.raises(Refused, match="already succeeded"):
        bench.ask(verb="cancel", run=run)


@pytest.mark.parametrize("verb", ["answer", "refuse"])
def test_a_question_of_a_cancelled_run_takes_no_answer(bench: Bench, verb: str) -> None:
    run = bench.register(FlowBuilder().task("q", action=Ask("go?")).task("b").edge("q", "b").build())
    bench.work(run)
    bench.ask(verb="cancel", run=run)
    with pytest.raises(Refused, match="has been cancelled"):
        bench.ask(verb=verb, run=run, task="q", fields={})
    assert bench.query("SELECT status FROM flow_run") == [("cancelled",)]
    bench.ask(verb="rerun", run=run, tasks=["q"])
    assert bench.work(run) is RunStatus.SUSPENDED
    bench.ask(verb="answer", run=run, task="q", fields={})
    assert bench.work(run) is RunStatus.SUCCEEDED
