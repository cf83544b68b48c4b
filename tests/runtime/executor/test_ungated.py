"""Scripts that do not wait at a gate: what they save, and what a later engine can still know of them."""

from __future__ import annotations

import itertools
import os
import subprocess
from pathlib import Path

import pytest

from runtime.executor.recovery import Evidence, Verdict, judge
from runtime.model.state import Reason
from tests.runtime.executor.attempts import Bench, await_fifo, fifo


@pytest.fixture
def ungated(tmp_path: Path) -> Bench:
    return Bench(tmp_path, gated=False)


@pytest.mark.parametrize(
    ("language", "text"), [("sh", "wc -c"), ("sh", "(wc -c)"), ("bash", "wc -c"), ("python", "pass")]
)
def test_script_runs_without_asking_whether_its_process_is_durable(ungated: Bench, language: str, text: str) -> None:
    ungated.grant = False
    attempt = ungated.script(language, text)
    assert ungated.run(attempt).succeeded
    assert ungated.marks == {}
    assert ungated.log(attempt).strip() in ("0", "")


def test_script_is_cancelled_as_others_are(ungated: Bench, tmp_path: Path) -> None:
    ready = fifo(tmp_path / "ready")
    attempt = ungated.script("sh", f"sh -c 'echo up >{ready}; exec sleep 600'")
    ungated.executor.submit(attempt, ungated)
    await_fifo(ready)
    ungated.executor.cancel(attempt.id)
    assert ungated.wait(attempt).reason is Reason.CANCELLED


def test_code_that_it_left_is_taken(bench: Bench) -> None:
    attempt = bench.script("sh", "true", gated=False)
    attempt.folder.mkdir(parents=True)
    (attempt.folder / "mark").write_text("0\n")
    bench.executor.recover(attempt, None, bench)
    assert bench.wait(attempt).succeeded


def test_what_it_left_to_itself_is_not_waited_for(bench: Bench) -> None:
    attempt = bench.script("sh", "true", gated=False)
    attempt.folder.mkdir(parents=True)
    (attempt.folder / "mark").write_text("0\n")
    environment = {**os.environ, "FLOW_OUT": f"{attempt.folder}/out"}
    left = subprocess.Popen(["sleep", "600"], start_new_session=True, env=environment)
    try:
        bench.executor.recover(attempt, None, bench)
        assert bench.wait(attempt).succeeded
        assert left.poll() is None
    finally:
        left.kill()
        left.wait()


@pytest.mark.parametrize("files", [[], ["mark"]])
def test_without_a_code_and_a_process_it_is_in_doubt(bench: Bench, files: list[str]) -> None:
    attempt = bench.script("sh", "true", gated=False)
    attempt.folder.mkdir(parents=True)
    for name in files:
        (attempt.folder / name).touch()
    bench.executor.recover(attempt, None, bench)
    assert bench.wait(attempt).in_doubt


def test_one_that_is_alive_is_found_by_its_environment_and_awaited(ungated: Bench, tmp_path: Path) -> None:
    ready, go = fifo(tmp_path / "ready"), fifo(tmp_path / "go")
    attempt = ungated.script("sh", f"echo up >{ready}; cat {go}; exit 3", gated=False)
    ungated.executor.submit(attempt, ungated)
    await_fifo(ready)
    ungated.executor.close(leave_scripts=True)
    later = Bench(tmp_path)
    later.executor.recover(attempt, None, later)
    go.write_text("")
    assert later.wait(attempt).exit_code == 3


def test_without_a_gate_nothing_is_said_never_to_have_run() -> None:
    for values in itertools.product((False, True), repeat=5):
        evidence = Evidence(*values, gated=False)
        verdict = judge(evidence)
        assert verdict is not Verdict.NEVER_RAN
        assert (verdict is Verdict.IN_DOUBT) == (not evidence.alive and not evidence.has_code)
