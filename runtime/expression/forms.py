"""Signatures of functions: written as text in the table, parsed when a checker asks, matched against argument types.

The grammar is `name(a: TYPE, b: TYPE = default, c: TYPE...) -> TYPE`, with the types of the language and capital
letters for type variables, as in `compact(values: list[T?]) -> list[T]`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any, Final

from runtime.model.slotted import dataclass
from runtime.model.types import JSON, SCALARS, ListOf, MapOf, Optional, Record, Scalar, Type, optional, required


@dataclass(frozen=True, slots=True)
class TypeVar:
    """Any type, the same at each place of one call; one of the scalars in `among` if there are any."""

    name: str
    among: tuple[str, ...] = ()

    def __str__(self) -> str:
        return self.name


Pattern = Any
"""A `Type` in which type variables may stand."""


@dataclass(frozen=True, slots=True)
class FormParameter:
    """`repeated`: takes one argument or more, and is the last."""

    name: str
    type: Pattern
    required: bool = True
    repeated: bool = False


@dataclass(frozen=True, slots=True)
class Form:
    """One way to call a function."""

    text: str
    parameters: tuple[FormParameter, ...]
    result: Pattern

    def takes(self, count: int) -> bool:
        """Whether so many arguments may be given."""
        least = sum(parameter.required for parameter in self.parameters)
        open_ended = bool(self.parameters) and self.parameters[-1].repeated
        return least <= count and (open_ended or count <= len(self.parameters))

    def parameter(self, index: int) -> FormParameter:
        """The parameter that receives the argument at `index`."""
        return self.parameters[min(index, len(self.parameters) - 1)]


@dataclass(frozen=True, slots=True)
class Problem:
    """Why arguments do not fit. `argument`: the index of the wrong one, or None if their number is wrong.

    `wanted`: the type that would fit, where one is known.
    """

    argument: int | None
    message: str
    help: str
    wanted: Type | None = None


@dataclass(frozen=True, slots=True)
class Rules:
    """The checker's rules between types: `fits(given, wanted)`, and `join(one, other)`, the type that holds both."""

    fits: Callable[[Type, Type], bool]
    join: Callable[[Type, Type], Type | None]


VARIABLES: Final = {
    "T": TypeVar("T"),
    "U": TypeVar("U"),
    "N": TypeVar("N", ("int", "float", "size", "percent", "duration")),
    "S": TypeVar("S", ("int", "float", "size")),
    "O": TypeVar("O", ("int", "float", "str", "path", "date", "time", "datetime", "duration", "size", "percent")),
    "D": TypeVar("D", ("date", "datetime")),
}

_TOKEN: Final = re.compile(r"\s*(\.\.\.|->|[A-Za-z_]+|[\[\](){}:,?=]|-?\d+|\"[^\"]*\")")


def parse_form(text: str) -> Form:
    """The form that a signature text describes."""
    reader = _Reader(_TOKEN.findall(text))
    reader.take()
    reader.expect("(")
    parameters = []
    while reader.next != ")":
        parameters.append(_parameter(reader))
        if reader.next == ",":
            reader.take()
    reader.expect(")")
    reader.expect("->")
    return Form(text, tuple(parameters), _type(reader))


@dataclass(slots=True)
class _Reader:
    tokens: list[str]
    at: int = 0

    @property
    def next(self) -> str:
        return self.tokens[self.at] if self.at < len(self.tokens) else ""

    def take(self) -> str:
        self.at += 1
        return self.tokens[self.at - 1]

    def expect(self, token: str) -> None:
        found = self.take()
        assert found == token, f"{found} where {token} belongs in {self.tokens}"


def _parameter(reader: _Reader) -> FormParameter:
    name = reader.take()
    reader.expect(":")
    kind = _type(reader)
    repeated = reader.next == "..."
    has_default = reader.next == "="
    if repeated:
        reader.take()
    if has_default:
        reader.take()
        reader.take()
    return FormParameter(name, kind, not has_default, repeated)


def _type(reader: _Reader) -> Pattern:
    kind = _plain_type(reader)
    if reader.next == "?":
        reader.take()
        return Optional(kind)
    return kind


def _plain_type(reader: _Reader) -> Pattern:
    word = reader.take()
    if word == "list":
        reader.expect("[")
        item = _type(reader)
        reader.expect("]")
        return ListOf(item)
    if word == "map":
        for token in ("[", "str", ","):
            reader.expect(token)
        value = _type(reader)
        reader.expect("]")
        return MapOf(value)
    if word == "{":
        return _record(reader)
    assert word in VARIABLES or word in SCALARS, word
    return VARIABLES.get(word) or Scalar(word)


