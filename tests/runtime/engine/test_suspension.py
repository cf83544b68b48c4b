"""Runs and tasks that a person suspends and resumes: what runs goes on, nothing else starts."""

from __future__ import annotations

from dataclasses import replace

import pytest

from runtime.model.errors import Refused
from runtime.model.state import ExecStatus, RunStatus
from tests.runtime.engine.conftest import Bench
from tests.runtime.engine.flows import FlowBuilder, over


def line() -> FlowBuilder:
    return FlowBuilder().task("a").task("b").task("c").chain("a", "b", "c")


def test_what_runs_of_a_suspended_run_ends_and_nothing_follows_until_it_is_resumed(bench: Bench) -> None:
    run = bench.register(line().build())
    bench.executor.hold_back = ("a",)
    rest = bench.start().work_on(run)
    bench.executor.wait_for("a")
    bench.ask_engine(verb="suspend", run=run)
    assert not rest.done()
    bench.executor.release("a")
    assert rest.result(20) is RunStatus.SUSPENDED
    assert bench.states(run) == {"a": "succeeded", "b": "waiting", "c": "waiting"}
    bench.ask_engine(verb="resume", run=run)
    bench.stop()
    assert bench.work(run) is RunStatus.SUCCEEDED
    kinds = [kind for (kind,) in bench.query("SELECT kind FROM event ORDER BY id")]
    assert kinds == ["deployed", "registered", "suspended", "resumed", "ended"]


def test_a_suspended_run_is_not_moved_by_whoever_works_on_it_nor_by_a_repair(bench: Bench) -> None:
    run = bench.register(line().build())
    bench.ask(verb="suspend", run=run)
    assert bench.work(run) is RunStatus.SUSPENDED
    bench.ask(verb="ignore", run=run, task="a")
    bench.set_status(run, "b", ExecStatus.IGNORED)
    assert bench.work(run) is RunStatus.SUSPENDED
    assert bench.executor.started == []
    bench.ask(verb="resume", run=run)
    assert bench.work(run) is RunStatus.SUCCEEDED
    assert bench.executor.started == ["c"]


def test_a_suspended_run_whose_last_task_ends_has_succeeded(bench: Bench) -> None:
    run = bench.register(FlowBuilder().task("a").build())
    bench.executor.hold_back = ("a",)
    rest = bench.start().work_on(run)
    bench.executor.wait_for("a")
    bench.ask_engine(verb="suspend", run=run)
    bench.executor.release("a")
    assert rest.result(20) is RunStatus.SUCCEEDED


def test_what_ran_of_a_suspended_run_is_taken_up_by_the_next_engine(bench: Bench) -> None:
    run = bench.register(line().build())
    bench.executor.hold_back = ("a",)
    bench.start().work_on(run)
    bench.executor.wait_for("a")
    bench.ask_engine(verb="suspend", run=run)
    bench.stop()
    assert bench.work(run) is RunStatus.SUSPENDED
    assert [path for path, _ in bench.executor.recovered] == ["a"]


def test_a_queued_run_that_was_suspended_waits_for_room_again(bench: Bench) -> None:
    flow = replace(line().build(), limit_runs=1, overlap="queue")
    first, second = bench.register(flow), bench.register(flow)
    bench.ask(verb="suspend", run=second)
    bench.ask(verb="resume", run=second)
    assert bench.query(f"SELECT status FROM flow_run WHERE id = {second}") == [("queued",)]
    assert bench.work(first) is RunStatus.SUCCEEDED
    assert bench.work(second) is RunStatus.SUCCEEDED


def test_a_suspended_task_holds_back_what_follows_it_alone(bench: Bench) -> None:
    run = bench.register(line().task("d").build())
    assert bench.ask(verb="suspend", run=run, task="b") == ["b"]
    assert bench.work(run) is RunStatus.SUSPENDED
    assert bench.states(run) == {"a": "succeeded", "b": "suspended", "c": "waiting", "d": "succeeded"}
    assert bench.ask(verb="resume", run=run, task="b") == ["b"]
    assert bench.work(run) is RunStatus.SUCCEEDED


def test_suspending_an_open_group_holds_back_what_has_not_started_in_it(bench: Bench) -> None:
    flow = FlowBuilder().task("g", generators=over("x", ["list", "p", "q", "r"]), limit=1).build()
    run = bench.register(flow)
    bench.executor.hold_back = ("g[0]",)
    rest = bench.start().work_on(run)
    bench.executor.wait_for("g[0]")
    assert bench.ask_engine(verb="suspend", run=run, task="g") == ["g[1]", "g[2]"]
    bench.executor.release("g[0]")
    assert rest.result(20) is RunStatus.SUSPENDED
    bench.ask_engine(verb="resume", run=run)
    bench.stop()
    assert bench.work(run) is RunStatus.SUCCEEDED


def test_what_cannot_be_suspended_or_resumed_says_why(bench: Bench) -> None:
    run = bench.register(line().build())
    with pytest.raises(Refused, match="nobody has suspended run flow-1"):
        bench.ask(verb="resume", run=run)
    with pytest.raises(Refused, match="`a` is not suspended: it is waiting"):
        bench.ask(verb="resume", run=run, task="a")
    bench.ask(verb="suspend", run=run)
    with pytest.raises(Refused, match="is suspended already"):
        bench.ask(verb="suspend", run=run)
    bench.ask(verb="resume", run=run)
    bench.work(run)
    with pytest.raises(Refused, match="has already succeeded"):
        bench.ask(verb="suspend", run=run)
    with pytest.raises(Refused, match="`a` has already succeeded"):
        bench.ask(verb="suspend", run=run, task="a")


def test_nothing_inside_a_group_that_was_suspended_before_it_opened_starts(bench: Bench) -> None:
    flow = FlowBuilder().task("a").group("g").group("g/h").task("g/h/b").edge("a", "g").task("c")
    run = bench.register(flow.build())
    bench.ask(verb="suspend", run=run, task="g")
    bench.ask(verb="ignore", run=run, task="c")
    assert bench.work(run) is RunStatus.SUSPENDED
    assert bench.executor.started == ["a"]
