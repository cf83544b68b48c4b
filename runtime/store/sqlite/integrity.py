"""Whether the file of a store is whole, in SQLite's own judgement."""

from __future__ import annotations

import re
import sqlite3
from typing import Final

_NULL: Final = re.compile(r"NULL value in (\w+)\.(\w+)")
_MOST: Final = 1_000_000
"""Messages that SQLite may give; it stops looking after so many."""


def damage(connection: sqlite3.Connection, *, quick: bool = False) -> list[str]:
    """What SQLite finds wrong with the whole file; empty if nothing is. `quick`: indexes are not compared.

    SQLite up to 3.40 calls columns NULL that are not, in tables without rowid whose key is not their first columns;
    such a message counts only if there is a NULL indeed.
    """
    pragma = "quick_check" if quick else "integrity_check"
    told = [row[0] for row in connection.execute(f"PRAGMA {pragma}({_MOST})")]
    nulls = {message: _has_null(connection, message) for message in set(told) if _NULL.fullmatch(message)}
    return [message for message in told if message != "ok" and nulls.get(message, True)]


def _has_null(connection: sqlite3.Connection, message: str) -> bool:
    found = _NULL.fullmatch(message)
    assert found is not None, message
    table, column = found.groups()
    return connection.execute(f'SELECT 1 FROM "{table}" WHERE "{column}" IS NULL LIMIT 1').fetchone() is not None
