"""`kill -9` of an engine at chosen and at random moments: no script is lost, repeated or left in doubt without need."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.runtime.executor.attempts import alive, await_fifo, fifo

ROOT = Path(__file__).parents[2]
COUNT = 60
ONE_LINE = "echo NUMBER >>effects"


def start(folder: Path, count: int, *moment: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.faults.gate_engine", str(folder), str(count), *moment]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True)


def finish(folder: Path, count: int, *moment: str) -> int:
    with start(folder, count, *moment) as engine:
        engine.communicate(timeout=60)
    return engine.returncode


def effects(folder: Path) -> Counter[int]:
    path = folder / "project" / "effects"
    return Counter(int(line) for line in path.read_text().split()) if path.exists() else Counter()


def end_of(folder: Path, number: int) -> dict[str, Any]:
    data: dict[str, Any] = json.loads((folder / "ends" / str(number)).read_text())
    return data


@pytest.mark.parametrize("moment", ["before the commit", "after the commit"])
def test_engine_that_dies_before_the_gate_opens_has_run_nothing(tmp_path: Path, moment: str) -> None:
    (tmp_path / "script").write_text(ONE_LINE)
    assert finish(tmp_path, 1, moment) == -signal.SIGKILL
    assert effects(tmp_path) == Counter()
    assert finish(tmp_path, 1) == 0
    assert effects(tmp_path) == Counter([0])


def test_engine_that_dies_after_the_end_leaves_the_result_to_be_taken(tmp_path: Path) -> None:
    (tmp_path / "script").write_text(f"{ONE_LINE}; exit 3")
    assert finish(tmp_path, 1, "after the end") == -signal.SIGKILL
    assert finish(tmp_path, 1) == 0
    assert effects(tmp_path) == Counter([0])
    assert (end_of(tmp_path, 0)["reason"], end_of(tmp_path, 0)["exit_code"]) == ("error", 3)


def test_running_script_is_adopted_by_the_next_engine(tmp_path: Path) -> None:
    ready, go = fifo(tmp_path / "ready"), fifo(tmp_path / "go")
    # It goes on only when the second engine, which is told by its output, is at work.
    (tmp_path / "script").write_text(f'kill -9 "$ENGINE"; echo >{ready}; cat {go}; {ONE_LINE}')
    engine = start(tmp_path, 1)
    await_fifo(ready)
    engine.communicate(timeout=60)
    assert engine.returncode == -signal.SIGKILL
    with start(tmp_path, 1) as second:
        go.write_text("")
        second.communicate(timeout=60)
    assert second.returncode == 0
    assert effects(tmp_path) == Counter([0])
    assert end_of(tmp_path, 0)["succeeded"]


def test_script_that_is_lost_together_with_its_engine_is_in_doubt(tmp_path: Path) -> None:
    (tmp_path / "script").write_text(f'{ONE_LINE}; kill -9 "$ENGINE"; kill -9 0')
    assert finish(tmp_path, 1) == -signal.SIGKILL
    assert finish(tmp_path, 1) == 0
    assert end_of(tmp_path, 0)["reason"] == "in doubt"
    assert effects(tmp_path) == Counter([0])


def test_adopted_script_is_ended_at_its_timeout_counted_from_its_start(tmp_path: Path) -> None:
    ready = fifo(tmp_path / "ready")
    (tmp_path / "script").write_text(f'kill -9 "$ENGINE"; echo $$ >{ready}; exec sleep 600')
    engine = start(tmp_path, 1)
    pid = int(await_fifo(ready))
    engine.communicate(timeout=60)
    mark = json.loads((tmp_path / "marks" / "0").read_text())
    # As if the script had been running for longer than the timeout already.
    from runtime.executor.local import LocalExecutor
    from runtime.executor.protocol import ProcessMark
    from tests.faults.gate_engine import Engine, no_component

    recovering = Engine(tmp_path, "")
    recovering.executor = LocalExecutor(no_component, grace_seconds=1.0)
    attempt = recovering.attempt(0)
    object.__setattr__(attempt, "timeout_seconds", 0.01)
    recovering.executor.recover(attempt, ProcessMark(**mark), recovering)
    _, outcome = recovering.ends.get(timeout=30)
    assert outcome.reason == "timeout"
    assert not alive(pid)
    assert outcome.took_seconds > 0.01


def test_engines_killed_at_random_moments_run_every_script_once(tmp_path: Path) -> None:
    (tmp_path / "script").write_text(f"{ONE_LINE}; sleep 0.02")
    chance = random.Random(7)
    for _ in range(10):
        engine = start(tmp_path, COUNT)
        assert engine.stdout is not None
        for _, _ in zip(range(chance.randrange(1, 8)), engine.stdout, strict=False):
            pass
        os.kill(engine.pid, signal.SIGKILL)
        engine.communicate()
    assert finish(tmp_path, COUNT) == 0
    assert effects(tmp_path) == Counter(range(COUNT))
    assert all(end_of(tmp_path, number)["succeeded"] for number in range(COUNT))
