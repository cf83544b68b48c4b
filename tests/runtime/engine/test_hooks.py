"""Hooks on what is no outcome: a start, a retry, a timeout, a node that is late."""

from __future__ import annotations

import pytest

from runtime.model.definition import Retry, Wait
from runtime.model.state import ExecStatus, Reason, RunStatus
from tests.runtime.engine.conftest import Bench
from tests.runtime.engine.flows import Failure, FlowBuilder, over

AT_LAST = 100


def hooked(event: str, **settings: object) -> FlowBuilder:
    """A task `a` with a hook `tell`."""
    flow = FlowBuilder().task("a", **settings)  # type: ignore[arg-type]
    return with_hook(flow, "a", event)


def with_hook(flow: FlowBuilder, path: str, event: str, after: float = 0.0) -> FlowBuilder:
    awaits = ["late", path, after] if event == "late" else ["event", path, event]
    arguments = {"attempt": ["hook", "attempt"], "error": ["hook", "error"]}
    return flow.task("tell", awaits=awaits, hook=event, arguments=arguments).edge(path, "tell", outcome=True)


def failing(times: int, reason: Reason = Reason.ERROR) -> object:
    """A body that fails so often before it ends well."""
    left = [times]

    def body(_: object) -> None:
        left[0] -= 1
        if left[0] >= 0:
            raise Failure(f"{left[0]} to go", reason)

    return body


def test_a_hook_on_the_start_runs_beside_its_task(bench: Bench) -> None:
    bench.executor.hold_back = ["a"]
    run = bench.register(hooked("start").build())
    ended = bench.start().work_on(run)
    bench.executor.wait_for("a", "tell")
    bench.executor.release("a")
    assert ended.result(20) is RunStatus.SUCCEEDED
    bench.stop()
    assert bench.states(run) == {"a": "succeeded", "tell": "succeeded"}


def test_a_task_that_is_skipped_has_not_started(bench: Bench) -> None:
    run = bench.register(hooked("start", when=False).build())
    assert bench.work(run) is RunStatus.SUCCEEDED
    tell = bench.tasks(run)["tell"]
    assert (tell.status, tell.reason) == (ExecStatus.IGNORED, Reason.NO_EVENT)


@pytest.mark.parametrize("action", [Wait(["lit", "duration", "10ms"]), None])
def test_a_wait_and_a_join_start_too(bench: Bench, action: object) -> None:
    run = bench.register(hooked("start", action=action).build())
    assert bench.work(run) is RunStatus.SUCCEEDED
    assert bench.states(run) == {"a": "succeeded", "tell": "succeeded"}


def test_a_group_starts_when_it_opens(bench: Bench) -> None:
    bench.executor.hold_back = ["g/a"]
    flow = FlowBuilder().group("g").task("g/a")
    run = bench.register(with_hook(flow, "g", "start").build())
    ended = bench.start().work_on(run)
    bench.executor.wait_for("tell")
    bench.executor.release("g/a")
    assert ended.result(20) is RunStatus.SUCCEEDED
    bench.stop()


def test_a_flow_has_started_when_its_run_has(bench: Bench) -> None:
    bench.executor.hold_back = ["a"]
    run = bench.register(with_hook(FlowBuilder().task("a"), "", "start").build())
    ended = bench.start().work_on(run)
    bench.executor.wait_for("tell")
    bench.executor.release("a")
    assert ended.result(20) is RunStatus.SUCCEEDED
    bench.stop()


def test_a_hook_on_a_retry_reports_each_of_them_with_what_failed(bench: Bench) -> None:
    seen: list[object] = []
    bench.executor.bodies = {"a": failing(2), "tell": lambda given: seen.append((given["attempt"], given["error"]))}
    run = bench.register(hooked("retry", retry=(Retry(3, delay_seconds=0.05),)).build())
    assert bench.work(run) is RunStatus.SUCCEEDED
    assert seen == [(1, "1 to go"), (2, "0 to go")]
    assert bench.tasks(run)["tell"].status is ExecStatus.FINISHED


