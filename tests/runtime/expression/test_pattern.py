"""Patterns: the same answers as Python's `re` on the part of it that is there, in bounded time."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.expression.errors import ExpressionError
from runtime.expression.pattern import compile_pattern

PIECES = [
    "a",
    "b",
    "(",
    "(?:",
    "|",
    ")",
    "*",
    "+",
    "?",
    "{1,2}",
    "{2}",
    "{,2}",
    "{0,}",
    "[ab]",
    "[^a]",
    "[a-c]",
    ".",
    "\\d",
    "\\.",
]
TEXTS = ["", "a", "b", "ab", "aab", "abab", "1", "ba1", ".", "c", "aaaa"]


@given(st.lists(st.sampled_from(PIECES), max_size=8).map("".join))
def test_agrees_with_re_where_both_understand_the_pattern(pattern: str) -> None:
    try:
        ours, theirs = compile_pattern(pattern), re.compile(pattern)
    except (ExpressionError, re.error):
        return
    assert [ours.fits(text) for text in TEXTS] == [theirs.fullmatch(text) is not None for text in TEXTS]


@pytest.mark.parametrize("pattern", ["(a+)+b", "(a|aa)*b", "(a*)*b", "a*a*a*a*a*a*a*b", "((a{0,20}){0,20})b"])
def test_patterns_that_make_backtracking_explode_are_answered(pattern: str) -> None:
    assert compile_pattern(pattern).fits("a" * 2000) is False


def test_anchors_at_the_ends_change_nothing() -> None:
    assert compile_pattern("^ab$").fits("ab")
    assert compile_pattern(r"a\$").fits("a$")


def test_classes_hold_ranges_escapes_and_dashes() -> None:
    pattern = compile_pattern(r"[\w.\-/]+-[^\s\]]")
    assert pattern.fits("a_b.c/d-x")
    assert not pattern.fits("a b-x")


@pytest.mark.parametrize(
    ("pattern", "sentence"),
    [
        ("(a", "a `(` without its `)`"),
        ("a)", "a `)` without its `(`"),
        ("[a", "a `[` without its `]`"),
        ("*a", "nothing to repeat before `*`"),
        ("a**", "repeats what is repeated already, at character 3"),
        ("a{x}", "`{` in a pattern is a count such as {2} or {2,5}"),
        ("a{5,2}", "from the lower to the higher"),
        (r"(a)\1", r"`\1` is not part of patterns here"),
        ("(?=a)", "look-around and named groups are not part of patterns here"),
        ("a^b", "`^` has no place inside a pattern"),
        ("a\\", "ends in a lone backslash"),
        ("[z-a]", "the range `z-a` in a pattern is the wrong way round"),
        ("((a{900}){900})", "the pattern is too large"),
        ("(" * 500, "nested too deeply"),
        ("a" * 1001, "longer than 1000 characters"),
    ],
)
def test_what_is_not_understood_is_told(pattern: str, sentence: str) -> None:
    with pytest.raises(ExpressionError) as raised:
        compile_pattern(pattern)
    assert sentence in str(raised.value)
