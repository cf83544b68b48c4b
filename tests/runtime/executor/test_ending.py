"""Timeouts, cancels and what scripts leave behind: at the end of an attempt nothing of it is alive."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from runtime.model.state import Reason
from tests.runtime.executor.attempts import Bench, alive, await_fifo, fifo

LONG = "sleep 600"


def test_timeout_ends_the_script(bench: Bench) -> None:
    outcome = bench.run(bench.script("sh", LONG, timeout_seconds=0.2))
    assert (outcome.succeeded, outcome.reason) == (False, Reason.TIMEOUT)
    assert "its timeout of 200ms" in outcome.message


def test_script_that_tidies_up_at_sigterm_has_time_for_it(bench: Bench) -> None:
    attempt = bench.script("sh", "trap 'echo tidy; exit 7' TERM; sleep 600 & wait", timeout_seconds=0.3)
    outcome = bench.run(attempt)
    assert (outcome.reason, outcome.exit_code) == (Reason.TIMEOUT, 7)
    assert bench.log(attempt) == "tidy\n"


def test_script_that_ignores_sigterm_is_killed_after_the_grace(tmp_path: Path) -> None:
    bench = Bench(tmp_path, grace_seconds=0.3)
    outcome = bench.run(bench.script("sh", f"trap '' TERM; {LONG}", timeout_seconds=0.2))
    assert (outcome.reason, outcome.exit_code) == (Reason.TIMEOUT, 137)


@pytest.mark.parametrize("stubborn", ["", "trap '' TERM; "])
def test_process_that_escaped_into_its_own_session_is_ended_too(tmp_path: Path, stubborn: str) -> None:
    bench = Bench(tmp_path, grace_seconds=0.3)
    ready = fifo(tmp_path / "ready")
    text = f"{stubborn}setsid sh -c '{stubborn.replace(chr(39), chr(34))}echo $$ >{ready}; exec sleep 600' & sleep 600"
    attempt = bench.script("sh", text)
    bench.executor.submit(attempt, bench)
    escaped = int(await_fifo(ready))
    assert os.getsid(escaped) == escaped
    bench.executor.cancel(attempt.id)
    assert bench.wait(attempt).reason is Reason.CANCELLED
    assert not alive(escaped)


def test_cancel_is_recorded_with_its_reason(bench: Bench, tmp_path: Path) -> None:
    ready = fifo(tmp_path / "ready")
    attempt = bench.script("sh", f"echo >{ready}; {LONG}")
    bench.executor.submit(attempt, bench)
    await_fifo(ready)
    bench.executor.cancel(attempt.id)
    bench.executor.cancel(attempt.id, Reason.TIMEOUT)
    outcome = bench.wait(attempt)
    # A command that is being forked at that moment may miss the SIGTERM; it is killed after the grace.
    assert (outcome.reason, outcome.exit_code) in {
        (Reason.CANCELLED, 128 + number) for number in (signal.SIGTERM, signal.SIGKILL)
    }
    assert bench.nothing_ended()


def test_cancel_of_what_is_not_running_does_nothing(bench: Bench) -> None:
    attempt = bench.script("sh", "true")
    assert bench.run(attempt).succeeded
    bench.executor.cancel(attempt.id)
    bench.executor.cancel(4711)
    assert bench.nothing_ended()


@pytest.mark.parametrize("stubborn", ["", "trap '' TERM; "])
def test_background_process_ends_with_its_script(tmp_path: Path, stubborn: str) -> None:
    bench = Bench(tmp_path, grace_seconds=0.3)
    attempt = bench.script("sh", f"{stubborn}sleep 600 & echo $! >left")
    assert bench.run(attempt).succeeded
    assert not alive(int((bench.project / "left").read_text()))


def test_daemon_in_a_session_of_its_own_outlives_a_script_that_ended_well(bench: Bench, tmp_path: Path) -> None:
    ready = fifo(tmp_path / "ready")
    attempt = bench.script(
        "sh", f"setsid sh -c 'echo $$ >{ready}; exec sleep 600' >/dev/null 2>&1 & cat {ready} >daemon"
    )
    assert bench.run(attempt).succeeded
    daemon = int((bench.project / "daemon").read_text())
    try:
        assert alive(daemon)
    finally:
        os.kill(daemon, signal.SIGKILL)


def test_output_of_a_grandchild_does_not_hold_up_the_end(bench: Bench, tmp_path: Path) -> None:
    ready = fifo(tmp_path / "ready")
    # The daemon keeps the log open; with pipes the end would never be seen.
    attempt = bench.script("sh", f"setsid sh -c 'echo $$ >{ready}; exec sleep 600' & cat {ready} >daemon")
    assert bench.run(attempt).succeeded
    os.kill(int((bench.project / "daemon").read_text()), signal.SIGKILL)


def test_close_leaves_scripts_running_and_reports_no_end(bench: Bench, tmp_path: Path) -> None:
    ready, go = fifo(tmp_path / "ready"), fifo(tmp_path / "go")
    attempt = bench.script("sh", f"echo >{ready}; cat {go}; echo done >{ready}")
    bench.executor.submit(attempt, bench)
    await_fifo(ready)
    bench.executor.close(leave_scripts=True)
    assert bench.nothing_ended()
    assert alive(bench.marks[attempt.id].pid)
    go.write_text("")
    assert await_fifo(ready) == "done"
    os.waitpid(bench.marks[attempt.id].pid, 0)


def test_close_can_end_scripts(bench: Bench, tmp_path: Path) -> None:
    ready = fifo(tmp_path / "ready")
    attempt = bench.script("sh", f"echo >{ready}; {LONG}")
    bench.executor.submit(attempt, bench)
    await_fifo(ready)
    bench.executor.close(leave_scripts=False)
    assert bench.wait(attempt).reason is Reason.CANCELLED
    assert not alive(bench.marks[attempt.id].pid)


def test_what_is_submitted_after_close_never_ran(bench: Bench) -> None:
    bench.executor.close()
    assert bench.run(bench.script("sh", "touch ran")).never_ran
    assert bench.run(bench.call(lambda context: None)).never_ran
    assert not (bench.project / "ran").exists()
