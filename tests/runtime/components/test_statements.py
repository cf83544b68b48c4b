"""What a transactional component may add to its statements."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from runtime.component import Statements, component
from runtime.component.call import component_of
from runtime.component.context import Context
from runtime.component.declaration import declaration_of
from runtime.model.statement import Statement, StatementProblem, statements_from_json, statements_to_json


def test_statements_are_kept_in_order_with_values_by_position_or_name() -> None:
    statements = Statements()
    statements.add("INSERT INTO t VALUES (?, ?)", [1, "x"])
    statements.add("DELETE FROM t WHERE a = :a", {"a": True})
    assert list(statements) == [
        Statement("INSERT INTO t VALUES (?, ?)", (1, "x")),
        Statement("DELETE FROM t WHERE a = :a", {"a": 1}),
    ]
    assert statements_from_json(statements_to_json(list(statements))) == tuple(statements)


@pytest.mark.parametrize("value", [dt.date(2026, 1, 1), float("nan"), 2**63, b"x", [1]])
def test_value_that_the_store_cannot_keep_is_refused_where_it_is_added(value: Any) -> None:
    with pytest.raises(StatementProblem, match="value 2 of a statement is"):
        Statements().add("INSERT INTO t VALUES (?, ?)", ["x", value])


@pytest.mark.parametrize(("sql", "values"), [("", ()), (None, ()), ("SELECT 1", "abc"), ("SELECT 1", 3)])
def test_what_is_no_statement_is_refused(sql: Any, values: Any) -> None:
    with pytest.raises(StatementProblem):
        Statements().add(sql, values)


def test_number_and_size_of_statements_are_bounded() -> None:
    many, large = Statements(), Statements()
    for number in range(1_000):
        many.add("INSERT INTO t VALUES (?)", [number])
    with pytest.raises(StatementProblem, match="more than the 1,000 statements or 1,000,000 characters"):
        many.add("INSERT INTO t VALUES (?)", [1])
    with pytest.raises(StatementProblem, match="more than"):
        large.add("INSERT INTO t VALUES (?)", ["x" * 1_000_000])
    assert (len(many), len(large)) == (1_000, 0)


def test_component_gets_the_statements_of_its_attempt() -> None:
    @component(transactional=True)
    def book(amount: int, statements: Statements) -> int:
        statements.add("INSERT INTO booking VALUES (?)", [amount])
        return amount

    declaration = declaration_of(book)
    assert declaration is not None
    context = Context()
    assert component_of(book, declaration, "shop.book").invoke({"amount": 3}, context) == {"result": 3}
    assert list(context.statements) == [Statement("INSERT INTO booking VALUES (?)", (3,))]
