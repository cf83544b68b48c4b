"""Statements of transactional components on a real store: what they may do, and what becomes of the rest."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from runtime.model.statement import Statement, StatementProblem, TransactionLost
from runtime.store.sqlite import effects
from runtime.store.sqlite.files import StoreFiles
from runtime.store.sqlite.store import SqliteStore


class Own:
    """A store in which the user has tables of their own."""

    def __init__(self, folder: Path) -> None:
        self.store = SqliteStore(StoreFiles(folder / "flower.db"), "OFF")
        self.apply("CREATE TABLE booking (id INTEGER PRIMARY KEY AUTOINCREMENT, amount INTEGER NOT NULL UNIQUE)")

    def apply(self, *statements: str | Statement) -> None:
        """In a savepoint of a transaction that is committed, as the engine does it."""
        given = [each if isinstance(each, Statement) else Statement(each) for each in statements]
        problem: StatementProblem | None = None
        with self.store.transaction():
            try:
                with self.store.savepoint():
                    self.store.effects.apply(given)
            except StatementProblem as raised:
                problem = raised
            self.store.events.add(1, "beside", None)
        if problem is not None:
            raise problem

    def query(self, sql: str) -> list[Any]:
        connection = sqlite3.connect(self.store.files.db)
        try:
            return connection.execute(sql).fetchall()
        finally:
            connection.close()

    def amounts(self) -> list[int]:
        return [amount for (amount,) in self.query("SELECT amount FROM booking ORDER BY id")]


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Own]:
    own = Own(tmp_path)
    yield own
    own.store.close()


def test_own_tables_are_written_by_position_and_by_name(own: Own) -> None:
    own.apply(
        Statement("INSERT INTO booking (amount) VALUES (?)", (5,)),
        Statement("INSERT INTO booking (amount) SELECT amount + :more FROM booking", {"more": 2}),
        "UPDATE booking SET amount = amount * 10 WHERE amount = 5 RETURNING amount",
        "INSERT INTO booking (amount) WITH n (i) AS (SELECT 100 UNION ALL SELECT i + 1 FROM n LIMIT 3) SELECT i FROM n",
        "DELETE FROM booking WHERE amount = 101",
    )
    assert own.amounts() == [50, 7, 100, 102]


def test_tables_and_indexes_of_ones_own_are_created(own: Own) -> None:
    own.apply(
        "CREATE TABLE IF NOT EXISTS total (day TEXT PRIMARY KEY, amount INTEGER)",
        "CREATE INDEX IF NOT EXISTS total_amount ON total (amount)",
        "INSERT INTO total VALUES ('2026-01-01', 3) ON CONFLICT (day) DO UPDATE SET amount = amount + 3",
    )
    assert own.query("SELECT * FROM total") == [("2026-01-01", 3)]


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE task_run SET exec_status = 3",
        "update TASK_RUN set exec_status = 3",
        "DELETE FROM main.event",
        "INSERT INTO booking (amount) SELECT id FROM flow_run",
        "INSERT INTO booking (amount) SELECT id FROM runs",
        "INSERT INTO store VALUES (2, 'x', 1)",
        "UPDATE sqlite_sequence SET seq = 0",
        "CREATE INDEX mine ON task_run (reason)",
    ],
)
def test_tables_of_the_engine_are_not_touched(own: Own, sql: str) -> None:
    with pytest.raises(StatementProblem, match=r"belongs to flower; statements may use tables of your own only"):
        own.apply("INSERT INTO booking (amount) VALUES (1)", sql)
    assert own.amounts() == []


@pytest.mark.parametrize(
    "sql",
    [
        "DROP TABLE booking",
        "DROP TABLE task_run",
        "ALTER TABLE booking ADD COLUMN x",
        "CREATE TRIGGER t AFTER INSERT ON booking BEGIN SELECT 1; END",
        "CREATE VIEW v AS SELECT 1",
        "CREATE TEMP TABLE t (x)",
        "ATTACH ':memory:' AS other",
        "PRAGMA user_version = 99",
        "PRAGMA writable_schema = ON",
        "COMMIT",
        "ROLLBACK",
        "SAVEPOINT mine",
        "RELEASE part",
        "VACUUM",
        "ANALYZE",
        "DELETE FROM sqlite_master",
        "SELECT load_extension('x')",
        "INSERT INTO booking (amount) VALUES (1); INSERT INTO booking (amount) VALUES (2)",
        "no sql at all",
        "INSERT INTO booking (amount) VALUES (NULL)",
        "INSERT INTO booking (amount) VALUES (?)",
        "INSERT INTO nowhere VALUES (1)",
    ],
)
def test_what_cannot_be_applied_is_named_and_undoes_those_before_it(own: Own, sql: str) -> None:
    with pytest.raises(StatementProblem) as raised:
        own.apply("INSERT INTO booking (amount) VALUES (7)", sql)
    assert str(raised.value).startswith("statement 2 of 2 could not be applied, so nothing of it was: ")
    assert sql[:10] in str(raised.value)
    assert own.amounts() == []
    assert own.query("SELECT count(*) FROM event WHERE kind = 'beside'") == [(2,)]


def test_trigger_on_an_own_table_reaches_no_table_of_the_engine(own: Own) -> None:
    connection = sqlite3.connect(own.store.files.db)
    connection.execute("CREATE TRIGGER sly AFTER INSERT ON booking BEGIN UPDATE task_run SET exec_status = 3; END")
    connection.close()
    with pytest.raises(StatementProblem, match="`task_run` belongs to flower"):
        own.apply("INSERT INTO booking (amount) VALUES (1)")
    assert own.amounts() == []


def test_statement_that_rolls_everything_back_is_told_apart(own: Own) -> None:
    own.apply("INSERT INTO booking (amount) VALUES (1)")
    with pytest.raises(TransactionLost, match="statement 1 of 1"):
        own.apply("INSERT OR ROLLBACK INTO booking (amount) VALUES (1)")
    own.apply("INSERT INTO booking (amount) VALUES (2)")
    assert own.amounts() == [1, 2]


@pytest.mark.parametrize(
    ("into", "problem"), [("", StatementProblem), ("INSERT INTO booking (amount)", TransactionLost)]
)
def test_statement_without_end_is_ended(
    own: Own, monkeypatch: pytest.MonkeyPatch, into: str, problem: type[Exception]
) -> None:
    monkeypatch.setattr(effects, "LONGEST_SECONDS", 0.05)
    endless = f"{into} WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"
    with pytest.raises(problem, match=r"took longer than 0\.05 s"):
        own.apply(endless)
    own.apply("INSERT INTO booking (amount) VALUES (3)")
    assert own.amounts() == [3]


def test_engine_writes_its_own_tables_after_statements_of_others(own: Own) -> None:
    own.apply("INSERT INTO booking (amount) VALUES (1)")
    with own.store.transaction():
        own.store.events.add(2, "after", None)
    assert own.query("SELECT kind FROM event WHERE at = 2") == [("after",)]


def test_a_value_that_is_no_text_is_a_problem_of_its_statement(own: Own) -> None:
    with pytest.raises(StatementProblem, match="statement 1 of 1"):
        own.apply(Statement("INSERT INTO booking (amount) VALUES (?)", ("a\udcff",)))
    assert own.amounts() == []
