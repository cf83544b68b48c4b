"""The functions: what each gives, and the sentences of those that can fail."""

from __future__ import annotations

import datetime as dt
from pathlib import PurePosixPath
from typing import Any

import pytest

from runtime.expression.errors import ExpressionError
from runtime.expression.functions import FUNCTIONS, RUN_FUNCTIONS, find_function
from runtime.model.values import Percent, Secret, Size

DAY = dt.date(2026, 11, 23)
MOMENT = dt.datetime(2026, 11, 23, 6, 30, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)

RESULTS: list[tuple[str, tuple[Any, ...], Any]] = [
    ("len", ([1, 2],), 2),
    ("len", ("häß",), 3),
    ("sum", ([1, 2, 3],), 6),
    ("sum", ([],), 0),
    ("sum", ([HOUR, HOUR], dt.timedelta()), 2 * HOUR),
    ("sum", ([], Percent(0)), Percent(0)),
    ("min", ([3, 1, 2],), 1),
    ("min", (3, 1.5), 1.5),
    ("max", ([DAY, DAY + dt.timedelta(1)],), DAY + dt.timedelta(1)),
    ("sorted", (["b", "a"],), ["a", "b"]),
    ("unique", ([1, 2, 1, True, "1"],), [1, 2, True, "1"]),
    ("reverse", ([1, 2],), [2, 1]),
    ("reverse", ("abc",), "cba"),
    ("zip", ([1], ["a"]), [{"first": 1, "second": "a"}]),
    ("enumerate", (["a"],), [{"index": 0, "value": "a"}]),
    ("range", (3,), [0, 1, 2]),
    ("range", (5, 0, -2), [5, 3, 1]),
    ("flatten", ([[1], [2, 3]],), [1, 2, 3]),
    ("compact", ([1, None, 3],), [1, 3]),
    ("first", ([],), None),
    ("last", ([1, 2],), 2),
    ("slice", ([1, 2, 3], 1), [2, 3]),
    ("slice", ("abcdef", -3, -1), "de"),
    ("any", ([False, True],), True),
    ("all", ([],), True),
    ("count", ([1, 2, 1], 1), 2),
    ("count", ("banana", "an"), 2),
    ("contains", ({"a": 1}, "a"), True),
    ("keys", ({"a": 1},), ["a"]),
    ("values", ({"a": 1},), [1]),
    ("items", ({"a": 1},), [{"key": "a", "value": 1}]),
    ("get", ({"a": 1}, "b"), None),
    ("get", ([1], 5, 0), 0),
    ("coalesce", (None, 2, 3), 2),
    ("join", ([1, DAY, "x"], "; "), "1; 2026-11-23; x"),
    ("split", ("a, b", ", "), ["a", "b"]),
    ("split", (" a  b ",), ["a", "b"]),
    ("replace", ("a-b-c", "-", "_"), "a_b_c"),
    ("trim", (" a\n",), "a"),
    ("upper", ("aé",), "AÉ"),
    ("lower", ("AÉ",), "aé"),
    ("starts_with", ("abc", "ab"), True),
    ("ends_with", ("abc", "ab"), False),
    ("matches", ("2026-11", r"\d{4}-\d{2}"), True),
    ("matches", ("x2026-11", r"\d{4}-\d{2}"), False),
    ("slug", ("Größe & Übersicht!",), "groe-ubersicht"),
    ("hash", ({"b": 1, "a": 2},), "d3626ac30a87e6f7a6428233b3c68299976865fa5508e4267c5415c76af7a772"),
    ("json", ('{"a": [1]}',), {"a": [1]}),
    ("get", (None, "a"), None),
    ("get", ("text", "a"), None),
    ("get", ({"a": 1}, 0), None),
    ("as_bool", (True,), True),
    ("as_bool", (1,), None),
    ("as_int", (3,), 3),
    ("as_int", (3.0,), 3),
    ("as_int", (3.5,), None),
    ("as_int", (True,), None),
    ("as_int", (1 << 70,), None),
    ("as_int", ("3",), None),
    ("as_float", (3,), 3.0),
    ("as_float", (10**400,), None),
    ("as_str", ("a",), "a"),
    ("as_str", ({"a": 1},), None),
    ("as_list", ([1, "a"],), [1, "a"]),
    ("as_list", (None,), None),
    ("as_map", ({"a": [1]},), {"a": [1]}),
    ("as_map", ([],), None),
    ("to_json", ({"day": DAY},), '{"day":"2026-11-23"}'),
    ("basename", (PurePosixPath("a/b.csv.gz"),), "b.csv.gz"),
    ("dirname", (PurePosixPath("a/b.csv"),), PurePosixPath("a")),
    ("ext", (PurePosixPath("a/b.csv.gz"),), ".gz"),
    ("parts", (PurePosixPath("/a/b"),), ["/", "a", "b"]),
    ("path", ("a//b",), PurePosixPath("a/b")),
    ("str", (HOUR,), "1h"),
    ("int", ("1_000",), 1000),
    ("int", (-2.7,), -2),
    ("float", ("2.5",), 2.5),
    ("abs", (-HOUR,), HOUR),
    ("abs", (Size(3),), Size(3)),
    ("round", (2.5,), 3),
    ("round", (-2.5,), -3),
    ("round", (2.675, 2), 2.68),
    ("floor", (-1.5,), -2),
    ("ceil", (1.2,), 2),
    ("div", (-7, 2), -4),
    ("mod", (-7, 2), 1),
    ("date", ("2026-11-23",), DAY),
    ("date", (MOMENT,), DAY),
    ("time", (MOMENT,), dt.time(6, 30)),
    ("datetime", (DAY, dt.time(6, 30)), MOMENT),
    ("datetime", ("2026-11-23T06:30:00Z",), MOMENT),
    ("format", (MOMENT, "%Y/%m/%d %H:%M"), "2026/11/23 06:30"),
    ("year", (DAY,), 2026),
    ("month", (DAY,), 11),
    ("day", (MOMENT,), 23),
    ("hour", (MOMENT,), 6),
    ("weekday", (DAY,), "mon"),
    ("seconds", (HOUR,), 3600.0),
    ("hours", (HOUR / 2,), 0.5),
    ("days", (dt.timedelta(hours=12),), 0.5),
]