def _record(reader: _Reader) -> Pattern:
    fields = []
    while reader.next != "}":
        name = reader.take()
        reader.expect(":")
        fields.append((name, _type(reader)))
        if reader.next == ",":
            reader.take()
    reader.expect("}")
    return Record(tuple(fields))


def match(form: Form, arguments: Sequence[Type], rules: Rules) -> Type | Problem:
    """The type of a call in this form, or the first argument that does not fit; the count must fit already."""
    bound: dict[str, Type] = {}
    for index, given in enumerate(arguments):
        pattern = form.parameter(index).type
        if not _bind(pattern, given, bound, rules):
            return _misfit(form, index, pattern, given, bound)
    return substitute(form.result, bound)


def substitute(pattern: Pattern, bound: dict[str, Type]) -> Type:
    """The pattern with its variables replaced; `json` for one that nothing decides."""
    match pattern:
        case TypeVar(name):
            return bound.get(name, JSON)
        case ListOf(item):
            return ListOf(substitute(item, bound))
        case MapOf(value):
            return MapOf(substitute(value, bound))
        case Optional(inner):
            return optional(substitute(inner, bound))
        case Record(fields, name, defaults):
            return Record(tuple((field, substitute(kind, bound)) for field, kind in fields), name, defaults)
        case _:
            return pattern  # type: ignore[no-any-return]


def _bind(pattern: Pattern, given: Type, bound: dict[str, Type], rules: Rules, inner: bool = False) -> bool:
    """Whether `given` fits; notes what its variables stand for. Only inside a list or map may `T` be optional."""
    if isinstance(pattern, TypeVar):
        return _bind_variable(pattern, given, bound, rules, inner)
    if isinstance(pattern, Optional):
        return _bind(pattern.inner, required(given), bound, rules, inner)
    if _is_undecided(given):
        return all(_bind(part, given, bound, rules, True) for part in _parts(pattern))
    match pattern, given:
        case (ListOf(part), ListOf(kind)) | (MapOf(part), MapOf(kind)):
            return _bind(part, kind, bound, rules, True)
        case MapOf(part), Record(fields):
            return all(_bind(part, kind, bound, rules, True) for _, kind in fields)
        case (ListOf() | MapOf(), _):
            return False
        case _:
            return rules.fits(given, pattern)


def _bind_variable(variable: TypeVar, given: Type, bound: dict[str, Type], rules: Rules, inner: bool) -> bool:
    if isinstance(given, Optional) and (variable.among or not inner):
        return False
    if variable.among and not _is_undecided(given) and not (isinstance(given, Scalar) and given.name in variable.among):
        return False
    before = bound.get(variable.name)
    both = given if before is None else rules.join(before, given)
    if both is None:
        return False
    bound[variable.name] = both
    return True


def _is_undecided(kind: Type) -> bool:
    """A type of the checker's own: of an empty list's elements, or of what is wrong already."""
    return isinstance(kind, Scalar) and kind.name not in SCALARS


def _parts(pattern: Pattern) -> list[Pattern]:
    match pattern:
        case ListOf(part) | MapOf(part):
            return [part]
        case _:
            return []


def _misfit(form: Form, index: int, pattern: Pattern, given: Type, bound: dict[str, Type]) -> Problem:
    wanted = _shown(pattern, bound)
    message = f"`{form.text.partition('(')[0]}` takes {wanted} here, but this is `{given}`"
    help = f"its form is `{form.text}`"
    if isinstance(given, Optional) and not isinstance(pattern, Optional):
        help = "give a default with `??`"
    elif isinstance(given, ListOf) and isinstance(given.item, Optional):
        help = "drop what is missing with `compact(…)`"
    return Problem(index, message, help, _decided(pattern, bound))


def _shown(pattern: Pattern, bound: dict[str, Type]) -> str:
    decided = _decided(pattern, bound)
    if decided is not None:
        return f"`{decided}`"
    match pattern:
        case TypeVar(_, among) if among:
            return "one of " + ", ".join(among)
        case TypeVar():
            return "a value that is not missing"
        case ListOf(TypeVar(_, among)) if among:
            return "a list of " + ", ".join(among)
        case ListOf():
            return "a list"
        case MapOf():
            return "a map"
        case _:
            return f"`{pattern}`"


def _decided(pattern: Pattern, bound: dict[str, Type]) -> Type | None:
    """The pattern as a type, if nothing in it is open."""
    match pattern:
        case TypeVar(name):
            return bound.get(name)
        case ListOf(part) | MapOf(part) | Optional(part):
            inner = _decided(part, bound)
            return None if inner is None else type(pattern)(inner)
        case Record():
            return None
        case _:
            return pattern  # type: ignore[no-any-return]
