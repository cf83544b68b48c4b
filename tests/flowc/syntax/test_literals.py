"""Literals of digits that are none of ours: Python's `isdigit` and `int` do not agree on what a digit is."""

from __future__ import annotations

import pytest

from flowc.syntax import literals


@pytest.mark.parametrize("text", ["1¹", "0¹", "1:¹", "2026-11-1¹", "１２", "٣", "1¹%", "5¹MB", "1²s"])
def test_digits_of_other_scripts_make_no_literal(text: str) -> None:
    assert literals.read(text).problem == f"`{text}` is neither a number nor a name"
