"""Values of trees: leaves, structures, operators, and the sentences of what has no value."""

from __future__ import annotations

import datetime as dt
from pathlib import PurePosixPath
from typing import Any

import pytest

from runtime.expression.evaluator import ExpressionError, evaluate
from runtime.model.values import Percent, Secret, Size
from tests.runtime.expression.scopes import NOON, Values

SCOPE = Values(
    params={
        "n": 3,
        "day": dt.date(2026, 11, 23),
        "row": {"key": "id", "note": None},
        "gone": None,
        "key": Secret("env:K"),
    },
    variables={"source": {"name": "orders"}},
    outs={"rows": 7, "ingest/copy.rows": [1, None, 3]},
)


def value(tree: Any) -> Any:
    return evaluate(tree, SCOPE)


def problem(tree: Any) -> str:
    with pytest.raises(ExpressionError) as raised:
        value(tree)
    return str(raised.value)


@pytest.mark.parametrize("tree", [None, True, 5, 2.5, "text"])
def test_plain_json_stands_for_itself(tree: Any) -> None:
    assert value(tree) == tree


def test_literals_of_types_that_json_has_not() -> None:
    assert value(["lit", "date", "2026-11-23"]) == dt.date(2026, 11, 23)
    assert value(["lit", "duration", "1h30m"]) == dt.timedelta(minutes=90)
    assert value(["lit", "path", "a/b"]) == PurePosixPath("a/b")
    assert type(value(["lit", "size", 1024])) is Size


@pytest.mark.parametrize(
    ("tree", "expected"),
    [
        (["param", "n"], 3),
        (["get", ["item", "source"], "name"], "orders"),
        (["own", "rows"], 7),
        (["out", "ingest/copy", "rows"], [1, None, 3]),
        (["state", "ingest", "succeeded"], True),
        (["state", "ingest", "failed"], False),
        (["run", "id"], "etl-1"),
        (["error", "exit_code"], 3),
        (["call", "today"], NOON.date()),
        (["call", "now"], NOON),
    ],
)
def test_names_come_from_the_scope(tree: Any, expected: Any) -> None:
    assert value(tree) == expected


def test_structures_hold_values_of_their_parts() -> None:
    assert value(["list", 1, ["param", "n"]]) == [1, 3]
    assert value(["record", ["a", 1], ["b", ["param", "day"]]]) == {"a": 1, "b": dt.date(2026, 11, 23)}


def test_text_writes_each_part_as_the_language_does() -> None:
    tree = [
        "text",
        "at ",
        ["param", "day"],
        " for ",
        ["lit", "duration", "90m"],
        ", ",
        True,
        " ",
        ["lit", "percent", 0.1],
    ]
    assert value(tree) == "at 2026-11-23 for 1h30m, true 10%"


@pytest.mark.parametrize(
    ("op", "left", "right", "expected"),
    [
        ("+", 2, 3, 5),
        ("-", 2, 3.5, -1.5),
        ("*", 4, 5, 20),
        ("/", 7, 2, 3.5),
        ("/", 6, 2, 3.0),
        ("+", "a", "b", "ab"),
        ("+", ["list", 1], ["list", 2], [1, 2]),
        ("-", ["param", "day"], ["lit", "duration", "1d"], dt.date(2026, 11, 22)),
        ("+", ["lit", "duration", "2d"], ["param", "day"], dt.date(2026, 11, 25)),
        ("-", ["param", "day"], ["lit", "date", "2026-11-01"], dt.timedelta(days=22)),
        ("+", ["run", "time"], ["lit", "duration", "30m"], NOON + dt.timedelta(minutes=30)),
        ("-", ["run", "time"], ["run", "time"], dt.timedelta()),
        ("*", ["lit", "duration", "10s"], 3, dt.timedelta(seconds=30)),
        ("*", 3, ["lit", "duration", "10s"], dt.timedelta(seconds=30)),
        ("/", ["lit", "duration", "1h"], ["lit", "duration", "15m"], 4.0),
        ("*", ["lit", "size", 1000], ["lit", "percent", 0.1], Size(100)),
        ("/", ["lit", "size", 1000], 3, Size(333)),
        ("*", 50, ["lit", "percent", 0.1], 5.0),
        ("+", ["lit", "percent", 0.25], ["lit", "percent", 0.5], Percent(0.75)),
    ],
)
def test_arithmetic_keeps_units(op: str, left: Any, right: Any, expected: Any) -> None:
    result = value([op, left, right])
    assert result == expected
    assert type(result) is type(expected)


