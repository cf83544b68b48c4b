"""Floors: what the machine takes, in this minute, for the one thing that a measure cannot do without."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import subprocess
import sys
import time
from pathlib import Path
from statistics import median


def commit_seconds(folder: Path, commits: int = 200) -> float:
    """The median of one commit of one small row: SQLite in WAL mode, `synchronous=FULL`, on the disk of `folder`."""
    file = folder / "floor.db"
    times = []
    with contextlib.closing(sqlite3.connect(file, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("CREATE TABLE IF NOT EXISTS floor (id INTEGER PRIMARY KEY, text TEXT)")
        for _ in range(commits):
            started = time.perf_counter()
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("INSERT INTO floor (text) VALUES ('x')")
            connection.execute("COMMIT")
            times.append(time.perf_counter() - started)
    file.unlink()
    return median(times)


def spawn_seconds(spawns: int = 200, at_once: int = 2) -> float:
    """The time per process to spawn `true` and await its end, two at a time."""
    started = time.perf_counter()
    running: list[int] = []
    for _ in range(spawns):
        if len(running) == at_once:
            os.waitpid(running.pop(0), 0)
        running.append(os.posix_spawnp("true", ["true"], os.environ))
    for pid in running:
        os.waitpid(pid, 0)
    return (time.perf_counter() - started) / spawns


def command_seconds(*command: str, folder: Path) -> float:
    """The wall time of one command, whose output is dropped; RuntimeError with its messages if it fails."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    started = time.perf_counter()
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    seconds = time.perf_counter() - started
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)} failed:\n{done.stderr}")
    return seconds


def python_bytes() -> float:
    """The resident memory of this interpreter with nothing loaded, in bytes."""
    code = "import os; print(int(open('/proc/self/statm').read().split()[1]) * os.sysconf('SC_PAGE_SIZE'))"
    return float(subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout)


def python_seconds(code: str, folder: Path) -> float:
    """The wall time of this interpreter with one line of code."""
    return command_seconds(sys.executable, "-c", code, folder=folder)
