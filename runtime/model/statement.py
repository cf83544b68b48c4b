"""Statements of a transactional component: SQL with parameters, applied in the transaction that records its end."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, Final

from runtime.model.errors import FlowerError
from runtime.model.slotted import dataclass

Scalar = None | int | float | str
Values = tuple[Scalar, ...] | dict[str, Scalar]

MOST_STATEMENTS: Final = 1_000
MOST_CHARACTERS: Final = 1_000_000
"""Of all statements and their parameters together: everybody waits while they are applied."""

_SMALLEST: Final = -(1 << 63)
_GREATEST: Final = (1 << 63) - 1


class StatementProblem(FlowerError):
    """A statement that the store will not apply: it is malformed, too much, refused, or has failed."""

    exit_code = 1


class TransactionLost(Exception):
    """A statement has made the store roll back more than itself: whatever was to be committed with it must be done
    again without it. The message is as that of StatementProblem."""


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement of SQL. `values`: by position for `?`, by name for `:name`."""

    sql: str
    values: Values = ()

    @property
    def characters(self) -> int:
        """Roughly how much it is."""
        values = self.values.values() if isinstance(self.values, dict) else self.values
        return len(self.sql) + sum(len(value) if isinstance(value, str) else 8 for value in values)


def statement_of(sql: Any, values: Any) -> Statement:
    """A statement with checked values; StatementProblem says what cannot be stored."""
    if not isinstance(sql, str) or not sql.strip():
        raise StatementProblem(f"a statement is a text of SQL, not {sql!r}")
    if isinstance(values, Mapping):
        return Statement(sql, {str(name): _checked(value, f"`:{name}`") for name, value in values.items()})
    if isinstance(values, Sequence) and not isinstance(values, str | bytes):
        return Statement(sql, tuple(_checked(value, f"value {at}") for at, value in enumerate(values, start=1)))
    raise StatementProblem(f"the values of a statement are a list or a dict, not {values!r}")


def check_amount(count: int, characters: int) -> None:
    """StatementProblem if it is more than one completion may write."""
    if count > MOST_STATEMENTS or characters > MOST_CHARACTERS:
        raise StatementProblem(
            f"these are more than the {MOST_STATEMENTS:,} statements or {MOST_CHARACTERS:,} characters that one "
            "completion may write",
            "write large data to a file or a database of your own, and the path here",
        )


def statements_to_json(statements: Sequence[Statement]) -> list[list[Any]]:
    """`[[SQL, values], …]`."""
    return [
        [each.sql, dict(each.values) if isinstance(each.values, dict) else list(each.values)] for each in statements
    ]


def statements_from_json(data: Any) -> tuple[Statement, ...]:
    """Reads what comes from another process; StatementProblem if it is not as described, or too much."""
    if not isinstance(data, list) or not all(isinstance(each, list) and len(each) == 2 for each in data):
        raise StatementProblem("the statements are not pairs of SQL and values")
    statements = tuple(statement_of(sql, values) for sql, values in data)
    check_amount(len(statements), sum(each.characters for each in statements))
    return statements


def _checked(value: Any, what: str) -> Scalar:
    if isinstance(value, bool):
        return int(value)
    if value is None or (isinstance(value, int) and _SMALLEST <= value <= _GREATEST):
        return value
    if isinstance(value, str):
        return str(value)
    if isinstance(value, float) and math.isfinite(value):
        return float(value)
    raise StatementProblem(
        f"{what} of a statement is {value!r}, which is no text, 64-bit integer, finite number or None",
        "give dates as text (isoformat), and lists as JSON text",
    )