@pytest.mark.parametrize(("name", "arguments", "expected"), RESULTS)
def test_result(name: str, arguments: tuple[Any, ...], expected: Any) -> None:
    result = find_function(name).call(arguments)
    assert result == expected
    assert type(result) is type(expected)


@pytest.mark.parametrize(
    ("name", "arguments", "sentence"),
    [
        ("sum", ([1, None],), "`sum`: a value in the list is missing; drop it with `compact(…)`"),
        ("min", ([],), "`min`: the list is empty; test `len(…) > 0` first"),
        ("sorted", ([1, "a"],), "`sorted`: the list holds a number and a text, which have no order among them"),
        ("zip", ([1], []), "`zip`: the lists have 1 and 0 elements; they must be equally long"),
        ("range", (1, 5, 0), "`range`: the step must not be 0"),
        ("int", ("12a",), '`int`: the text: "12a" is not a whole number such as 42'),
        ("int", (1e30,), "`int`: the result is too large: whole numbers have 64 bits"),
        ("float", ("nan",), '`float`: the text: "nan" is not a number such as 2.5'),
        ("date", ("23.11.2026",), '`date`: the text: "23.11.2026" is not a date such as 2026-11-23'),
        ("json", ("{a}",), "`json`: the text is not JSON: Expecting property name"),
        ("json", ("NaN",), "`json`: the text is not JSON: NaN is no number of JSON"),
        ("split", ("a", ""), "`split`: the separator is empty"),
        ("replace", ("a", "", "b"), "`replace`: the text to replace is empty"),
        ("mod", (1, 0), "`mod`: division by zero"),
        ("format", (DAY, "%Q"), "`format`: `%Q` is no part of a pattern; there are %Y"),
        ("path", ("",), "`path`: a path cannot be empty"),
        ("str", (Secret("env:X"),), "`str`: a secret has no text"),
        ("upper", (None,), "`upper` is given a missing value; give a default with `??`"),
        ("upper", (1,), "`upper` has no result here; its form is `upper(text: str) -> str`"),
        ("round", (1.0, 99), "`round`: the digits must be between -15 and 15"),
        ("now", (), "`now`: the run's time is not known here"),
    ],
)
def test_failure_is_a_sentence(name: str, arguments: tuple[Any, ...], sentence: str) -> None:
    with pytest.raises(ExpressionError) as raised:
        find_function(name).call(arguments)
    assert sentence in str(raised.value)


def test_every_function_has_a_result_tested_and_a_doc() -> None:
    assert set(FUNCTIONS) - {name for name, *_ in RESULTS} == set(RUN_FUNCTIONS)
    assert all(function.doc.endswith(".") for function in FUNCTIONS.values())
