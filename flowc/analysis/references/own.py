"""A task's own outputs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flowc.analysis.model import Out
from flowc.analysis.scope import Scope
from flowc.analysis.typed import RUN_TIME, Typed, wrong
from flowc.diagnostics import Label, codes
from flowc.syntax import nodes

if TYPE_CHECKING:
    from flowc.analysis.expressions import Expressions


def own_value(checker: Expressions, out: Out, span: nodes.Span, scope: Scope) -> Typed:
    """The output `out` of the task whose own text names it; an error where the action has not yet given it."""
    if scope.members and scope.task.result is not None:
        return Typed(out.type, ["out", scope.task.result.path, out.name], RUN_TIME)
    if not out.early and not scope.late:
        checker.report.error(
            codes.KNOWN_LATER,
            span,
            f"`{out.name}` is an output of this task, so it is known only after the action",
            label="not known yet",
            labels=[Label(out.span, "the action gives it")] if out.declared else [],
            help="use it in a task that follows this one",
        )
        return wrong()
    return Typed(out.type, ["own", out.name], RUN_TIME, late=not out.early)
