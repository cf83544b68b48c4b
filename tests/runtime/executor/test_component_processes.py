"""Components in processes of their own: whatever they do there, nothing else is taken with it."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from runtime.executor.orphans import OWNER_VARIABLE, kill_orphans
from runtime.executor.processes import ProcessLimits
from runtime.model.process import start_ticks
from runtime.model.state import Reason
from tests.runtime.executor.attempts import alive, await_fifo, fifo
from tests.runtime.executor.component_project import ComponentBench


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[ComponentBench]:
    bench = ComponentBench(tmp_path)
    yield bench
    bench.executor.close(leave_scripts=False)


def pid_of_next(bench: ComponentBench) -> int:
    outcome = bench.run(bench.of("pid", {"result": "int"}))
    assert outcome.succeeded, outcome.message
    return int(outcome.outputs["result"])


def gone(pid: int) -> bool:
    """Whether a process ends within the time of tests."""
    try:
        fd = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([fd], [], [], 30)[0])
    finally:
        os.close(fd)


def test_result_comes_back_and_the_process_stays_warm(bench: ComponentBench) -> None:
    outcome = bench.run(bench.of("twice", {"result": "int"}, arguments={"n": 4}))
    assert (outcome.succeeded, outcome.outputs) == (True, {"result": 8}), outcome.message
    first = pid_of_next(bench)
    assert first == pid_of_next(bench)
    assert first != os.getpid()


def test_component_that_declares_it_later_than_its_flow_runs_in_a_process_too(bench: ComponentBench) -> None:
    outcome = bench.run(bench.of("pid", {"result": "int"}, process=False))
    assert outcome.outputs["result"] != os.getpid()


def test_thread_is_replaced_by_a_process_when_too_many_were_given_up(
    bench: ComponentBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    attempts = [bench.of("pid_of_thread", {"result": "int"}, process=False) for _ in range(2)]
    assert bench.run(attempts[0]).outputs["result"] == os.getpid()
    monkeypatch.setattr("runtime.executor.local.MOST_ABANDONED", 0)
    assert bench.run(attempts[1]).outputs["result"] != os.getpid()


def test_coroutine_in_a_process_has_a_loop_of_its_own(bench: ComponentBench) -> None:
    outcome = bench.run(bench.of("in_its_own_loop", {"result": "int"}, arguments={"n": 1}))
    assert outcome.outputs == {"result": 2}


def test_all_it_prints_is_in_the_log_also_from_its_children(bench: ComponentBench) -> None:
    attempt = bench.of("prints", arguments={"n": 3})
    assert bench.run(attempt).succeeded
    assert bench.log(attempt) == "line 0\nline 1\nline 2\nfrom C\nfrom a child\n"


def test_call_that_prints_nothing_leaves_no_files(bench: ComponentBench) -> None:
    attempt = bench.of("twice", {"result": "int"}, arguments={"n": 1})
    bench.run(attempt)
    assert not attempt.folder.exists()


@pytest.mark.parametrize(
    ("name", "arguments", "message", "reason"),
    [
        ("exits", {"code": 3}, "it ended its process itself, with exit code 3", Reason.ERROR),
        ("leaves", {"code": 3}, "SystemExit: 3", Reason.ERROR),
        ("crashes", {}, "its process was killed by SIGSEGV", Reason.ERROR),
        ("killed", {}, "its process was killed by SIGKILL, perhaps for want of memory", Reason.ERROR),
        ("raises", {}, "ValueError: bad day", Reason.ERROR),
        ("babbles", {}, "it wrote what is no message to the socket that belongs to its engine", Reason.ERROR),
        ("closes", {}, "it closed the socket that belongs to its engine", Reason.ERROR),
        ("nowhere", {}, "there is no component `steps.nowhere`", Reason.COULD_NOT_START),
    ],
)
def test_end_of_a_call_is_recorded_as_what_it_was(
    bench: ComponentBench, name: str, arguments: dict[str, int], message: str, reason: Reason
) -> None:
    outcome = bench.run(bench.of(name, arguments=arguments))
    assert (outcome.succeeded, outcome.reason) == (False, reason)
    assert outcome.message.startswith(message)
    assert bench.run(bench.of("twice", {"result": "int"}, arguments={"n": 1})).succeeded


def test_crash_leaves_the_place_in_its_log(bench: ComponentBench) -> None:
    attempt = bench.of("crashes")
    bench.run(attempt)
    assert "Segmentation fault" in bench.log(attempt)
    assert "in crashes" in bench.log(attempt)


def test_traceback_begins_at_the_components_own_lines(bench: ComponentBench) -> None:
    attempt = bench.of("raises")
    bench.run(attempt)
    assert 'raise ValueError("bad day")' in bench.log(attempt)
    assert "invocation.py" not in bench.log(attempt)


@pytest.mark.parametrize(("name", "said"), [("wrong", "the result"), ("huge", "its outputs are 3.0 MB long")])
def test_wrong_result_is_a_bad_output(bench: ComponentBench, name: str, said: str) -> None:
    outcome = bench.run(bench.of(name, {"result": "str" if name == "huge" else "int"}))
    assert outcome.reason is Reason.BAD_OUTPUT
    assert said in outcome.message


@pytest.mark.parametrize("crash", [False, True])
def test_secret_reaches_the_process_and_is_masked_in_its_log(bench: ComponentBench, crash: bool) -> None:
    arguments = {"token": "hush-hush", "crash": crash}
    attempt = bench.of("shows", {"result": "int"}, arguments=arguments, secrets=("hush-hush",))
    outcome = bench.run(attempt)
    assert outcome.succeeded is not crash
    assert bench.log(attempt).startswith("the token is ***\n")


def test_component_that_forks_and_returns_twice_has_one_outcome(bench: ComponentBench) -> None:
    first = pid_of_next(bench)
    outcome = bench.run(bench.of("returns_twice", {"result": "int"}))
    assert outcome.outputs == {"result": first}
    assert bench.nothing_ended()


def test_what_a_call_leaves_running_is_ended_with_its_process(bench: ComponentBench, tmp_path: Path) -> None:
    first = pid_of_next(bench)
    pids = tmp_path / "pids"
    assert bench.run(bench.of("breeds", arguments={"file": str(pids)})).succeeded
    assert pid_of_next(bench) != first
    assert all(gone(int(line)) for line in pids.read_text().split())


def test_call_that_hangs_is_killed_at_its_timeout_with_all_it_started(bench: ComponentBench, tmp_path: Path) -> None:
    other = bench.of("polite", arguments={"file": str(tmp_path / "other")})
    bench.executor.submit(other, bench)
    file = fifo(tmp_path / "pid")
    bench.executor.submit(hanging := bench.of("hangs", arguments={"file": str(file)}, timeout_seconds=1.5), bench)
    pid = int(await_fifo(file))
    outcome = bench.wait(hanging)
    assert outcome.reason is Reason.TIMEOUT
    assert outcome.message.endswith("it did not stop when asked, and its process was killed")
    assert not alive(pid)
    assert bench.executor.abandoned == 0
    bench.executor.cancel(other.id)
    assert bench.wait(other).reason is Reason.CANCELLED


def test_cancel_is_heard_by_a_call_that_asks(bench: ComponentBench, tmp_path: Path) -> None:
    first = pid_of_next(bench)
    attempt = bench.of("polite", arguments={"file": str(tmp_path / "there")}, timeout_seconds=0.2)
    outcome = bench.run(attempt)
    assert outcome.reason is Reason.TIMEOUT
    assert "killed" not in outcome.message
    assert pid_of_next(bench) == first


def test_log_without_end_is_cut(tmp_path: Path) -> None:
    bench = ComponentBench(tmp_path, log_cap_bytes=20_000, grace_seconds=0.2)
    attempt = bench.of("endless", arguments={"file": str(tmp_path / "there")}, timeout_seconds=1)
    assert bench.run(attempt).reason is Reason.TIMEOUT
    assert bench.log(attempt).startswith("begins\n")
    assert len(bench.log(attempt)) < 21_000
    bench.executor.close()


def test_process_is_replaced_after_so_many_calls(tmp_path: Path) -> None:
    bench = ComponentBench(tmp_path, processes=ProcessLimits(calls=2))
    pids = [pid_of_next(bench) for _ in range(4)]
    assert pids[0] == pids[1] != pids[2] == pids[3]
    assert gone(pids[0])
    bench.executor.close()


def test_process_that_holds_too_much_memory_is_replaced(tmp_path: Path) -> None:
    bench = ComponentBench(tmp_path, processes=ProcessLimits(memory_bytes=60_000_000))
    hoarder = bench.run(bench.of("hoards", {"result": "int"})).outputs["result"]
    assert pid_of_next(bench) != hoarder
    bench.executor.close()


def test_idle_process_that_was_killed_is_replaced(bench: ComponentBench) -> None:
    first = pid_of_next(bench)
    os.kill(first, signal.SIGKILL)
    assert gone(first)
    assert pid_of_next(bench) != first


def test_processes_end_with_their_executor(bench: ComponentBench) -> None:
    pid = pid_of_next(bench)
    bench.executor.close()
    assert gone(pid)


def test_orphans_of_an_owner_that_died_are_killed_and_those_of_the_living_are_not() -> None:
    dead = subprocess.Popen(["true"])
    name = f"{dead.pid}:{start_ticks(dead.pid)}:x"
    dead.wait()
    mine = f"{os.getpid()}:{start_ticks(os.getpid())}:y"
    sleep = [sys.executable, "-c", "import time; time.sleep(600)"]
    orphan = subprocess.Popen(sleep, env={OWNER_VARIABLE: name}, start_new_session=True)
    kept = subprocess.Popen(sleep, env={OWNER_VARIABLE: mine}, start_new_session=True)
    assert kill_orphans() == 1
    assert orphan.wait(30) == -signal.SIGKILL
    assert kept.poll() is None
    kept.kill()
    kept.wait()


def test_idle_process_ends_after_a_while(tmp_path: Path) -> None:
    bench = ComponentBench(tmp_path, processes=ProcessLimits(idle_seconds=0.2))
    assert gone(pid_of_next(bench))
    bench.executor.close()
