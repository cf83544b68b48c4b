"""What a new engine decides about a script whose engine died, from each state its folder and process can be in."""

from __future__ import annotations

import itertools
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from runtime.executor.protocol import Attempt, Outcome, ProcessMark
from runtime.executor.recovery import Evidence, Verdict, judge
from runtime.model.process import boot_id, start_ticks
from runtime.model.state import Reason
from tests.runtime.executor.attempts import Bench, alive

OTHER_BOOT = "00000000-0000-0000-0000-000000000000"
GONE = ProcessMark(pid=2**22 - 7, start_ticks=1, boot_id=boot_id())


def recover(bench: Bench, attempt: Attempt, mark: ProcessMark | None) -> Outcome:
    bench.executor.recover(attempt, mark, bench)
    return bench.wait(attempt)


def leave(attempt: Attempt, **files: str) -> None:
    attempt.folder.mkdir(parents=True)
    for name, text in files.items():
        (attempt.folder / name).write_text(text)


@contextmanager
def sleeper() -> Iterator[ProcessMark]:
    """A process that leads its own session, as a gate's shell does."""
    with subprocess.Popen(["sleep", "600"], start_new_session=True) as process:
        try:
            yield ProcessMark(process.pid, start_ticks(process.pid) or 0, boot_id())
        finally:
            process.kill()


def test_without_a_committed_process_it_never_ran(bench: Bench) -> None:
    attempt = bench.script("sh", "true")
    assert recover(bench, attempt, None).never_ran


def test_exit_code_and_outputs_are_taken(bench: Bench) -> None:
    attempt = bench.script("sh", "true", {"n": "int"})
    leave(attempt, mark="0\n", out="n=3\n", log="")
    outcome = recover(bench, attempt, GONE)
    assert (outcome.succeeded, outcome.outputs) == (True, {"n": 3})


@pytest.mark.parametrize("code", ["", "1", "12"])
def test_code_that_is_not_complete_is_no_code(bench: Bench, code: str) -> None:
    attempt = bench.script("sh", "true")
    leave(attempt, mark=code)
    assert recover(bench, attempt, GONE).in_doubt


def test_neither_code_nor_process_nor_mark_means_it_never_ran(bench: Bench) -> None:
    attempt = bench.script("sh", "true")
    leave(attempt)
    assert recover(bench, attempt, GONE).never_ran


def test_mark_without_code_and_process_is_in_doubt(bench: Bench) -> None:
    attempt = bench.script("sh", "true")
    leave(attempt, mark="")
    outcome = recover(bench, attempt, GONE)
    assert outcome.reason is Reason.IN_DOUBT
    assert not outcome.never_ran


def test_after_another_boot_a_missing_mark_proves_nothing(bench: Bench) -> None:
    attempt = bench.script("sh", "true")
    leave(attempt)
    assert recover(bench, attempt, ProcessMark(1, 1, OTHER_BOOT)).in_doubt


def test_after_another_boot_a_code_is_taken(bench: Bench) -> None:
    attempt = bench.script("sh", "true")
    leave(attempt, mark="5\n")
    assert recover(bench, attempt, ProcessMark(1, 1, OTHER_BOOT)).exit_code == 5


def test_other_process_with_the_same_pid_is_not_adopted(bench: Bench) -> None:
    attempt = bench.script("sh", "true")
    leave(attempt, mark="")
    with sleeper() as mark:
        assert recover(bench, attempt, ProcessMark(mark.pid, mark.start_ticks - 1, mark.boot_id)).in_doubt
        assert alive(mark.pid)


def test_zombie_is_not_alive(bench: Bench) -> None:
    attempt = bench.script("sh", "true")
    leave(attempt, mark="0\n")
    with sleeper() as mark:
        os.kill(mark.pid, 9)
        os.waitid(os.P_PID, mark.pid, os.WEXITED | os.WNOWAIT)
        assert recover(bench, attempt, mark).succeeded


def test_process_that_never_passes_its_gate_is_ended_and_never_ran(bench: Bench) -> None:
    attempt = bench.script("sh", "true")
    leave(attempt)
    with sleeper() as mark:
        outcome = recover(bench, attempt, mark)
        assert outcome.never_ran
        assert not alive(mark.pid)


def test_adopted_process_that_dies_without_a_code_is_in_doubt(bench: Bench) -> None:
    attempt = bench.script("sh", "true")
    leave(attempt, mark="")
    with sleeper() as mark:
        bench.executor.recover(attempt, mark, bench)
        os.kill(mark.pid, 9)
        assert bench.wait(attempt).in_doubt