def test_a_hook_that_is_still_at_it_is_not_started_beside_itself(bench: Bench) -> None:
    bench.executor.bodies = {"a": failing(2)}
    bench.executor.hold_back = ["tell"]
    run = bench.register(hooked("retry", retry=(Retry(3, delay_seconds=0.05),)).build())
    ended = bench.start().work_on(run)
    bench.executor.wait_for_count("a", 3)
    bench.settle()
    assert bench.executor.started.count("tell") == 1
    bench.executor.release("tell")
    assert ended.result(20) is RunStatus.SUCCEEDED
    bench.stop()


def test_a_task_that_was_not_tried_again_has_nothing_to_report(bench: Bench) -> None:
    run = bench.register(hooked("retry", retry=(Retry(3),)).build())
    assert bench.work(run) is RunStatus.SUCCEEDED
    assert bench.states(run) == {"a": "succeeded", "tell": "skipped"}


@pytest.mark.parametrize(("reason", "told"), [(Reason.TIMEOUT, "succeeded"), (Reason.ERROR, "skipped")])
def test_a_hook_on_a_timeout_tells_it_from_other_failures(bench: Bench, reason: Reason, told: str) -> None:
    bench.executor.bodies = {"a": failing(AT_LAST, reason)}
    run = bench.register(hooked("timeout").build())
    assert bench.work(run) is RunStatus.FAILED
    assert bench.states(run) == {"a": "failed", "tell": told}


def test_a_task_that_takes_too_long_is_reported_and_goes_on(bench: Bench) -> None:
    bench.executor.hold_back = ["a"]
    run = bench.register(with_hook(FlowBuilder().task("a"), "a", "late", 0.05).build())
    ended = bench.start().work_on(run)
    bench.executor.wait_for("tell")
    assert bench.states(run)["a"] == "running"
    bench.executor.release("a")
    assert ended.result(20) is RunStatus.SUCCEEDED
    bench.stop()
    assert bench.states(run) == {"a": "succeeded", "tell": "succeeded"}


def test_a_run_that_takes_too_long_is_reported_from_its_start(bench: Bench) -> None:
    bench.executor.hold_back = ["a"]
    run = bench.register(with_hook(FlowBuilder().task("a"), "", "late", 0.05).build())
    ended = bench.start().work_on(run)
    bench.executor.wait_for("tell")
    bench.executor.release("a")
    assert ended.result(20) is RunStatus.SUCCEEDED
    bench.stop()


@pytest.mark.parametrize("path", ["a", ""])
def test_what_is_over_in_time_keeps_nobody_waiting(bench: Bench, path: str) -> None:
    run = bench.register(with_hook(FlowBuilder().task("a"), path, "late", 3600.0).build())
    assert bench.work(run) is RunStatus.SUCCEEDED
    assert bench.states(run) == {"a": "succeeded", "tell": "skipped"}


def test_lateness_counts_from_the_first_attempt_and_survives_the_engine(bench: Bench) -> None:
    bench.executor.bodies = {"a": failing(1)}
    flow = with_hook(FlowBuilder().task("a", retry=(Retry(1, delay_seconds=0.4),)), "a", "late", 0.2)
    run = bench.register(flow.build())
    bench.start().work_on(run)
    bench.executor.wait_for("a")
    bench.settle()
    bench.stop()
    assert bench.states(run) == {"a": "waiting", "tell": "waiting"}
    assert bench.work(run) is RunStatus.SUCCEEDED
    assert bench.states(run) == {"a": "succeeded", "tell": "succeeded"}


def test_a_rerun_lets_a_hook_report_again(bench: Bench) -> None:
    bench.executor.bodies = {"a": failing(1)}
    run = bench.register(hooked("start").build())
    assert bench.work(run) is RunStatus.FAILED
    bench.ask(verb="rerun", run=run)
    assert bench.work(run) is RunStatus.SUCCEEDED
    assert bench.executor.started.count("tell") == 2


