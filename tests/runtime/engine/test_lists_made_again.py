"""A list whose producer runs again: rows match by key, and nothing runs by the old list."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.model.definition import FlowDefinition, Retry
from runtime.model.state import RunStatus
from runtime.relist import match
from tests.runtime.engine.conftest import Bench
from tests.runtime.engine.flows import Failure, FlowBuilder, over

KEY = ["index", ["call", "split", ["item", "table"], "="], 0]


def shop(*, keyed: bool = True, **settings: object) -> FlowDefinition:
    """`find` gives tables such as `orders=3`; each is copied and checked; `report` sees all of them."""
    return (
        FlowBuilder()
        .task("find", outs={"tables": {"list": "str"}})
        .group("g", generators=over("table", ["out", "find", "tables"]), by=KEY if keyed else None, **settings)
        .task("g/copy", outs={"text": "str"}, arguments={"table": ["item", "table"]})
        .task("g/check", arguments={"text": ["out", "g/copy", "text"]})
        .task("report", arguments={"texts": ["out", "g/copy", "text"]})
        .edge("find", "g")
        .edge("g/copy", "g/check")
        .edge("g", "report")
        .build()
    )


class Shop:
    """A shop whose list of tables can be changed between the runs of `find`."""

    def __init__(self, bench: Bench, *tables: str) -> None:
        self.bench = bench
        self.tables = list(tables)
        self.reported: list[list[str]] = []
        self.broken: set[str] = set()
        bench.executor.bodies = {
            "find": lambda _: {"tables": self.tables},
            "copy": self._copy,
            "report": lambda arguments: self.reported.append(arguments["texts"]),
        }

    def _copy(self, arguments: dict[str, Any]) -> dict[str, Any]:
        if arguments["table"] in self.broken:
            raise Failure
        return {"text": arguments["table"]}

    def again(self, run: int, *tables: str, tasks: tuple[str, ...] = ("find",)) -> tuple[RunStatus, list[str]]:
        """Rerun `find`, which gives these tables now; how the run ended, and what was started."""
        self.tables = list(tables)
        self.bench.executor.started.clear()
        self.bench.ask(verb="rerun", run=run, tasks=list(tasks))
        return self.bench.work(run, jobs=1), self.bench.executor.started


def test_what_has_not_changed_keeps_its_result_and_what_is_new_is_added(bench: Bench) -> None:
    shop_of = Shop(bench, "a=1", "b=1")
    run = bench.register(shop())
    assert bench.work(run) is RunStatus.SUCCEEDED
    status, started = shop_of.again(run, "c=1", "b=1", "a=1")
    assert status is RunStatus.SUCCEEDED
    assert started == ["find", "g[c]/copy", "g[c]/check"]


def test_an_item_with_other_values_runs_again_and_one_that_is_gone_is_skipped(bench: Bench) -> None:
    shop_of = Shop(bench, "a=1", "b=1")
    run = bench.register(shop())
    bench.work(run)
    _, started = shop_of.again(run, "b=2")
    assert started == ["find", "g[b]/copy", "g[b]/check"]
    tasks = bench.tasks(run)
    assert (tasks["g[a]/copy"].status.word, tasks["g[a]/copy"].reason) == ("skipped", "not in list")
    assert tasks["g[b]/copy"].status.word == "succeeded"


def test_outputs_stand_in_the_order_of_the_new_list(bench: Bench) -> None:
    shop_of = Shop(bench, "a=1", "b=1", "c=1")
    run = bench.register(shop())
    bench.work(run)
    status, started = shop_of.again(run, "c=1", "d=1", "a=1", tasks=("find", "report"))
    assert status is RunStatus.SUCCEEDED
    assert started[-1] == "report"
    assert shop_of.reported[-1] == ["c=1", "d=1", "a=1"]


def test_without_keys_all_items_run_again(bench: Bench) -> None:
    shop_of = Shop(bench, "a=1", "b=1")
    run = bench.register(shop(keyed=False))
    bench.work(run)
    _, started = shop_of.again(run, "a=1")
    assert started == ["find", "g[0]/copy", "g[0]/check"]
    assert bench.states(run)["g[1]/copy"] == "skipped"


def test_an_item_that_comes_back_runs_again(bench: Bench) -> None:
    shop_of = Shop(bench, "a=1", "b=1")
    run = bench.register(shop())
    bench.work(run)
    shop_of.again(run, "a=1")
    _, started = shop_of.again(run, "a=1", "b=1", tasks=("find", "report"))
    assert started == ["find", "g[b]/copy", "g[b]/check", "report"]
    assert shop_of.reported[-1] == ["a=1", "b=1"]


def test_a_failed_item_that_is_gone_lets_the_run_succeed(bench: Bench) -> None:
    shop_of = Shop(bench, "a=1", "b=1")
    shop_of.broken = {"b=1"}
    run = bench.register(shop())
    assert bench.work(run) is RunStatus.FAILED
    status, started = shop_of.again(run, "a=1")
    assert status is RunStatus.SUCCEEDED
    assert started == ["find", "report"]


def test_a_failed_item_that_is_still_there_waits_for_its_own_rerun(bench: Bench) -> None:
    shop_of = Shop(bench, "a=1", "b=1")
    shop_of.broken = {"b=1"}
    run = bench.register(shop())
    bench.work(run)
    status, started = shop_of.again(run, "a=1", "b=1", "c=1")
    assert status is RunStatus.FAILED
    assert started == ["find", "g[c]/copy", "g[c]/check"]


def test_items_of_a_sequence_follow_one_another_in_the_new_order(bench: Bench) -> None:
    shop_of = Shop(bench, "a=1", "b=1")
    run = bench.register(shop(sequential=True))
    bench.work(run)
    status, started = shop_of.again(run, "d=1", "a=2", "c=1")
    assert status is RunStatus.SUCCEEDED
    assert [path for path in started if path.endswith("copy")] == ["g[d]/copy", "g[a]/copy", "g[c]/copy"]


@pytest.mark.parametrize("tables", [("a=1", "a=2"), ("",)])
def test_a_list_that_cannot_be_matched_fails_the_node_and_keeps_its_items(
    bench: Bench, tables: tuple[str, ...]
) -> None:
    shop_of = Shop(bench, "a=1")
    run = bench.register(shop())
    bench.work(run)
    if tables == ("",):
        bench.executor.bodies["find"] = lambda _: {"tables": None}
    status, _ = shop_of.again(run, *tables)
    assert status is RunStatus.FAILED
    assert bench.states(run)["g[a]/copy"] == "succeeded"


def test_a_list_that_failed_to_match_is_read_again_at_the_next_rerun(bench: Bench) -> None:
    shop_of = Shop(bench, "a=1")
    run = bench.register(shop())
    bench.work(run)
    shop_of.again(run, "a=1", "a=2")
    assert bench.tasks(run)["g"].message == "items 0 and 1 of `g` have the same key `a`; `by` must tell them apart"
    status, started = shop_of.again(run, "a=1", "b=1", tasks=("find",))
    assert status is RunStatus.SUCCEEDED
    assert started == ["find", "g[b]/copy", "g[b]/check"]


def test_an_item_that_is_running_and_gone_is_ended_and_its_result_refused(bench: Bench) -> None:
    shop_of = Shop(bench, "a=1", "b=1")
    bench.executor.hold_back = ["g[b]/copy"]
    run = bench.register(shop())
    bench.start(jobs=4)
    assert bench.engine is not None
    rest = bench.engine.work_on(run)
    bench.executor.wait_for("g[b]/copy", "g[a]/check")
    shop_of.tables = ["a=1"]
    bench.ask_engine(verb="rerun", run=run, tasks=["find"])
    try:
        assert rest.result(20) is RunStatus.SUCCEEDED
    finally:
        bench.stop()
    assert bench.states(run)["g[b]/copy"] == "skipped"
    assert shop_of.reported == [["a=1"]]


def test_the_lists_of_nested_nodes_are_matched_within_their_own_item(bench: Bench) -> None:
    flow = (
        FlowBuilder()
        .group("g", generators=over("region", ["list", "eu", "us"]), by=["item", "region"])
        .task("g/find", outs={"tables": {"list": "str"}}, arguments={"region": ["item", "region"]})
        .task(
            "g/copy",
            generators=over("table", ["out", "g/find", "tables"]),
            by=["item", "table"],
            arguments={"table": ["item", "table"]},
        )
        .edge("g/find", "g/copy")
        .build()
    )
    tables = {"eu": ["a"], "us": ["a"]}
    bench.executor.bodies = {"find": lambda arguments: {"tables": tables[arguments["region"]]}}
    run = bench.register(flow)
    assert bench.work(run) is RunStatus.SUCCEEDED
    tables["eu"] = ["a", "b"]
    bench.executor.started.clear()
    bench.ask(verb="rerun", run=run, tasks=["g[eu]/find"])
    assert bench.work(run) is RunStatus.SUCCEEDED
    assert bench.executor.started == ["g[eu]/find", "g[eu]/copy[b]"]


def test_another_attempt_of_a_group_with_a_list_resets_nobody_who_asked_for_its_outcome(bench: Bench) -> None:
    tries: list[int] = []

    def copy(_: object) -> None:
        tries.append(1)
        if len(tries) == 1:
            raise Failure

    bench.executor.bodies = {"copy": copy}
    flow = FlowBuilder().task("first").group("g", retry=(Retry(1),)).group("g/h", generators=over("x", ["list", 1, 2]))
    flow.task("g/h/copy").task("after", awaits=["or", ["state", "first", "succeeded"], ["state", "g", "succeeded"]])
    flow.edge("first", "after", outcome=True).edge("g", "after", outcome=True)
    run = bench.register(flow.build())
    assert bench.work(run, jobs=1) is RunStatus.SUCCEEDED
    assert bench.executor.started.count("after") == 1
    assert len(tries) == 4


KEYS = st.lists(st.sampled_from("abcdef"), unique=True)


@given(old=KEYS, wanted=KEYS, changed=st.sets(st.sampled_from("abcdef")), keyed=st.booleans())
def test_matching_places_every_item_once(old: list[str], wanted: list[str], changed: set[str], keyed: bool) -> None:
    known = {key: (index, f"{key}1") for index, key in enumerate(old)}
    items = [(index, key, f"{key}{1 + (key in changed)}") for index, key in enumerate(wanted)]
    found = match(known, items, keyed=keyed)
    placed = [*found.new, *(item for item, _ in (*found.kept, *found.changed))]
    assert sorted(placed) == items
    touched = [identity for _, identity in (*found.kept, *found.changed)] + list(found.gone)
    assert sorted(touched) == list(range(len(old)))
    assert all(keyed and item[1] not in changed for item, _ in found.kept)
