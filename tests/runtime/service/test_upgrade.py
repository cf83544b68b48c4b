"""A store that an older version of the program wrote."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from runtime import open_store
from runtime.model.errors import StoreProblem
from runtime.store.sqlite.connection import APPLICATION_ID, migrations
from runtime.store.sqlite.files import StoreFiles
from runtime.store.sqlite.lock import EngineLock


@pytest.fixture
def db(tmp_path: Path) -> Path:
    """A store as the first version made it."""
    path = tmp_path / "flower.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(migrations()[0][1])
        connection.execute("INSERT INTO store VALUES (1, 'abc', 0)")
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.execute("PRAGMA user_version = 1")
        connection.commit()
    return path


def test_whoever_looks_first_brings_it_up_to_date(db: Path) -> None:
    with open_store(db) as store:
        assert store.service.reader.runs() == []
    with closing(sqlite3.connect(db)) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (migrations()[-1][0],)


def test_it_is_left_alone_while_an_older_program_works_on_it(db: Path) -> None:
    files = StoreFiles(db)
    files.create()
    lock = EngineLock(files)
    assert lock.acquire()
    try:
        with open_store(db) as store, pytest.raises(StoreProblem, match="an older version of flower that still works"):
            store.service.reader.runs()
    finally:
        lock.release()


@pytest.fixture
def night(db: Path, tmp_path: Path) -> Path:
    """A store of the first version with a run that has stopped half-way."""
    text = (Path(__file__).parent / "first_version.sql").read_text()
    with closing(sqlite3.connect(db)) as connection:
        connection.executescript(text.replace("PROJECT", str(tmp_path)))
    return db


def test_a_run_that_stopped_half_way_goes_on_where_it_was(night: Path) -> None:
    with open_store(night) as store:
        service = store.service
        service.answer(1, "approve", {"by": "me"})
        tasks = {task.path: task.status.word for task in service.reader.tasks(1)}
        assert (tasks["each[a]/check"], tasks["each[b]/check"]) == ("succeeded", "failed")
        service.ignore(1, "each[b]/check")
        assert store.resume("night-1").succeeded
    with closing(sqlite3.connect(night)) as connection:
        attempts = connection.execute(
            "SELECT t.path, count(*) FROM task_attempt AS a JOIN task_run AS t ON t.id = a.task_run_id GROUP BY t.path"
        )
        assert dict(attempts) == dict.fromkeys(
            ("find", "each[a]/copy", "each[b]/copy", "each[a]/check", "each[b]/check", "report"), 1
        )
