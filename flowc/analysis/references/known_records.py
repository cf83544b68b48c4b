"""Records that the language knows: the run, an error, a tick; and members of enums."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flowc.analysis.references.fields import fields, narrowed
from flowc.analysis.report import did_you_mean
from flowc.analysis.scope import Scope
from flowc.analysis.typed import CREATION, RUN_TIME, Typed, wrong
from flowc.diagnostics import codes
from flowc.syntax import nodes
from runtime.model.types import (
    BOOL,
    DATETIME,
    DURATION,
    INT,
    PATH,
    STR,
    Enum,
    Type,
    optional,
)

if TYPE_CHECKING:
    from flowc.analysis.expressions import Expressions

RUN_VALUES: dict[str, Type] = {"id": STR, "time": DATETIME, "created": DATETIME, "dir": PATH, "is_latest": BOOL}
TICK_VALUES: dict[str, Type] = {"time": DATETIME, "since_last": optional(DURATION)}
ERROR_VALUES: dict[str, Type] = {"kind": STR, "exit_code": optional(INT), "message": STR, "took": DURATION}


def record_value(checker: Expressions, base: nodes.NameRef, names: list[nodes.Member], scope: Scope) -> Typed | None:
    """A value of the run, of a failure or of a tick, where these are known."""
    if base.name == "run":
        known = RUN_TIME if names[0].name.text == "is_latest" else CREATION
        return value_of(checker, "run", RUN_VALUES, names, known, scope)
    if base.name == "error" and scope.error:
        return value_of(checker, "error", ERROR_VALUES, names, RUN_TIME, scope)
    if base.name == "tick" and scope.tick:
        return value_of(checker, "run", TICK_VALUES, names, RUN_TIME, scope, shown="tick")
    return None


def value_of(
    checker: Expressions,
    owner: str,
    values: dict[str, Type],
    names: list[nodes.Member],
    known: int,
    scope: Scope,
    shown: str = "",
) -> Typed:
    """A value of `owner`, called `shown` in messages, of those in `values`."""
    first = names[0].name
    if first.text not in values:
        help, fixes = did_you_mean(first.text, values, first.span)
        checker.report.error(
            codes.UNKNOWN_MEMBER,
            first.span,
            f"`{shown or owner}` has no value called `{first.text}`",
            label="not found",
            help=help or f"it has {', '.join(values)}",
            fixes=fixes,
        )
        return wrong()
    found = Typed(values[first.text], [owner, first.text], known)
    return fields(checker, narrowed(found, scope), names[0], names[1:], scope)


def enum_member(checker: Expressions, kind: Enum, names: list[nodes.Member], scope: Scope) -> Typed:
    """`Region.eu`."""
    first, members = names[0].name, dict(kind.members)
    if first.text not in members:
        help, fixes = did_you_mean(first.text, members, first.span)
        checker.report.error(
            codes.UNKNOWN_MEMBER,
            first.span,
            f"`{kind}` has no member called `{first.text}`",
            label="not found",
            help=help or f"its members are {', '.join(members)}",
            fixes=fixes,
        )
        return wrong()
    return fields(checker, Typed(kind, members[first.text]), names[0], names[1:], scope)
