"""The syntax tree: what the parser builds and the analysis reads. Nothing is resolved here.

Spans are `(start, end)` in characters of the source, half open, and cover the node as written, the keyword of
a statement included. Nodes are compared by identity. Where the text could not be read stands an `ErrorNode`,
already reported: later phases pass over it in silence.

Every construct of the language has nodes. One rule of the grammar stands for every block, so any statement may turn
up in any block; whether it belongs there is for the analysis to say.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field
from typing import Any
from typing import Literal as Choice

Span = tuple[int, int]
"""Start and end offset in the source, in characters, half open."""


@dataclass(slots=True, eq=False)
class Name:
    """A name where it is declared, or a part of a dotted path."""

    text: str
    span: Span


@dataclass(slots=True, eq=False)
class Path:
    """`ingest.copy` where the grammar wants a task, a group or a callee."""

    names: list[Name]
    span: Span

    @property
    def text(self) -> str:
        return ".".join(name.text for name in self.names)


@dataclass(slots=True, eq=False)
class ErrorNode:
    """Text that was not understood; the diagnostic is in the sink already.

    `declares` is the name that a statement would have declared: references to it are no mistakes of their own.
    """

    span: Span
    declares: Name | None = None


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


@dataclass(slots=True, eq=False)
class NamedType:
    """`int`, `Source`; which of them exist is for the analysis to say."""

    name: Name
    span: Span


@dataclass(slots=True, eq=False)
class AppliedType:
    """`list[T]`, `map[str, T]`: a name with types in brackets."""

    name: Name
    arguments: list[TypeExpr]
    span: Span


@dataclass(slots=True, eq=False)
class OptionalType:
    """`inner?`."""

    inner: TypeExpr
    span: Span


@dataclass(slots=True, eq=False)
class FieldDecl:
    """`name: type = default` of a record type."""

    name: Name
    type: TypeExpr
    default: Expr | None
    span: Span
    doc: str = ""


@dataclass(slots=True, eq=False)
class RecordType:
    """`{ name: str, partitions: int = 1 }`."""

    fields: list[FieldDecl]
    span: Span


TypeExpr = NamedType | AppliedType | OptionalType | RecordType | ErrorNode


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
class OutDecl:
    """`out name: type = value default … where …`, of a task or of a flow."""

    name: Name
    type: TypeExpr
    value: Expr | None
    default: Expr | None
    where: Expr | None
    span: Span
    doc: str = ""


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


@dataclass(slots=True, eq=False)
class Retry:
    """`retry count, delay: 30s, …`; the options as written, their names unchecked."""

    count: Expr
    options: list[Argument]
    span: Span


@dataclass(slots=True, eq=False)
class Until:
    """`until condition, every: 30s, …`; the options as written, their names unchecked."""

    condition: Expr
    options: list[Argument]
    span: Span


@dataclass(slots=True, eq=False)
class Timeout:
    value: Expr
    span: Span


@dataclass(slots=True, eq=False)
class Deadline:
    value: Expr
    span: Span


@dataclass(slots=True, eq=False)
class Limit:
    value: Expr
    span: Span


@dataclass(slots=True, eq=False)
class LimitRuns:
    """`limit value runs`."""

    value: Expr
    span: Span


@dataclass(slots=True, eq=False)
class Priority:
    value: Expr
    span: Span


@dataclass(slots=True, eq=False)
class Owner:
    value: Expr
    span: Span


@dataclass(slots=True, eq=False)
class Tags:
    value: Expr
    span: Span


@dataclass(slots=True, eq=False)
class TimeZone:
    """`tz value` as a setting of a flow."""

    value: Expr
    span: Span


@dataclass(slots=True, eq=False)
class Cwd:
    value: Expr
    span: Span


@dataclass(slots=True, eq=False)
class AllowFailures:
    value: Expr
    span: Span


@dataclass(slots=True, eq=False)
class Enough:
    value: Expr
    span: Span


@dataclass(slots=True, eq=False)
class Idempotent:
    span: Span


@dataclass(slots=True, eq=False)
class AllowFailure:
    span: Span


@dataclass(slots=True, eq=False)
class FailFast:
    span: Span


@dataclass(slots=True, eq=False)
class Detached:
    span: Span


@dataclass(slots=True, eq=False)
class When:
    condition: Expr
    span: Span


@dataclass(slots=True, eq=False)
class AwaitCount:
    """`any(path, count)` in `after`. `function` is the word before the bracket, unchecked."""

    function: Path
    path: Path
    count: Expr
    span: Span


@dataclass(slots=True, eq=False)
class AwaitAll:
    """`a, b` in `after`: all of them, two or more."""

    parts: list[Awaited]
    span: Span


@dataclass(slots=True, eq=False)
class AwaitAny:
    """`a or b` in `after`: one of them, two or more."""

    parts: list[Awaited]
    span: Span


Awaited = Path | AwaitCount | AwaitAll | AwaitAny
"""What `after` names. A path may end in a state: `risky.failed`."""


@dataclass(slots=True, eq=False)
class After:
    """`after a, b.c`, `after a or b`, `after any(g, 3)`."""

    awaited: Awaited
    span: Span

    @property
    def parts(self) -> list[Awaited]:
        """What must all come first."""
        return self.awaited.parts if isinstance(self.awaited, AwaitAll) else [self.awaited]


@dataclass(slots=True, eq=False)
class Env:
    """`env { NAME: value }`."""

    entries: list[RecordEntry]
    span: Span


@dataclass(slots=True, eq=False)
class Cache:
    """`cache age by key`; without `by` the key is None."""

    age: Expr
    by: Expr | None
    span: Span


@dataclass(slots=True, eq=False)
class Ensure:
    """`ensure condition, text`."""

    condition: Expr
    text: Expr
    span: Span


@dataclass(slots=True, eq=False)
class Overlap:
    """`overlap skip`; the word is unchecked."""

    choice: Name
    span: Span


@dataclass(slots=True, eq=False)
class Use:
    """`use pool` or `use pool weight`."""

    pool: Path
    weight: Expr | None
    span: Span


@dataclass(slots=True, eq=False)
class Rate:
    """`rate count per time` of a pool."""

    count: Expr
    per: Expr
    span: Span


@dataclass(slots=True, eq=False)
class Crash:
    """`on crash rerun`; the word after `crash` is unchecked."""

    choice: Name
    span: Span


@dataclass(slots=True, eq=False)
class Schedule:
    """`schedule daily at …`, `weekly on mon, thu at …`, `every …`, `cron …`.

    `value` is the time of day, the interval or the cron line; `days` as written, unchecked. `zone`, `condition` and
    `catchup` are what stands after `tz`, `when` and `catchup`.
    """

    kind: Choice["daily", "weekly", "every", "cron"]
    value: Expr
    days: list[Name]
    span: Span
    zone: Expr | None = None
    condition: Expr | None = None
    catchup: Name | None = None


@dataclass(slots=True, eq=False)
class Trigger:
    """`trigger after flows`, `trigger file "pattern"`, `trigger webhook "name" of Type when … with (param: …)`.

    `source` is the pattern or the name, `awaited` what `after` names.
    """

    kind: Choice["after", "file", "webhook"]
    source: Expr | None
    awaited: Awaited | None
    span: Span
    type: TypeExpr | None = None
    condition: Expr | None = None
    arguments: list[Argument] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class Chain:
    """`a -> [b, c] -> d`: two steps or more, each with one path or more. A single bare name is no chain."""

    steps: list[list[Path]]
    span: Span


@dataclass(slots=True, eq=False)
class LetDecl:
    """`let name = value`."""

    name: Name
    value: Expr
    span: Span
    doc: str = ""


@dataclass(slots=True, eq=False)
class ParamDecl:
    """`param name: type = default where …`; for a template's parameter the same without the keyword."""

    name: Name
    type: TypeExpr
    default: Expr | None
    where: Expr | None
    span: Span
    doc: str = ""


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