def test_adopted_process_can_be_cancelled(bench: Bench) -> None:
    attempt = bench.script("sh", "true")
    leave(attempt, mark="")
    with sleeper() as mark:
        bench.executor.recover(attempt, mark, bench)
        bench.executor.cancel(attempt.id)
        outcome = bench.wait(attempt)
        assert outcome.reason is Reason.CANCELLED
        assert not alive(mark.pid)


def test_adopted_process_is_left_again_at_close(bench: Bench) -> None:
    attempt = bench.script("sh", "true")
    leave(attempt, mark="")
    with sleeper() as mark:
        bench.executor.recover(attempt, mark, bench)
        bench.executor.close(leave_scripts=True)
        assert bench.nothing_ended()
        assert alive(mark.pid)


def test_end_that_the_dead_engine_had_decided_keeps_its_reason(bench: Bench) -> None:
    attempt = bench.script("sh", "true", timeout_seconds=5)
    leave(attempt, mark="143\n", ending="timeout")
    outcome = recover(bench, attempt, GONE)
    assert (outcome.reason, outcome.exit_code) == (Reason.TIMEOUT, 143)


def test_ending_that_the_dead_engine_had_begun_is_finished(bench: Bench) -> None:
    attempt = bench.script("sh", "true")
    leave(attempt, mark="", ending="cancelled")
    with sleeper() as mark:
        assert recover(bench, attempt, mark).reason is Reason.CANCELLED
        assert not alive(mark.pid)


def test_no_evidence_leads_to_a_second_run_of_what_may_have_started() -> None:
    for values in itertools.product((False, True), repeat=5):
        evidence = Evidence(*values)
        verdict = judge(evidence)
        if verdict is Verdict.NEVER_RAN:
            assert not evidence.committed or not (evidence.started or evidence.has_code or evidence.alive)
        if verdict is Verdict.TAKE:
            assert evidence.has_code
        if verdict is Verdict.ADOPT:
            assert evidence.alive


def test_code_that_survived_another_boot_counts_without_its_mark(bench: Bench) -> None:
    attempt = bench.script("sh", "true")
    leave(attempt, mark="0\n")
    assert recover(bench, attempt, ProcessMark(1, 1, OTHER_BOOT)).succeeded


SECRET = "correct horse battery"


@contextmanager
def adopted(attempt: Attempt, **env: str) -> Iterator[ProcessMark]:
    """A script that has passed its gate, with these variables, and has printed one of them."""
    leave(attempt, mark="", log=f"password: {SECRET}\n")
    with subprocess.Popen(["sleep", "600"], start_new_session=True, env={**os.environ, **env}) as process:
        while not Path(f"/proc/{process.pid}/environ").read_bytes():
            pass  # The kernel shows it a moment after the process has begun.
        try:
            yield ProcessMark(process.pid, start_ticks(process.pid) or 0, boot_id())
        finally:
            process.kill()


def test_log_of_an_adopted_script_is_masked_by_its_own_environment(bench: Bench) -> None:
    lost = (("PW", "env:GONE"),)
    attempt = bench.script("sh", "true", secret_variables=("PW",), lost_secrets=lost)
    with adopted(attempt, PW=SECRET) as mark:
        bench.executor.recover(attempt, mark, bench)
        bench.executor.cancel(attempt.id)
        bench.wait(attempt)
    assert (attempt.folder / "log").read_text() == "password: ***\n"
    assert not (attempt.folder / "log.withheld").exists()


def test_log_that_nobody_can_mask_is_withheld(bench: Bench) -> None:
    attempt = bench.script("sh", "true", secret_variables=("PW",), lost_secrets=(("PW", "env:GONE"),))
    leave(attempt, mark="3\n", error=f"{SECRET} is wrong", log=f"password: {SECRET}\n")
    outcome = recover(bench, attempt, GONE)
    assert SECRET not in outcome.message
    assert "withheld" in outcome.message
    assert "may show the secret env:GONE" in (attempt.folder / "log").read_text()
    assert SECRET in (attempt.folder / "log.withheld").read_text()


def test_log_of_a_script_in_doubt_is_masked(bench: Bench) -> None:
    attempt = bench.script("sh", "true", secrets=(SECRET,))
    leave(attempt, mark="", log=f"password: {SECRET}\n")
    assert recover(bench, attempt, GONE).in_doubt
    assert (attempt.folder / "log").read_text() == "password: ***\n"


def test_log_of_a_call_that_was_lost_is_masked(bench: Bench) -> None:
    attempt = bench.call(lambda context: None, secrets=(SECRET,))
    leave(attempt, log=f"password: {SECRET}\n")
    assert recover(bench, attempt, None).in_doubt
    assert (attempt.folder / "log").read_text() == "password: ***\n"