@pytest.mark.parametrize(
    ("tree", "expected"),
    [
        (["==", 1, 1.0], True),
        (["==", True, 1], False),
        (["==", "1", 1], False),
        (["==", ["lit", "path", "a/b"], "a/b"], True),
        (["!=", ["get", ["param", "row"], "note"], None], False),
        (["<", ["param", "day"], ["lit", "date", "2026-12-01"]], True),
        ([">=", 2, 2.0], True),
        (["in", 2, ["list", 1, 2]], True),
        (["in", True, ["list", 1, 2]], False),
        (["not in", "x", ["record", ["x", 1]]], False),
        (["in", "ell", "hello"], True),
    ],
)
def test_comparisons_never_mix_kinds(tree: Any, expected: bool) -> None:
    assert value(tree) is expected


def test_and_or_if_evaluate_only_what_they_need() -> None:
    broken = ["/", 1, 0]
    assert value(["and", False, ["==", broken, 1]]) is False
    assert value(["or", True, ["==", broken, 1]]) is True
    assert value(["??", 1, broken]) == 1
    assert value(["if", True, "yes", broken]) == "yes"


def test_fallback_stands_in_for_missing_values_only() -> None:
    assert value(["??", ["param", "gone"], 5]) == 5
    assert value(["??", False, True]) is False
    assert value(["??", "", "x"]) == ""


def test_comprehension_hides_outer_names_only_inside() -> None:
    inner = ["for", "x", ["list", 10, 20], ["+", ["item", "x"], 1], True]
    outer = ["for", "x", ["list", 1, 2], ["list", ["item", "x"], inner, ["item", "x"]], True]
    assert value(outer) == [[1, [11, 21], 1], [2, [11, 21], 2]]
    assert "only inside its `for`" in problem(["list", outer, ["item", "x"]])


def test_comprehension_keeps_what_its_condition_holds_for() -> None:
    assert value(["for", "x", ["list", 1, 2, 3], ["item", "x"], ["!=", ["item", "x"], 2]]) == [1, 3]


def test_index_counts_from_either_end() -> None:
    assert value(["index", ["list", 1, 2, 3], 0]) == 1
    assert value(["index", ["list", 1, 2, 3], -1]) == 3
    assert value(["index", ["record", ["a", 5]], "a"]) == 5


@pytest.mark.parametrize(
    ("tree", "sentence"),
    [
        (["/", 1, 0], "division by zero"),
        (["index", ["list", 1], 5], "there is no element [5] in a list of 1 element"),
        (["index", ["record", ["a", 1]], "b"], "the map has no key `b`; it has `a`"),
        (["get", ["param", "row"], "nope"], "the record has no field `nope`; it has `key`, `note`"),
        (["get", ["param", "gone"], "x"], "the record of the field `x` is missing; test it with `!= null` first"),
        (["+", 2**63 - 1, 1], "the result is too large: whole numbers have 64 bits"),
        (["*", 1e308, 10.0], "the result is too large for a float"),
        (["+", 1, "a"], "`+` does not fit between a number and a text"),
        (["+", 1, ["param", "gone"]], "`+` has a missing value on one side; give a default with `??`"),
        (["<", 1, "a"], "`<` does not fit between a number and a text"),
        (["-", ["param", "day"], ["lit", "duration", "6h"]], "a date moves by whole days; use a datetime"),
        (["text", ["param", "gone"]], "a missing value has no text; give a default with `??`"),
        (["text", ["param", "key"]], "a secret cannot stand in a text"),
        (["+", "x", ["param", "key"]], "`+` does not fit between a text and a secret"),
        (["not", 1], "`not` needs true or false, but this is a number"),
        (["if", ["param", "gone"], 1, 2], "`if` has a condition that is missing; give a default with `?? false`"),
        (["for", "x", "abc", 1, True], "`for x in` goes over a list, but this is a text"),
        (["neg", "a"], "`-` needs a number or a duration, but this is a text"),
        (["call", "nope"], "there is no function `nope` in this version"),
        (["teleport", 1], "an operation `teleport` that this version does not know"),
        (["get"], "a damaged `get`"),
        ([], "an operation `` that this version does not know"),
        (["lit", "date", "yesterday"], '"yesterday" is not a date'),
    ],
)
def test_what_has_no_value_is_told_in_a_sentence(tree: Any, sentence: str) -> None:
    assert sentence in problem(tree)


def test_exceptions_of_the_scope_pass_through() -> None:
    class Lost(Exception):
        pass

    class Broken(Values):
        def out(self, path: str, name: str) -> Any:
            raise Lost

    with pytest.raises(Lost):
        evaluate(["+", 1, ["out", "a", "b"]], Broken())


def test_trees_of_equal_shape_read_their_own_scope() -> None:
    tree = ["+", ["param", "n"], 1]
    assert [evaluate(tree, Values(params={"n": n})) for n in (1, 2)] == [2, 3]
