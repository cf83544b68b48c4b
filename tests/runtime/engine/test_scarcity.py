"""A machine that has no process, memory or descriptor left: tasks wait, and lose no attempt."""

from __future__ import annotations

from runtime.executor.protocol import Outcome
from runtime.model.definition import Retry
from runtime.model.state import Reason, RunStatus
from tests.runtime.engine.conftest import Bench
from tests.runtime.engine.flows import FlowBuilder

SCARCE = Outcome(
    False, reason=Reason.SCARCE, message="the engine has no file descriptors left", never_ran=True, again_seconds=0.05
)


def test_what_could_not_be_started_for_want_of_processes_is_tried_again_and_counts_no_attempt(bench: Bench) -> None:
    bench.executor.hold_back = ["a"]
    run = bench.register(FlowBuilder().task("a").build())
    rest = bench.start().work_on(run)
    bench.executor.wait_for("a")
    ((attempt, reporter),) = bench.executor.held.values()
    bench.executor.hold_back = []
    reporter.ended(attempt, SCARCE)
    assert rest.result(20) is RunStatus.SUCCEEDED
    task = bench.tasks(run)["a"]
    assert (task.attempts, task.fence) == (1, 2)
    assert bench.query("SELECT outcome, reason FROM task_attempt ORDER BY id")[0] == ("never ran", "scarce")


def test_meanwhile_it_says_why_it_waits_and_keeps_its_retries(bench: Bench) -> None:
    bench.executor.hold_back = ["a"]
    run = bench.register(FlowBuilder().task("a", retry=(Retry(1),)).build())
    engine = bench.start()
    engine.work_on(run)
    bench.executor.wait_for("a")
    ((attempt, reporter),) = bench.executor.held.values()
    reporter.ended(attempt, Outcome(False, reason=Reason.SCARCE, message="few", never_ran=True, again_seconds=600))
    bench.settle()
    task = bench.tasks(run)["a"]
    assert (task.status.word, task.reason, task.message, task.attempts) == ("waiting", "scarce", "few", 0)
    assert task.not_before > 0
