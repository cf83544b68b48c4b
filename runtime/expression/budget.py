"""Bounds that make every evaluation end: on steps, on texts, on lists.

An expression is a finite tree, but comprehensions nest and values are shared, so work and size can be exponential
in its length. Each evaluation has a number of steps to spend; a value that is built costs what it holds.
"""

from __future__ import annotations

from typing import Any, Final

from runtime.expression.errors import ExpressionError

MAX_STEPS: Final = 5_000_000
MAX_ITEMS: Final = 1_000_000
MAX_TEXT: Final = 16 * 1024 * 1024

_CONTAINERS: Final = frozenset((list, tuple, dict))
_NESTING: Final = _CONTAINERS | {str}
_CHARACTERS_PER_STEP: Final = 64


def weight(value: Any, most: int = MAX_STEPS) -> int:
    """How many elements the value holds, all the way down; counting stops soon after `most`."""
    if isinstance(value, str):
        return len(value) // _CHARACTERS_PER_STEP
    if type(value) not in _CONTAINERS:
        return 0
    total = len(value)
    children = value.values() if isinstance(value, dict) else value
    if _NESTING.isdisjoint(map(type, children)):
        return total
    for child in children:
        if total > most:
            break
        total += weight(child, most - total)
    return total


def fitting_text(text: str) -> str:
    """The text, if it is not too long."""
    check_text_size(len(text))
    return text


def check_text_size(characters: int) -> None:
    """ExpressionError for a text that would be too long."""
    if characters > MAX_TEXT:
        raise ExpressionError(
            f"a text of {characters:,} characters is too long for an expression (at most {MAX_TEXT:,}); "
            "write large data to a file and pass its path"
        )


def check_list_size(items: int) -> None:
    """ExpressionError for a list that would be too long."""
    if items > MAX_ITEMS:
        raise ExpressionError(f"a list of {items:,} elements is too long for an expression (at most {MAX_ITEMS:,})")


def too_much_work() -> ExpressionError:
    """The sentence for an evaluation that has spent its steps."""
    return ExpressionError(
        f"the expression needs more than {MAX_STEPS:,} steps; do this work in a task and give its result as an output"
    )
