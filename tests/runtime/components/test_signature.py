"""What the compiler learns of a Python function: types, defaults, outputs, docs; and what cannot be a component."""

from __future__ import annotations

import datetime as dt
import enum
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Literal, NewType, NotRequired, TypedDict

import pytest
from pydantic import BaseModel

from runtime.component import Context, Percent, Size, Statements, component
from runtime.component.call import Component, component_of
from runtime.component.declaration import Declaration, declaration_of
from runtime.component.errors import ComponentProblem
from runtime.model.signature import ParameterSignature
from runtime.model.types import (
    BOOL,
    DATE,
    DURATION,
    FLOAT,
    INT,
    JSON,
    PATH,
    SIZE,
    STR,
    Enum,
    ListOf,
    MapOf,
    Record,
    optional,
)

Region = NewType("Region", str)


class Mode(enum.Enum):
    FULL = "full"
    LATE = 7


@dataclass
class Source:
    name: str
    partitions: int = 1
    tags: list[str] = field(default_factory=list)
    note: str | None = None


class Model(BaseModel):
    rows: int
    file: Path
    share: float = 0.5


class Partial(TypedDict):
    rows: int
    note: NotRequired[str]


@dataclass
class Tree:
    children: list[Tree]


def built(function: Callable[..., Any]) -> Component:
    return component_of(function, Declaration(), "shop.step")


def takes(annotation: Any) -> Any:
    def step(value: Any) -> None: ...

    step.__annotations__["value"] = annotation
    return built(step).signature.parameters[0].type


@pytest.mark.parametrize(
    ("annotation", "kind"),
    [
        (bool, BOOL),
        (float, FLOAT),
        (Path, PATH),
        (dt.date, DATE),
        (dt.timedelta, DURATION),
        (Size, SIZE),
        (Any, JSON),
        (Region, STR),
        (list[int], ListOf(INT)),
        (Sequence[str], ListOf(STR)),
        (tuple[int, ...], ListOf(INT)),
        (list, ListOf(JSON)),
        (dict[str, dt.date], MapOf(DATE)),
        (int | None, optional(INT)),
        (Annotated[list[str] | None, "names"], optional(ListOf(STR))),
        (Mode, Enum("Mode", (("FULL", "full"), ("LATE", "LATE")))),
        (Literal["a", "b"], Enum('"a" | "b"', (("a", "a"), ("b", "b")))),
        (
            Source,
            Record(
                (("name", STR), ("partitions", INT), ("tags", ListOf(STR)), ("note", optional(STR))),
                "Source",
                (("partitions", 1), ("tags", [])),
            ),
        ),
        (Model, Record((("rows", INT), ("file", PATH), ("share", FLOAT)), "Model", (("share", 0.5),))),
        (Partial, Record((("rows", INT), ("note", optional(STR))), "Partial")),
    ],
)
def test_annotation_has_a_type_of_the_language(annotation: Any, kind: Any) -> None:
    assert takes(annotation) == kind


def test_defaults_and_docs_belong_to_the_signature() -> None:
    def step(
        day: Annotated[dt.date, "The day."],
        rows: int = 3,
        wait: dt.timedelta = dt.timedelta(hours=1),
        to: Path = None,  # type: ignore[assignment]  # noqa: RUF013
    ) -> None:
        """Does a thing.

        In two paragraphs.
        """

    signature = built(step).signature
    assert signature.doc == "Does a thing.\n\nIn two paragraphs."
    assert signature.parameters == (
        ParameterSignature("day", DATE, doc="The day."),
        ParameterSignature("rows", INT, False, 3),
        ParameterSignature("wait", DURATION, False, "1h"),
        ParameterSignature("to", optional(PATH), False, None),
    )


def test_fields_of_a_record_are_the_outputs() -> None:
    def model() -> Model: ...  # type: ignore[empty-body]
    def partial() -> Partial: ...  # type: ignore[empty-body]
    def scalar() -> list[Source]: ...  # type: ignore[empty-body]
    def nothing() -> None: ...

    assert built(model).signature.outs == (("rows", INT), ("file", PATH), ("share", FLOAT))
    assert built(partial).signature.outs == (("rows", INT), ("note", optional(STR)))
    assert [name for name, _ in built(scalar).signature.outs] == ["result"]
    assert built(nothing).signature.outs == ()


