"""What a reader's connection says when the file is damaged, wherever SQLite notices it."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from runtime.model.errors import StoreProblem
from runtime.store.sqlite.telling import TellingConnection


def test_an_error_is_told_whether_it_comes_with_the_first_row_or_later(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "some.db", factory=TellingConnection)) as connection:
        connection.db = tmp_path / "some.db"
        with pytest.raises(StoreProblem, match=r"some\.db"):
            connection.execute("SELECT nothing")
        overflow = "SELECT abs(n) FROM (SELECT 1 AS n UNION ALL SELECT -9223372036854775808)"
        for read in ("fetchall", "__iter__"):
            with pytest.raises(StoreProblem, match="integer overflow"):
                list(getattr(connection.execute(overflow), read)())
