"""An executor that raises where it should begin: nothing that is committed is done again, each attempt has an end."""

from __future__ import annotations

from functools import partial

from runtime.executor.protocol import Attempt, ProcessMark, Reporter
from runtime.model.state import ExecStatus, RunStatus
from runtime.step import Step
from tests.runtime.engine.conftest import WAIT_SECONDS, Bench
from tests.runtime.engine.flows import FlowBuilder, FunctionExecutor


class Unwilling(FunctionExecutor):
    """Raises for the task `bad`, and for whatever it is to take up again."""

    def submit(self, attempt: Attempt, reporter: Reporter) -> None:
        if attempt.path == "bad":
            raise OSError("no more threads")
        super().submit(attempt, reporter)

    def recover(self, attempt: Attempt, process: ProcessMark | None, reporter: Reporter) -> None:
        raise OSError("no more threads")


def _note(done: list[int], number: int, step: Step) -> None:
    done.append(number)


def _fall_over() -> None:
    raise ValueError("not this one")


def test_an_attempt_that_cannot_be_handed_out_fails_and_what_was_committed_with_it_is_done_once(bench: Bench) -> None:
    bench.executor = Unwilling()
    run = bench.register(FlowBuilder().task("bad").task("good").build())
    engine, done = bench.start(), []
    with bench.engine_paused():
        rest = engine.work_on(run)
        asked = [engine.submit(partial(_note, done, n)) for n in range(3)]
    assert rest.result(WAIT_SECONDS) is RunStatus.FAILED
    assert [each.result(WAIT_SECONDS) for each in asked] == [None] * 3
    assert done == [0, 1, 2]
    tasks = bench.tasks(run)
    assert (tasks["bad"].status, tasks["bad"].reason) == (ExecStatus.FAILED, "could not start")
    assert "no more threads" in tasks["bad"].message
    assert tasks["good"].status is ExecStatus.FINISHED


def test_an_attempt_that_cannot_be_taken_up_again_is_in_doubt(bench: Bench) -> None:
    bench.executor.hold_back = ["a"]
    run = bench.register(FlowBuilder().task("a").build())
    bench.start().work_on(run)
    bench.executor.wait_for("a")
    bench.stop()
    bench.executor = Unwilling()
    assert bench.work(run) is RunStatus.SUSPENDED
    assert bench.tasks(run)["a"].reason == "in doubt"


def test_what_fails_after_a_commit_does_not_bring_the_batch_about_again(bench: Bench) -> None:
    engine, done = bench.start(), []

    def ask(step: Step) -> None:
        done.append("asked")
        step.after_commit.append(_fall_over)

    engine.submit(ask).result(WAIT_SECONDS)
    engine.submit(lambda step: done.append("later")).result(WAIT_SECONDS)
    assert done == ["asked", "later"]