def test_context_is_no_parameter() -> None:
    def step(rows: int, context: Context | None = None) -> None: ...

    built_step = built(step)
    assert [parameter.name for parameter in built_step.signature.parameters] == ["rows"]
    assert built_step.wants_context


def test_decorator_leaves_the_function_as_it_is() -> None:
    @component(name="sales.clean", idempotent=True)
    def clean(rows: int) -> int:
        return rows + 1

    assert clean(1) == 2
    assert declaration_of(clean) == Declaration("sales.clean", True)
    assert declaration_of(Mode) is None


def unannotated(value) -> None: ...  # type: ignore[no-untyped-def]


def no_result(value: int): ...  # type: ignore[no-untyped-def]


def many(*values: int) -> None: ...


def later() -> Iterator[int]:
    yield 1


def unknown(value: Callable[[], None]) -> None: ...


def either(value: int | str) -> None: ...


def pair(value: tuple[int, str]) -> None: ...


def numbers(value: Literal[1, 2]) -> None: ...


def keyed(value: dict[int, str]) -> None: ...


def recursive(value: Tree) -> None: ...


def wrong_default(value: Percent = "much") -> None: ...  # type: ignore[assignment]


@pytest.mark.parametrize(
    ("function", "sentence"),
    [
        (unannotated, "its parameter `value` has no type; write `value: str`, say"),
        (no_result, "it does not say what it returns; write `-> None` if that is nothing"),
        (many, "arguments are given by name, so `*values: 'int'` has no place in it"),
        (later, "it is a generator; return a list, or write a file and return its path"),
        (
            unknown,
            "its parameter `value`: `collections.abc.Callable[[], None]` is no type of the language; there are bool",
        ),
        (either, "`int | str` is a choice of types, which the language has only as `T | None`"),
        (pair, "`tuple[int, str]` is no type of the language; write tuple[T, ...] or list[T]"),
        (numbers, "`Literal[1, 2]` has values that are not text"),
        (keyed, "`dict[int, str]` has keys that are not text; write dict[str, T]"),
        (recursive, "`Tree` contains itself"),
        (wrong_default, 'the default of `value`: "much" is not a percentage such as 10%'),
    ],
)
def test_function_that_cannot_be_called_from_flows_is_told_why(function: Callable[..., Any], sentence: str) -> None:
    with pytest.raises(ComponentProblem) as raised:
        built(function)
    assert f"the component `{function.__qualname__}` ({__file__}:" in str(raised.value)
    assert sentence in str(raised.value)


def nothing(value: int) -> None: ...


async def awaited() -> None: ...


def plain(value: int, statements: Statements) -> None: ...


@pytest.mark.parametrize(
    ("function", "declaration", "runs"),
    [
        (nothing, Declaration(), "thread"),
        (nothing, Declaration(runs="process"), "process"),
        (awaited, Declaration(), "coroutine"),
        (awaited, Declaration(runs="process"), "process"),
    ],
)
def test_component_runs_where_it_declares_or_where_it_suits(
    function: Callable[..., Any], declaration: Declaration, runs: str
) -> None:
    assert component_of(function, declaration, "shop.step").runs == runs


@pytest.mark.parametrize(
    ("function", "declaration", "sentence"),
    [
        (nothing, Declaration(runs="coroutine"), 'it says runs="coroutine", but is no `async def`'),
        (nothing, Declaration(transactional=True), "it is transactional; add a parameter `statements: Statements`"),
        (plain, Declaration(), "its parameter `statements` is for @component(transactional=True) only"),
    ],
)
def test_declaration_that_does_not_suit_the_function_is_told(
    function: Callable[..., Any], declaration: Declaration, sentence: str
) -> None:
    with pytest.raises(ComponentProblem) as raised:
        component_of(function, declaration, "shop.step")
    assert sentence in str(raised.value)


def test_way_to_run_that_does_not_exist_is_refused_where_it_is_written() -> None:
    with pytest.raises(ComponentProblem) as raised:
        component(runs="fork")  # type: ignore[call-overload]
    assert "runs='fork'" in str(raised.value)


def test_statements_are_no_parameter_of_the_flow_and_make_it_repeatable() -> None:
    signature = component_of(plain, Declaration(transactional=True), "shop.step").signature
    assert [parameter.name for parameter in signature.parameters] == ["value"]
    assert (signature.transactional, signature.repeatable, signature.idempotent) == (True, True, False)
