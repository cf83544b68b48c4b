"""Allowed failures, conditions on outcomes, hooks, waits and questions."""

from __future__ import annotations

import pytest

from runtime.model.definition import Ask, Ensure, OutDefinition, Wait
from runtime.model.errors import BadParameter, Refused
from runtime.model.state import RunStatus
from tests.runtime.engine.conftest import Bench
from tests.runtime.engine.flows import Failure, FlowBuilder, over


def broken(_: object) -> None:
    raise Failure("no")


def state(path: str, name: str) -> list[str]:
    return ["state", path, name]


def test_an_allowed_failure_lets_its_successors_go_on_without_its_value(bench: Bench) -> None:
    seen: list[object] = []
    bench.executor.bodies = {"a": broken, "b": lambda arguments: seen.append(arguments["n"])}
    flow = FlowBuilder().task("a", outs={"n": "int"}, allow_failure=True)
    flow.task("b", arguments={"n": ["??", ["out", "a", "n"], 7]}).edge("a", "b")
    run = bench.register(flow.build())
    assert bench.work(run) is RunStatus.SUCCEEDED
    assert bench.states(run) == {"a": "failed", "b": "succeeded"}
    assert seen == [7]


def test_a_group_whose_failure_is_allowed_lets_its_successors_go_on(bench: Bench) -> None:
    bench.executor.bodies = {"a": broken}
    flow = (
        FlowBuilder().group("g", allow_failure=True).task("g/a").task("g/b").edge("g/a", "g/b").task("c").edge("g", "c")
    )
    run = bench.register(flow.build())
    assert bench.work(run) is RunStatus.SUCCEEDED
    assert bench.states(run) == {"g/a": "failed", "g/b": "waiting", "c": "succeeded"}


@pytest.mark.parametrize(("allowed", "status"), [(1, RunStatus.SUCCEEDED), (0, RunStatus.FAILED)])
def test_a_mapped_node_may_lose_so_many_items(bench: Bench, allowed: int, status: RunStatus) -> None:
    seen: list[object] = []

    def size(arguments: object) -> dict[str, int]:
        if arguments["x"] == "b":  # type: ignore[index]
            raise Failure
        return {"n": 1}

    bench.executor.bodies = {"size": size, "total": lambda arguments: seen.append(arguments["all"])}
    flow = FlowBuilder().task(
        "size",
        outs={"n": "int"},
        arguments={"x": ["item", "x"]},
        generators=over("x", ["list", "a", "b", "c"]),
        allow_failures=allowed,
    )
    flow.task("total", arguments={"all": ["out", "size", "n"]}).edge("size", "total")
    run = bench.register(flow.build())
    assert bench.work(run) is status
    assert seen == ([[1, None, 1]] if allowed else [])


def awaiting(condition: object, **bodies: object) -> FlowBuilder:
    flow = FlowBuilder().task("a").task("b").task("c", awaits=condition)
    return flow.edge("a", "c", outcome=True).edge("b", "c", outcome=True)


@pytest.mark.parametrize(
    ("condition", "fails", "expected"),
    [
        (state("a", "failed"), "a", "succeeded"),
        (state("a", "failed"), "", "skipped"),
        (state("a", "done"), "a", "succeeded"),
        (["or", state("a", "succeeded"), state("b", "succeeded")], "a", "succeeded"),
        (["and", state("a", "succeeded"), state("b", "failed")], "b", "succeeded"),
        (["and", state("a", "succeeded"), state("b", "failed")], "", "skipped"),
        (["not", state("a", "failed")], "", "succeeded"),
    ],
)
def test_a_condition_on_outcomes_starts_or_skips(bench: Bench, condition: object, fails: str, expected: str) -> None:
    bench.executor.bodies = {fails: broken} if fails else {}
    run = bench.register(awaiting(condition).build())
    assert bench.work(run) is (RunStatus.FAILED if fails else RunStatus.SUCCEEDED)
    assert bench.states(run)["c"] == expected


def test_a_mapped_group_may_lose_an_item_of_its_members(bench: Bench) -> None:
    def size(arguments: object) -> None:
        if arguments["x"] == "b":  # type: ignore[index]
            raise Failure

    bench.executor.bodies = {"g/size": size}
    flow = FlowBuilder().group("g", generators=over("x", ["list", "a", "b", "c"]), allow_failures=1)
    flow.task("g/size", arguments={"x": ["item", "x"]}).task("total").edge("g", "total")
    run = bench.register(flow.build())
    assert bench.work(run) is RunStatus.SUCCEEDED
    assert bench.states(run)["total"] == "succeeded"


