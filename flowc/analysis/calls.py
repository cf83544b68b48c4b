"""Calls of tasks and flows: the parameters of what is called get the values of the call."""

from __future__ import annotations

from typing import Final

from flowc.analysis.constant import Unknown, holds
from flowc.analysis.frame import Frame
from flowc.analysis.model import Task
from flowc.analysis.scope import Bound, Scope
from flowc.analysis.typed import Typed, wrong
from flowc.diagnostics import Label, codes
from flowc.syntax import nodes
from runtime.model.definition import Ensure, Tree

MOST_PARTS: Final = 5_000
"""Of the expression that a parameter stands for; each use of the parameter repeats it."""


def bind(callee: nodes.Invocation, outer: Frame, scope: Scope, inner: Frame) -> None:
    """Checks the arguments of a call in `outer` and gives them to the parameters of `inner`."""
    definition = inner.definition
    assert definition is not None
    signature, source = definition.signature(), definition.module.source
    places = {item.name.text: (source, item.type.span) for item in definition.parameters}
    values = outer.actions.arguments(callee, signature, scope, places)
    names = inner.names
    names.taken = outer.names.taken | {outer.names.variable(name) for name in outer.names.item_names(scope.task)}
    for item, parameter in zip(definition.parameters, signature.parameters, strict=True):
        name = item.name.text
        value = values.get(name) or _default(inner, item, scope.task)
        if is_larger(value.tree, MOST_PARTS):
            value = _too_large(callee, outer, name)
        bound = wrong() if value.wrong else Typed(parameter.type, value.tree, value.known)
        names.bound.setdefault(name, Bound(name, item.name.span, bound))
    if not definition.broken:
        for item in definition.parameters:
            if item.where is not None:
                _condition(callee, outer, inner, item, item.where, scope.task)


def is_larger(tree: Tree, bound: int) -> bool:
    """Whether an expression has more than `bound` parts."""
    pending, parts = [tree], 0
    while pending:
        part = pending.pop()
        parts += 1
        if parts > bound:
            return True
        if isinstance(part, list):
            pending.extend(part)
    return False


def _place(callee: nodes.Invocation, name: str) -> nodes.Span:
    """Where a call gives a parameter its value; its name if it takes the default."""
    given = (found.value.span for found in callee.arguments if found.name and found.name.text == name)
    return next(given, callee.path.span)


def _too_large(callee: nodes.Invocation, outer: Frame, name: str) -> Typed:
    outer.report.error(
        codes.BAD_VALUE,
        _place(callee, name),
        f"the value of `{name}` stands for too large an expression",
        help="compute a part of it once, in a task",
    )
    return wrong()


def _default(inner: Frame, item: nodes.ParamDecl, task: Task) -> Typed:
    if item.default is None:
        return wrong()
    kind = inner.module.types.resolve(item.type)
    return inner.checker.check_default(item, kind, Scope(task, None, nodes=False))


def _condition(
    callee: nodes.Invocation, outer: Frame, inner: Frame, item: nodes.ParamDecl, where: nodes.Expr, task: Task
) -> None:
    """The condition of a parameter, tried on the value of the call: now, or when the task starts."""
    condition = inner.checker.condition(where, Scope(task, None, nodes=False), "the condition of a parameter")
    if inner.names.bound[item.name.text].value.wrong:
        return
    name = item.name.text
    place = _place(callee, name)
    try:
        good = holds(condition.tree)
    except Unknown:
        value = inner.names.bound[name].value.tree
        text = ["text", f"`{name}` of `{callee.path.text}` is ", value, ", which its condition refuses"]
        task.requires.append(Ensure(condition.tree, text, inner.report.line(where.span)))
        return
    if not good:
        outer.report.error(
            codes.CONDITION_FAILS,
            place,
            f"this value of `{name}` is refused by its condition",
            label="not allowed",
            labels=[Label(where.span, "by this condition", inner.report.source)],
            help="give a value that fits",
        )
