"""Statements of transactional components, applied within the transaction that records the completion.

They may write to tables of the users' own, and create such tables and indexes; SQLite's authorizer, which sees what a
statement and every trigger behind it would do, refuses the rest. A clock ends what takes too long: nobody else can
write meanwhile.
"""

from __future__ import annotations

import contextlib
import sqlite3
import time
from collections.abc import Sequence
from typing import Final

from runtime.model.statement import Statement, StatementProblem, TransactionLost, check_amount
from runtime.store.sqlite.connection import migrations

LONGEST_SECONDS: Final = 1.0
_STEPS: Final = 10_000
_OWN_TABLES = (sqlite3.SQLITE_INSERT, sqlite3.SQLITE_UPDATE, sqlite3.SQLITE_DELETE, sqlite3.SQLITE_READ)
_HARMLESS = (sqlite3.SQLITE_SELECT, sqlite3.SQLITE_FUNCTION, sqlite3.SQLITE_RECURSIVE)
_CREATE = (sqlite3.SQLITE_CREATE_TABLE, sqlite3.SQLITE_CREATE_INDEX, sqlite3.SQLITE_REINDEX)
_OF_THE_STORE: Final = (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_BUSY, sqlite3.SQLITE_CORRUPT)
"""No fault of the statement: the whole transaction waits or ends, as for any other write."""
_SCHEMA: Final = ("sqlite_master", "sqlite_schema")
"""SQLite writes here when it creates a table; by name it lets nobody."""


class Effects:
    """Applies statements over the writing connection."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._engines: frozenset[str] | None = None

    def apply(self, statements: Sequence[Statement]) -> None:
        """All of them in order, within the caller's savepoint. StatementProblem names the one that cannot be applied;
        TransactionLost if SQLite has rolled back everything because of it."""
        check_amount(len(statements), sum(each.characters for each in statements))
        if self._engines is None:
            self._engines = _names_of_engine()
        with _Guard(self._connection, self._engines) as guard:
            for number, statement in enumerate(statements, start=1):
                self._execute(statement, f"statement {number} of {len(statements)}", guard)

    def _execute(self, statement: Statement, which: str, guard: _Guard) -> None:
        try:
            for _ in self._connection.execute(statement.sql, statement.values):
                pass
        except (sqlite3.Error, sqlite3.Warning, UnicodeEncodeError) as error:
            if getattr(error, "sqlite_errorcode", 0) & 0xFF in _OF_THE_STORE:
                raise
            why = guard.refused or str(error)[:300]
            text = f"{which} could not be applied, so nothing of it was: {why}: {_short(statement.sql)}"
            if not self._connection.in_transaction:
                raise TransactionLost(text) from None
            raise StatementProblem(text) from None


class _Guard:
    """While it is entered, the connection does only what users' statements may do."""

    def __init__(self, connection: sqlite3.Connection, engines: frozenset[str]) -> None:
        self._connection = connection
        self._engines = engines
        self._until = time.monotonic() + LONGEST_SECONDS
        self.refused = ""

    def __enter__(self) -> _Guard:
        self._connection.set_authorizer(self._judge)
        self._connection.set_progress_handler(self._is_late, _STEPS)
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.set_progress_handler(None, 0)
        self._connection.set_authorizer(None)

    def _is_late(self) -> bool:
        if time.monotonic() < self._until:
            return False
        self.refused = f"the statements took longer than {LONGEST_SECONDS:g} s, and everybody waits for them"
        return True

    def _judge(
        self, action: int, first: str | None, second: str | None, database: str | None, trigger: str | None
    ) -> int:
        if action in _HARMLESS:
            return sqlite3.SQLITE_OK
        name = (first or "").lower()
        if database is None and action == sqlite3.SQLITE_READ and name not in self._engines:
            return sqlite3.SQLITE_OK  # Of a name that `WITH` has made.
        if database == "main" and action in (*_OWN_TABLES, *_CREATE) and self._is_users(action, name):
            return sqlite3.SQLITE_OK
        if not self.refused:
            self.refused = self._refusal(action, name)
        return sqlite3.SQLITE_DENY

    def _is_users(self, action: int, name: str) -> bool:
        if name in _SCHEMA:
            return action in _OWN_TABLES
        if name.startswith("sqlite_autoindex_"):
            return action == sqlite3.SQLITE_CREATE_INDEX  # Of a table with UNIQUE; by name SQLite lets nobody.
        return name not in self._engines and not name.startswith("sqlite_")

    def _refusal(self, action: int, name: str) -> str:
        if name in self._engines or name.startswith("sqlite_"):
            return f"`{name}` belongs to flower; statements may use tables of your own only"
        return "it may write to tables of your own, and create tables and indexes, and nothing else"


def _names_of_engine() -> frozenset[str]:
    """Names of all tables, views and indexes that the store has by itself."""
    with contextlib.closing(sqlite3.connect(":memory:")) as fresh:
        for _, sql in migrations():
            fresh.executescript(sql)
        return frozenset(name.lower() for (name,) in fresh.execute("SELECT name FROM sqlite_master"))


def _short(sql: str) -> str:
    text = " ".join(sql.split())
    text = text.encode(errors="backslashreplace").decode()
    return text if len(text) <= 100 else text[:97] + "..."
