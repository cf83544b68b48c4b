"""What a hook knows of that on which it reports."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flowc.analysis import hooks
from flowc.analysis.references.fields import fields
from flowc.analysis.references.known_records import value_of
from flowc.analysis.scope import Scope
from flowc.analysis.typed import RUN_TIME, Typed, wrong
from flowc.diagnostics import codes
from flowc.syntax import nodes

if TYPE_CHECKING:
    from flowc.analysis.expressions import Expressions


def hook_value(checker: Expressions, base: nodes.NameRef, names: list[nodes.Member], scope: Scope) -> Typed | None:
    """What a hook knows of that on which it reports."""
    event = scope.task.hook
    if base.name == "attempt":
        return fields(checker, Typed(hooks.ATTEMPT, ["hook", "attempt"], RUN_TIME), base, names, scope)
    if base.name not in ("failed", "failures") or (base.name == "failed" and not names):
        return None
    if event not in ("failure", "done", "retry", "timeout"):
        checker.report.error(
            codes.KNOWN_LATER,
            base.span,
            f"`{base.name}` has no meaning in `on {event}`, where nothing need have failed",
            help="use it in `on failure`, `on retry`, `on timeout` or `on done`",
        )
        return wrong()
    if base.name == "failures":
        return fields(checker, Typed(hooks.FAILURES, ["hook", "failures"], RUN_TIME), base, names, scope)
    known = {name: hooks.failed_type(scope.task, name) for name in hooks.VALUES}
    return value_of(checker, "hook", known, names, RUN_TIME, scope, shown="failed")
