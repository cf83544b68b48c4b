"""Days on which a working store cannot be written: the disk is full, or another program holds the lock."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.faults.commands import WAIT_SECONDS, flowc, flower, query
from tests.faults.test_serve import lines_until, service

FLOW = """flow held {
    task a { sh "cat gate >/dev/null" }
    task b for n in range(0, 30) { after a; sh "echo {{ n }} >> ../effects" }
}
"""


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A filesystem of eight megabytes with a project on it."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=8m", "none", folder], capture_output=True)
    if mounted.returncode != 0:
        pytest.skip("only root may mount a filesystem")
    (tmp_path / "effects").touch()
    yield prepare(folder)
    subprocess.run(["umount", "--lazy", folder], check=True)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "here").mkdir()
    return prepare(tmp_path / "here")


def prepare(folder: Path) -> Path:
    (folder / "held.flow").write_text(FLOW)
    (folder / "flow.toml").write_text("")
    os.mkfifo(folder / "gate")
    assert flowc(folder, "deploy", "held.flow").returncode == 0
    assert flower(folder, "register", "held").returncode == 0
    return folder


def fill(folder: Path) -> Path:
    """Take all the room that there is."""
    filler = folder / "filler"
    with filler.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(b"x" * 4096)
        except OSError:
            return filler


def until(told: Callable[[], bool], what: str) -> None:
    """Wait for something of which no signal can be had, such as what a command prints."""
    deadline = time.monotonic() + WAIT_SECONDS
    while not told():
        assert time.monotonic() < deadline, what
        time.sleep(0.05)


def status(folder: Path) -> str:
    return " ".join(flower(folder, "status", "held-1").stdout.split())


def test_a_service_on_a_full_disk_records_what_ends_starts_nothing_and_goes_on_when_there_is_room(
    small_disk: Path,
) -> None:
    ballast = small_disk / ".flower/flower.db.d/ballast"
    with service(small_disk) as process, (small_disk / "gate").open("w") as gate:
        until(ballast.exists, "no ballast is laid")
        filler = fill(small_disk)
        gate.write("go\n")
        gate.close()
        until(lambda: "flower.db is full, for" in status(small_disk), "status does not tell that the disk is full")
        assert not ballast.exists()
        fill(small_disk)
        refused = flower(small_disk, "register", "held")
        if refused.returncode != 0:
            assert "is full" in refused.stderr
        doctor = flower(small_disk, "doctor")
        assert doctor.returncode == 1
        assert "is full" in doctor.stdout
        filler.unlink()
        lines_until(process, "held-1 ended (status=succeeded)")
        until(ballast.exists, "the ballast is not laid again")
        process.send_signal(signal.SIGTERM)
        assert process.wait(WAIT_SECONDS) == 0
    assert sorted((small_disk.parent / "effects").read_text().split(), key=int) == [str(n) for n in range(30)]
    assert query(small_disk, "SELECT count(*) FROM attempts WHERE outcome = 'succeeded'") == [(31,)]


def test_a_command_on_a_full_disk_may_use_the_ballast_once(small_disk: Path) -> None:
    with service(small_disk) as process:
        until((small_disk / ".flower/flower.db.d/ballast").exists, "no ballast is laid")
        process.kill()
    fill(small_disk)
    assert flower(small_disk, "suspend", "held-1").returncode == 0
    fill(small_disk)
    refused = [flower(small_disk, "register", "held") for _ in range(3)][-1]
    assert refused.returncode == 2
    assert "the disk of" in refused.stderr
    assert "is full" in refused.stderr


def test_a_tool_that_holds_the_lock_is_named_and_what_ends_meanwhile_is_kept(folder: Path) -> None:
    with service(folder) as process, (folder / "gate").open("w") as gate:
        with closing(sqlite3.connect(folder / ".flower/flower.db", isolation_level=None)) as tool:
            tool.execute("BEGIN IMMEDIATE")
            gate.write("go\n")
            gate.close()
            until(lambda: "locked by another program" in status(folder), "status does not name the lock")
            refused = flower(folder, "register", "held")
            assert refused.returncode == 2
            assert "locked by another program" in refused.stderr
            assert "nothing was changed" in refused.stderr
            tool.execute("COMMIT")
        lines_until(process, "held-1 ended (status=succeeded)")
        assert "locked" not in status(folder)
    assert query(folder, "SELECT count(*) FROM runs") == [(1,)]


def test_a_service_that_is_to_stop_while_the_store_is_locked_ends(folder: Path) -> None:
    with service(folder) as process, (folder / "gate").open("w") as gate:
        with closing(sqlite3.connect(folder / ".flower/flower.db", isolation_level=None)) as tool:
            tool.execute("BEGIN IMMEDIATE")
            gate.write("go\n")
            gate.close()
            until(lambda: "locked by another program" in status(folder), "status does not name the lock")
            process.send_signal(signal.SIGTERM)
            process.wait(WAIT_SECONDS)
    assert flower(folder, "run", "--resume", "held-1", "--plain").returncode == 0
    assert query(folder, "SELECT count(*) FROM attempts WHERE task = 'a'") == [(1,)]


def test_a_script_that_ends_well_on_a_full_disk_has_succeeded(small_disk: Path) -> None:
    for name in ("one", "two"):
        os.mkfifo(small_disk / name)
    # The first is run by the gate's own shell, the second, which changes its traps, in a fork of it.
    (small_disk / "plain.flow").write_text(
        'flow plain { task itself { sh "cat one" }; task forked { sh "trap : USR1; cat two >/dev/null" } }\n'
    )
    assert flowc(small_disk, "deploy", "plain.flow").returncode == 0
    assert flower(small_disk, "cancel", "held-1").returncode == 0
    assert flower(small_disk, "register", "plain").returncode == 0
    with service(small_disk) as process:
        with (small_disk / "one").open("w"), (small_disk / "two").open("w"):
            until((small_disk / ".flower/flower.db.d/ballast").exists, "no ballast is laid")
            fill(small_disk)
        lines_until(process, "plain-2 ended (status=succeeded)")
