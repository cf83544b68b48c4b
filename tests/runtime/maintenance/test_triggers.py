"""Triggers: what has happened makes one run, once for each flow and event."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from runtime import admission
from runtime.model.definition import FlowDefinition, ParameterDefinition, TriggerDefinition
from runtime.model.encode import flow_to_json
from runtime.model.errors import BadParameter, NotFound, Refused
from runtime.model.state import RunStatus
from tests.runtime.engine.conftest import Bench
from tests.runtime.engine.flows import Failure, FlowBuilder

PUSH = {"record": {"name": "Push", "fields": {"ref": "str", "commits": "int"}}}
ENDED = {"record": {"fields": {"flow": "str", "run": "str", "status": "str", "time": "datetime"}}}
FILE = {"record": {"fields": {"path": "path", "size": "int", "modified": "datetime"}}}


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    found = Bench(tmp_path)
    yield found
    found.stop()


def flow(name: str, *triggers: TriggerDefinition, **settings: object) -> FlowDefinition:
    made = FlowBuilder(name).task("a").build()
    source = ParameterDefinition("source", "str", has_default=True, default="nobody")
    return replace(made, parameters=(source,), triggers=triggers, **settings)  # type: ignore[arg-type]


def after(awaits: list[object]) -> TriggerDefinition:
    return TriggerDefinition("after", awaits=awaits, event=ENDED, arguments={"source": event_field("run")})


def event_field(name: str) -> list[object]:
    return ["get", ["item", "event"], name]


def webhook(**settings: object) -> TriggerDefinition:
    return TriggerDefinition("webhook", "push", event=PUSH, arguments={"source": event_field("ref")}, **settings)  # type: ignore[arg-type]


def deploy(bench: Bench, *flows: FlowDefinition) -> None:
    bench.ask(verb="deploy", flows=[flow_to_json(each) for each in flows], project=str(bench.folder))


def run(bench: Bench, name: str) -> RunStatus:
    """A run of a flow that ends."""
    reply = bench.ask(verb="register", flow=name, parameters={}, zone="UTC")
    return bench.work(reply["id"])  # type: ignore[index]


def look(bench: Bench) -> object:
    return bench.ask(verb="look_at_ends", zone="UTC")


def call(bench: Bench, key: str, ref: object = "main", commits: int = 1) -> dict[str, object]:
    event = {"ref": ref, "commits": commits}
    return bench.ask(verb="webhook", name="push", event=event, key=key, zone="UTC")  # type: ignore[return-value]


def sources(bench: Bench, name: str) -> list[str]:
    """What the runs of a flow were given, oldest first."""
    rows = bench.query(f"SELECT parameters ->> '$.source' FROM flow_run WHERE flow = '{name}' ORDER BY id")
    return [row[0] for row in rows]


def broken(_: object) -> None:
    raise Failure("no")


def test_a_run_that_has_ended_well_starts_one_run_of_who_waits_for_it(bench: Bench) -> None:
    deploy(bench, flow("etl"), flow("report", after(["state", "etl", "succeeded"])))
    assert run(bench, "etl") is RunStatus.SUCCEEDED
    assert look(bench) == 1
    assert look(bench) == 0
    assert sources(bench, "report") == ["etl-1"]


def test_only_the_state_that_is_asked_for_counts(bench: Bench) -> None:
    deploy(
        bench,
        flow("etl"),
        flow("good", after(["state", "etl", "succeeded"])),
        flow("bad", after(["state", "etl", "failed"])),
        flow("any", after(["state", "etl", "done"])),
    )
    bench.executor.bodies = {"a": broken}
    assert run(bench, "etl") is RunStatus.FAILED
    look(bench)
    assert [sources(bench, name) for name in ("good", "bad", "any")] == [[], ["etl-1"], ["etl-1"]]


def test_a_run_that_ends_again_after_a_rerun_is_done_once(bench: Bench) -> None:
    done, good = after(["state", "etl", "done"]), after(["state", "etl", "succeeded"])
    deploy(bench, flow("etl"), flow("any", done), flow("good", good))
    bench.executor.bodies = {"a": broken}
    run(bench, "etl")
    look(bench)
    bench.executor.bodies = {}
    bench.ask(verb="rerun", run=1)
    bench.work(1)
    look(bench)
    assert [sources(bench, name) for name in ("any", "good")] == [["etl-1"], ["etl-1"]]


def test_a_cancelled_run_has_failed(bench: Bench) -> None:
    deploy(bench, flow("etl"), flow("bad", after(["state", "etl", "failed"])))
    bench.ask(verb="register", flow="etl", parameters={}, zone="UTC")
    bench.ask(verb="cancel", run=1)
    look(bench)
    assert sources(bench, "bad") == ["etl-1"]


def test_both_must_have_ended_before_one_that_waits_for_both_starts(bench: Bench) -> None:
    both = after(["and", ["state", "one", "succeeded"], ["state", "two", "succeeded"]])
    deploy(bench, flow("one"), flow("two"), flow("join", both))
    run(bench, "one")
    run(bench, "one")
    assert look(bench) == 0
    run(bench, "two")
    assert look(bench) == 1
    run(bench, "two")
    assert look(bench) == 0
    assert sources(bench, "join") == ["two-3"]


def test_each_of_several_alternatives_starts_a_run(bench: Bench) -> None:
    either = after(["or", ["state", "one", "succeeded"], ["state", "two", "succeeded"]])
    deploy(bench, flow("one"), flow("two"), flow("either", either))
    run(bench, "one")
    run(bench, "two")
    look(bench)
    assert sources(bench, "either") == ["one-1", "two-2"]


def test_what_ended_before_the_deployment_starts_nothing(bench: Bench) -> None:
    deploy(bench, flow("etl"))
    run(bench, "etl")
    deploy(bench, flow("report", after(["state", "etl", "succeeded"])))
    look(bench)
    assert sources(bench, "report") == []


def test_a_new_version_goes_on_where_the_old_one_was(bench: Bench) -> None:
    report = flow("report", after(["state", "etl", "succeeded"]))
    deploy(bench, flow("etl"), report)
    run(bench, "etl")
    deploy(bench, replace(report, content_hash="other"))
    assert look(bench) == 1


def test_a_webhook_gives_its_event_to_the_run(bench: Bench) -> None:
    deploy(bench, flow("build", webhook()))
    assert call(bench, "k1") == {"flow": "build", "outcome": "run", "message": "", "run": "build-1"}
    assert sources(bench, "build") == ["main"]


def test_the_same_key_is_the_same_call(bench: Bench) -> None:
    deploy(bench, flow("build", webhook()))
    assert call(bench, "k1")["run"] == call(bench, "k1", "other")["run"] == "build-1"
    assert call(bench, "k2")["run"] == "build-2"


def test_an_event_that_does_not_fit_is_refused_and_may_be_sent_again(bench: Bench) -> None:
    deploy(bench, flow("build", webhook()))
    with pytest.raises(BadParameter, match=r"event\.ref"):
        call(bench, "k1", 3)
    assert call(bench, "k1")["run"] == "build-1"


def test_an_event_whose_condition_does_not_hold_makes_no_run(bench: Bench) -> None:
    deploy(bench, flow("build", webhook(condition=[">", event_field("commits"), 0])))
    assert call(bench, "k1", commits=0)["outcome"] == "skipped"
    assert sources(bench, "build") == []
    assert bench.query("SELECT trigger, outcome FROM trigger_events") == [("webhook push", "skipped")]


def test_runs_of_events_wait_for_one_another_unless_the_flow_says_otherwise(bench: Bench) -> None:
    deploy(bench, flow("build", webhook()))
    call(bench, "k1")
    call(bench, "k2")
    assert bench.query("SELECT status FROM flow_run ORDER BY id") == [("running",), ("queued",)]
    deploy(bench, flow("build", webhook(), overlap="skip", content_hash="other"))
    assert call(bench, "k3")["outcome"] == "skipped"


def test_an_event_for_which_there_is_no_room_is_not_lost(bench: Bench) -> None:
    deploy(bench, flow("build", webhook()))
    for number in range(101):
        call(bench, f"k{number}")
    with pytest.raises(Refused, match="queued"):
        call(bench, "late")
    assert bench.query("SELECT count(*) FROM trigger_events") == [(101,)]


def test_a_webhook_that_nobody_has_is_not_found(bench: Bench) -> None:
    deploy(bench, flow("build", webhook()))
    with pytest.raises(NotFound, match="pish"):
        bench.ask(verb="webhook", name="pish", event={}, key="k", zone="UTC")


def test_the_name_of_a_webhook_is_one_flows(bench: Bench) -> None:
    deploy(bench, flow("build", webhook()))
    with pytest.raises(Refused, match="same name"):
        deploy(bench, flow("other", webhook()))


def test_a_file_starts_a_run_for_each_of_its_versions(bench: Bench) -> None:
    deploy(bench, flow("load", TriggerDefinition("file", "in/*.csv", event=FILE)))
    event = {"path": "in/a.csv", "size": 3, "modified": "2026-11-24T06:30:00Z"}
    for version in ("1 3", "1 3", "2 3"):
        bench.ask(verb="file", flow="load", pattern="in/*.csv", event=event, version=version, zone="UTC")
    assert len(sources(bench, "load")) == 2


def test_a_pattern_that_the_flow_has_no_more_starts_nothing(bench: Bench) -> None:
    deploy(bench, flow("load"))
    event = {"path": "in/a.csv", "size": 3, "modified": "2026-11-24T06:30:00Z"}
    request = {"flow": "load", "pattern": "in/*.csv", "event": event, "version": "1 3", "zone": "UTC"}
    assert bench.ask(verb="file", **request) is None


def test_what_happens_to_a_paused_flow_starts_nothing_and_is_not_made_up_for(bench: Bench) -> None:
    deploy(bench, flow("first"), flow("second", after(["state", "first", "succeeded"]), webhook()))
    assert bench.ask(verb="pause", flow="second") is True
    run(bench, "first")
    assert look(bench) == 0
    assert call(bench, "1")["message"] == "the flow is paused"
    bench.ask(verb="unpause", flow="second")
    assert look(bench) == 0
    assert call(bench, "1")["run"] is None
    assert call(bench, "2")["run"] == "second-2"


def test_a_file_that_came_during_a_pause_counts_in_its_next_version(bench: Bench) -> None:
    deploy(bench, flow("load", TriggerDefinition("file", "in/*.csv", event=FILE)))
    event = {"path": "in/a.csv", "size": 3, "modified": "2026-11-24T06:30:00Z"}
    request = {"verb": "file", "flow": "load", "pattern": "in/*.csv", "event": event, "zone": "UTC"}
    bench.ask(verb="pause", flow="load")
    assert bench.ask(version="1 3", **request)["outcome"] == "skipped"  # type: ignore[index]
    bench.ask(verb="unpause", flow="load")
    assert bench.ask(version="1 3", **request)["outcome"] == "skipped"  # type: ignore[index]
    assert bench.ask(version="2 3", **request)["run"] == "load-1"  # type: ignore[index]


def test_old_events_are_pruned_but_for_those_of_files_and_those_that_wait(bench: Bench) -> None:
    both = after(["and", ["state", "first", "succeeded"], ["state", "other", "succeeded"]])
    deploy(bench, flow("first"), flow("other"), flow("third", both, webhook()))
    deploy(bench, flow("load", TriggerDefinition("file", "in/*.csv", event=FILE)))
    run(bench, "first")
    look(bench)
    call(bench, "1")
    event = {"path": "in/a.csv", "size": 3, "modified": "2026-11-24T06:30:00Z"}
    bench.ask(verb="file", flow="load", pattern="in/*.csv", event=event, version="1 3", zone="UTC")
    bench.ask(verb="prune", flow=None, before=1 << 60, keep=0)
    assert bench.query("SELECT source FROM trigger_event ORDER BY source") == [
        ("file in/a.csv 1 3",),
        ("first-1.succeeded",),
    ]


def test_ends_for_which_a_queue_has_no_place_keep_nobody_else_waiting(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(admission, "MOST_QUEUED", 1)
    first: list[object] = ["state", "first", "succeeded"]
    deploy(bench, flow("first"), flow("second", after(first)), flow("third", after(first), overlap="allow"))
    for _ in range(3):
        run(bench, "first")
    assert look(bench) == 5
    assert (len(sources(bench, "second")), len(sources(bench, "third"))) == (2, 3)
    bench.work(4)
    bench.work(5)
    assert look(bench) == 1
    assert sources(bench, "second") == ["first-1", "first-2", "first-3"]
