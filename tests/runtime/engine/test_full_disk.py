"""The store's disk is full while an engine works: what ends is recorded first, and nothing is lost of what waits."""

from __future__ import annotations

import time

import pytest

from runtime.model.encode import flow_to_json
from runtime.model.errors import StoreProblem
from runtime.model.state import RunStatus
from runtime.step import Step
from tests.runtime.engine.conftest import WAIT_SECONDS, Bench
from tests.runtime.engine.flows import FlowBuilder, over

BIG = "x" * 100_000


def fill(bench: Bench) -> None:
    """Let the file grow no more, whatever the ballast frees."""
    assert bench._store is not None
    connection = bench._store._connection
    pages = connection.execute("PRAGMA page_count").fetchone()[0]
    connection.execute(f"PRAGMA max_page_count = {pages}")


def make_room(bench: Bench) -> None:
    assert bench._store is not None
    bench._store._connection.execute("PRAGMA max_page_count = 1000000")


def await_trouble(bench: Bench) -> None:
    assert bench.engine is not None
    deadline = time.monotonic() + WAIT_SECONDS
    while bench.engine.trouble is None:
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_an_end_that_finds_no_room_is_recorded_when_there_is_some(bench: Bench) -> None:
    bench.executor.hold_back = ["a"]
    flow = FlowBuilder().task("a", outs={"text": "str"}).task("b", generators=over("x", ["list", *"pqr"]))
    run = bench.register(flow.edge("a", "b").build())
    engine = bench.start()
    rest = engine.work_on(run)
    bench.executor.wait_for("a")
    with bench.engine_paused():
        fill(bench)
        ((attempt, reporter),) = bench.executor.held.values()
        bench.executor.hold_back = []
        from runtime.executor.protocol import Outcome

        reporter.ended(attempt, Outcome(True, {"text": BIG}))
    await_trouble(bench)
    assert not bench.files.ballast.exists()
    assert bench.executor.started == ["a"]
    make_room(bench)
    assert rest.result(WAIT_SECONDS) is RunStatus.SUCCEEDED
    assert bench.executor.started == ["a", "b[0]", "b[1]", "b[2]"]
    assert engine.trouble is None
    assert bench.files.ballast.exists()


def test_a_request_that_finds_no_room_is_refused_and_the_engine_comes_to_rest_again(bench: Bench) -> None:
    run = bench.register(FlowBuilder().task("a").build())
    engine = bench.start()
    assert engine.work_on(run).result(WAIT_SECONDS) is RunStatus.SUCCEEDED
    other = FlowBuilder("other").task("a", doc=BIG).build()
    with bench.engine_paused():
        fill(bench)
        answer = engine.submit(lambda step: _deploy(step, flow_to_json(other), str(bench.folder)))
    with pytest.raises(StoreProblem, match="is full"):
        answer.result(WAIT_SECONDS)
    make_room(bench)
    turns: list[int] = []
    engine.listen(lambda: turns.append(1))
    engine.when_durable().result(WAIT_SECONDS)
    bench.stop()
    assert len(turns) < 20


def _deploy(step: Step, flow: object, project: str) -> object:
    from runtime.service.requests import apply

    made = apply(step, {"verb": "deploy", "flows": [flow], "project": project})
    apply(step, {"verb": "register", "flow": "other", "zone": "UTC"})
    return made
