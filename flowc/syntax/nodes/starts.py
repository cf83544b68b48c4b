"""What starts runs of a flow: schedules and triggers."""

from __future__ import annotations

from typing import Literal as Choice

from flowc.syntax.nodes.expressions import Argument, Expr
from flowc.syntax.nodes.names import Name, Span
from flowc.syntax.nodes.orders import Awaited
from flowc.syntax.nodes.types import TypeExpr
from runtime.model.slotted import dataclass, field


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
