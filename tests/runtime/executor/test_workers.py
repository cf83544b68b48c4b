"""What an executor lends to workers, and what it makes of those that come, go and come back."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from runtime.executor.protocol import Attempt, Outcome, ProcessMark
from runtime.executor.workers import Worker, held_of
from runtime.model.process import boot_id, start_ticks, this_process
from runtime.model.state import Reason
from tests.runtime.executor.component_project import ComponentBench

ME = ProcessMark(*this_process())


class Far:
    """A worker whose messages are kept."""

    def __init__(self, *holds: Attempt, mark: ProcessMark = ME, jobs: int = 1) -> None:
        self.said: list[dict[str, Any]] = []
        self.worker = Worker(mark, jobs, [held_of(attempt) for attempt in holds], self.said.append)


class WorkerBench(ComponentBench):
    """Attempts for workers, by the protocol alone."""

    @property
    def workers(self) -> Any:
        return self.executor.workers

    def lent(self, far: Far) -> Attempt:
        """An attempt that the worker has been sent."""
        attempt = self.of("twice", {"result": "int"}, arguments={"n": 1})
        self.executor.submit(attempt, self)
        self.executor._crew.wait(10)
        assert [message["call"]["id"] for message in far.said if "call" in message][-1:] == [attempt.id]
        return attempt


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[WorkerBench]:
    bench = WorkerBench(tmp_path)
    yield bench
    bench.executor.close(leave_scripts=False)


DONE = Outcome(True, outputs={"result": 2})


def test_process_of_the_worker_is_durable_before_the_call_is_sent(bench: WorkerBench) -> None:
    far = Far()
    bench.workers.connect(far.worker)
    attempt = bench.lent(far)
    assert bench.marks[attempt.id] == ME
    assert bench.workers.count() == 1
    assert bench.workers.ended(far.worker, held_of(attempt), DONE)
    assert bench.wait(attempt) == DONE
    assert bench.workers.count() == 0


def test_claim_that_was_lost_is_not_sent(bench: WorkerBench) -> None:
    far = Far()
    bench.workers.connect(far.worker)
    bench.grant = False
    attempt = bench.of("twice")
    assert bench.run(attempt).never_ran
    assert far.said == []


def test_full_worker_gets_no_more_and_the_rest_runs_here(bench: WorkerBench) -> None:
    far = Far(jobs=1)
    bench.workers.connect(far.worker)
    bench.lent(far)
    here = bench.of("twice", {"result": "int"}, arguments={"n": 2})
    assert bench.run(here).outputs == {"result": 4}


def test_end_of_another_claim_is_not_taken(bench: WorkerBench) -> None:
    far = Far()
    bench.workers.connect(far.worker)
    attempt = bench.lent(far)
    stale = (attempt.id, attempt.key, attempt.fence - 1)
    restored = (attempt.id, "other-1/load", attempt.fence)
    assert not bench.workers.ended(far.worker, stale, DONE)
    assert not bench.workers.ended(far.worker, restored, DONE)
    assert bench.nothing_ended()
    assert bench.workers.ended(far.worker, held_of(attempt), DONE)
    assert not bench.workers.ended(far.worker, held_of(attempt), DONE)


def test_worker_that_comes_back_goes_on_with_what_it_holds(bench: WorkerBench) -> None:
    far = Far()
    bench.workers.connect(far.worker)
    attempt = bench.lent(far)
    bench.workers.disconnect(far.worker)
    again = Far(attempt)
    bench.workers.connect(again.worker)
    bench.executor.cancel(attempt.id)
    assert again.said == [{"cancel": attempt.id, "reason": "cancelled"}]
    assert bench.nothing_ended()


def test_what_a_worker_that_comes_back_does_not_hold_never_ran(bench: WorkerBench) -> None:
    far = Far()
    bench.workers.connect(far.worker)
    attempt = bench.lent(far)
    bench.workers.disconnect(far.worker)
    bench.workers.connect(Far().worker)
    assert bench.wait(attempt).never_ran


def test_call_of_a_worker_that_is_dead_is_in_doubt_for_the_next_engine(bench: WorkerBench) -> None:
    process = subprocess.Popen(["true"])
    mark = ProcessMark(process.pid, start_ticks(process.pid) or 0, boot_id())
    process.wait()
    attempt = bench.of("twice")
    bench.executor.recover(attempt, mark, bench)
    assert bench.wait(attempt).reason is Reason.IN_DOUBT


def test_result_that_comes_before_its_run_is_taken_up_is_kept_for_it(bench: WorkerBench) -> None:
    attempt = bench.of("twice", {"result": "int"})
    far = Far(attempt)
    bench.workers.connect(far.worker)
    confirmed: list[bool] = []
    assert not bench.workers.ended(far.worker, held_of(attempt), DONE)
    bench.workers.keep(far.worker, held_of(attempt), DONE, lambda: confirmed.append(True))
    assert confirmed == []
    bench.executor.recover(attempt, ME, bench)
    assert bench.wait(attempt) == DONE
    assert confirmed == [True]


def test_result_whose_run_is_taken_up_while_it_is_looked_for_is_taken(bench: WorkerBench) -> None:
    attempt = bench.of("twice", {"result": "int"})
    far = Far(attempt)
    bench.workers.connect(far.worker)
    assert not bench.workers.ended(far.worker, held_of(attempt), DONE)
    bench.executor.recover(attempt, ME, bench)
    confirmed: list[bool] = []
    bench.workers.keep(far.worker, held_of(attempt), DONE, lambda: confirmed.append(True))
    assert bench.wait(attempt) == DONE
    assert confirmed == [True]


def test_worker_that_leaves_gets_nothing_more(bench: WorkerBench) -> None:
    far = Far()
    bench.workers.connect(far.worker)
    bench.workers.leave(far.worker)
    assert bench.run(bench.of("pid", {"result": "int"})).outputs["result"] != os.getpid()
    assert far.said == []
