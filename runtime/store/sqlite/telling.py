"""A connection whose errors are sentences, for the many places that read."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from runtime.store.sqlite.connection import translate


class TellingConnection(sqlite3.Connection):
    """`db`: the file, for the sentences."""

    def __init__(self, database: Any, *arguments: Any, **settings: Any) -> None:
        super().__init__(database, *arguments, **settings)
        name = str(database)
        self.db = Path(unquote(urlsplit(name).path) if name.startswith("file:") else name)

    def execute(self, sql: str, parameters: Any = (), /) -> sqlite3.Cursor:
        return self.cursor(_TellingCursor).execute(sql, parameters)


class _TellingCursor(sqlite3.Cursor):
    connection: TellingConnection

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise translate(error, self.connection.db) from None

    def execute(self, sql: str, parameters: Any = (), /) -> _TellingCursor:
        with self._told():
            super().execute(sql, parameters)
        return self

    def fetchone(self) -> Any:
        with self._told():
            return super().fetchone()

    def fetchall(self) -> list[Any]:
        with self._told():
            return super().fetchall()

    def __next__(self) -> Any:
        try:
            return super().__next__()
        except sqlite3.Error as error:
            raise translate(error, self.connection.db) from None
