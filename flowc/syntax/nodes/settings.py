"""Settings of tasks, groups, flows and pools."""

from __future__ import annotations

from flowc.syntax.nodes.expressions import Argument, Expr, RecordEntry
from flowc.syntax.nodes.names import Name, Path, Span
from flowc.syntax.nodes.orders import After
from flowc.syntax.nodes.starts import Schedule, Trigger
from runtime.model.slotted import dataclass


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
