"""`detached`: a task that starts a run of its own of a flow, and goes on at once."""

from __future__ import annotations

from collections.abc import Sequence

from flowc.analysis.frame import Frame, Layer
from flowc.analysis.model import Task
from flowc.analysis.scope import Scope
from flowc.diagnostics import codes
from flowc.syntax import nodes
from runtime.model.definition import Detach


def is_detached(layers: Sequence[Layer]) -> bool:
    """Whether any of the declarations that say something of a task has the word."""
    return any(isinstance(item, nodes.Detached) for layer in layers for item in layer.decl.body)


def check_detached(task: Task, layers: Sequence[Layer]) -> None:
    """Reports the word where no flow is called, if it is known what is."""
    if task.detached is not None or task.outs_unknown:
        return
    for layer in layers:
        refuse_detached(layer.frame, layer.decl.body, "task that calls no flow")


def refuse_detached(frame: Frame, body: Sequence[nodes.Statement], place: str) -> None:
    """Reports the word in a place where it says nothing."""
    for item in body:
        if isinstance(item, nodes.Detached):
            frame.report.error(
                codes.MISPLACED,
                item.span,
                f"`detached` does not belong in a {place}",
                help="write it where a flow is called: `task x = other_flow(…) { detached }`",
            )


def detach(callee: nodes.Invocation, frame: Frame, task: Task, scope: Scope) -> Detach:
    """The action of a task that starts a run of `task.detached`. Conditions of its parameters are for the run."""
    definition = task.detached
    assert definition is not None
    source = definition.module.source
    places = {item.name.text: (source, item.type.span) for item in definition.parameters}
    values = frame.actions.arguments(callee, definition.signature(), scope, places)
    task.arguments = values
    return Detach(definition.name, {name: value.tree for name, value in values.items()})
