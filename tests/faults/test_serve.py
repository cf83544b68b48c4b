"""A service: it works on every run, stops without losing anything, and is replaced when it dies."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from tests.faults.commands import flowc, flower, query, start_flower

FLOW = """flow short {
    task a { sh "read x < gate; echo done >> effects" }
    task b { after a; sh "echo b >> effects" }
}
"""


@contextmanager
def service(folder: Path, *words: str) -> Iterator[subprocess.Popen[str]]:
    process = start_flower(folder, "serve", "--jobs", "2", *words)
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()


def lines_until(process: subprocess.Popen[str], words: str) -> list[str]:
    """What the process prints, up to the line that has the words."""
    assert process.stdout is not None
    lines = []
    for line in process.stdout:
        lines.append(line)
        if words in line:
            return lines
    pytest.fail(f"it ended before it said {words!r}: {lines}")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "short.flow").write_text(FLOW)
    os.mkfifo(tmp_path / "gate")
    assert flowc(tmp_path, "deploy", "short.flow").returncode == 0
    return tmp_path


def test_a_service_works_on_runs_that_others_register(folder: Path) -> None:
    with service(folder) as process:
        lines_until(process, "serving")
        assert flower(folder, "register", "short").returncode == 0
        (folder / "gate").write_text("go\n")
        lines_until(process, "short-1 ended (status=succeeded)")
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0


STOPS = [signal.SIGTERM, signal.SIGHUP, signal.SIGINT]


@pytest.mark.parametrize("stop", STOPS)
def test_a_service_that_is_stopped_leaves_scripts_to_the_next_one(folder: Path, stop: signal.Signals) -> None:
    flower(folder, "register", "short")
    with service(folder) as process, open(folder / "gate", "w") as gate:
        process.send_signal(stop)
        lines_until(process, "scripts go on")
        assert process.wait(20) == 0
        gate.write("go\n")
    with service(folder) as process:
        lines_until(process, "short-1 ended (status=succeeded)")
    assert (folder / "effects").read_text() == "done\nb\n"
    assert query(folder, "SELECT count(*) FROM attempts WHERE task = 'a'") == [(1,)]


@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGHUP])
def test_a_run_that_is_told_to_stop_leaves_its_script_to_whoever_goes_on(folder: Path, stop: signal.Signals) -> None:
    process = start_flower(folder, "run", "short")
    try:
        with open(folder / "gate", "w") as gate:
            process.send_signal(stop)
            told, _ = process.communicate(timeout=20)
            assert process.returncode == 130
            assert "scripts go on" in told
            assert told.splitlines()[-1].strip() == "flower run --resume short-1"
            gate.write("go\n")
    finally:
        process.kill()
    assert flower(folder, "run", "--resume", "short-1").returncode == 0
    assert (folder / "effects").read_text() == "done\nb\n"
    assert query(folder, "SELECT count(*) FROM attempts WHERE task = 'a'") == [(1,)]


def test_a_second_service_stands_by_and_takes_over_when_the_first_is_killed(folder: Path) -> None:
    flower(folder, "register", "short")
    with service(folder) as first:
        with open(folder / "gate", "w") as gate:
            with service(folder) as second:
                lines_until(second, "standing by")
                first.kill()
                lines_until(second, "working")
                gate.write("go\n")
                gate.flush()
                lines_until(second, "short-1 ended (status=succeeded)")
    assert (folder / "effects").read_text() == "done\nb\n"


def test_a_service_that_has_nothing_to_do_notices_an_update_by_hand(folder: Path) -> None:
    (folder / "late.flow").write_text('flow late { task a { sh "test -f mended" } }\n')
    assert flowc(folder, "deploy", "late.flow").returncode == 0
    assert flower(folder, "register", "late").returncode == 0
    with service(folder) as process:
        lines_until(process, "late-1 ended (status=failed)")
        (folder / "mended").touch()
        with closing(sqlite3.connect(folder / ".flower/flower.db")) as tool, tool:
            tool.execute("UPDATE task_run SET exec_status = 0 WHERE path = 'a'")
        lines_until(process, "late-1 ended (status=succeeded)")


def test_what_a_service_tells_machines_is_one_object_a_line(folder: Path) -> None:
    with service(folder, "--json") as process:
        first = json.loads(lines_until(process, "working")[-1])
        assert flower(folder, "register", "short").returncode == 0
        told = json.loads(lines_until(process, "registered")[-1])
    assert (told["run"], told["kind"]) == ("short-1", "registered")
    assert first["at"] < told["at"]
    assert told["at"].endswith("Z")


def test_cancelling_a_run_that_nobody_works_on_ends_the_script_that_was_left_to_itself(folder: Path) -> None:
    with start_flower(folder, "run", "short") as process, open(folder / "gate", "w"):
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=20)
        assert flower(folder, "cancel").returncode == 0
    assert not (folder / "effects").exists()
    assert query(folder, "SELECT outcome FROM attempts WHERE task = 'a'") == [("failed",)]