def test_members_of_a_late_item_know_what_was_decided_before(bench: Bench) -> None:
    bench.executor.bodies = {"a": broken}
    bench.executor.hold_back = ["slow"]
    flow = FlowBuilder().task("a", allow_failure=True).task("slow").task("open").edge("a", "open")
    flow.group("g", generators=over("x", ["list", 1])).edge("open", "g")
    flow.task("g/plain").edge("a", "g/plain", deep=True)
    flow.task("g/repair", awaits=state("a", "failed")).edge("a", "g/repair", deep=True, outcome=True)
    run = bench.register(flow.build())
    rest = bench.start().work_on(run)
    bench.executor.wait_for("g[0]/plain", "g[0]/repair")
    bench.executor.release("slow")
    assert rest.result(10) is RunStatus.SUCCEEDED


def test_a_failure_before_the_start_is_an_outcome_like_any_other(bench: Bench) -> None:
    nonsense = ["index", ["list", True], 3]
    bench.executor.hold_back = ["slow"]
    flow = FlowBuilder().task("slow").task("a", when=nonsense, allow_failure=True).task("b").edge("a", "b")
    flow.task("c", awaits=state("a", "failed")).edge("a", "c", outcome=True)
    run = bench.register(flow.build())
    rest = bench.start().work_on(run)
    bench.executor.wait_for("b", "c")
    bench.executor.release("slow")
    assert rest.result(10) is RunStatus.SUCCEEDED


def test_a_failure_within_an_allowed_one_fires_no_hook_of_the_flow(bench: Bench) -> None:
    bench.executor.bodies = {"g/a": broken}
    flow = FlowBuilder().group("g", allow_failure=True).task("g/a").task("g/b").edge("g/a", "g/b")
    flow.task("page", awaits=state("", "failed"), hook="failure").edge("", "page", outcome=True)
    run = bench.register(flow.build())
    assert bench.work(run) is RunStatus.SUCCEEDED
    assert bench.states(run)["page"] == "skipped"


def test_an_or_does_not_wait_for_the_slower_one(bench: Bench) -> None:
    bench.executor.hold_back = ["b"]
    run = bench.register(awaiting(["or", state("a", "succeeded"), state("b", "succeeded")]).build())
    rest = bench.start().work_on(run)
    bench.executor.wait_for("a", "b", "c")
    bench.executor.release("b")
    assert rest.result(10) is RunStatus.SUCCEEDED


def test_done_counts_what_is_blocked_once_nothing_else_moves(bench: Bench) -> None:
    bench.executor.bodies = {"a": broken}
    flow = FlowBuilder().task("a").task("b").edge("a", "b").task("clean", awaits=state("b", "done"))
    run = bench.register(flow.edge("b", "clean", outcome=True).build())
    assert bench.work(run) is RunStatus.FAILED
    assert bench.states(run) == {"a": "failed", "b": "waiting", "clean": "succeeded"}


def with_hooks() -> FlowBuilder:
    flow = FlowBuilder().task("a").task("b").edge("a", "b")
    flow.task("page", awaits=state("", "failed"), hook="failure").edge("", "page", outcome=True)
    return flow.task("cheer", awaits=state("", "succeeded"), hook="success").edge("", "cheer", outcome=True)


def test_hooks_of_a_flow_fire_by_its_outcome_and_once_a_generation(bench: Bench) -> None:
    bench.executor.bodies = {"a": broken}
    run = bench.register(with_hooks().build())
    assert bench.work(run) is RunStatus.FAILED
    assert bench.states(run) == {"a": "failed", "b": "waiting", "page": "succeeded", "cheer": "skipped"}
    bench.executor.bodies = {}
    bench.ask(verb="rerun", run=run, tasks=[])
    assert bench.work(run) is RunStatus.SUCCEEDED
    assert bench.states(run) == {"a": "succeeded", "b": "succeeded", "page": "skipped", "cheer": "succeeded"}
    assert bench.executor.started.count("page") == 1