Setting = (
    Retry
    | Until
    | Timeout
    | Deadline
    | Limit
    | LimitRuns
    | Priority
    | Owner
    | Tags
    | TimeZone
    | Cwd
    | AllowFailures
    | Enough
    | Idempotent
    | AllowFailure
    | FailFast
    | Detached
    | When
    | After
    | Env
    | Cache
    | Ensure
    | Overlap
    | Use
    | Rate
    | Crash
    | Schedule
    | Trigger
)
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


@dataclass(slots=True, eq=False)
class TypeDecl:
    """`type Name = type`."""

    name: Name
    type: TypeExpr
    span: Span
    doc: str = ""


@dataclass(slots=True, eq=False)
class EnumMember:
    """`eu` or `eu = "eu-west-1"`."""

    name: Name
    value: Text | ErrorNode | None
    span: Span
    doc: str = ""


@dataclass(slots=True, eq=False)
class EnumDecl:
    """`enum Name { a, b }`."""

    name: Name
    members: list[EnumMember]
    span: Span
    doc: str = ""


@dataclass(slots=True, eq=False)
class FlowDecl:
    """`flow name { body }`; `head` covers `flow name`."""

    name: Name
    body: list[Statement]
    span: Span
    head: Span
    doc: str = ""
    partial: bool = False


@dataclass(slots=True, eq=False)
class Imported:
    """`name as alias` of a `from`; without `as` the alias is None."""

    name: Name
    alias: Name | None
    span: Span

    @property
    def local(self) -> Name:
        """The name that it has here."""
        return self.alias or self.name


@dataclass(slots=True, eq=False)
class FromImport:
    """`from "file" import a as b, c`."""

    file: Text
    names: list[Imported]
    span: Span


@dataclass(slots=True, eq=False)
class ModuleImport:
    """`import "file" as alias`."""

    file: Text
    alias: Name
    span: Span


@dataclass(slots=True, eq=False)
class PoolDecl:
    """`pool name { body }`; `head` covers `pool name`."""

    name: Name
    body: list[Statement]
    span: Span
    head: Span
    doc: str = ""


@dataclass(slots=True, eq=False)
class TestDecl:
    """`test "title" { given … expect … }`."""

    title: Text
    body: list[Statement]
    span: Span
    doc: str = ""


Item = (
    FlowDecl
    | TypeDecl
    | EnumDecl
    | TaskDecl
    | LetDecl
    | FromImport
    | ModuleImport
    | PoolDecl
    | TestDecl
    | Defaults
    | ErrorNode
)


@dataclass(slots=True, eq=False)
class File:
    """One `.flow` file. `complete` is false if errors made the parser leave something out."""

    items: list[Item] = field(default_factory=list)
    complete: bool = True
