"""Loads into the warehouse, one SQLite file that several tasks write at the same time.

Each load replaces its own part in one transaction, so that it can be repeated, and waits for its turn while another
one writes.
"""

from __future__ import annotations

import csv
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from nycflights.cleaning import COLUMNS, MISSING

PATIENCE_SECONDS = 60


@contextmanager
def writing(warehouse: Path) -> Iterator[sqlite3.Connection]:
    """A transaction that holds the right to write from its start: all of it happens, or nothing."""
    with closing(sqlite3.connect(warehouse, timeout=PATIENCE_SECONDS, isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        yield connection
        connection.execute("COMMIT")


def replace_origin(warehouse: Path, origin: str, cleaned: Path) -> int:
    """Puts the cleaned flights of one airport in the place of those that the table has; gives their number."""
    marks = ", ".join("?" * len(COLUMNS))
    with writing(warehouse) as connection, cleaned.open(newline="", encoding="utf-8") as lines:
        rows = csv.reader(lines)
        next(rows)
        connection.execute("DELETE FROM flights WHERE origin = ?", (origin,))
        connection.executemany(
            f"INSERT INTO flights ({', '.join(COLUMNS)}) VALUES ({marks})",
            ([value or None for value in row] for row in rows),
        )
        (count,) = connection.execute("SELECT count(*) FROM flights WHERE origin = ?", (origin,)).fetchone()
    return int(count)


def replace_table(warehouse: Path, table: str, source: Path) -> int:
    """Makes a table of a whole file, its columns named as in the heading; gives the number of its rows."""
    with source.open(newline="", encoding="utf-8") as lines, writing(warehouse) as connection:
        rows = csv.reader(lines)
        columns = [_quoted(column) for column in next(rows)]
        connection.execute(f"DROP TABLE IF EXISTS {_quoted(table)}")
        connection.execute(f"CREATE TABLE {_quoted(table)} ({', '.join(columns)})")
        loaded = connection.executemany(
            f"INSERT INTO {_quoted(table)} VALUES ({', '.join('?' * len(columns))})",
            ([None if value == MISSING else value for value in row] for row in rows),
        )
        return loaded.rowcount


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