def test_the_failure_of_a_hook_changes_no_outcome(bench: Bench) -> None:
    bench.executor.bodies = {"cheer": broken}
    run = bench.register(with_hooks().build())
    assert bench.work(run) is RunStatus.SUCCEEDED
    assert bench.states(run)["cheer"] == "failed"


def test_any_of_a_mapped_node_goes_on_after_so_many(bench: Bench) -> None:
    bench.executor.hold_back = ["shard[2]"]
    flow = (
        FlowBuilder()
        .task("shard", generators=over("x", ["list", "a", "b", "c"]))
        .task("next", awaits=["any", "shard", 2])
    )
    run = bench.register(flow.edge("shard", "next", outcome=True).build())
    rest = bench.start().work_on(run)
    bench.executor.wait_for("next")
    bench.executor.release("shard[2]")
    assert rest.result(10) is RunStatus.SUCCEEDED


def test_a_wait_needs_no_worker(bench: Bench) -> None:
    flow = FlowBuilder().task("pause", action=Wait(["lit", "duration", "50ms"])).task("a").task("b").edge("pause", "b")
    run = bench.register(flow.build())
    assert bench.work(run, jobs=1) is RunStatus.SUCCEEDED
    assert bench.executor.started == ["a", "b"]
    pause = bench.tasks(run)["pause"]
    assert (pause.ended_at or 0) - (pause.started_at or 0) >= 50_000


def question() -> FlowBuilder:
    flow = (
        FlowBuilder().task("approve", action=Ask("ship it?")).task("ship", arguments={"to": ["out", "approve", "to"]})
    )
    flow.declare("approve", OutDefinition("to", "str"))
    return flow.edge("approve", "ship")


def test_a_question_suspends_until_it_is_answered(bench: Bench) -> None:
    seen: list[object] = []
    bench.executor.bodies = {"ship": lambda arguments: seen.append(arguments["to"])}
    run = bench.register(question().build())
    assert bench.work(run) is RunStatus.SUSPENDED
    assert (bench.tasks(run)["approve"].reason, bench.tasks(run)["approve"].message) == ("asked", "ship it?")
    with pytest.raises(BadParameter, match="needs the field `to`"):
        bench.ask(verb="answer", run=run, task="approve", fields={})
    with pytest.raises(BadParameter, match="no field `too`"):
        bench.ask(verb="answer", run=run, task="approve", fields={"too": "x"})
    bench.ask(verb="answer", run=run, task="approve", fields={"to": "oslo"})
    assert bench.work(run) is RunStatus.SUCCEEDED
    assert seen == ["oslo"]
    with pytest.raises(Refused):
        bench.ask(verb="answer", run=run, task="approve", fields={"to": "rome"})


def test_a_question_that_is_refused_fails_its_task(bench: Bench) -> None:
    run = bench.register(question().build())
    bench.work(run)
    bench.ask(verb="refuse", run=run, task="approve", why="too early")
    assert bench.work(run) is RunStatus.FAILED
    assert bench.tasks(run)["approve"].message == "too early"


def test_a_task_suspended_by_hand_makes_the_run_suspended(bench: Bench) -> None:
    bench.executor.bodies = {"a": broken}
    run = bench.register(FlowBuilder().task("a").build())
    bench.work(run)
    bench.set_status(run, "a", 2)
    assert bench.work(run) is RunStatus.SUSPENDED


def test_the_default_of_an_output_stands_in_for_a_skipped_task_and_for_a_value_not_given(bench: Bench) -> None:
    seen: list[object] = []
    bench.executor.bodies = {"see": lambda arguments: seen.append((arguments["x"], arguments["y"]))}
    flow = FlowBuilder().task("skipped", when=False).task("silent")
    flow.declare("skipped", OutDefinition("n", "int", has_default=True, default=3))
    flow.declare("silent", OutDefinition("n", "int", has_default=True, default=["+", 2, 2]))
    flow.task("see", arguments={"x": ["out", "skipped", "n"], "y": ["out", "silent", "n"]})
    run = bench.register(flow.edge("skipped", "see").edge("silent", "see").build())
    assert bench.work(run) is RunStatus.SUCCEEDED
    assert seen == [(3, 4)]


