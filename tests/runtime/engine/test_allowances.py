"""Groups that have had enough, that stop at the first failure, that are tried again, and whose time is over."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from runtime.model.definition import Ask, OutDefinition, Retry, Wait
from runtime.model.state import ExecStatus, RunStatus
from tests.flowc.compiling import accepted
from tests.runtime.engine.conftest import Bench
from tests.runtime.engine.flows import Failure, FlowBuilder, over


def broken(_: object) -> None:
    raise Failure("no")


def items(bench: Bench, *names: str, **settings: Any) -> FlowBuilder:
    """A task for each name that fails if its name begins with `bad`."""

    def copy(arguments: Mapping[str, Any]) -> dict[str, str]:
        if arguments["x"].startswith("bad"):
            raise Failure(arguments["x"])
        return {"file": arguments["x"]}

    bench.executor.bodies["copy"] = copy
    flow = FlowBuilder().task(
        "copy",
        outs={"file": "str"},
        generators=over("x", ["list", *names]),
        by=["item", "x"],
        arguments={"x": ["item", "x"]},
        **settings,
    )
    return flow.task("use", arguments={"files": ["out", "copy", "file"]}).edge("copy", "use")


def test_after_enough_successes_the_rest_is_ended_and_skipped(bench: Bench) -> None:
    used: list[Any] = []
    bench.executor.bodies["use"] = lambda arguments: used.append(arguments["files"])
    bench.executor.hold_back = ("copy[b]",)
    run = bench.register(items(bench, "a", "b", "c", "d", enough=2, limit=2).build())
    assert bench.work(run, jobs=2) is RunStatus.SUCCEEDED
    assert bench.states(run) == {
        "copy[a]": "succeeded",
        "copy[b]": "skipped",
        "copy[c]": "succeeded",
        "copy[d]": "skipped",
        "use": "succeeded",
    }
    assert used == [["a", None, "c", None]]
    assert len(bench.executor.cancelled) == 1
    assert bench.tasks(run)["copy[d]"].reason == "enough"


def test_an_attempt_that_was_not_needed_any_more_says_so(bench: Bench) -> None:
    bench.executor.hold_back = ("copy[b]",)
    run = bench.register(items(bench, "a", "b", "c", enough=2).build())
    assert bench.work(run, jobs=2) is RunStatus.SUCCEEDED
    told = bench.query("SELECT outcome, reason, message FROM task_attempt WHERE outcome <> 'succeeded'")
    assert told == [("ended", "enough", "not needed: enough others of its group have succeeded")]
    assert bench.query("SELECT count(*) FROM event WHERE kind = 'stale result refused'") == [(0,)]


def test_failures_before_there_were_enough_count_no_more(bench: Bench) -> None:
    run = bench.register(items(bench, "bad", "a", "b", enough=2).build())
    assert bench.work(run) is RunStatus.SUCCEEDED
    assert bench.tasks(run)["copy"].status is ExecStatus.FINISHED
    assert bench.tasks(run)["copy[bad]"].status is ExecStatus.FAILED


def test_too_few_successes_fail_the_node(bench: Bench) -> None:
    run = bench.register(items(bench, "bad1", "bad2", "a", enough=2).build())
    assert bench.work(run) is RunStatus.FAILED
    bench.executor.bodies["copy"] = lambda _: {"file": "mended"}
    bench.ask(verb="rerun", run=run, tasks=["copy[bad1]"])
    assert bench.work(run) is RunStatus.SUCCEEDED
    assert bench.states(run)["copy[bad2]"] == "failed"


def test_fewer_items_than_enough_must_all_succeed(bench: Bench) -> None:
    assert bench.work(bench.register(items(bench, "a", enough=2).build())) is RunStatus.SUCCEEDED


def test_the_first_member_of_a_group_to_succeed_is_enough_and_what_waits_for_others_goes_on(bench: Bench) -> None:
    bench.executor.hold_back = ("race/slow",)
    flow = FlowBuilder().group("race", enough=1).task("race/slow").task("race/quick").group("race/deep")
    flow.task("race/deep/one").task("race/deep/two").edge("race/deep/one", "race/deep/two").edge(
        "race/slow", "race/deep"
    )
    flow.task("after").edge("race/slow", "after")
    run = bench.register(flow.build())
    assert bench.work(run) is RunStatus.SUCCEEDED
    assert bench.executor.started == ["race/slow", "race/quick", "after"]
    assert bench.tasks(run)["race/deep/two"].reason == "enough"


def test_what_was_not_needed_is_ended_by_the_next_engine_if_this_one_died(bench: Bench) -> None:
    bench.executor.hold_back = ("copy[b]",)
    bench.executor.stubborn = True
    run = bench.register(items(bench, "a", "b", enough=1).build())
    bench.start().work_on(run)
    bench.executor.wait_for("use")
    bench.settle()
    assert bench.states(run)["copy[b]"] == "skipped"
    assert len(bench.executor.cancelled) == 1
    bench.executor.end_cancelled()
    bench.settle()
    assert bench.states(run)["copy[b]"] == "skipped"


def test_after_a_failure_nothing_new_starts_in_a_hasty_node_and_what_runs_goes_on(bench: Bench) -> None:
    bench.executor.hold_back = ("copy[b]",)
    run = bench.register(items(bench, "bad", "b", "c", "d", fail_fast=True, limit=2).build())
    bench.start(jobs=2).work_on(run)
    bench.executor.wait_for("copy[bad]", "copy[b]")
    bench.settle()
    bench.executor.release("copy[b]")
    bench.settle()
    bench.stop()
    assert bench.states(run) == {
        "copy[bad]": "failed",
        "copy[b]": "succeeded",
        "copy[c]": "waiting",
        "copy[d]": "waiting",
        "use": "waiting",
    }
    assert bench.tasks(run)["copy"].reason == "members"
    bench.executor.bodies["copy"] = lambda _: {"file": "mended"}
    bench.ask(verb="rerun", run=run, tasks=[])
    assert bench.work(run) is RunStatus.SUCCEEDED


@pytest.mark.parametrize("limit", [None, 1])
def test_in_an_item_that_may_fail_nothing_starts_after_it_has_failed_and_other_items_go_on(
    bench: Bench, limit: int | None
) -> None:
    flow = FlowBuilder().group(
        "g", generators=over("x", ["list", 1, 2], "int"), fail_fast=True, limit=limit, allow_failures=2
    )
    flow.task("g/bad").task("g/b").task("g/c").task("next").edge("g", "next")
    bench.executor.bodies["bad"] = broken
    run = bench.register(flow.build())
    assert bench.work(run, jobs=1) is RunStatus.SUCCEEDED
    assert bench.executor.started == ["g[0]/bad", "g[1]/bad", "next"]


def test_a_hasty_flow_goes_on_with_a_group_that_is_tried_again(bench: Bench) -> None:
    calls = flaky(bench, 1)
    flow = FlowBuilder(fail_fast=True).group("g", retry=(Retry(1),)).task("g/check").task("z")
    run = bench.register(flow.build())
    assert bench.work(run, jobs=1) is RunStatus.SUCCEEDED
    assert len(calls) == 2


def test_a_hasty_flow_starts_nothing_after_a_failure_but_its_hooks(bench: Bench) -> None:
    bench.executor.bodies["a"] = broken
    flow = FlowBuilder(fail_fast=True).task("a").task("b", action=Wait(["lit", "duration", "10ms"])).task("c")
    flow.edge("b", "c").task("alarm", awaits=["state", "", "failed"], hook="failure").edge("", "alarm", outcome=True)
    run = bench.register(flow.build())
    assert bench.work(run, jobs=1) is RunStatus.FAILED
    assert bench.executor.started == ["a", "alarm"]


def flaky(bench: Bench, failures: int) -> list[int]:
    calls: list[int] = []

    def check(_: object) -> None:
        calls.append(1)
        if len(calls) <= failures:
            raise Failure("not yet")

    bench.executor.bodies["check"] = check
    return calls


def test_a_retry_of_a_group_runs_all_its_members_again(bench: Bench) -> None:
    flaky(bench, 2)
    flow = FlowBuilder().group("g", retry=(Retry(2),)).task("g/copy").task("g/check").edge("g/copy", "g/check")
    run = bench.register(flow.task("next").edge("g", "next").build())
    assert bench.work(run) is RunStatus.SUCCEEDED
    assert bench.executor.started == ["g/copy", "g/check"] * 3 + ["next"]
    assert bench.tasks(run)["g"].attempts == 3


@pytest.mark.parametrize("when", [None, ["==", ["error", "kind"], "members"]])
def test_a_group_fails_when_its_attempts_are_used_up(bench: Bench, when: Any) -> None:
    calls = flaky(bench, 9)
    flow = FlowBuilder().group("g", retry=(Retry(2, when=when),)).task("g/check")
    assert bench.work(bench.register(flow.build())) is RunStatus.FAILED
    assert len(calls) == 3


def test_a_retry_that_does_not_cover_the_failure_of_a_group_does_nothing(bench: Bench) -> None:
    calls = flaky(bench, 9)
    flow = FlowBuilder().group("g", retry=(Retry(2, when=["==", ["error", "kind"], "rounds"]),)).task("g/check")
    assert bench.work(bench.register(flow.build())) is RunStatus.FAILED
    assert len(calls) == 1


def test_items_of_a_group_are_tried_again_each_on_its_own(bench: Bench) -> None:
    flaky(bench, 1)
    flow = FlowBuilder().group("g", retry=(Retry(1),), generators=over("x", ["list", "a", "b"])).task("g/check")
    run = bench.register(flow.build())
    assert bench.work(run, jobs=1) is RunStatus.SUCCEEDED
    assert len(bench.executor.started) == 3


def test_a_group_that_is_not_over_in_its_time_fails_and_what_runs_in_it_is_ended(bench: Bench) -> None:
    bench.executor.hold_back = ("g/slow",)
    flow = FlowBuilder().group("g", timeout_seconds=0.2).task("g/slow").task("g/then").edge("g/slow", "g/then")
    run = bench.register(flow.task("beside").task("next").edge("g", "next").build())
    assert bench.work(run) is RunStatus.FAILED
    assert bench.states(run) == {"g/slow": "failed", "g/then": "waiting", "beside": "succeeded", "next": "waiting"}
    assert bench.tasks(run)["g"].reason == "timeout"
    assert bench.tasks(run)["g/slow"].reason == "cancelled"
    bench.executor.hold_back = ()
    bench.ask(verb="rerun", run=run, tasks=[])
    assert bench.work(run) is RunStatus.SUCCEEDED


def test_a_group_whose_time_is_over_lets_others_go_on_if_its_failure_is_allowed(bench: Bench) -> None:
    bench.executor.hold_back = ("g/slow",)
    flow = FlowBuilder().group("g", timeout_seconds=0.1, allow_failure=True).task("g/slow").task("next")
    run = bench.register(flow.edge("g", "next").build())
    assert bench.work(run) is RunStatus.SUCCEEDED
    assert bench.states(run) == {"g/slow": "failed", "next": "succeeded"}


@pytest.mark.parametrize("slow", ["{ wait 1d }", '= echo(text: "no") { retry 1, delay: 1d }'])
def test_what_waits_for_a_time_or_a_person_is_ended_with_its_group(bench: Bench, slow: str) -> None:
    bench.executor.bodies["echo"] = broken
    group = f'parallel g {{ timeout 100ms; allow_failure; task slow {slow}; task question {{ ask "Ready?" }} }}'
    run = bench.register(accepted(f"flow case {{\n{group}\ntask next {{ after g }}\n}}"))
    assert bench.work(run) is RunStatus.SUCCEEDED
    assert bench.states(run) == {"g/slow": "failed", "g/question": "failed", "next": "succeeded"}
    assert {bench.tasks(run)[name].reason for name in ("g/slow", "g/question")} == {"cancelled"}


def test_a_question_is_withdrawn_when_enough_others_have_succeeded(bench: Bench) -> None:
    group = 'parallel g { enough 1; task question { ask "Ready?" }; task pause { wait 20ms } }'
    run = bench.register(accepted(f"flow case {{\n{group}\ntask next {{ after g }}\n}}"))
    assert bench.work(run) is RunStatus.SUCCEEDED
    assert bench.states(run) == {"g/question": "skipped", "g/pause": "succeeded", "next": "succeeded"}


def test_the_default_of_an_output_stands_in_for_what_was_not_needed(bench: Bench) -> None:
    used: list[Any] = []
    bench.executor.bodies |= {"use": lambda arguments: used.append(arguments["n"]), "quick": lambda _: {}}
    bench.executor.hold_back = ("race/slow",)
    flow = FlowBuilder().group("race", enough=1).task("race/slow").task("race/quick")
    flow.declare("race/slow", OutDefinition("n", "int", has_default=True, default=7))
    flow.task("use", arguments={"n": ["out", "race/slow", "n"]}).edge("race", "use")
    assert bench.work(bench.register(flow.build())) is RunStatus.SUCCEEDED
    assert used == [7]


def test_a_refused_question_is_one_of_the_items_that_may_fail(bench: Bench) -> None:
    flow = FlowBuilder().task(
        "a", action=Ask(["item", "x"]), generators=over("x", ["list", "p", "q"]), allow_failures=1
    )
    run = bench.register(flow.task("b").edge("a", "b").build())
    assert bench.work(run) is RunStatus.SUSPENDED
    bench.ask(verb="refuse", run=run, task="a[0]")
    bench.ask(verb="answer", run=run, task="a[1]", fields={})
    bench.work(run)
    assert bench.executor.started == ["b"]
