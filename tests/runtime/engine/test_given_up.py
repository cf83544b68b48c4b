"""Calls that did not stop when asked: counted for the process in whose threads they run, and told by an event."""

from __future__ import annotations

from runtime.executor.protocol import Attempt, Outcome
from runtime.model.state import Reason, RunStatus
from tests.runtime.engine.conftest import Bench
from tests.runtime.engine.flows import FlowBuilder, FunctionExecutor


class Stubborn(FunctionExecutor):
    def outcome(self, attempt: Attempt) -> Outcome:
        return Outcome(False, reason=Reason.TIMEOUT, message="given up", given_up=True)


def test_call_that_was_given_up_is_counted_and_told(bench: Bench) -> None:
    bench.executor = Stubborn()
    run = bench.register(FlowBuilder().task("a").task("b").build())
    assert bench.work(run) is RunStatus.FAILED
    assert bench.query("SELECT kind, given_up FROM workers") == [("engine", 2)]
    assert bench.query("SELECT count(*) FROM event WHERE kind = 'call given up'") == [(2,)]
