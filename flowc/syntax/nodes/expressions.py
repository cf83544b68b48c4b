"""Expressions."""

from __future__ import annotations

from bisect import bisect_right
from typing import Any
from typing import Literal as Choice

from flowc.syntax.nodes.names import ErrorNode, Name, Span
from runtime.model.slotted import dataclass


@dataclass(slots=True, eq=False)
class Literal:
    """A literal other than a text.

    `value` by kind: None, bool, int, float, timedelta (duration), int of bytes (size), float fraction (percent,
    10% is 0.1), datetime.time, datetime.date.
    """

    kind: Choice["null", "bool", "int", "float", "duration", "size", "percent", "time", "date"]
    value: Any
    span: Span


@dataclass(slots=True, eq=False)
class TextPart:
    """Literal text after escapes and dedent.

    From character `index` of `text` on, characters stand one after another in the source from `offset` on, for
    each `(index, offset)` of `runs`; `runs[0][0]` is 0.
    """

    text: str
    runs: tuple[tuple[int, int], ...]

    def offset(self, index: int) -> int:
        """Where character `index` stands in the source; the length of `text` gives the offset of its end."""
        first, offset = self.runs[bisect_right(self.runs, index, key=lambda run: run[0]) - 1]
        return offset + index - first


@dataclass(slots=True, eq=False)
class Hole:
    """A `{{ }}`; the span covers the braces."""

    value: Expr
    span: Span


@dataclass(slots=True, eq=False)
class Text:
    """A text literal of any of the four forms; the span covers the quotes.

    `parts` has no empty `TextPart`, so the empty text has no parts.
    """

    parts: list[TextPart | Hole]
    span: Span

    @property
    def plain(self) -> str | None:
        """The text, if nothing in it is computed."""
        if any(isinstance(part, Hole) for part in self.parts):
            return None
        return "".join(part.text for part in self.parts if isinstance(part, TextPart))


@dataclass(slots=True, eq=False)
class NameRef:
    """A bare name in an expression."""

    name: str
    span: Span


@dataclass(slots=True, eq=False)
class Member:
    """`base.name`."""

    base: Expr
    name: Name
    span: Span


@dataclass(slots=True, eq=False)
class Index:
    """`base[index]`."""

    base: Expr
    index: Expr
    span: Span


@dataclass(slots=True, eq=False)
class Argument:
    """`name: value` or `value` of a call."""

    name: Name | None
    value: Expr
    span: Span


@dataclass(slots=True, eq=False)
class Call:
    """A function call in an expression: `len(xs)`."""

    callee: Expr
    arguments: list[Argument]
    span: Span


@dataclass(slots=True, eq=False)
class Unary:
    op: Choice["-", "not"]
    operand: Expr
    op_span: Span
    span: Span


@dataclass(slots=True, eq=False)
class Binary:
    """`op` is one of `+ - * / ?? == != < <= > >= in and or` or `not in`."""

    op: str
    left: Expr
    right: Expr
    op_span: Span
    span: Span


@dataclass(slots=True, eq=False)
class Conditional:
    """`if condition then then else otherwise`."""

    condition: Expr
    then: Expr
    otherwise: Expr
    span: Span


@dataclass(slots=True, eq=False)
class ListExpr:
    items: list[Expr]
    span: Span


@dataclass(slots=True, eq=False)
class RecordEntry:
    """`key: value` of a record or of `env`."""

    key: Name
    value: Expr
    span: Span


@dataclass(slots=True, eq=False)
class RecordExpr:
    entries: list[RecordEntry]
    span: Span


@dataclass(slots=True, eq=False)
class Comprehension:
    """`[body for variable in iterable if condition]`; a missing condition is None."""

    body: Expr
    variable: Name
    iterable: Expr
    condition: Expr | None
    span: Span


Expr = (
    Literal
    | Text
    | NameRef
    | Member
    | Index
    | Call
    | Unary
    | Binary
    | Conditional
    | ListExpr
    | RecordExpr
    | Comprehension
    | ErrorNode
)
