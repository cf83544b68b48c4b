"""What has become of a task, as a value: `load.failed`, `load.attempts`. Who asks waits until it is known."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from flowc.analysis.hooks import is_onlooker
from flowc.analysis.model import Order, Task
from flowc.analysis.outcomes import STATES, joined
from flowc.analysis.scope import Scope
from flowc.analysis.typed import RUN_TIME, Typed, wrong
from flowc.diagnostics import Label, codes
from flowc.syntax import nodes
from runtime.model.types import BOOL, INT, STR, Record, Type, optional

if TYPE_CHECKING:
    from flowc.analysis.expressions import Expressions

_ERROR: Final = Record((("kind", STR), ("message", STR), ("exit_code", optional(INT))))
_OF_TASKS: Final[dict[str, Type]] = {"attempts": INT, "exit_code": optional(INT), "error": optional(_ERROR)}
VALUES: Final = (*STATES, *_OF_TASKS)


def value(checker: Expressions, task: Task, name: nodes.Name, scope: Scope) -> Typed:
    """The value `task.NAME`; the task whose expression this is waits until `task` is done."""
    outer = _several(task, scope.task, name.text)
    if outer is not None:
        return _not_one(checker, task, outer, name)
    here = scope.task
    asks = here.kind != "flow" and not scope.members and not is_onlooker(here, task)
    if asks and here.node >= 0:
        here.awaits = joined([tree for tree in (here.awaits, ["state", task.path, "done"]) if tree is not None])
        place = checker.report.place(name.span)
        checker.names.flow.orders.append(Order(task, here, place, "after", outcome=True))
    return Typed(_OF_TASKS.get(name.text, BOOL), ["state", task.path, name.text], RUN_TIME)


def _several(task: Task, observer: Task, name: str) -> Task | None:
    """The node on account of which there are several such values, seen from the observer."""
    if name in _OF_TASKS and (task.mapped or task.kind == "group"):
        return task
    around = [observer, *observer.ancestors()]
    return next((outer for outer in task.ancestors() if (outer.mapped or outer.repeats) and outer not in around), None)


def _not_one(checker: Expressions, task: Task, outer: Task, name: nodes.Name) -> Typed:
    what = f"`{name.text}` of `{task.dotted}`"
    reason = f"every item of `{outer.dotted}` has another one" if outer.mapped else f"`{outer.dotted}` goes again"
    if outer is task and not task.mapped:
        reason = "it is a group, and each of its tasks has its own"
    checker.report.error(
        codes.BAD_OUTCOME,
        name.span,
        f"{what} is not one value here: {reason}",
        labels=[Label(outer.span, "defined here")],
        help=f"ask about the whole: `{outer.dotted}.failed`",
    )
    return wrong()
