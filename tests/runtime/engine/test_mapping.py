"""Mapped nodes: items from a list known at run time, groups per item, nesting, keys, limits."""

from __future__ import annotations

from runtime.model.definition import Ask
from runtime.model.state import RunStatus
from tests.runtime.engine.conftest import Bench
from tests.runtime.engine.flows import Failure, FlowBuilder, over

CITIES = ["list", "oslo", "rome", "bern"]


def test_a_mapped_task_runs_once_for_each_item_and_gives_a_list(bench: Bench) -> None:
    seen: list[object] = []
    bench.executor.bodies = {
        "size": lambda arguments: {"n": len(arguments["city"])},
        "total": lambda arguments: seen.append(arguments["sizes"]),
    }
    flow = (
        FlowBuilder()
        .task(
            "size",
            outs={"n": "int"},
            arguments={"city": ["item", "city"]},
            generators=over("city", [*CITIES, "x"]),
            by=["item", "city"],
        )
        .task("total", arguments={"sizes": ["out", "size", "n"]})
        .edge("size", "total")
    )
    run = bench.register(flow.build())
    assert bench.work(run) is RunStatus.SUCCEEDED
    assert seen == [[4, 4, 4, 1]]
    assert "size[rome]" in bench.states(run)


def mapped_group(**settings: object) -> FlowBuilder:
    return (
        FlowBuilder()
        .task("find", outs={"cities": {"list": "str"}})
        .group(
            "g",
            generators=over("city", ["out", "find", "cities"]),
            by=["item", "city"],
            **settings,
        )
        .task("g/copy", outs={"file": "str"}, arguments={"city": ["item", "city"]})
        .task("g/check", arguments={"file": ["out", "g/copy", "file"]})
        .task("report", arguments={"files": ["out", "g/copy", "file"]})
        .edge("find", "g")
        .edge("g/copy", "g/check")
        .edge("g", "report")
    )


def test_a_mapped_group_runs_depth_first_with_the_values_of_its_own_item(
    bench: Bench,
) -> None:
    seen: list[object] = []
    bench.executor.bodies = {
        "find": lambda _: {"cities": ["oslo", "rome"]},
        "copy": lambda arguments: {"file": arguments["city"] + ".csv"},
        "check": lambda arguments: seen.append(arguments["file"]),
        "report": lambda arguments: seen.append(arguments["files"]),
    }
    run = bench.register(mapped_group().build())
    assert bench.work(run, jobs=1) is RunStatus.SUCCEEDED
    assert bench.executor.started == [
        "find",
        "g[oslo]/copy",
        "g[oslo]/check",
        "g[rome]/copy",
        "g[rome]/check",
        "report",
    ]
    assert seen == ["oslo.csv", "rome.csv", ["oslo.csv", "rome.csv"]]


def test_an_empty_list_is_a_success_without_items(bench: Bench) -> None:
    bench.executor.bodies = {"find": lambda _: {"cities": []}}
    run = bench.register(mapped_group().build())
    assert bench.work(run) is RunStatus.SUCCEEDED
    assert bench.executor.started == ["find", "report"]


def test_a_key_that_repeats_fails_the_node_and_names_both_items(bench: Bench) -> None:
    bench.executor.bodies = {"find": lambda _: {"cities": ["oslo", "rome", "oslo"]}}
    run = bench.register(mapped_group().build())
    assert bench.work(run) is RunStatus.FAILED
    assert "items 0 and 2" in bench.tasks(run)["g"].message


def test_a_limit_of_a_mapped_group_counts_items_and_a_failed_item_gives_its_place_back(
    bench: Bench,
) -> None:
    def copy(arguments: object) -> dict[str, str]:
        if arguments["city"] in ("a", "b"):  # type: ignore[index]
            raise Failure
        return {"file": "f"}

    bench.executor.bodies = {"find": lambda _: {"cities": list("abcd")}, "copy": copy}
    run = bench.register(mapped_group(limit=1).build())
    assert bench.work(run) is RunStatus.FAILED
    states = bench.states(run)
    assert [states[f"g[{city}]/copy"] for city in "abcd"] == [
        "failed",
        "failed",
        "succeeded",
        "succeeded",
    ]
    assert bench.tasks(run)["g[a]"].status.word == "failed"


