"""`g.items`: keys with what each item has given, as another task sees them."""

from __future__ import annotations

from typing import Any

from runtime.model.state import RunStatus
from tests.runtime.engine.conftest import Bench
from tests.runtime.engine.flows import Failure, FlowBuilder, over

ONE = ["record", ["n", ["own", "n"]]]
OF_GROUP = ["record", ["a", ["record", ["n", ["out", "g/a", "n"]]]]]


def seen(bench: Bench, flow: FlowBuilder, pairs: list[Any]) -> Any:
    """What the last task is called with."""
    used: list[Any] = []
    bench.executor.bodies["use"] = lambda arguments: used.append(arguments["pairs"])
    run = bench.register(flow.task("use", arguments={"pairs": pairs}).edge("g", "use").build())
    assert bench.work(run) is RunStatus.SUCCEEDED
    return used[0]


def test_items_of_a_task_have_their_keys_and_outputs_in_the_order_of_the_list(bench: Bench) -> None:
    bench.executor.bodies["g"] = lambda arguments: {"n": 3}
    flow = FlowBuilder().task("g", outs={"n": "int"}, generators=over("x", ["list", "q", "p"]), by=["item", "x"])
    found = seen(bench, flow, ["items", "g", ONE])
    assert found == [{"key": "q", "value": {"n": 3}}, {"key": "p", "value": {"n": 3}}]


def test_an_item_that_has_failed_has_a_key_and_no_value(bench: Bench) -> None:
    def body(arguments: dict[str, Any]) -> dict[str, Any]:
        if arguments["x"] == "p":
            raise Failure("no")
        return {"n": 3}

    bench.executor.bodies["a"] = body
    flow = FlowBuilder().group("g", generators=over("x", ["list", "q", "p"]), by=["item", "x"], allow_failures=1)
    flow.task("g/a", outs={"n": "int"}, arguments={"x": ["item", "x"]})
    found = seen(bench, flow, ["items", "g", OF_GROUP])
    assert found == [{"key": "q", "value": {"a": {"n": 3}}}, {"key": "p", "value": None}]


def test_a_skipped_node_has_no_items(bench: Bench) -> None:
    outer = FlowBuilder().group("o", when=False).task("o/g", outs={"n": "int"}, generators=over("x", ["list", "q"]))
    used: list[Any] = []
    bench.executor.bodies["use"] = lambda arguments: used.append(arguments["pairs"])
    run = bench.register(outer.task("use", arguments={"pairs": ["items", "o/g", ONE]}).edge("o", "use").build())
    assert bench.work(run) is RunStatus.SUCCEEDED
    assert used == [None]
