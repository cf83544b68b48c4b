"""Calls: arguments arrive as the annotations promise, results leave as JSON, misfits are told apart from failures."""

from __future__ import annotations

import datetime as dt
import enum
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, NotRequired, TypedDict

import pytest
from pydantic import BaseModel, field_validator

from runtime.component import Cancelled, Context
from runtime.component.call import Component, component_of
from runtime.component.declaration import Declaration
from runtime.component.errors import BadArguments, BadResult

DAY = dt.date(2026, 11, 23)


class Mode(enum.Enum):
    FULL = "full"


@dataclass
class Source:
    name: str
    file: Path
    mode: Mode = Mode.FULL
    note: str | None = None


class Model(BaseModel):
    rows: int
    file: Path

    @field_validator("rows")
    @classmethod
    def not_negative(cls, rows: int) -> int:
        if rows < 0:
            raise ValueError("rows must not be negative")
        return rows


class Partial(TypedDict):
    rows: int
    note: NotRequired[str]


def built(function: Callable[..., Any]) -> Component:
    return component_of(function, Declaration(), "shop.step")


def received(annotation: Any, value: Any) -> Any:
    """What a parameter of that annotation is handed."""
    seen = []

    def step(value: Any) -> None:
        seen.append(value)

    step.__annotations__["value"] = annotation
    built(step).invoke({"value": value})
    return seen[0]


def returned(annotation: Any, value: Any) -> Any:
    """JSON of what a function of that annotation returns."""

    def step() -> Any:
        return value

    step.__annotations__["return"] = annotation
    return built(step).invoke({})


@pytest.mark.parametrize(
    ("annotation", "given", "expected"),
    [
        (int, 3, 3),
        (float, 3, 3.0),
        (Path, PurePosixPath("/a/b"), Path("/a/b")),
        (Path, "/a/b", Path("/a/b")),
        (dt.date, DAY, DAY),
        (dt.date, "2026-11-23", DAY),
        (dt.timedelta, "1h", dt.timedelta(hours=1)),
        (Mode, "full", Mode.FULL),
        (list[Path], ["a"], [Path("a")]),
        (tuple[int, ...], [1, 2], (1, 2)),
        (dict[str, Mode], {"x": "full"}, {"x": Mode.FULL}),
        (int | None, None, None),
        (Path | None, "a", Path("a")),
        (Any, {"a": [1, None]}, {"a": [1, None]}),
        (Source, {"name": "x", "file": "f"}, Source("x", Path("f"))),
        (list[Source], [{"name": "x", "file": "f", "note": "n"}], [Source("x", Path("f"), Mode.FULL, "n")]),
        (Model, {"rows": 1, "file": "f"}, Model(rows=1, file=Path("f"))),
        (Partial, {"rows": 1}, {"rows": 1}),
    ],
)
def test_argument_arrives_as_annotated(annotation: Any, given: Any, expected: Any) -> None:
    value = received(annotation, given)
    assert value == expected
    assert type(value) is type(expected)


@pytest.mark.parametrize(
    ("annotation", "value", "expected"),
    [
        (int, 3, {"result": 3}),
        (Path, Path("a/b"), {"result": "a/b"}),
        (dict[str, int], {"a": 1}, {"result": {"a": 1}}),
        (
            list[Source],
            [Source("x", Path("f"))],
            {"result": [{"name": "x", "file": "f", "mode": "full", "note": None}]},
        ),
        (Source, Source("x", Path("f")), {"name": "x", "file": "f", "mode": "full", "note": None}),
        (Model, Model(rows=1, file=Path("f")), {"rows": 1, "file": "f"}),
        (Partial, {"rows": 1}, {"rows": 1, "note": None}),
        (
            Any,
            {"day": DAY, "mode": Mode.FULL, "file": Path("f")},
            {"result": {"day": "2026-11-23", "mode": "full", "file": "f"}},
        ),
        (type(None), None, {}),
    ],
)
def test_result_leaves_as_json(annotation: Any, value: Any, expected: Any) -> None:
    assert returned(annotation, value) == expected


@pytest.mark.parametrize(
    ("annotation", "value", "sentence"),
    [
        (int, "3", 'the result: "3" is not a whole number such as 42'),
        (int, True, "the result: true is not a whole number such as 42"),
        (int, 2**70, "is too large; whole numbers have 64 bits"),
        (type(None), 3, "it says `-> None`, but gave a int"),
        (Partial, {"rows": 1, "extra": 2}, "Partial has no field `extra`; it has rows, note"),
        (Partial, None, "is not Partial"),
        (Source, object(), "is not Source"),
        (list[int], {1, 2}, "is not list[int]"),
        (str, "a\0b", "a text cannot hold the character NUL"),
        (Any, object(), "is not JSON"),
        (Any, {"a": [float("nan")]}, "nan is not JSON; use None for what is not known"),
    ],
)
def test_wrong_result_is_the_components_fault(annotation: Any, value: Any, sentence: str) -> None:
    with pytest.raises(BadResult) as raised:
        returned(annotation, value)
    assert sentence in str(raised.value)
    assert "`shop.step` returned what it does not declare" in str(raised.value)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({}, "`shop.step` needs the argument `rows`"),
        ({"rows": "x"}, 'an argument of `shop.step` does not fit: `rows`: "x" is not a whole number'),
        ({"rows": None}, "`rows`: null is not a whole number"),
        ({"rows": 1, "size": 2}, "`shop.step` has no parameter `size`; deploy the flow again"),
        ({"rows": 1, "limit": None}, "`limit`: null is not a whole number"),
    ],
)
def test_wrong_arguments_are_refused_before_it_runs(arguments: dict[str, Any], sentence: str) -> None:
    def step(rows: int, limit: int = 5) -> None:
        raise AssertionError("it ran")

    with pytest.raises(BadArguments) as raised:
        built(step).invoke(arguments)
    assert sentence in str(raised.value)


def test_model_that_refuses_a_value_is_a_wrong_argument() -> None:
    with pytest.raises(BadArguments, match="rows must not be negative"):
        received(Model, {"rows": -1, "file": "f"})


def test_defaults_are_the_functions_own() -> None:
    def step(rows: int, limit: int = 5) -> int:
        return rows + limit

    assert built(step).invoke({"rows": 1}) == {"result": 6}


def test_exceptions_of_the_function_pass_through() -> None:
    def step() -> None:
        raise KeyError("gone")

    with pytest.raises(KeyError):
        built(step).invoke({})


def test_context_is_handed_over_and_cancel_ends_a_wait() -> None:
    started = threading.Event()

    def step(context: Context) -> str:
        started.set()
        context.wait(60)
        return "never"

    context, ends = Context(run="etl-1"), []

    def call() -> None:
        try:
            built(step).invoke({}, context)
        except Cancelled as cancelled:
            ends.append(cancelled)

    thread = threading.Thread(target=call)
    thread.start()
    assert started.wait(10)
    context.cancel.set()
    thread.join(10)
    assert len(ends) == 1
    assert context.cancelled
