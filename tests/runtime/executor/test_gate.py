"""The gate: nothing of a script runs before its process is durable."""

from __future__ import annotations

import threading

from runtime.executor.protocol import Attempt, ProcessMark
from runtime.model.process import boot_id
from runtime.model.state import Reason
from tests.runtime.executor.attempts import Bench, alive


def test_script_runs_only_after_its_process_is_committed(bench: Bench) -> None:
    attempt = bench.script("sh", "touch ran")
    asked, answer = threading.Event(), threading.Event()
    seen: list[bool] = []

    class Slow(Bench):
        def started(self, attempt: Attempt, process: ProcessMark) -> bool:
            asked.set()
            answer.wait(10)
            seen.append((self.project / "ran").exists() or (attempt.folder / "mark").exists())
            return True

    slow = Slow(bench.folder)
    slow.executor.submit(attempt, slow)
    assert asked.wait(10)
    answer.set()
    assert slow.wait(attempt).succeeded
    assert seen == [False]
    assert (bench.project / "ran").exists()


def test_lost_claim_keeps_the_gate_shut(bench: Bench) -> None:
    bench.grant = False
    attempt = bench.script("sh", "touch ran")
    outcome = bench.run(attempt)
    assert outcome.never_ran
    assert not (bench.project / "ran").exists()
    assert not alive(bench.marks[attempt.id].pid)


def test_cancel_before_the_gate_opens_is_an_end_without_a_start(bench: Bench) -> None:
    class Cancelling(Bench):
        def started(self, attempt: Attempt, process: ProcessMark) -> bool:
            self.executor.cancel(attempt.id)
            return True

    cancelling = Cancelling(bench.folder)
    outcome = cancelling.run(bench.script("sh", "touch ran"))
    assert outcome.reason is Reason.CANCELLED
    assert not (bench.project / "ran").exists()


def test_reported_mark_names_the_process_of_this_boot(bench: Bench) -> None:
    attempt = bench.script("sh", "true")
    bench.run(attempt)
    mark = bench.marks[attempt.id]
    assert mark.pid > 1
    assert mark.start_ticks > 0
    assert mark.boot_id == boot_id()
