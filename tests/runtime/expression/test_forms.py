"""Types of calls: forms read from text and matched against argument types."""

from __future__ import annotations

import pytest

from flowc.analysis.types import NOTHING, fits, join
from runtime.expression.forms import Problem, Rules, TypeVar
from runtime.expression.functions import FUNCTIONS, signature_text
from runtime.model.types import DATE, DURATION, FLOAT, INT, JSON, PATH, STR, ListOf, MapOf, Record, Type, optional

RULES = Rules(fits, join)
PAIR = Record((("a", INT), ("b", FLOAT)))


def inferred(name: str, *arguments: Type) -> Type | Problem:
    return FUNCTIONS[name].infer(arguments, RULES)


@pytest.mark.parametrize(
    ("name", "arguments", "result"),
    [
        ("sum", (ListOf(INT),), INT),
        ("sum", (ListOf(DURATION), DURATION), DURATION),
        ("compact", (ListOf(optional(INT)),), ListOf(INT)),
        ("compact", (ListOf(INT),), ListOf(INT)),
        ("first", (ListOf(STR),), optional(STR)),
        ("len", (ListOf(optional(STR)),), INT),
        ("len", (PAIR,), INT),
        ("min", (INT, FLOAT, INT), FLOAT),
        ("coalesce", (optional(INT), optional(INT)), optional(INT)),
        ("coalesce", (optional(INT), INT), INT),
        ("values", (PAIR,), ListOf(FLOAT)),
        ("items", (MapOf(DATE),), ListOf(Record((("key", STR), ("value", DATE))))),
        ("get", (MapOf(INT), STR), optional(INT)),
        ("get", (MapOf(INT), STR, INT), INT),
        ("get", (JSON, STR), optional(JSON)),
        ("round", (FLOAT,), INT),
        ("round", (INT, INT), FLOAT),
        ("flatten", (ListOf(ListOf(PATH)),), ListOf(PATH)),
        ("year", (DATE,), INT),
        ("str", (DURATION,), STR),
        ("first", (ListOf(NOTHING),), optional(NOTHING)),
        ("sum", (ListOf(NOTHING),), NOTHING),
    ],
)
def test_result_follows_from_the_arguments(name: str, arguments: tuple[Type, ...], result: Type) -> None:
    assert inferred(name, *arguments) == result


@pytest.mark.parametrize(
    ("name", "arguments", "index", "message"),
    [
        ("upper", (INT,), 0, "`upper` takes `str` here, but this is `int`"),
        ("upper", (), None, "`upper` needs an argument"),
        ("upper", (STR, STR), None, "`upper` does not take 2 arguments"),
        ("str", (optional(INT),), 0, "`str` takes a value that is not missing here, but this is `int?`"),
        ("sum", (ListOf(STR),), 0, "`sum` takes a list of int, float, size here, but this is `list[str]`"),
        ("min", (INT, STR), 1, "`min` takes `int` here, but this is `str`"),
        ("count", (ListOf(INT), STR), 1, "`count` takes `int` here, but this is `str`"),
        ("keys", (ListOf(INT),), 0, "`keys` takes a map here, but this is `list[int]`"),
        ("year", (STR,), 0, "`year` takes one of date, datetime here, but this is `str`"),
    ],
)
def test_problem_names_the_argument(name: str, arguments: tuple[Type, ...], index: int | None, message: str) -> None:
    found = inferred(name, *arguments)
    assert isinstance(found, Problem)
    assert (found.argument, found.message) == (index, message)


def test_help_knows_the_way_out() -> None:
    lacking, missing = inferred("sum", ListOf(optional(INT))), inferred("upper", optional(STR))
    assert isinstance(lacking, Problem)
    assert lacking.help == "drop what is missing with `compact(…)`"
    assert isinstance(missing, Problem)
    assert missing.help == "give a default with `??`"


def test_every_form_is_read_and_its_variables_are_decided_by_its_parameters() -> None:
    for function in FUNCTIONS.values():
        for form in function.forms:
            assert form.text.startswith(f"{function.name}(")
            assert all(parameter.required for parameter in form.parameters if parameter.repeated)
    assert isinstance(FUNCTIONS["abs"].result, TypeVar)
    assert signature_text(FUNCTIONS["trim"]) == "`trim(text: str) -> str`"
