"""The parameter of a transactional component: what it wants written together with its completion."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from runtime.model.statement import Statement, check_amount, statement_of


class Statements:
    """Collects statements; nothing is executed until the component has returned.

    They are applied in their order, in the transaction that records the completion: all of them or, if one fails, none,
    and then the task has failed. They may write to tables of your own in the store of Flower, and create such tables.
    """

    def __init__(self) -> None:
        self._statements: list[Statement] = []
        self._characters = 0

    def add(self, sql: str, values: Sequence[Any] | Mapping[str, Any] = ()) -> None:
        """Add a statement: `add("INSERT INTO booking VALUES (?, ?)", [order, amount])`.

        StatementProblem if a value cannot be stored, or if there are too many.
        """
        statement = statement_of(sql, values)
        self._characters += statement.characters
        check_amount(len(self._statements) + 1, self._characters)
        self._statements.append(statement)

    def __iter__(self) -> Iterator[Statement]:
        return iter(self._statements)

    def __len__(self) -> int:
        return len(self._statements)
