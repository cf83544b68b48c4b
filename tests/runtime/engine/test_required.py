"""Conditions of parameters whose values are known only while a run goes on."""

from __future__ import annotations

import pytest

from runtime.model.definition import FlowDefinition
from runtime.model.state import RunStatus
from tests.flowc.compiling import compiled
from tests.runtime.engine.conftest import Bench

TEXT = """
task check(at_least: int where at_least >= 0) = echo(text: "{{ at_least }}")
flow inner {
    param size: int where size < 10
    task a = echo(text: "{{ size }}")
}
flow case {
    param n: int
    task first = echo(text: "{{ n }}")
    task one = check(at_least: int(first.text) - 4)
    task two = inner(size: int(first.text))
    parallel each for x in [int(first.text)] { task three = check(at_least: x) }
}
"""


def case() -> FlowDefinition:
    return next(flow for flow in compiled(TEXT).flows if flow.name == "case")


@pytest.fixture
def bench_with_echo(bench: Bench) -> Bench:
    bench.executor.bodies = {"echo": lambda arguments: dict(arguments)}
    return bench


def test_values_that_fit_go_on(bench_with_echo: Bench) -> None:
    assert bench_with_echo.work(bench_with_echo.register(case(), {"n": 5})) is RunStatus.SUCCEEDED


def test_a_value_that_does_not_fit_fails_the_task_that_is_called_with_it(bench_with_echo: Bench) -> None:
    run = bench_with_echo.register(case(), {"n": -1})
    assert bench_with_echo.work(run) is RunStatus.FAILED
    tasks = bench_with_echo.tasks(run)
    told = "`at_least` of `check` is -5, which its condition refuses (line 1)"
    assert (tasks["one"].reason, tasks["one"].message, tasks["one"].attempts) == ("expression", told, 0)
    assert "is -1, which its condition refuses" in tasks["each[0]/three"].message
    assert tasks["two"].status.word == "succeeded"


def test_a_flow_that_is_called_with_one_does_not_begin(bench_with_echo: Bench) -> None:
    run = bench_with_echo.register(case(), {"n": 10})
    assert bench_with_echo.work(run) is RunStatus.FAILED
    tasks = bench_with_echo.tasks(run)
    assert tasks["two"].message == "`size` of `inner` is 10, which its condition refuses (line 3)"
    assert tasks["two/a"].attempts == 0
