"""Calls that did not stop when asked: counted for the process in whose threads they run, and told by an event."""

from __future__ import annotations

from contextlib import closing

from runtime.cli.display.trouble import threads_given_up
from runtime.executor.protocol import Attempt, Outcome
from runtime.model.state import Reason, RunStatus
from runtime.store.sqlite.reader import Reader
from tests.runtime.engine.conftest import WAIT_SECONDS, Bench
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


def test_threads_that_were_given_up_are_shown_while_their_process_lives(bench: Bench) -> None:
    bench.executor = Stubborn()
    run = bench.register(FlowBuilder().task("a").build())
    bench.start().work_on(run).result(WAIT_SECONDS)
    with closing(Reader(bench.files)) as reader:
        assert reader.given_up() == 1
        bench.stop()
        assert reader.given_up() == 0
    assert threads_given_up(1).startswith("a call of a component has not stopped when asked")