def test_each_item_of_a_map_starts_on_its_own(bench: Bench) -> None:
    flow = FlowBuilder().group("g", generators=over("x", ["list", "a", "b"])).task("g/a")
    flow.task("g/tell", awaits=["event", "g/a", "start"], hook="start").edge("g/a", "g/tell", outcome=True)
    run = bench.register(flow.build())
    assert bench.work(run) is RunStatus.SUCCEEDED
    assert sorted(bench.executor.started) == ["g[0]/a", "g[0]/tell", "g[1]/a", "g[1]/tell"]


def test_a_hook_that_is_set_back_by_hand_after_its_run_has_ended_is_decided_again(bench: Bench) -> None:
    run = bench.register(hooked("retry").build())
    assert bench.work(run) is RunStatus.SUCCEEDED
    bench.set_status(run, "tell", 0)
    assert bench.work(run) is RunStatus.SUCCEEDED
    assert bench.states(run) == {"a": "succeeded", "tell": "skipped"}


def given_up(first: str) -> FlowBuilder:
    """A group that may fail, in which `b` with its hook waits for `a`."""
    flow = FlowBuilder().group("g", allow_failure=True).task("g/a", call=first).task("g/b").edge("g/a", "g/b")
    awaits = ["state", "g/b", "succeeded"]
    return flow.task("tell", awaits=awaits, hook="success").edge("g/b", "tell", outcome=True)


def test_a_hook_on_what_a_group_that_may_fail_has_given_up_does_not_keep_the_run(bench: Bench) -> None:
    bench.executor.bodies = {"a": failing(1)}
    run = bench.register(given_up("a").build())
    assert bench.work(run) is RunStatus.SUCCEEDED
    assert bench.states(run) == {"g/a": "failed", "g/b": "waiting", "tell": "skipped"}
    bench.ask(verb="rerun", run=run, tasks=["g/a"])
    assert bench.work(run) is RunStatus.SUCCEEDED
    assert bench.states(run) == {"g/a": "succeeded", "g/b": "succeeded", "tell": "succeeded"}


def test_items_behind_a_limit_go_on_after_one_whose_group_was_given_up(bench: Bench) -> None:
    bench.executor.bodies = {"a": failing(AT_LAST)}
    flow = FlowBuilder().group("m", generators=over("x", ["list", 1, 2, 3]), limit=1)
    flow.group("m/g", allow_failure=True).task("m/g/a").task("m/g/b").edge("m/g/a", "m/g/b")
    flow.task("m/tell", awaits=["state", "m/g/b", "skipped"], hook="skip").edge("m/g/b", "m/tell", outcome=True)
    run = bench.register(flow.build())
    assert bench.work(run) is RunStatus.SUCCEEDED
    assert bench.states(run)["m[2]/tell"] == "skipped"


@pytest.mark.parametrize(("event", "state"), [("timeout", None), ("failure", "failed"), ("done", "done")])
def test_a_run_that_fails_by_its_deadline_is_reported(bench: Bench, event: str, state: str | None) -> None:
    seen: list[object] = []
    bench.executor.bodies = {"tell": lambda given: seen.append(given["error"])}
    bench.executor.hold_back = ["a"]
    flow = FlowBuilder(timeout_seconds=0.1).task("a").task("b").edge("a", "b").task("c", limit=1)
    awaits = ["event", "", event] if state is None else ["state", "", state]
    flow.task("tell", awaits=awaits, hook=event, arguments={"error": ["hook", "error"]}).edge("", "tell", outcome=True)
    run = bench.register(flow.build())
    assert bench.work(run) is RunStatus.FAILED
    assert bench.states(run) == {"a": "failed", "b": "waiting", "c": "succeeded", "tell": "succeeded"}
    assert seen == ["it was not over at its deadline of 100ms"]
    bench.executor.hold_back = []
    bench.ask(verb="rerun", run=run)
    assert bench.work(run) is RunStatus.SUCCEEDED
    told = "succeeded" if event == "done" else "skipped"
    assert bench.states(run) == {"a": "succeeded", "b": "succeeded", "c": "succeeded", "tell": told}
