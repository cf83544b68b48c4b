"""What a task does: a call, a script, a question or a wait; and the lists that it does it for."""

from __future__ import annotations

from flowc.syntax.nodes.expressions import Argument, Expr, Text
from flowc.syntax.nodes.names import ErrorNode, Name, Path, Span
from runtime.model.slotted import dataclass


@dataclass(slots=True, eq=False)
class Generator:
    """`variable in iterable` after `for`."""

    variable: Name
    iterable: Expr
    span: Span


@dataclass(slots=True, eq=False)
class Invocation:
    """`http.get(url: …)` as what a task calls. Arguments without a name are kept, for the analysis to judge."""

    path: Path
    arguments: list[Argument]
    span: Span


@dataclass(slots=True, eq=False)
class Action:
    """A script of a task. `language` is `sh`, `bash`, `python` or `sql`; `connection` is the value in `sql(…)`."""

    language: Name
    connection: Expr | None
    script: Text | ErrorNode
    span: Span


@dataclass(slots=True, eq=False)
class Ask:
    """`ask text`: the action of a task that waits for a person."""

    text: Expr
    span: Span


@dataclass(slots=True, eq=False)
class Wait:
    """`wait value` or, with `until`, `wait until value`: the action of a task that waits for a time."""

    value: Expr
    until: bool
    span: Span
