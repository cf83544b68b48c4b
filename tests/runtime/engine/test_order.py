"""Order, groups, joins and conditions: what starts when."""

from __future__ import annotations

from collections import Counter

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from runtime.model.state import ExecStatus, RunStatus
from tests.runtime.engine.conftest import Bench
from tests.runtime.engine.flows import Failure, FlowBuilder


def test_a_chain_runs_in_order(bench: Bench) -> None:
    flow = FlowBuilder().task("c").task("b").task("a").chain("a", "b", "c").build()
    assert bench.work(bench.register(flow)) is RunStatus.SUCCEEDED
    assert bench.executor.started == ["a", "b", "c"]


def test_outputs_reach_the_successor(bench: Bench) -> None:
    seen: list[object] = []
    bench.executor.bodies = {
        "a": lambda _: {"n": 41},
        "b": lambda arguments: seen.append(arguments["n"]),
    }
    flow = (
        FlowBuilder()
        .task("a", outs={"n": "int"})
        .task("b", arguments={"n": ["+", ["out", "a", "n"], 1]})
        .edge("a", "b")
    )
    bench.work(bench.register(flow.build()))
    assert seen == [42]


def test_a_failed_task_blocks_what_waits_for_it_and_nothing_else(bench: Bench) -> None:
    def broken(_: object) -> None:
        raise Failure("no such table")

    bench.executor.bodies = {"a": broken}
    flow = FlowBuilder().task("a").task("b").task("c").task("d").chain("a", "b").chain("c", "d").build()
    run = bench.register(flow)
    assert bench.work(run) is RunStatus.FAILED
    assert bench.states(run) == {
        "a": "failed",
        "b": "waiting",
        "c": "succeeded",
        "d": "succeeded",
    }
    assert bench.tasks(run)["a"].message == "no such table"


def test_a_false_condition_skips_and_the_successor_goes_on(bench: Bench) -> None:
    flow = FlowBuilder().task("a", when=False).task("b").edge("a", "b").build()
    run = bench.register(flow)
    assert bench.work(run) is RunStatus.SUCCEEDED
    assert bench.states(run) == {"a": "skipped", "b": "succeeded"}


def test_a_skipped_group_skips_its_members_and_frees_who_waits_for_one_of_them(
    bench: Bench,
) -> None:
    flow = FlowBuilder().group("g", when=False).task("g/a").task("g/b").chain("g/a", "g/b").task("c").edge("g/b", "c")
    run = bench.register(flow.build())
    assert bench.work(run) is RunStatus.SUCCEEDED
    assert bench.states(run) == {"g/a": "skipped", "g/b": "skipped", "c": "succeeded"}


def test_a_group_opens_after_its_predecessor_and_ends_before_its_successor(
    bench: Bench,
) -> None:
    flow = FlowBuilder().task("first").group("g").task("g/a").group("g/h").task("g/h/b").task("last")
    bench.work(bench.register(flow.chain("first", "g", "last").build()))
    assert bench.executor.started[0] == "first"
    assert bench.executor.started[-1] == "last"
    assert set(bench.executor.started[1:-1]) == {"g/a", "g/h/b"}


def test_joins_and_empty_groups_finish_without_an_executor(bench: Bench) -> None:
    flow = FlowBuilder().join("a").group("g").join("b").chain("a", "g", "b").build()
    run = bench.register(flow)
    assert bench.work(run) is RunStatus.SUCCEEDED
    assert bench.executor.started == []


def test_an_argument_that_cannot_be_computed_fails_its_task_with_the_reason(
    bench: Bench,
) -> None:
    flow = FlowBuilder().task("a", arguments={"x": ["/", 1, 0]}).build()
    run = bench.register(flow)
    assert bench.work(run) is RunStatus.FAILED
    assert bench.tasks(run)["a"].reason == "expression"
    assert bench.executor.started == []


def test_among_ready_tasks_the_lower_priority_goes_first(bench: Bench) -> None:
    flow = FlowBuilder().task("a").task("b", priority=-5).task("c", priority=3).build()
    bench.work(bench.register(flow), jobs=1)
    assert bench.executor.started == ["b", "a", "c"]


def test_a_limit_holds_back_and_lets_go_in_order(bench: Bench) -> None:
    bench.executor.hold_back = [f"g/t{n}" for n in range(5)]
    flow = FlowBuilder().group("g", limit=2)
    for n in range(5):
        flow.task(f"g/t{n}")
    run = bench.register(flow.build())
    engine = bench.start(jobs=8)
    rest = engine.work_on(run)
    bench.executor.wait_for("g/t0", "g/t1")
    assert bench.executor.started == ["g/t0", "g/t1"]
    for n in range(5):
        bench.executor.release(f"g/t{n}")
        engine.submit(lambda step: None).result(5)
        assert len(bench.executor.started) == min(5, n + 3)
    assert rest.result(5) is RunStatus.SUCCEEDED


@st.composite
def random_dags(draw: st.DrawFn, most: int) -> list[list[int]]:
    """For each task the earlier ones that it waits for."""
    size = draw(st.integers(1, most))
    return [sorted(draw(st.sets(st.integers(0, index - 1), max_size=4))) if index else [] for index in range(size)]


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(dag=random_dags(40), jobs=st.integers(1, 8))
def test_any_dag_runs_every_task_once_and_after_what_it_waits_for(
    tmp_path_factory: object, dag: list[list[int]], jobs: int
) -> None:
    folder = tmp_path_factory.mktemp("dag")  # type: ignore[attr-defined]
    bench = Bench(folder)
    flow = FlowBuilder()
    for index in range(len(dag)):
        flow.task(f"t{index}")
    for index, before in enumerate(dag):
        for predecessor in before:
            flow.edge(f"t{predecessor}", f"t{index}")
    assert bench.work(bench.register(flow.build()), jobs) is RunStatus.SUCCEEDED
    place = {path: position for position, path in enumerate(bench.executor.started)}
    assert Counter(bench.executor.started) == Counter(f"t{index}" for index in range(len(dag)))
    assert all(place[f"t{p}"] < place[f"t{index}"] for index, before in enumerate(dag) for p in before)


def test_the_state_words_are_the_ones_people_read() -> None:
    assert [status.word for status in ExecStatus] == [
        "waiting",
        "running",
        "suspended",
        "succeeded",
        "failed",
        "skipped",
    ]
