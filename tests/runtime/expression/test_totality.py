"""Every evaluation ends: with a value or with a sentence, whatever the tree."""

from __future__ import annotations

import contextlib
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runtime.expression.budget import MAX_ITEMS
from runtime.expression.evaluator import ExpressionError, evaluate
from runtime.expression.functions import FUNCTIONS
from tests.runtime.expression.scopes import Values

BIG = ["call", "range", 10_000]


def nested(depth: int, body: Any) -> Any:
    for level in range(depth):
        body = ["for", f"v{level}", BIG, body, True]
    return body


@pytest.mark.parametrize(
    "tree",
    [
        nested(3, 1),
        nested(2, ["==", BIG, BIG]),
        ["call", "range", MAX_ITEMS + 1],
        ["call", "range", 0, 2**62],
        ["call", "range", 2**62, 0, -1],
        nested(1, ["call", "sum", BIG]),
        ["for", "x", ["call", "range", 1_000], ["call", "sorted", BIG], True],
    ],
)
def test_too_much_work_is_refused(tree: Any) -> None:
    with pytest.raises(ExpressionError, match=r"steps|too long"):
        evaluate(tree, Values())


def test_sharing_does_not_hide_size() -> None:
    tree: Any = "x"
    for level in range(12):
        tree = [
            "for",
            f"v{level}",
            ["list", tree],
            ["for", "i", ["call", "range", 100], ["item", f"v{level}"], True],
            True,
        ]
    with pytest.raises(ExpressionError, match="steps"):
        evaluate(["text", tree], Values())


def test_text_that_doubles_is_refused() -> None:
    tree: Any = "0123456789"
    for _ in range(30):
        tree = ["index", ["for", "t", ["list", tree], ["+", ["item", "t"], ["item", "t"]], True], 0]
    with pytest.raises(ExpressionError, match="too long"):
        evaluate(tree, Values())


def test_replace_knows_the_size_before_it_works() -> None:
    long = ["call", "join", ["for", "i", ["call", "range", 100_000], "aaaa", True]]
    with pytest.raises(ExpressionError, match="too long"):
        evaluate(["for", "t", ["list", long], ["call", "replace", ["item", "t"], "a", ["item", "t"]], True], Values())


def test_deep_trees_are_refused() -> None:
    tree: Any = 1
    for _ in range(100_000):
        tree = ["neg", tree]
    with pytest.raises(ExpressionError, match="nested too deeply"):
        evaluate(tree, Values())


LITERALS = {
    "date": "2026-02-28",
    "datetime": "2026-01-01T00:00:00Z",
    "duration": "36h",
    "path": "a/b.gz",
    "percent": 0.5,
    "size": 10,
    "time": "06:30",
}
scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**63), 2**63 - 1),
    st.floats(allow_nan=False),
    st.text(max_size=20),
    st.sampled_from([["lit", kind, data] for kind, data in LITERALS.items()]),
    st.sampled_from([["param", "n"], ["item", "x"], ["param", "list"]]),
)
OPERATORS = ["+", "-", "*", "/", "==", "!=", "<", "<=", ">", ">=", "in", "not in", "and", "or", "??", "index"]


def bigger(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.one_of(
        st.tuples(st.sampled_from(OPERATORS), inner, inner).map(list),
        st.tuples(st.sampled_from(["not", "neg"]), inner).map(list),
        st.tuples(st.just("if"), inner, inner, inner).map(list),
        st.tuples(st.just("for"), st.just("x"), inner, inner, st.one_of(st.just(True), inner)).map(list),
        st.lists(inner, max_size=4).map(lambda parts: ["list", *parts]),
        st.lists(inner, max_size=4).map(lambda parts: ["text", *parts]),
        st.tuples(st.sampled_from(sorted(FUNCTIONS)), st.lists(inner, max_size=4)).map(
            lambda call: ["call", call[0], *call[1]]
        ),
    )


@settings(max_examples=400, deadline=None)
@given(st.recursive(scalars, bigger, max_leaves=15))
def test_any_tree_has_a_value_or_fails_as_an_expression(tree: Any) -> None:
    scope = Values(params={"n": 2, "list": [1, 2, "a", None, [1]]}, variables={"x": 1})
    before = json.dumps(tree)
    with contextlib.suppress(ExpressionError):
        evaluate(tree, scope)
    assert json.dumps(tree) == before
