"""Outputs that the engine computes: `out name: type = expr`, before or after the action."""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from runtime.expression.evaluator import evaluate
from runtime.model.definition import TaskDefinition
from runtime.model.types import PATH, optional, required, type_from_json
from runtime.model.values import ValueProblem, from_json, to_json, to_text
from runtime.scope import TaskScope


def provided(task: TaskDefinition) -> list[tuple[str, Any]]:
    """(name, type) of the outputs that the action itself gives; what has a default may be left out."""
    return [
        (out.name, optional(type_from_json(out.type)) if out.has_default else type_from_json(out.type))
        for out in task.outs
        if not out.computed
    ]


def early_values(task: TaskDefinition, scope: TaskScope) -> dict[str, Any]:
    """Python objects of the outputs that are known before the action; they are in scope for its arguments."""
    values: dict[str, Any] = {}
    scope.own_values = values
    for out in task.outs:
        if out.computed and out.early:
            values[out.name] = _typed(out.type, evaluate(out.value, scope), out.name)
    return values


def computed_outputs(
    task: TaskDefinition, given: Mapping[str, Any], scope: TaskScope, unknown: tuple[type[Exception], ...] = ()
) -> dict[str, Any]:
    """All outputs as JSON: those given by the action (JSON) and those computed from them.

    ExpressionError or ValueProblem if one cannot be computed or does not fit. `unknown`: what the scope raises for a
    value that nobody knows; outputs that rest on one are left out, and conditions on it are not checked.
    """
    values: dict[str, Any] = {}
    scope.own_values = values
    for name, kind in provided(task):
        if name in given:
            values[name] = from_json(kind, given[name], f"output `{name}`")
    _fill_defaults(task, values, scope)
    for early in (True, False):
        for out in task.outs:
            if out.computed and out.early is early:
                with suppress(*unknown):
                    values[out.name] = _typed(out.type, evaluate(out.value, scope), out.name)
    _check(task, values, scope, unknown)
    return {out.name: to_json(values[out.name]) for out in task.outs if out.name in values}


def check_required(task: TaskDefinition, scope: TaskScope) -> None:
    """ValueProblem if a value that the task is called with is refused by the condition of its parameter."""
    for each in task.requires:
        if evaluate(each.condition, scope) is not True:
            raise ValueProblem(f"{evaluate(each.text, scope)} (line {each.line})")


def default_outputs(task: TaskDefinition, scope: TaskScope) -> dict[str, Any]:
    """Outputs of a task that is skipped, as JSON: those that have a default."""
    values: dict[str, Any] = {}
    scope.own_values = values
    _fill_defaults(task, values, scope)
    return {name: to_json(value) for name, value in values.items()}


def _fill_defaults(task: TaskDefinition, values: dict[str, Any], scope: TaskScope) -> None:
    for out in task.outs:
        if out.has_default and values.get(out.name) is None:
            values[out.name] = _typed(out.type, evaluate(out.default, scope), out.name)


def _check(
    task: TaskDefinition, values: Mapping[str, Any], scope: TaskScope, unknown: tuple[type[Exception], ...]
) -> None:
    for out in task.outs:
        with suppress(*unknown):
            if out.where is not None and evaluate(out.where, scope) is not True:
                shown = _shown(values[out.name])
                raise ValueProblem(f"the output `{out.name}` is {shown}, which its condition refuses")
    for ensure in task.ensures:
        with suppress(*unknown):
            if evaluate(ensure.condition, scope) is not True:
                raise ValueProblem(str(evaluate(ensure.text, scope)))


def _shown(value: Any) -> str:
    return "missing" if value is None else to_text(value)


def missing_file(
    task: TaskDefinition, outputs: Mapping[str, Any], project: Path, *, computed_only: bool = True
) -> str | None:
    """The sentence for an output of type path whose file does not exist; None if all do. What the action gave has
    been looked at by the executor; `computed_only=False` looks at it again."""
    for out in task.outs:
        looked_at = out.computed or not computed_only
        if looked_at and required(type_from_json(out.type)) == PATH and outputs.get(out.name) is not None:
            path = os.path.join(project, outputs[out.name])
            if not os.path.exists(path):
                return f"the output `{out.name}` names {outputs[out.name]}, but there is no such file"
    return None


def _typed(kind: Any, value: Any, name: str) -> Any:
    return from_json(type_from_json(kind), to_json(value), f"output `{name}`")
