"""A store whose process can die at any statement, and a history of all that was committed to it."""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
from functools import cache
from pathlib import Path
from typing import Any, Final

from runtime.store.sqlite import graphs
from runtime.store.sqlite.files import StoreFiles
from runtime.store.sqlite.store import SqliteStore

MOST_STATEMENTS: Final = 40_000
"""Of one turn: more of them are a loop without an end."""

_HISTORY: Final = """
CREATE TABLE history (
    id INTEGER PRIMARY KEY, task_run_id INTEGER, was INTEGER, now INTEGER, reason TEXT, fence INTEGER,
    generation INTEGER, forgiven INTEGER, by_hand INTEGER, attempt_id INTEGER);
CREATE TRIGGER history_of_tasks AFTER UPDATE OF exec_status, forgiven, generation ON task_run
WHEN NEW.exec_status IS NOT OLD.exec_status OR NEW.forgiven IS NOT OLD.forgiven OR NEW.generation <> OLD.generation
BEGIN
    INSERT INTO history (task_run_id, was, now, reason, fence, generation, forgiven, by_hand, attempt_id) VALUES
        (NEW.id, OLD.exec_status, NEW.exec_status, NEW.reason, NEW.fence, NEW.generation, NEW.forgiven,
         NEW.revision = OLD.revision, NEW.attempt_id);
END;
"""


class Crash(BaseException):
    """The engine's process is gone."""


class Endless(BaseException):
    """One turn does not end."""


class Fate:
    """When the engine dies: at which of the points that it passes, counted from now. 0: not yet known."""

    def __init__(self) -> None:
        self.passed = 0
        self.crash_at = 0
        self.dead = False
        self.in_turn = 0
        self.locked_at: list[int] = []
        self.broken_at: list[int] = []

    def point(self) -> None:
        """The engine has come to where it can die."""
        self.passed += 1
        self.in_turn += 1
        if self.dead or self.passed == self.crash_at:
            self.dead = True
            raise Crash
        if self.in_turn > MOST_STATEMENTS:
            raise Endless

    def trouble(self, sql: str) -> sqlite3.OperationalError | None:
        """What SQLite has against a statement: somebody else's lock, when a transaction begins; a bad disk."""
        if sql.startswith("BEGIN") and self.locked_at and self.passed >= self.locked_at[0]:
            self.locked_at.pop(0)
            return _error("database is locked", sqlite3.SQLITE_BUSY)
        if sql != "ROLLBACK" and self.broken_at and self.passed >= self.broken_at[0]:
            self.broken_at.pop(0)
            return _error("disk I/O error", sqlite3.SQLITE_IOERR)
        return None

    def revive(self, crash_in: int) -> None:
        """A new process, which dies after so many points; 0: never."""
        self.dead = False
        self.in_turn = 0
        self.crash_at = self.passed + crash_in if crash_in else 0


def _error(text: str, code: int) -> sqlite3.OperationalError:
    error = sqlite3.OperationalError(text)
    error.sqlite_errorcode = code
    return error


class MortalConnection(sqlite3.Connection):
    """Dies before a statement, or right after a commit. `fate` is set once the store is open."""

    fate: Fate | None = None

    def execute(self, sql: str, *parameters: Any) -> sqlite3.Cursor:
        if self.fate is None:
            return super().execute(sql, *parameters)
        self.fate.point()
        trouble = self.fate.trouble(sql)
        if trouble is not None:
            raise trouble
        cursor = super().execute(sql, *parameters)
        if sql == "COMMIT":
            self.fate.point()
        return cursor

    def executemany(self, sql: str, *parameters: Any) -> sqlite3.Cursor:
        if self.fate is not None:
            self.fate.point()
        return super().executemany(sql, *parameters)


@cache
def _template() -> tuple[Path, str]:
    """An empty store with a history, made once for all simulations of this process; it goes with the process."""
    folder = tempfile.TemporaryDirectory(prefix="flower-simulation-", dir=memory_folder())
    db = Path(folder.name) / "template.db"
    store = SqliteStore(StoreFiles(db), "OFF")
    store.close()
    with sqlite3.connect(db) as connection:
        connection.executescript(_HISTORY)
    connection.close()
    _KEPT.append(folder)
    return db, folder.name


_KEPT: list[tempfile.TemporaryDirectory[str]] = []


def memory_folder() -> str | None:
    """A folder in memory, where there is one."""
    return "/dev/shm" if os.access("/dev/shm", os.W_OK) else None


def new_files(folder: Path) -> StoreFiles:
    """A fresh store with a history in a folder."""
    db = folder / "flower.db"
    shutil.copyfile(_template()[0], db)
    return StoreFiles(db)


def open_store(files: StoreFiles, fate: Fate | None) -> SqliteStore:
    """The writing side, as a new process opens it: nothing is known yet. With a fate it can die."""
    graphs._graphs.clear()
    store = SqliteStore(files, "OFF", MortalConnection)
    connection = store._connection
    assert isinstance(connection, MortalConnection)
    connection.fate = fate
    return store
