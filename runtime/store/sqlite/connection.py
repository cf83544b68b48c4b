"""Opening the SQLite file: identity, migrations, pragmas; SQLite's errors told in sentences."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Final

from runtime.model.errors import StoreProblem
from runtime.store.sqlite.copied import is_copy, settle_copy
from runtime.store.sqlite.files import StoreFiles

APPLICATION_ID: Final = 0x464C5752
"""`FLWR` in the file's header: tells our files from anybody else's."""
_UPGRADE: Final = "stop that one, and try again: the store is brought up to date then"
_BUSY_MILLISECONDS: Final = 2_000
_SHARED_MEMORY_CANNOT_GROW: Final = sqlite3.SQLITE_IOERR_SHMSIZE


@cache
@cache
def migrations() -> tuple[tuple[int, str], ...]:
    """Number and SQL of each migration, in order. Read once: every opening of a store asks."""
    folder = resources.files("runtime.store.sqlite") / "migrations"
    files = sorted((entry.name, entry.read_text()) for entry in folder.iterdir() if entry.name.endswith(".sql"))
    return tuple((int(name.split("_")[0]), text) for name, text in files)


def connect_writer(
    files: StoreFiles, synchronous: str = "FULL", kind: type[sqlite3.Connection] = sqlite3.Connection
) -> sqlite3.Connection:
    """The one writing connection; creates and migrates the store. The caller holds the engine lock."""
    files.create()
    if files.db.is_dir():
        raise StoreProblem(f"{files.db} is a folder, not a store")
    with contextlib.suppress(OSError):
        os.close(os.open(files.db, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, 0o600))
    try:
        connection = sqlite3.connect(
            files.db,
            isolation_level=None,
            check_same_thread=False,
            cached_statements=512,
            timeout=0,
            factory=kind,
        )
    except sqlite3.Error as error:
        raise translate(error, files.db) from None
    try:
        connection.execute(f"PRAGMA busy_timeout = {_BUSY_MILLISECONDS}")
        _check_identity(connection, files.db)
        if connection.execute("PRAGMA journal_mode = WAL").fetchone()[0] != "wal":
            raise StoreProblem(
                f"{files.db} lies on a filesystem without shared memory (a network folder?)",
                "keep the store on a local disk: --db FILE or FLOWER_DB",
            )
        connection.execute(f"PRAGMA synchronous = {synchronous}")
        connection.execute("PRAGMA foreign_keys = OFF")
        connection.execute("PRAGMA cache_size = -65536")
        connection.execute("PRAGMA temp_store = MEMORY")
        _migrate(connection)
        if is_copy(connection):
            with transaction(connection):
                settle_copy(connection, files, time.time_ns() // 1000)
    except sqlite3.Error as error:
        connection.close()
        raise translate(error, files.db) from None
    except StoreProblem:
        connection.close()
        raise
    return connection


def connect_reader(files: StoreFiles, kind: type[sqlite3.Connection] = sqlite3.Connection) -> sqlite3.Connection:
    """A connection that can only read; StoreProblem if there is no store, or not one of ours."""
    if files.db.is_dir():
        raise StoreProblem(f"{files.db} is a folder, and no store", "name the file in it: --db FOLDER/flower.db")
    if not files.db.exists():
        raise StoreProblem(
            f"there is no store at {files.db}",
            "deploy a flow first: flowc deploy FILE.flow, or name the store with --db",
        )
    try:
        connection = sqlite3.connect(
            f"{files.db.as_uri()}?mode=ro",
            uri=True,
            isolation_level=None,
            check_same_thread=False,
            timeout=2,
            factory=kind,
        )
        _check_identity(connection, files.db, writing=False)
    except sqlite3.Error as error:
        raise translate(error, files.db) from None
    return connection


class OutdatedStore(StoreProblem):
    """The store was written by an older version; opening it for writing brings it up to date."""


def _check_identity(connection: sqlite3.Connection, db: Path, *, writing: bool = True) -> None:
    application = connection.execute("PRAGMA application_id").fetchone()[0]
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    newest = migrations()[-1][0]
    if application == APPLICATION_ID:
        if version > newest:
            raise StoreProblem(
                f"{db} was written by a newer version of flower (schema {version}, this program knows {newest})",
                "upgrade flower, or name another store with --db",
            )
        if version < newest and not writing:
            raise OutdatedStore(f"{db} was written by an older version of flower that still works on it", _UPGRADE)
        return
    empty = not connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
    if not (empty and application == 0 and writing):
        raise StoreProblem(
            f"{db} is not a store of flower" + (" (it is empty)" if empty else ""),
            "name another file with --db, or deploy a flow to make one",
        )


def _migrate(connection: sqlite3.Connection) -> None:
    have = connection.execute("PRAGMA user_version").fetchone()[0]
    for number, sql in migrations():
        if number <= have:
            continue
        with transaction(connection):
            for statement in split_statements(sql):
                connection.execute(statement)
            if number == 1:
                connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
                connection.execute(
                    "INSERT INTO store (one, incarnation, created_at) VALUES (1, ?, ?)",
                    (uuid.uuid4().hex, time.time_ns() // 1000),
                )
            connection.execute(f"PRAGMA user_version = {number}")


def split_statements(sql: str) -> Iterator[str]:
    """The statements of a script one by one, triggers whole (`executescript` would commit before it runs)."""
    statement = ""
    for line in sql.splitlines(keepends=True):
        statement += line
        if line.rstrip().endswith(";") and sqlite3.complete_statement(statement):
            yield statement
            statement = ""
    if statement.strip():
        yield statement


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """One immediate transaction: committed at the end, rolled back by an exception."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def translate(error: sqlite3.Error, db: Path) -> StoreProblem:
    """An SQLite error as a sentence that says what to do."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return StoreProblem(
            f"{db} is locked by another program",
            "close the transaction that the other program holds open",
            temporary=True,
        )
    if code == sqlite3.SQLITE_FULL or getattr(error, "sqlite_errorcode", 0) == _SHARED_MEMORY_CANNOT_GROW:
        return StoreProblem(
            f"the disk of {db} is full",
            "make room there: what waits goes on by itself, anything else is to be asked again",
            full=True,
        )
    if code == sqlite3.SQLITE_READONLY:
        return StoreProblem(
            f"{db} may not be written",
            "mend its permissions, or name another store with --db",
        )
    if code == sqlite3.SQLITE_CANTOPEN:
        return StoreProblem(
            f"{db} cannot be opened",
            f"the folder {db.parent} must exist and be writable, also for reading; or name another store with --db",
        )
    if code in (sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT):
        return StoreProblem(
            f"{db} is damaged or not an SQLite file: {error}",
            "restore it from a backup",
        )
    if code == sqlite3.SQLITE_IOERR:
        return StoreProblem(f"{db} cannot be read or written: {error}", "look at the disk")
    return StoreProblem(f"{db}: {error}")
