"""The functions of expressions: one table for the checker (forms, docs) and the evaluator (implementations)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any, Final

from runtime.expression import lists, narrowing, numbers, texts, times
from runtime.expression.errors import ExpressionError
from runtime.expression.forms import Form, FormParameter, Pattern, Problem, Rules, match, parse_form
from runtime.model.slotted import dataclass
from runtime.model.types import Optional, Type, required

RUN_FUNCTIONS: Final = ("now", "today")
"""Functions without arguments whose value the run knows."""


@dataclass(frozen=True, slots=True)
class Function:
    """A pure function. `signatures`: its forms as text, the first is the usual one.

    `takes_missing`: it looks at missing values itself; else they are refused before it is called.
    """

    name: str
    signatures: tuple[str, ...]
    doc: str
    implementation: Callable[..., Any]
    takes_missing: bool = False

    @property
    def forms(self) -> tuple[Form, ...]:
        return _forms(self.signatures)

    @property
    def parameters(self) -> tuple[FormParameter, ...]:
        """Of the usual form."""
        return self.forms[0].parameters

    @property
    def result(self) -> Pattern:
        """Of the usual form; a type in which `TypeVar`s may stand."""
        return self.forms[0].result

    def call(self, arguments: Sequence[Any]) -> Any:
        """The value for these arguments, whatever they are; ExpressionError if there is none."""
        if not self.takes_missing and None in map(_only_missing, arguments):
            raise ExpressionError(f"`{self.name}` is given a missing value; give a default with `??`")
        try:
            return self.implementation(*arguments)
        except ExpressionError as problem:
            raise ExpressionError(f"`{self.name}`: {problem}") from None
        except (TypeError, ValueError, OverflowError, ArithmeticError, AttributeError, LookupError):
            raise ExpressionError(f"`{self.name}` has no result here; its form is {signature_text(self)}") from None

    def infer(self, arguments: Sequence[Type], rules: Rules) -> Type | Problem:
        """The type of a call, or why these arguments do not fit."""
        fitting = [form for form in self.forms if form.takes(len(arguments))]
        if not fitting:
            return Problem(None, _count_message(self, len(arguments)), f"write it as {signature_text(self)}")
        problems = []
        for form in fitting:
            found = match(form, arguments, rules)
            if not isinstance(found, Problem):
                return self._tightened(found, arguments)
            problems.append(found)
        return max(problems, key=lambda problem: problem.argument or 0)

    def _tightened(self, found: Type, arguments: Sequence[Type]) -> Type:
        """`coalesce` gives a value if one of its arguments surely is there; no form can say that."""
        surely = self.name == "coalesce" and not all(isinstance(kind, Optional) for kind in arguments)
        return required(found) if surely else found


def _only_missing(value: Any) -> Any:
    return None if value is None else 0


@lru_cache(maxsize=256)
def _forms(signatures: tuple[str, ...]) -> tuple[Form, ...]:
    return tuple(map(parse_form, signatures))


def signature_text(function: Function) -> str:
    """All forms, for messages: "`sum(values: list[S]) -> S` or …"."""
    return " or ".join(f"`{signature}`" for signature in function.signatures)


def _count_message(function: Function, count: int) -> str:
    if count == 0:
        return f"`{function.name}` needs an argument"
    return f"`{function.name}` does not take {'one argument' if count == 1 else f'{count} arguments'}"


def find_function(name: str) -> Function:
    """The function of that name; ExpressionError if there is none."""
    try:
        return FUNCTIONS[name]
    except KeyError:
        raise ExpressionError(f"there is no function `{name}` in this version; deploy the flow again") from None


def _unreachable() -> Any:
    raise ExpressionError("the run's time is not known here")


def _table(*functions: Function) -> Mapping[str, Function]:
    return {function.name: function for function in functions}


def _entry(doc: str, implementation: Callable[..., Any], *signatures: str, takes_missing: bool = False) -> Function:
    return Function(signatures[0].partition("(")[0], signatures, doc, implementation, takes_missing)


FUNCTIONS: Final[Mapping[str, Function]] = _table(
    # Lists
    _entry(
        "How many elements, keys or characters there are.",
        lists.length,
        "len(values: list[T]) -> int",
        "len(values: map[str, T]) -> int",
        "len(text: str) -> int",
    ),
    _entry(
        "The numbers added up. For durations and percentages give a start, which is also the sum of an empty list.",
        lists.total,
        "sum(values: list[S]) -> S",
        "sum(values: list[N], start: N) -> N",
    ),
    _entry(
        "The least of a list that is not empty, or of the arguments.",
        lists.least,
        "min(values: list[O]) -> O",
        "min(first: O, others: O...) -> O",
    ),
    _entry(
        "The greatest of a list that is not empty, or of the arguments.",
        lists.greatest,
        "max(values: list[O]) -> O",
        "max(first: O, others: O...) -> O",
    ),
    _entry("The elements in ascending order.", lists.ordered, "sorted(values: list[O]) -> list[O]"),
    _entry("Each element once, at its first place.", lists.unique, "unique(values: list[T]) -> list[T]"),
    _entry(
        "From the last to the first.",
        lists.backwards,
        "reverse(values: list[T]) -> list[T]",
        "reverse(text: str) -> str",
    ),
    _entry(
        "Pairs of the elements at the same place; both lists must be equally long.",
        lists.pairs,
        "zip(first: list[T], second: list[U]) -> list[{ first: T, second: U }]",
    ),
    _entry(
        "The elements with their places, from 0.",
        lists.numbered,
        "enumerate(values: list[T]) -> list[{ index: int, value: T }]",
    ),
    _entry(
        "Whole numbers from 0, or from `start`, up to but without `end`.",
        lists.numbers_between,
        "range(end: int) -> list[int]",
        "range(start: int, end: int, step: int = 1) -> list[int]",
    ),
    _entry("Lists put one after another.", lists.flattened, "flatten(values: list[list[T]]) -> list[T]"),
    _entry("The elements that are not missing.", lists.compacted, "compact(values: list[T?]) -> list[T]"),
    _entry("The first element; missing if there is none.", lists.first, "first(values: list[T]) -> T?"),
    _entry("The last element; missing if there is none.", lists.last, "last(values: list[T]) -> T?"),
    _entry(
        "The part from `start` up to but without `end`, counted from 0; negative counts from the end.",
        lists.part,
        "slice(values: list[T], start: int) -> list[T]",
        "slice(values: list[T], start: int, end: int) -> list[T]",
        "slice(text: str, start: int) -> str",
        "slice(text: str, start: int, end: int) -> str",
    ),
    _entry("Whether one of them is true.", lists.any_true, "any(values: list[bool]) -> bool"),
    _entry("Whether all of them are true.", lists.all_true, "all(values: list[bool]) -> bool"),
    _entry(
        "How often the element or the piece of text occurs.",
        lists.occurrences,
        "count(values: list[T], value: T) -> int",
        "count(text: str, piece: str) -> int",
    ),
    _entry(
        "Whether the element, the key or the piece of text is there; the same as `in`.",
        lists.holds,
        "contains(values: list[T], value: T) -> bool",
        "contains(values: map[str, T], key: str) -> bool",
        "contains(text: str, piece: str) -> bool",
    ),
    # Maps and missing values
    _entry("The keys of a map.", lists.keys, "keys(values: map[str, T]) -> list[str]"),
    _entry("The values of a map.", lists.values, "values(values: map[str, T]) -> list[T]"),
    _entry(
        "The keys of a map with their values.",
        lists.entries,
        "items(values: map[str, T]) -> list[{ key: str, value: T }]",
    ),
    _entry(
        "The value of a key or the element at a place; missing, or the default, if there is none.",
        lists.looked_up,
        "get(values: map[str, T], key: str) -> T?",
        "get(values: list[T], index: int) -> T?",
        "get(values: map[str, T], key: str, default: T) -> T",
        "get(values: list[T], index: int, default: T) -> T",
        "get(values: json?, key: str) -> json?",
        "get(values: json?, index: int) -> json?",
        takes_missing=True,
    ),
    _entry(
        "The first argument that is not missing.",
        lists.coalesced,
        "coalesce(values: T?...) -> T?",
        takes_missing=True,
    ),
    # Texts
    _entry(
        "The elements as text, with `between` between them.",
        texts.joined,
        'join(values: list[T], between: str = ",") -> str',
    ),
    _entry(
        "The pieces between the separators; without one, the words.",
        texts.pieces,
        "split(text: str) -> list[str]",
        "split(text: str, separator: str) -> list[str]",
    ),
    _entry(
        "The text with each `old` replaced by `new`.", texts.replaced, "replace(text: str, old: str, new: str) -> str"
    ),
    _entry("The text without blanks at its ends.", texts.trimmed, "trim(text: str) -> str"),
    _entry("In capital letters.", texts.upper, "upper(text: str) -> str"),
    _entry("In small letters.", texts.lower, "lower(text: str) -> str"),
    _entry("Whether it starts so.", texts.starts, "starts_with(text: str, start: str) -> bool"),
    _entry("Whether it ends so.", texts.ends, "ends_with(text: str, end: str) -> bool"),
    _entry(
        "Whether the whole text fits the pattern, a regular expression without look-around and back-references.",
        texts.fits_pattern,
        "matches(text: str, pattern: str) -> bool",
    ),
    _entry("Small letters and digits with `-` between them, fit for names.", texts.slug, "slug(text: str) -> str"),
    _entry("The SHA-256 of the value's JSON, in hexadecimal.", texts.digest, "hash(value: T) -> str"),
    _entry("Reads JSON.", texts.read_json, "json(text: str) -> json"),
    _entry("The value as compact JSON.", texts.write_json, "to_json(value: T) -> str"),
    *(
        _entry(
            f"{what}, if the JSON is one; else missing.",
            change,
            f"{name}(value: json?) -> {kind}?",
            takes_missing=True,
        )
        for name, kind, what, change in (
            ("as_bool", "bool", "True or false", narrowing.as_bool),
            ("as_int", "int", "The whole number", narrowing.as_int),
            ("as_float", "float", "The number", narrowing.as_float),
            ("as_str", "str", "The text", narrowing.as_str),
            ("as_list", "list[json]", "The elements", narrowing.as_list),
            ("as_map", "map[str, json]", "The values by key", narrowing.as_map),
        )
    ),
    # Paths
    _entry("The last part of a path.", texts.basename, "basename(path: path) -> str"),
    _entry("The path without its last part.", texts.dirname, "dirname(path: path) -> path"),
    _entry("The extension with its dot, `.gz`; empty if there is none.", texts.extension, "ext(path: path) -> str"),
    _entry("The parts of a path.", texts.parts, "parts(path: path) -> list[str]"),
    _entry("The text as a path.", texts.path, "path(text: str) -> path", "path(path: path) -> path"),
    # Numbers
    _entry("The value as text.", texts.text, "str(value: T) -> str"),
    _entry(
        "The whole number in a text, or of a number without its fraction.",
        numbers.to_int,
        "int(text: str) -> int",
        "int(number: float) -> int",
        "int(value: json) -> int",
    ),
    _entry(
        "The number in a text.",
        numbers.to_float,
        "float(text: str) -> float",
        "float(number: float) -> float",
        "float(value: json) -> float",
    ),
    _entry("Without its sign.", numbers.absolute, "abs(number: N) -> N"),
    _entry(
        "The nearest whole number, or with so many digits; halves go away from zero.",
        numbers.rounded,
        "round(number: float) -> int",
        "round(number: float, digits: int) -> float",
    ),
    _entry("The greatest whole number that is not above it.", numbers.floor, "floor(number: float) -> int"),
    _entry("The least whole number that is not below it.", numbers.ceil, "ceil(number: float) -> int"),
    _entry("How often `by` goes into the number, rounded down.", numbers.div, "div(number: int, by: int) -> int"),
    _entry(
        "What `div` leaves; it has the sign of `by`.",
        numbers.mod,
        "mod(number: int, by: int) -> int",
    ),
    # Times
    _entry(
        "The date in a text, or of a datetime (in UTC).",
        times.to_date,
        "date(text: str) -> date",
        "date(moment: D) -> date",
    ),
    _entry(
        "The time of day in a text, or of a datetime (in UTC).",
        times.to_time,
        "time(text: str) -> time",
        "time(moment: datetime) -> time",
    ),
    _entry(
        "The datetime in a text, or of a day and a time (in UTC).",
        times.to_datetime,
        "datetime(text: str) -> datetime",
        "datetime(day: date, at: time) -> datetime",
    ),
    _entry(
        "Written by a pattern such as `%Y-%m-%d` or `%H:%M` (in UTC).",
        times.formatted,
        "format(moment: D, pattern: str) -> str",
    ),
    _entry("The year.", times.year, "year(moment: D) -> int"),
    _entry("The month, 1 to 12.", times.month, "month(moment: D) -> int"),
    _entry("The day of the month.", times.day, "day(moment: D) -> int"),
    _entry("The hour, 0 to 23 (in UTC).", times.hour, "hour(moment: datetime) -> int", "hour(at: time) -> int"),
    _entry("`mon` `tue` `wed` `thu` `fri` `sat` or `sun`.", times.weekday, "weekday(moment: D) -> str"),
    _entry("A duration in seconds.", times.seconds, "seconds(length: duration) -> float"),
    _entry("A duration in hours.", times.hours, "hours(length: duration) -> float"),
    _entry("A duration in days.", times.days, "days(length: duration) -> float"),
    _entry("The time of the run: its tick, else when it was created.", _unreachable, "now() -> datetime"),
    _entry("The date of the run's time, in the zone of the flow.", _unreachable, "today() -> date"),
)
