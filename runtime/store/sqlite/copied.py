"""A store that was copied becomes one of its own, before anything else is done with it.

It gets an identity of its own, so that no key or fence given out by the store that it was copied from means anything
here. What was being executed when the copy was made is lost: the attempt is closed, and another takes its place of
which nobody can know how it ended. It has no folder and no process, so nothing that still runs is adopted and no result
accepted. New runs and attempts get numbers that no folder has.
"""

from __future__ import annotations

import sqlite3
import uuid
from pathlib import Path
from typing import Final

from runtime.model.encode import dumps
from runtime.model.state import Reason
from runtime.store.sqlite.files import StoreFiles

_BOOT: Final = "before the store was copied"
"""Stands for the boot of processes that belong to the other store: no machine has it."""
_LOST: Final = "it was under way when the store was copied"


def is_copy(connection: sqlite3.Connection) -> bool:
    """Whether the store is a copy that nobody has opened for writing; only reads, so it waits for nobody."""
    return connection.execute("SELECT copied_at FROM store").fetchone()[0] is not None


def settle_copy(connection: sqlite3.Connection, files: StoreFiles, now: int) -> bool:
    """Make a copy a store of its own, within the caller's transaction; whether it was one."""
    was, copied_at = connection.execute("SELECT incarnation, copied_at FROM store").fetchone()
    if copied_at is None:
        return False
    connection.execute("UPDATE store SET incarnation = ?, copied_at = NULL", (uuid.uuid4().hex,))
    _skip_numbers(connection, files)
    lost = _lose_attempts(connection, now)
    connection.execute("UPDATE worker SET ended_at = ? WHERE ended_at IS NULL", (now,))
    connection.execute(
        "INSERT INTO event (at, kind, detail) VALUES (?, 'restored', ?)",
        (now, dumps({"copied_at": copied_at, "was": was[:8], "lost": lost})),
    )
    return True


def _skip_numbers(connection: sqlite3.Connection, files: StoreFiles) -> None:
    runs = _numbers(files.folder / "runs")
    attempts = [number for run in runs for number in _numbers(files.run(run))]
    for table, used in (("flow_run", runs), ("task_attempt", attempts)):
        connection.execute(
            "INSERT INTO sqlite_sequence SELECT ?, 0 WHERE NOT EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = ?)",
            (table, table),
        )
        connection.execute("UPDATE sqlite_sequence SET seq = max(seq, ?) WHERE name = ?", (max(used, default=0), table))


def _numbers(folder: Path) -> list[int]:
    try:
        return [int(entry.name) for entry in folder.iterdir() if entry.name.isdecimal()]
    except OSError:
        return []


def _lose_attempts(connection: sqlite3.Connection, now: int) -> int:
    """Give every task that is running an attempt in doubt in place of its own; how many."""
    running = connection.execute(
        "SELECT a.id, t.id, t.flow_run_id, t.generation, t.attempts, t.fence, a.worker_id, a.started_at"
        " FROM task_run AS t JOIN task_attempt AS a ON a.id = t.attempt_id WHERE t.exec_status = 1 AND t.kind = 'task'"
    ).fetchall()
    connection.execute(
        "UPDATE task_attempt SET ended_at = ?, outcome = 'in doubt', reason = ?, message = ? WHERE ended_at IS NULL",
        (now, Reason.IN_DOUBT, _LOST),
    )
    for _, task_run_id, run_id, generation, number, fence, worker_id, started_at in running:
        cursor = connection.execute(
            "INSERT INTO task_attempt (task_run_id, flow_run_id, generation, number, fence, worker_id, pid,"
            " start_ticks, boot_id, started_at) VALUES (?, ?, ?, ?, ?, ?, 0, 0, ?, ?)",
            (task_run_id, run_id, generation, number, fence + 1, worker_id, _BOOT, started_at),
        )
        connection.execute(
            "UPDATE task_run SET attempt_id = ?, fence = fence + 1, revision = revision + 1 WHERE id = ?",
            (cursor.lastrowid, task_run_id),
        )
    return len(running)
