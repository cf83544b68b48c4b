"""The page of functions says what the table says; FLOWER_GOLDEN=write writes it anew."""

from __future__ import annotations

import os
from pathlib import Path

from runtime.expression.functions import FUNCTIONS, Function

PAGE = Path(__file__).parents[3] / "docs" / "functions.md"
HEAD = """# Functions of expressions

Functions are pure and end: one that has no result fails its task with a sentence. `T` and `U` stand for any type, the
same at each place of a call; `N` for int, float, size, percent or duration; `S` for int, float or size; `O` for what
has an order; `D` for date or datetime. An argument that may be missing (`T?`) needs a default first:
`upper(name ?? "")`.

| function | |
|---|---|
"""


def row(function: Function) -> str:
    forms = "<br>".join(f"`{signature}`" for signature in function.signatures)
    return f"| {forms} | {function.doc} |"


def test_page_is_the_table() -> None:
    expected = HEAD + "\n".join(map(row, FUNCTIONS.values())) + "\n"
    if os.environ.get("FLOWER_GOLDEN") == "write":
        PAGE.write_text(expected, encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == expected
