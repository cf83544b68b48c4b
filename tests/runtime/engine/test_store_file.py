"""The store's file goes away, or another takes its place, while an engine works on it."""

from __future__ import annotations

import shutil
from concurrent.futures import Future

import pytest

from runtime.model.errors import StoreProblem
from runtime.model.state import RunStatus
from tests.runtime.engine.conftest import WAIT_SECONDS, Bench
from tests.runtime.engine.flows import FlowBuilder


@pytest.fixture
def rest(bench: Bench) -> Future[RunStatus]:
    """Of a run that is under way."""
    bench.executor.hold_back = ["a"]
    run = bench.register(FlowBuilder().task("a").build())
    rest = bench.start().work_on(run)
    bench.executor.wait_for("a")
    return rest


def test_an_engine_whose_store_is_deleted_ends_with_a_sentence(bench: Bench, rest: Future[RunStatus]) -> None:
    bench.files.db.unlink()
    with pytest.raises(StoreProblem, match=r"flower\.db has been deleted while it was in use"):
        rest.result(WAIT_SECONDS)


def test_an_engine_whose_store_is_replaced_ends_with_a_sentence(bench: Bench, rest: Future[RunStatus]) -> None:
    other = bench.files.db.with_name("other.db")
    shutil.copy(bench.files.db, other)
    other.replace(bench.files.db)
    with pytest.raises(StoreProblem, match=r"flower\.db has been replaced by another file"):
        rest.result(WAIT_SECONDS)


def test_an_engine_that_is_busy_notices_too(bench: Bench) -> None:
    bench.executor.bodies = {"a": lambda _: {}}
    flow = FlowBuilder().task("a").build()
    run = bench.register(flow)
    engine = bench.start()
    engine.work_on(run).result(WAIT_SECONDS)
    bench.files.db.unlink()
    while (problem := engine.submit(lambda step: None).exception(WAIT_SECONDS)) is None:
        pass
    assert "has been deleted" in str(problem)
