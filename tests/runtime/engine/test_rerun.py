"""What a rerun resets: a task with all that follows, what needs a parameter that has changed; and what it would do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from runtime.model.definition import FlowDefinition, OutDefinition, ParameterDefinition
from runtime.model.errors import BadParameter, Refused
from runtime.model.state import RunStatus
from runtime.rerun import Wanted, plan
from runtime.store.sqlite.reader import Reader
from tests.runtime.engine.conftest import Bench
from tests.runtime.engine.flows import FlowBuilder, over

PLACES = (
    ParameterDefinition("day", "str", True, "monday"),
    ParameterDefinition("place", "str", True, "here"),
    ParameterDefinition("size", "int", True, 1, [">", ["param", "size"], 0]),
)


def echo(arguments: Mapping[str, object]) -> dict[str, object]:
    return {"said": arguments["text"]}


def report() -> FlowDefinition:
    """`fetch` needs the day; `clean` and `load` follow it in a group; `other` needs the place; `end` is last."""
    builder = (
        FlowBuilder("report", outs=(OutDefinition("told", "str", True, ["out", "g/load", "said"]),))
        .task("fetch", call="echo", arguments={"text": ["param", "day"]}, outs={"said": "str"})
        .group("g")
        .task("g/clean", call="echo", arguments={"text": ["out", "fetch", "said"]}, outs={"said": "str"})
        .task("g/apart", call="echo", arguments={"text": "x"}, outs={"said": "str"})
        .task("g/load", call="echo", arguments={"text": ["out", "g/clean", "said"]}, outs={"said": "str"})
        .task("other", call="echo", arguments={"text": ["param", "place"]}, outs={"said": "str"})
        .task("end", call="echo", arguments={"text": ["out", "g/load", "said"]}, outs={"said": "str"})
        .edge("fetch", "g/clean")
        .edge("g/clean", "g/load")
        .edge("g", "end")
        .edge("other", "end")
    )
    return replace(builder.build(), parameters=PLACES)


def ready(bench: Bench) -> int:
    """A run of it that has succeeded."""
    bench.executor.bodies = {"echo": echo}
    run = bench.register(report())
    assert bench.work(run) is RunStatus.SUCCEEDED
    bench.executor.started.clear()
    return run


def test_from_a_task_it_and_all_that_follows_run_again_whatever_their_state(bench: Bench) -> None:
    run = ready(bench)
    assert bench.ask(verb="rerun", run=run, tasks=["g/clean"], follow=True) == ["g/clean", "g/load", "end"]
    assert bench.work(run) is RunStatus.SUCCEEDED
    assert bench.executor.started == ["g/clean", "g/load", "end"]
    assert {path: task.generation for path, task in bench.tasks(run).items()} == {
        "report": 1, "fetch": 1, "g": 1, "g/clean": 2, "g/apart": 1, "g/load": 2, "other": 1, "end": 2,
    }  # fmt: skip


def test_from_a_group_all_of_it_runs_again_in_its_order(bench: Bench) -> None:
    run = ready(bench)
    bench.ask(verb="rerun", run=run, tasks=["g"], follow=True)
    assert bench.work(run, jobs=1) is RunStatus.SUCCEEDED
    assert sorted(bench.executor.started) == ["end", "g/apart", "g/clean", "g/load"]
    assert bench.executor.started[-1] == "end"


def test_a_changed_parameter_resets_what_needs_it_and_what_follows_that(bench: Bench) -> None:
    run = ready(bench)
    assert bench.ask(verb="rerun", run=run, parameters={"day": "tuesday"}) == ["fetch", "g/clean", "g/load", "end"]
    assert bench.work(run) is RunStatus.SUCCEEDED
    assert "other" not in bench.executor.started
    tasks = bench.tasks(run)
    assert tasks["end"].outputs == {"said": "tuesday"}
    assert tasks["other"].outputs == {"said": "here"}
    assert tasks["report"].outputs == {"told": "tuesday"}
    detail = bench.query("SELECT detail FROM event WHERE kind = 'rerun'")[0][0]
    assert '"parameters":{"day":"tuesday"}' in detail


def test_an_engine_that_knows_the_run_already_takes_the_new_value(bench: Bench) -> None:
    bench.executor.bodies = {"echo": echo}
    flow = replace(
        FlowBuilder("two")
        .task("a", call="echo", arguments={"text": ["param", "day"]}, outs={"said": "str"})
        .task("b", action=None)
        .task("c")
        .edge("b", "c")
        .build(),
        parameters=PLACES,
    )
    run = bench.register(flow)
    bench.ask(verb="suspend", run=run, task="c")
    bench.start().work_on(run).result(20)
    bench.ask_engine(verb="rerun", run=run, parameters={"day": "friday"})
    assert bench.engine is not None
    bench.engine.work_on(run).result(20)
    assert bench.tasks(run)["a"].outputs == {"said": "friday"}


def test_a_parameter_that_nobody_needs_resets_nothing_and_is_kept(bench: Bench) -> None:
    run = ready(bench)
    assert bench.ask(verb="rerun", run=run, parameters={"size": 5}) == []
    assert bench.work(run) is RunStatus.SUCCEEDED
    assert bench.executor.started == []
    assert '"size":5' in bench.query("SELECT parameters FROM flow_run")[0][0]


def test_the_same_value_changes_nothing(bench: Bench) -> None:
    run = ready(bench)
    assert bench.ask(verb="rerun", run=run, parameters={"day": "monday"}) == []
    assert bench.query("SELECT count(*) FROM event WHERE kind = 'rerun'") == [(0,)]


@pytest.mark.parametrize(
    ("parameters", "told"),
    [({"dya": "x"}, "no parameter `dya`"), ({"size": "much"}, "size"), ({"size": 0}, "refuses")],
)
def test_a_parameter_that_does_not_fit_is_refused_and_nothing_is_written(
    bench: Bench, parameters: dict[str, object], told: str
) -> None:
    run = ready(bench)
    before = bench.query("SELECT parameters, status FROM flow_run")
    with pytest.raises(BadParameter, match=told):
        bench.ask(verb="rerun", run=run, parameters=parameters)
    assert bench.query("SELECT parameters, status FROM flow_run") == before


def test_parameters_do_not_change_under_a_task_that_runs(bench: Bench) -> None:
    bench.executor.bodies = {"echo": echo}
    bench.executor.hold_back = ("other",)
    run = bench.register(report())
    bench.start().work_on(run)
    bench.executor.wait_for("other")
    with pytest.raises(Refused, match="is still running"):
        bench.ask_engine(verb="rerun", run=run, parameters={"day": "tuesday"})
    bench.executor.release("other")


def test_a_mapped_task_whose_list_needs_the_parameter_is_made_again(bench: Bench) -> None:
    bench.executor.bodies = {"echo": echo}
    parameters = (ParameterDefinition("names", {"list": "str"}, True, ["list", "p", "q"]),)
    flow = (
        FlowBuilder()
        .task("g", generators=over("x", ["param", "names"]), by=["item", "x"], call="echo",
              arguments={"text": ["item", "x"]}, outs={"said": "str"})
        .task("end")
        .edge("g", "end")
    )  # fmt: skip
    run = bench.register(replace(flow.build(), parameters=parameters))
    assert bench.work(run) is RunStatus.SUCCEEDED
    bench.executor.started.clear()
    bench.ask(verb="rerun", run=run, parameters={"names": ["q", "r"]})
    assert bench.work(run) is RunStatus.SUCCEEDED
    assert sorted(bench.executor.started) == ["end", "g[q]", "g[r]"]
    assert bench.states(run) == {"g[p]": "skipped", "g[q]": "succeeded", "g[r]": "succeeded", "end": "succeeded"}


def test_the_plan_names_what_becomes_of_every_task_and_writes_nothing(bench: Bench) -> None:
    run = ready(bench)
    before = bench.query("SELECT * FROM task_run")
    reader = Reader(bench.files)
    try:
        found = plan(*reader.whole(run), Wanted(["fetch"], follow=True))
    finally:
        reader.close()
    assert found.named() == {
        "reset": ["fetch", "g/clean", "g/load", "end"],
        "reused": ["g/apart", "other"],
        "skipped": [],
        "waiting": [],
        "left": [],
    }
    assert bench.query("SELECT * FROM task_run") == before