def test_conditions_on_outputs_fail_the_task_that_gave_them(bench: Bench) -> None:
    bench.executor.bodies = {"a": lambda _: {"n": 0}, "b": lambda _: {"n": 5}}
    flow = FlowBuilder().task("a").task("b", ensures=(Ensure([">", ["own", "n"], 9], ["text", "only ", ["own", "n"]]),))
    flow.declare("a", OutDefinition("n", "int", where=[">", ["own", "n"], 0]))
    flow.declare("b", OutDefinition("n", "int"))
    run = bench.register(flow.build())
    assert bench.work(run) is RunStatus.FAILED
    tasks = bench.tasks(run)
    assert (tasks["a"].reason, tasks["b"].reason) == ("bad output", "bad output")
    assert tasks["a"].message == "the output `n` is 0, which its condition refuses"
    assert tasks["b"].message == "only 5"


def test_outputs_of_a_flow_are_computed_from_its_tasks_when_they_have_ended(bench: Bench) -> None:
    bench.executor.bodies = {"a": lambda _: {"n": 20}}
    flow = FlowBuilder().task("a", outs={"n": "int"})
    flow.declare("", OutDefinition("twice", "int", computed=True, value=["*", 2, ["out", "a", "n"]]))
    run = bench.register(flow.build())
    assert bench.work(run) is RunStatus.SUCCEEDED
    assert bench.tasks(run)["flow"].outputs == {"twice": 40}


def test_an_output_of_a_flow_that_cannot_be_computed_fails_the_run_and_says_why(bench: Bench) -> None:
    flow = FlowBuilder().task("a").declare("", OutDefinition("x", "float", computed=True, value=["/", 1, 0]))
    run = bench.register(flow.build())
    assert bench.work(run) is RunStatus.FAILED
    assert bench.tasks(run)["flow"].reason == "expression"


def late(seconds: float) -> FlowBuilder:
    return FlowBuilder(timeout_seconds=seconds).task("a").task("b").edge("a", "b")


def test_a_run_that_is_not_over_at_its_deadline_fails_and_what_runs_is_ended(bench: Bench) -> None:
    bench.executor.hold_back = ["a"]
    run = bench.register(late(0.1).build())
    assert bench.work(run) is RunStatus.FAILED
    assert bench.states(run) == {"a": "failed", "b": "waiting"}
    assert bench.tasks(run)["flow"].message == "it was not over at its deadline of 100ms"
    bench.executor.hold_back = []
    bench.ask(verb="rerun", run=run, tasks=[])
    assert bench.work(run) is RunStatus.SUCCEEDED


def test_a_run_that_has_failed_by_its_deadline_starts_nothing_for_the_next_engine(bench: Bench) -> None:
    bench.executor.hold_back = ["a"]
    run = bench.register(FlowBuilder(timeout_seconds=0.1).task("a").task("b").build())
    assert bench.work(run, jobs=1) is RunStatus.FAILED
    assert bench.work(run, jobs=1) is RunStatus.FAILED
    assert bench.executor.started == ["a"]


def test_a_run_that_is_over_before_its_deadline_knows_nothing_of_it(bench: Bench) -> None:
    assert bench.work(bench.register(late(60).build())) is RunStatus.SUCCEEDED


def test_hooks_of_a_flow_that_waited_for_a_person_fire_when_it_has_ended(bench: Bench) -> None:
    flow = FlowBuilder().task("ask", action=Ask("go?")).task("go").edge("ask", "go")
    flow.task("bye", awaits=state("", "done"), hook="done").edge("", "bye", outcome=True)
    run = bench.register(flow.build())
    assert bench.work(run) is RunStatus.SUSPENDED
    bench.ask(verb="answer", run=run, task="ask", fields={})
    assert bench.work(run) is RunStatus.SUCCEEDED
    assert bench.executor.started == ["go", "bye"]


def test_what_has_become_of_a_task_is_a_value(bench: Bench) -> None:
    seen: list[object] = []
    bench.executor.bodies |= {"a": broken, "c": lambda arguments: seen.append(dict(arguments))}
    asked = {name: ["state", "a", name] for name in ("failed", "succeeded", "attempts", "exit_code", "error")}
    flow = FlowBuilder().task("a").task("c", arguments=asked, awaits=state("a", "done")).edge("a", "c", outcome=True)
    assert bench.work(bench.register(flow.build())) is RunStatus.FAILED
    error = {"kind": "error", "message": "no", "exit_code": None}
    assert seen == [{"failed": True, "succeeded": False, "attempts": 1, "exit_code": None, "error": error}]
