"""`sql` scripts: one transaction on an SQLite file, bound parameters, outputs from the last query."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import Any

import pytest

from runtime.executor.protocol import Attempt, Outcome
from runtime.model.definition import Hole
from runtime.model.state import Reason
from tests.runtime.executor.attempts import LINE, Bench

FLIGHTS = "create table flights (origin text, delay int);\ninsert into flights values ('JFK', 5), ('EWR', null);\n"
ROUTE = {"record": {"name": "Route", "fields": {"origin": "str", "delay": {"optional": "int"}}, "defaults": {}}}


def sql(bench: Bench, text: str, outs: dict[str, Any] | None = None) -> tuple[Outcome, Attempt]:
    attempt = bench.script("sql", text, outs, connection=str(bench.project / "x.db"))
    return bench.run(attempt), attempt


def rows(bench: Bench, query: str) -> list[Any]:
    with closing(sqlite3.connect(bench.project / "x.db")) as database:
        return database.execute(query).fetchall()


def test_statements_run_in_order_on_a_new_file(bench: Bench) -> None:
    outcome, attempt = sql(bench, FLIGHTS + "select origin, delay from flights order by origin")
    assert outcome.succeeded
    assert rows(bench, "select count(*) from flights") == [(2,)]
    assert bench.log(attempt) == "insert: 2 rows\norigin  delay\nEWR     null\nJFK     5\n(2 rows)\n"


def test_single_row_gives_outputs_by_column(bench: Bench) -> None:
    outcome, _ = sql(
        bench,
        FLIGHTS + "select count(*) as n, max(delay) > 3 as late, 'x' as more from flights;",
        {"n": "int", "late": "bool"},
    )
    assert outcome.outputs == {"n": 2, "late": True}


def test_rows_give_a_single_list(bench: Bench) -> None:
    outcome, _ = sql(bench, FLIGHTS + "select * from flights order by origin", {"routes": {"list": ROUTE}})
    assert outcome.outputs == {"routes": [{"origin": "EWR", "delay": None}, {"origin": "JFK", "delay": 5}]}
    outcome, _ = sql(bench, "select origin from flights order by origin", {"names": {"list": "str"}})
    assert outcome.outputs == {"names": ["EWR", "JFK"]}
    outcome, _ = sql(bench, "select origin from flights where 0", {"names": {"list": "str"}})
    assert outcome.outputs == {"names": []}


def test_last_statement_that_gives_rows_counts(bench: Bench) -> None:
    outcome, _ = sql(bench, FLIGHTS + "select 1 as n; select 2 as n; delete from flights;", {"n": "int"})
    assert outcome.outputs == {"n": 2}


@pytest.mark.parametrize(
    ("query", "outs", "sentence"),
    [
        ("select * from flights", {"origin": "str"}, "the last query gave 2 rows, but `origin` needs exactly one row"),
        ("select 'x' as n", {"n": "int"}, 'the output `n`: "x" is not a whole number'),
        ("select 1 as m", {"n": "int"}, "the output `n: int` was not given"),
        ("select x'00' as n", {"n": "str"}, "the query gave a blob"),
        (
            "select * from flights",
            {"names": {"list": "str"}},
            "the query gave 2 columns, but a list[str] needs exactly one",
        ),
        ("delete from flights", {"n": "int"}, "the output `n: int` was not given"),
    ],
)
def test_rows_that_do_not_fit_are_told(bench: Bench, query: str, outs: dict[str, Any], sentence: str) -> None:
    outcome, _ = sql(bench, FLIGHTS + query, outs)
    assert outcome.reason is Reason.BAD_OUTPUT
    assert sentence in outcome.message


def test_failing_statement_rolls_everything_back_and_names_its_line(bench: Bench) -> None:
    outcome, attempt = sql(bench, FLIGHTS + "-- a comment\ninsert into nowhere values (1);")
    assert (outcome.reason, outcome.exit_code) == (Reason.ERROR, 1)
    assert outcome.message == f"no such table: nowhere (etl.flow:{LINE + 3})"
    assert bench.log(attempt).endswith(outcome.message + "\n")
    assert rows(bench, "select * from sqlite_master") == []


def test_values_are_parameters(bench: Bench) -> None:
    hostile = "'); drop table t; --"
    parts: list[str | Hole] = [
        "create table t (a, b);\ninsert into t values (",
        Hole("FLOW_V1", "parameter"),
        ", ",
        Hole("FLOW_V2", "parameter"),
        ")",
    ]
    values = {"FLOW_V1": (hostile, "str"), "FLOW_V2": ([1, 2], {"list": "int"})}
    assert bench.run(bench.bound("sql", parts, values, connection=str(bench.project / "x.db"))).succeeded
    assert rows(bench, "select * from t") == [(hostile, "[1,2]")]


def test_semicolons_in_texts_comments_and_triggers_split_nothing(bench: Bench) -> None:
    text = """create table t (a); -- one; two
        create trigger tr after insert on t begin delete from t where a = 'x;'; insert into t values (';'); end;
        insert into t values ('x;'); /* ; */ ;
    """
    outcome, _ = sql(bench, text)
    assert outcome.succeeded, outcome.message
    assert rows(bench, "select a from t") == [(";",)]


def test_attach_pragma_and_vacuum_work(bench: Bench) -> None:
    attach = f"attach '{bench.project}/other.db' as o"
    text = f"pragma journal_mode = wal; {attach}; create table o.t as select 1 as a; detach o; vacuum;"
    outcome, _ = sql(bench, text)
    assert outcome.succeeded, outcome.message
    with closing(sqlite3.connect(bench.project / "other.db")) as database:
        assert database.execute("select a from t").fetchall() == [(1,)]


@pytest.mark.parametrize("word", ["begin", "COMMIT", "rollback"])
def test_own_transaction_is_refused(bench: Bench, word: str) -> None:
    outcome, _ = sql(bench, f"create table t (a);\n{word};")
    assert f"leave out {word.upper()} (etl.flow:{LINE + 1})" in outcome.message


def test_reading_a_file_that_does_not_exist_makes_none(bench: Bench) -> None:
    outcome, _ = sql(bench, "select 1")
    assert "there is no database" in outcome.message
    assert not (bench.project / "x.db").exists()


def test_missing_folder_and_foreign_file_are_told(bench: Bench) -> None:
    attempt = bench.script("sql", "create table t (a)", connection=str(bench.project / "no" / "x.db"))
    assert f"the folder of the database, {bench.project}/no, does not exist" in bench.run(attempt).message
    (bench.project / "x.db").write_text("this is a text, and long enough to be seen as one " * 20)
    outcome, _ = sql(bench, "select * from t")
    assert "file is not a database" in outcome.message


def test_two_scripts_that_write_one_file_wait_for_each_other(bench: Bench) -> None:
    sql(bench, "create table t (a)")
    text = (
        "insert into t with recursive n(a) as (select 1 union all select a + 1 from n where a < 50000) select a from n"
    )
    attempts = [bench.script("sql", text, connection=str(bench.project / "x.db")) for _ in range(4)]
    for attempt in attempts:
        bench.executor.submit(attempt, bench)
    assert all(bench.ends.get(timeout=30)[1].succeeded for _ in attempts)
    assert rows(bench, "select count(*) from t") == [(200_000,)]
