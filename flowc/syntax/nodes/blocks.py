"""Statements with blocks, and what may stand in a block."""

from __future__ import annotations

from typing import Literal as Choice

from flowc.syntax.nodes.actions import Action, Ask, Generator, Invocation, Wait
from flowc.syntax.nodes.declarations import LetDecl, OutDecl, ParamDecl
from flowc.syntax.nodes.expressions import Expr
from flowc.syntax.nodes.names import ErrorNode, Name, Span
from flowc.syntax.nodes.orders import Chain
from flowc.syntax.nodes.settings import Setting
from runtime.model.slotted import dataclass


@dataclass(slots=True, eq=False)
class TaskDecl:
    """`task name(parameters) for … by … = callee(…) { body }`.

    `parameters` is None without parentheses. `head` covers `task name`, for labels. With `partial`
    the heading after the name was not understood (reported): what it would have said is missing here.
    """

    name: Name
    parameters: list[ParamDecl] | None
    generators: list[Generator]
    by: Expr | None
    callee: Invocation | None
    body: list[Statement]
    span: Span
    head: Span
    doc: str = ""
    partial: bool = False


@dataclass(slots=True, eq=False)
class GroupDecl:
    """`parallel name for … by … { body }`; `head` and `partial` as of a task."""

    kind: Choice["parallel", "sequence"]
    name: Name
    generators: list[Generator]
    by: Expr | None
    body: list[Statement]
    span: Span
    head: Span
    doc: str = ""
    partial: bool = False


@dataclass(slots=True, eq=False)
class Defaults:
    """`defaults { body }`: settings for what is inside the block around it."""

    body: list[Statement]
    span: Span
    head: Span


@dataclass(slots=True, eq=False)
class Branch:
    """One branch of an `if`: its condition, None for `else`, and its block. `head` covers `if condition` or `else`."""

    condition: Expr | None
    body: list[Statement]
    span: Span
    head: Span


@dataclass(slots=True, eq=False)
class If:
    """`if … { } else if … { } else { }`; the last branch may be an `else`."""

    branches: list[Branch]
    span: Span

    @property
    def head(self) -> Span:
        return self.branches[0].head


@dataclass(slots=True, eq=False)
class Case:
    """`a, b { body }` of a `match`."""

    members: list[Name]
    body: list[Statement]
    span: Span


@dataclass(slots=True, eq=False)
class Match:
    """`match subject { a { } b { } }`."""

    subject: Expr
    cases: list[Case | ErrorNode]
    span: Span
    head: Span


@dataclass(slots=True, eq=False)
class Hook:
    """`on event { body }`; `late` is the time of `on late 3h`. The event is unchecked."""

    event: Name
    late: Expr | None
    body: list[Statement]
    span: Span
    head: Span


@dataclass(slots=True, eq=False)
class GivenOne:
    """`subject` or `subject: outcome` of a `given`."""

    subject: Expr
    outcome: Expr | None
    span: Span


@dataclass(slots=True, eq=False)
class Given:
    """`given a(…), b: …` of a test."""

    entries: list[GivenOne]
    span: Span


@dataclass(slots=True, eq=False)
class Expect:
    """`expect condition` of a test."""

    condition: Expr
    span: Span


Statement = (
    Setting
    | Action
    | Ask
    | Wait
    | OutDecl
    | ParamDecl
    | LetDecl
    | TaskDecl
    | GroupDecl
    | Chain
    | Defaults
    | If
    | Match
    | Hook
    | Given
    | Expect
    | ErrorNode
)
