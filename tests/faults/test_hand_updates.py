"""Updates of `exec_status` by another program while a service works and the task runs, of every kind."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.faults.commands import WAIT_SECONDS, flowc, flower, query
from tests.faults.test_serve import lines_until, service

FLOW = """flow held {
    task a { sh "echo a >> effects; read x < gate" }
    task b { after a; sh "echo b >> effects" }
}
"""
UPDATE = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], timeout=60)
with connection:
    connection.execute("UPDATE task_run SET exec_status = ? WHERE path = 'a'", (int(sys.argv[2]),))
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "held.flow").write_text(FLOW)
    os.mkfifo(tmp_path / "gate")
    assert flowc(tmp_path, "deploy", "held.flow").returncode == 0
    assert flower(tmp_path, "register", "held").returncode == 0
    return tmp_path


def update(folder: Path, status: int) -> None:
    """What a person does in a tool of theirs."""
    db = folder / ".flower/flower.db"
    subprocess.run([sys.executable, "-c", UPDATE, db, str(status)], check=True, timeout=WAIT_SECONDS)


def effects(folder: Path) -> list[str]:
    return (folder / "effects").read_text().split()


def await_generation(folder: Path, generation: int) -> None:
    """Until an attempt of that generation has begun."""
    until = time.monotonic() + WAIT_SECONDS
    while not query(folder, f"SELECT 1 FROM attempts WHERE task = 'a' AND generation = {generation}"):
        assert time.monotonic() < until
        time.sleep(0.02)


def states(folder: Path) -> dict[str, str]:
    return dict(query(folder, "SELECT task, state FROM tasks"))


@pytest.mark.parametrize(
    ("status", "ended", "after"),
    [
        (3, "succeeded", {"a": "succeeded", "b": "succeeded"}),
        (9, "succeeded", {"a": "skipped", "b": "succeeded"}),
        (4, "failed", {"a": "failed", "b": "waiting"}),
        (2, "suspended", {"a": "suspended", "b": "waiting"}),
    ],
)
def test_a_running_task_is_what_a_person_says(folder: Path, status: int, ended: str, after: dict[str, str]) -> None:
    with service(folder) as process, (folder / "gate").open("w"):
        update(folder, status)
        lines_until(process, f"held-1 ended (status={ended})" if ended != "suspended" else "suspended")
        assert states(folder) == after
    assert effects(folder) == (["a", "b"] if ended == "succeeded" else ["a"])


def test_a_running_task_set_to_waiting_is_ended_and_starts_again(folder: Path) -> None:
    with service(folder) as process:
        with (folder / "gate").open("w"):
            update(folder, 0)
            lines_until(process, "by hand")
        await_generation(folder, 2)  # The first attempt is over then, and does not take what is meant for the second.
        (folder / "gate").write_text("go\n")
        lines_until(process, "held-1 ended (status=succeeded)")
    assert effects(folder) == ["a", "a", "b"]
    assert query(folder, "SELECT generation, outcome FROM attempts WHERE task = 'a' ORDER BY id DESC LIMIT 1") == [
        (2, "succeeded")
    ]


@pytest.mark.parametrize("status", [5, 77, -1])
def test_a_state_that_does_not_exist_is_put_back_while_the_task_runs_on(folder: Path, status: int) -> None:
    with service(folder) as process, (folder / "gate").open("w") as gate:
        update(folder, status)
        lines_until(process, "by hand")
        gate.write("go\n")
        gate.flush()
        lines_until(process, "held-1 ended (status=succeeded)")
    assert effects(folder) == ["a", "b"]


@pytest.mark.parametrize("status", [0, 1])
def test_a_task_that_has_ended_is_run_again_or_put_back(folder: Path, status: int) -> None:
    with service(folder) as process:
        (folder / "gate").write_text("go\n")
        lines_until(process, "held-1 ended (status=succeeded)")
        update(folder, status)
        if status == 0:
            (folder / "gate").write_text("go\n")
            lines_until(process, "held-1 ended (status=succeeded)")
            assert effects(folder) == ["a", "b", "a"]
        else:
            lines_until(process, "by hand")
            assert states(folder) == {"a": "succeeded", "b": "succeeded"}
