"""Nodes with `until`: each round is durable, has fresh retries and a key of its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from runtime.executor.protocol import Attempt
from runtime.model.definition import Ask, OutDefinition, Retry, Until
from runtime.model.state import RunStatus
from tests.flowc.compiling import accepted
from tests.runtime.engine.conftest import Bench
from tests.runtime.engine.flows import Failure, FlowBuilder, over

DONE = [">=", ["own", "n"], 3]


def counting(bench: Bench) -> list[Mapping[str, Any]]:
    """A body that counts its calls; the arguments that they had."""
    seen: list[Mapping[str, Any]] = []

    def poll(arguments: Mapping[str, Any]) -> dict[str, int]:
        seen.append(arguments)
        return {"n": len(seen)}

    bench.executor.bodies["poll"] = poll
    return seen


def polling(**settings: Any) -> FlowBuilder:
    until = replace(settings.pop("until", Until(DONE)), kept=(("n", ["own", "n"], "int"),))
    arguments = {"round": ["round", "poll"], "last": ["last", "poll", "n"]}
    flow = FlowBuilder().task("poll", outs={"n": "int"}, until=until, arguments=arguments, **settings)
    return flow.task("next", arguments={"n": ["out", "poll", "n"]}).edge("poll", "next")


def events(bench: Bench, kind: str) -> int:
    return int(bench.query(f"SELECT count(*) FROM event WHERE kind = '{kind}'")[0][0])


def test_rounds_go_on_until_the_condition_holds_and_the_last_one_gives_the_outputs(bench: Bench) -> None:
    seen, got = counting(bench), []
    bench.executor.bodies["next"] = lambda arguments: got.append(arguments["n"])
    run = bench.register(polling().build())
    assert bench.work(run) is RunStatus.SUCCEEDED
    assert seen == [{"round": 1, "last": None}, {"round": 2, "last": 1}, {"round": 3, "last": 2}]
    assert got == [3]
    assert events(bench, "round ended") == 2


def test_a_node_whose_condition_never_holds_fails_after_its_rounds_and_is_not_retried(bench: Bench) -> None:
    seen = counting(bench)
    run = bench.register(polling(until=Until(False, at_most=2), retry=(Retry(3),)).build())
    assert bench.work(run) is RunStatus.FAILED
    task = bench.tasks(run)["poll"]
    assert (task.reason, task.message) == ("rounds", "its `until` did not hold after 2 rounds")
    assert len(seen) == 2
    bench.ask(verb="rerun", run=run, tasks=[])
    assert bench.work(run) is RunStatus.FAILED
    assert len(seen) == 4


def test_each_round_has_fresh_retries(bench: Bench) -> None:
    calls: list[int] = []

    def poll(_: object) -> dict[str, int]:
        calls.append(len(calls))
        if len(calls) % 2:
            raise Failure
        return {"n": len(calls) // 2}

    bench.executor.bodies["poll"] = poll
    run = bench.register(polling(retry=(Retry(1),)).build())
    assert bench.work(run) is RunStatus.SUCCEEDED
    assert len(calls) == 6


def test_the_time_of_a_node_with_rounds_is_that_of_all_rounds_together(bench: Bench) -> None:
    counting(bench)
    run = bench.register(polling(until=Until(False, every_seconds=3600), timeout_seconds=60).build())
    assert bench.work(run) is RunStatus.FAILED
    task = bench.tasks(run)["poll"]
    assert task.reason == "timeout"
    assert "no time for another" in task.message


def test_between_rounds_a_task_holds_no_place_and_says_when_the_next_begins(bench: Bench) -> None:
    counting(bench)
    flow = FlowBuilder(limit=1).task("poll", outs={"n": "int"}, until=Until(DONE, every_seconds=3600)).task("other")
    run = bench.register(flow.build())
    bench.start().work_on(run)
    bench.executor.wait_for("other")
    bench.settle()
    task = bench.tasks(run)["poll"]
    assert (task.status.word, task.reason, task.round) == ("waiting", "round", 2)
    assert bench.query("SELECT state FROM tasks WHERE task = 'poll'") == [("waiting for its next round",)]


def test_an_engine_that_dies_between_rounds_leaves_them_to_the_next(bench: Bench) -> None:
    seen = counting(bench)
    run = bench.register(polling(until=Until(DONE, every_seconds=0.3)).build())
    bench.start().work_on(run)
    bench.executor.wait_for("poll")
    bench.settle()
    bench.stop()
    assert len(seen) == 1
    assert bench.work(run) is RunStatus.SUCCEEDED
    assert len(seen) == 3


def test_each_round_has_a_key_of_its_own_which_its_attempts_share(bench: Bench) -> None:
    keys: list[str] = []
    calls: list[int] = []

    def poll(_: object) -> dict[str, int]:
        calls.append(1)
        if len(calls) == 1:
            raise Failure
        return {"n": len(calls) + 1}

    bench.executor.bodies["poll"] = poll
    submit = bench.executor.submit

    def watched(attempt: Attempt, reporter: Any) -> None:
        keys.append(attempt.key.partition("/")[2])
        submit(attempt, reporter)

    bench.executor.submit = watched  # type: ignore[method-assign]
    run = bench.register(polling(until=Until([">=", ["own", "n"], 4]), retry=(Retry(1),)).build())
    assert bench.work(run) is RunStatus.SUCCEEDED
    assert keys == ["poll#1", "poll#1", "poll#2", "next"]


def test_a_question_is_asked_again_until_the_answer_will_do(bench: Bench) -> None:
    until = Until(["==", ["own", "go"], True], at_most=3)
    flow = FlowBuilder().task("ask", action=Ask("go?"), until=until).declare("ask", OutDefinition("go", "bool"))
    run = bench.register(flow.build())
    assert bench.work(run) is RunStatus.SUSPENDED
    bench.ask(verb="answer", run=run, task="ask", fields={"go": False})
    assert bench.work(run) is RunStatus.SUSPENDED
    bench.ask(verb="answer", run=run, task="ask", fields={"go": True})
    assert bench.work(run) is RunStatus.SUCCEEDED


def group(until: Until, **settings: Any) -> FlowBuilder:
    flow = FlowBuilder().group("g", until=until, **settings).task("g/poll", outs={"n": "int"})
    flow.task("g/use", arguments={"n": ["out", "g/poll", "n"], "round": ["round", "g"]}).edge("g/poll", "g/use")
    return flow.task("next", arguments={"n": ["out", "g/poll", "n"]}).edge("g", "next")


def test_a_round_of_a_group_is_one_of_all_its_members(bench: Bench) -> None:
    counting(bench)
    used: list[Mapping[str, Any]] = []
    bench.executor.bodies["use"] = used.append
    run = bench.register(group(Until([">=", ["out", "g/poll", "n"], 3])).build())
    assert bench.work(run) is RunStatus.SUCCEEDED
    assert used == [{"n": 1, "round": 1}, {"n": 2, "round": 2}, {"n": 3, "round": 3}]
    assert bench.executor.started == ["g/poll", "g/use"] * 3 + ["next"]
    assert bench.tasks(run)["g/poll"].generation == 3


def test_a_group_whose_rounds_are_used_up_fails_and_goes_on_when_it_is_rerun(bench: Bench) -> None:
    seen = counting(bench)
    run = bench.register(group(Until([">=", ["out", "g/poll", "n"], 3], at_most=2)).build())
    assert bench.work(run) is RunStatus.FAILED
    assert bench.tasks(run)["g"].reason == "rounds"
    bench.ask(verb="rerun", run=run, tasks=[])
    assert bench.work(run) is RunStatus.SUCCEEDED
    assert len(seen) == 3


def test_items_of_a_group_have_rounds_of_their_own(bench: Bench) -> None:
    calls: dict[str, int] = {}

    def poll(arguments: Mapping[str, Any]) -> dict[str, int]:
        name = arguments["x"]
        calls[name] = calls.get(name, 0) + 1
        return {"n": calls[name]}

    bench.executor.bodies["poll"] = poll
    until = Until([">=", ["out", "g/poll", "n"], ["item", "x"]])
    flow = FlowBuilder().group("g", until=until, generators=over("x", ["list", 1, 3], "int"))
    flow.task("g/poll", outs={"n": "int"}, arguments={"x": ["item", "x"]})
    run = bench.register(flow.build())
    assert bench.work(run) is RunStatus.SUCCEEDED
    assert calls == {1: 1, 3: 3}


def test_mapped_members_of_a_group_run_again_in_each_round(bench: Bench) -> None:
    calls: list[str] = []
    bench.executor.bodies["m"] = lambda arguments: calls.append(arguments["x"])
    flow = FlowBuilder().group("g", until=Until([">=", ["round", "g"], 2]))
    flow.task("g/m", generators=over("x", ["list", "a", "b"]), by=["item", "x"], arguments={"x": ["item", "x"]})
    run = bench.register(flow.build())
    assert bench.work(run) is RunStatus.SUCCEEDED
    assert sorted(calls) == ["a", "a", "b", "b"]


def test_an_item_that_an_earlier_round_left_behind_stays_behind(bench: Bench) -> None:
    text = """
        flow case {
            sequence g {
                until round == 3, at_most: 3
                task each for n in [round] by str(n) = echo(text: "{{ n }}")
            }
        }
    """
    run = bench.register(accepted(text))
    assert bench.work(run) is RunStatus.SUCCEEDED
    assert bench.executor.started == ["g/each[1]", "g/each[2]", "g/each[3]"]
    assert bench.states(run) == {"g/each[1]": "skipped", "g/each[2]": "skipped", "g/each[3]": "succeeded"}
