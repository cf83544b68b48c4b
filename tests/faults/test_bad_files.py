"""A store's file that is damaged, foreign, newer, read-only or on a network: a sentence, and nothing is written."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from tests.faults.commands import flowc, flower

FLOW = 'flow small { task a for n in range(0, 50) { sh "true" } }\n'


@pytest.fixture
def db(tmp_path: Path) -> Path:
    """A store with a run that has ended; nobody has it open."""
    (tmp_path / "small.flow").write_text(FLOW)
    assert flower(tmp_path, "run", "small.flow", "--plain").returncode == 0
    db = tmp_path / ".flower/flower.db"
    with closing(sqlite3.connect(db)) as store:  # else what is spoilt might be mended from the journal
        store.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    assert not db.with_name("flower.db-wal").exists()
    return db


def _header(db: Path) -> None:
    _overwrite(db, 0, b"This is no database any more, it was overwritten. " * 2)


def _pages(db: Path) -> None:
    size = db.stat().st_size
    for at in range(4096, size, 4096):
        _overwrite(db, at, b"\xff" * 2048)


def _truncated(db: Path) -> None:
    os.truncate(db, 4096 * 3 + 100)


def _foreign(db: Path) -> None:
    db.unlink()
    with closing(sqlite3.connect(db)) as other, other:
        other.execute("CREATE TABLE cities (name TEXT)")


def _text(db: Path) -> None:
    db.write_text("a letter to somebody\n" * 1000)


def _newer(db: Path) -> None:
    with closing(sqlite3.connect(db)) as store:
        store.execute("PRAGMA user_version = 999")


def _overwrite(db: Path, at: int, data: bytes) -> None:
    with db.open("r+b") as file:
        file.seek(at)
        file.write(data)


DAMAGE: dict[str, tuple[Callable[[Path], None], str]] = {
    "header": (_header, "damaged or not an SQLite file"),
    "pages": (_pages, "damaged"),
    "truncated": (_truncated, "damaged"),
    "foreign": (_foreign, "is not a store of flower"),
    "text": (_text, "damaged or not an SQLite file"),
    "newer": (_newer, "newer version of flower"),
}
COMMANDS = (("status",), ("register", "small"), ("serve",))


@pytest.mark.parametrize("kind", DAMAGE)
@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_a_file_that_cannot_be_used_is_told_in_a_sentence_and_left_alone(
    db: Path, kind: str, command: tuple[str, ...]
) -> None:
    spoil, told = DAMAGE[kind]
    spoil(db)
    before = db.read_bytes()
    done = flower(db.parent.parent, *command)
    assert done.returncode in (1, 2), done
    assert told in done.stderr, done
    assert done.stderr.startswith("error: ")
    assert "Traceback" not in done.stderr
    assert "help: " in done.stderr
    assert db.read_bytes() == before


@pytest.mark.parametrize("kind", DAMAGE)
def test_the_doctor_tells_of_it(db: Path, kind: str) -> None:
    spoil, told = DAMAGE[kind]
    spoil(db)
    done = flower(db.parent.parent, "doctor")
    assert done.returncode in (1, 2)
    assert told in done.stdout + done.stderr


def test_an_empty_file_becomes_a_store_by_a_deploy_only(tmp_path: Path) -> None:
    db = tmp_path / ".flower/flower.db"
    db.parent.mkdir()
    db.touch()
    refused = flower(tmp_path, "runs")
    assert refused.returncode == 2
    assert "it is empty" in refused.stderr
    (tmp_path / "small.flow").write_text(FLOW)
    assert flowc(tmp_path, "deploy", "small.flow").returncode == 0
    assert flower(tmp_path, "runs").returncode == 0