def test_a_mapped_sequence_runs_one_item_after_another(bench: Bench) -> None:
    bench.executor.bodies = {"find": lambda _: {"cities": ["a", "b", "c"]}}
    run = bench.register(mapped_group(sequential=True).build())
    bench.executor.bodies["copy"] = lambda _: {"file": "f"}
    assert bench.work(run, jobs=8) is RunStatus.SUCCEEDED
    assert bench.executor.started[1:-1] == [f"g[{city}]/{name}" for city in "abc" for name in ("copy", "check")]


def test_a_member_waits_for_a_task_outside_of_its_mapped_group(bench: Bench) -> None:
    flow = (
        FlowBuilder()
        .task("slow")
        .group("g", generators=over("city", CITIES))
        .task("g/a")
        .task("g/b")
        .edge("slow", "g/b", deep=True)
    )
    bench.executor.hold_back = ["slow"]
    run = bench.register(flow.build())
    engine = bench.start()
    rest = engine.work_on(run)
    bench.executor.wait_for("slow", "g[2]/a")
    assert bench.executor.started == ["slow", "g[0]/a", "g[1]/a", "g[2]/a"]
    bench.executor.release("slow")
    assert rest.result(5) is RunStatus.SUCCEEDED
    assert bench.executor.started[4:] == ["g[0]/b", "g[1]/b", "g[2]/b"]


def test_mapped_groups_nest_and_give_lists_of_lists(bench: Bench) -> None:
    seen: list[object] = []
    bench.executor.bodies = {
        "cell": lambda arguments: {"v": arguments["row"] * 10 + arguments["column"]},
        "sum": lambda arguments: seen.append(arguments["all"]),
    }
    flow = (
        FlowBuilder()
        .group("g", generators=over("row", ["list", 1, 2], "int"))
        .task(
            "g/cell",
            outs={"v": "int"},
            arguments={"row": ["item", "row"], "column": ["item", "column"]},
            generators=over("column", ["list", 3, 4], "int"),
        )
        .task("sum", arguments={"all": ["out", "g/cell", "v"]})
        .edge("g", "sum")
    )
    assert bench.work(bench.register(flow.build())) is RunStatus.SUCCEEDED
    assert seen == [[[13, 14], [23, 24]]]


def test_a_condition_on_an_item_skips_that_item_alone(bench: Bench) -> None:
    seen: list[object] = []
    bench.executor.bodies = {
        "size": lambda _: {"n": 1},
        "total": lambda arguments: seen.append(arguments["sizes"]),
    }
    flow = (
        FlowBuilder()
        .task(
            "size",
            outs={"n": "int"},
            generators=over("city", CITIES),
            when=["!=", ["item", "city"], "rome"],
        )
        .task("total", arguments={"sizes": ["out", "size", "n"]})
        .edge("size", "total")
    )
    assert bench.work(bench.register(flow.build())) is RunStatus.SUCCEEDED
    assert seen == [[1, None, 1]]


def test_an_item_that_cannot_be_read_fails_its_task_and_no_other(bench: Bench) -> None:
    bench.executor.hold_back = ["size[0]"]
    flow = FlowBuilder().task("size", arguments={"x": ["item", "x"]}, generators=over("x", ["list", "a", "b", "c"]))
    run = bench.register(flow.build())
    rest = bench.start(jobs=1).work_on(run)
    bench.executor.wait_for("size[0]")
    bench.update("UPDATE task_run SET item = '{broken' WHERE path = 'size[1]'")
    bench.executor.release("size[0]")
    assert rest.result(10) is RunStatus.FAILED
    assert bench.states(run) == {"size[0]": "succeeded", "size[1]": "failed", "size[2]": "succeeded"}


def test_each_item_of_a_mapped_question_asks_for_itself(bench: Bench) -> None:
    flow = FlowBuilder().task("a", action=Ask(["item", "x"]), generators=over("x", ["list", "one", "two"]))
    run = bench.register(flow.build())
    assert bench.work(run) is RunStatus.SUSPENDED
    assert {path: task.message for path, task in bench.tasks(run).items() if task.kind == "task"} == {
        "a[0]": "one",
        "a[1]": "two",
    }
